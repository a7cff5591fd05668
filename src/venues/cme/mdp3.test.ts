import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame, FrameId, MalformedReason, PacketKind } from '../../feed/framer.ts';
import { feedProtocol } from '../registry.ts';
import { Mdp3Framer } from './mdp3.ts';
import { mdp3Packet } from './testing/mdp3-packet.ts';

const framer = new Mdp3Framer();
const MARGIN = 16;

function frame(packet: Uint8Array) {
  const bytes = Buffer.concat([Buffer.alloc(MARGIN, 0xff), packet, Buffer.alloc(MARGIN, 0xff)]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const result = new Frame(1);
  const kind = framer.frame(bytes, view, MARGIN, packet.length, result);
  return { kind, result };
}

describe('Mdp3Framer', () => {
  it('makes the packet after its header one unit, whatever number of messages it holds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffffffff }),
        fc.array(fc.integer({ min: 10, max: 200 }), { maxLength: 6 }),
        (sequence, sizes) => {
          const packet = mdp3Packet(sequence, sizes);
          const { kind, result } = frame(packet);
          expect(kind).toBe(PacketKind.units);
          expect(result.count).toBe(1);
          expect([...result.ids]).toEqual([sequence, sequence + 1, sequence - 1]);
          expect(result.unitOffset[0]).toBe(MARGIN + 12);
          expect(result.unitLength[0]).toBe(packet.length - 12);
          expect([...result.session]).toEqual([0, 0, 0, 0]);
        },
      ),
    );
  });

  it('takes a packet without a message as a unit: it uses up a number', () => {
    const { kind, result } = frame(mdp3Packet(5, []));
    expect(kind).toBe(PacketKind.units);
    expect(result.unitLength[0]).toBe(0);
  });

  it('keeps the largest sequence number exact', () => {
    expect(frame(mdp3Packet(0xffffffff, [])).result.ids[FrameId.next]).toBe(2 ** 32);
  });

  it.each([
    ['eleven bytes', Buffer.alloc(11), MalformedReason.shortHeader],
    ['number zero', mdp3Packet(0, [20]), MalformedReason.badNumber],
    ['a message that runs past the end', mdp3Packet(1, [20]).subarray(0, 25), MalformedReason.unitOverrun],
    [
      'one byte behind the last message',
      Buffer.concat([mdp3Packet(1, [20]), Buffer.of(1)]),
      MalformedReason.trailingBytes,
    ],
    ['a message of size zero', Buffer.concat([mdp3Packet(1, []), Buffer.alloc(2)]), MalformedReason.badField],
    [
      'a message without an SBE header',
      Buffer.concat([mdp3Packet(1, []), Buffer.from([4, 0, 0, 0])]),
      MalformedReason.badField,
    ],
  ])('refuses %s', (_what, packet, reason) => {
    const { kind, result } = frame(packet);
    expect(kind).toBe(PacketKind.malformed);
    expect(result.malformedReason).toBe(reason);
    expect(result.count).toBe(0);
  });

  it('calls any prefix of a packet malformed unless it ends with a message', () => {
    const sizes = [10, 37, 12];
    const whole = mdp3Packet(9, sizes);
    const ends = [12, 22, 59, 71];
    for (let length = 0; length <= whole.length; length++) {
      const { kind } = frame(whole.subarray(0, length));
      expect(kind).toBe(ends.includes(length) ? PacketKind.units : PacketKind.malformed);
    }
  });
});

describe('feedProtocol', () => {
  it.each([
    ['cme-mdp3', 'cme-mdp3'],
    ['cme', 'cme-mdp3'],
    ['moldudp64', 'moldudp64'],
    ['nasdaq', 'moldudp64'],
  ])('finds %s', (name, protocol) => {
    expect(feedProtocol(name).name).toBe(protocol);
    expect(feedProtocol(name).createFramer().protocol).toBe(protocol);
  });

  it('names what is known when asked for something else', () => {
    expect(() => feedProtocol('constructor')).toThrow('unknown feed protocol "constructor": use moldudp64 or cme-mdp3');
  });
});
