import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame, FrameId, MalformedReason, PacketKind } from '../../feed/framer.ts';
import {
  appendBlock,
  decodeMoldRequest,
  Mold,
  MoldUdp64Framer,
  MoldUdp64Requests,
  moldSessionName,
  moldSessionWords,
  writeMoldHeader,
} from './moldudp64.ts';

const framer = new MoldUdp64Framer();

function packet(sequence: number, messages: Uint8Array[], count = messages.length, session = '000010059B') {
  const bytes = new Uint8Array(Mold.headerBytes + messages.reduce((sum, m) => sum + 2 + m.length, 0));
  const view = new DataView(bytes.buffer);
  let at = writeMoldHeader(view, 0, moldSessionWords(session), Float64Array.of(sequence), count);
  for (const message of messages) at = appendBlock(bytes, at, message, 0, message.length);
  return bytes;
}

function frameOf(bytes: Uint8Array, offset = 0, length = bytes.length, frame = new Frame()) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { kind: framer.frame(bytes, view, offset, length, frame), frame };
}

describe('MoldUDP64 framing', () => {
  it('gives back every message of a packet, empty ones included, with their numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 100 }),
        fc.integer({ min: 0, max: 9 }),
        (messages, sequence, shift) => {
          const plain = packet(sequence, messages);
          const shifted = new Uint8Array(plain.length + shift + 3).fill(0xee);
          shifted.set(plain, shift);
          const { kind, frame } = frameOf(shifted, shift, plain.length);
          expect(kind).toBe(PacketKind.units);
          expect(frame.count).toBe(messages.length);
          expect([...frame.ids]).toEqual([sequence, sequence + messages.length, sequence - 1]);
          expect(moldSessionName(frame.session)).toBe('000010059B');
          messages.forEach((message, i) => {
            const at = frame.unitOffset[i];
            expect(shifted.slice(at, at + frame.unitLength[i])).toEqual(message);
          });
        },
      ),
    );
  });

  it('reads a count of zero as a heartbeat that names the next number', () => {
    const { kind, frame } = frameOf(packet(77, []));
    expect(kind).toBe(PacketKind.heartbeat);
    expect(frame.count).toBe(0);
    expect(frame.ids[FrameId.next]).toBe(77);
  });

  it('reads a count of 0xFFFF as end of session, not as 65,535 messages', () => {
    const { kind, frame } = frameOf(packet(78, [], Mold.endOfSessionCount));
    expect(kind).toBe(PacketKind.endOfSession);
    expect(frame.ids[FrameId.next]).toBe(78);
  });

  it('takes the largest packet of empty blocks that a datagram can hold', () => {
    const { kind, frame } = frameOf(packet(1, new Array(32723).fill(new Uint8Array(0))));
    expect(kind).toBe(PacketKind.units);
    expect(frame.count).toBe(32723);
  });

  const reasonOf = (bytes: Uint8Array, frame?: Frame) => {
    const result = frameOf(bytes, 0, bytes.length, frame);
    expect(result.kind).toBe(PacketKind.malformed);
    expect(result.frame.count).toBe(0);
    return result.frame.malformedReason;
  };

  it('refuses sequence 0 and numbers that a double does not hold exactly', () => {
    expect(reasonOf(packet(0, [new Uint8Array(3)]))).toBe(MalformedReason.badNumber);
    expect(reasonOf(packet(0, []))).toBe(MalformedReason.badNumber);
    const huge = packet(1, [new Uint8Array(3)]);
    huge.set([0, 0x20, 0, 0, 0, 0, 0, 0], 10);
    expect(reasonOf(huge)).toBe(MalformedReason.badNumber);
    expect(frameOf(packet(Number.MAX_SAFE_INTEGER, [new Uint8Array(3)])).kind).toBe(PacketKind.units);
    const two = [new Uint8Array(3), new Uint8Array(3)];
    expect(reasonOf(packet(Number.MAX_SAFE_INTEGER, two))).toBe(MalformedReason.badNumber);
    expect(frameOf(packet(Number.MAX_SAFE_INTEGER - 1, two)).kind).toBe(PacketKind.units);
  });

  it('refuses a short header, a block past the end, bytes behind the last block and more blocks than a frame holds', () => {
    expect(reasonOf(packet(1, []).subarray(0, 19))).toBe(MalformedReason.shortHeader);
    expect(reasonOf(packet(1, [new Uint8Array(3)], 2))).toBe(MalformedReason.unitOverrun);
    const whole = packet(1, [new Uint8Array(9)]);
    expect(reasonOf(whole.subarray(0, whole.length - 1))).toBe(MalformedReason.unitOverrun);
    expect(reasonOf(packet(1, [new Uint8Array(3), new Uint8Array(3)], 1))).toBe(MalformedReason.trailingBytes);
    expect(reasonOf(packet(1, [new Uint8Array(3)], 0))).toBe(MalformedReason.trailingBytes);
    expect(reasonOf(packet(1, [new Uint8Array(3)], Mold.endOfSessionCount))).toBe(MalformedReason.trailingBytes);
    expect(reasonOf(packet(1, new Array(5).fill(new Uint8Array(1))), new Frame(4))).toBe(MalformedReason.tooManyUnits);
  });
});

describe('MoldUDP64 requests', () => {
  it('survive the round trip, numbers above 2^32 included', () => {
    const view = new DataView(new ArrayBuffer(32));
    const session = moldSessionWords('DAY');
    const codec = new MoldUdp64Requests();
    expect(codec.encodeRequest(view, 3, session, Float64Array.of(2 ** 40 + 5), 1000)).toBe(20);
    const seen = new Int32Array(4);
    const first = new Float64Array(1);
    expect(decodeMoldRequest(view, 3, 20, seen, first)).toBe(1000);
    expect(first[0]).toBe(2 ** 40 + 5);
    expect(moldSessionName(seen)).toBe('       DAY');
    expect(decodeMoldRequest(view, 3, 19, seen, first)).toBe(-1);
  });
});
