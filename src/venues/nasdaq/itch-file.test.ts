import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../test/support/shared-data.ts';
import { Frame, FrameId, MalformedReason, PacketKind } from '../../feed/framer.ts';
import { ItchFileReader, isGzip, looksLikeItch } from './itch-file.ts';
import { ITCH_LENGTHS } from './itch5.ts';
import { MoldUdp64Framer, moldSessionName } from './moldudp64.ts';

/** A file of `D` messages (19 bytes), each behind the given length. */
function file(count: number, prefix: number, end: readonly number[] = []): Uint8Array {
  const one = [prefix >> 8, prefix & 0xff, 0x44, ...new Array(18).fill(7)];
  return Uint8Array.from([...new Array(count).fill(one).flat(), ...end]);
}

function walk(bytes: Uint8Array) {
  const reader = new ItchFileReader(bytes);
  const offsets: number[] = [];
  while (reader.next()) offsets.push(reader.offset);
  return { offsets, reader };
}

describe('raw ITCH files', () => {
  it('are framed by their lengths, or by type where every length is zero', () => {
    for (const prefix of [19, 0]) {
      const { offsets, reader } = walk(file(3, prefix));
      expect(offsets).toEqual([2, 23, 44]);
      expect([reader.length, reader.count, reader.problem]).toEqual([19, 3, '']);
    }
  });

  it('may end with a length of zero', () => {
    const { offsets, reader } = walk(file(2, 19, [0, 0]));
    expect([offsets.length, reader.problem]).toEqual([2, '']);
  });

  it('say where they can not be read on', () => {
    expect(walk(file(2, 19).subarray(0, 40)).reader.problem).toBe('the message at byte 23 is cut short');
    expect(walk(file(1, 0, [0, 0, 0x01, 0])).reader.problem).toContain('no message of type 1 at byte 23');
    expect(walk(file(1, 19, [9])).reader.problem).toBe('1 bytes are left over');
  });

  it('are told from other files by their first bytes', () => {
    expect([looksLikeItch(file(1, 19)), looksLikeItch(file(1, 0)), looksLikeItch(file(1, 18))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(isGzip(Uint8Array.of(0x1f, 0x8b, 8))).toBe(true);
    expect(looksLikeItch(Uint8Array.of(0))).toBe(false);
  });
});

/** Payloads of the UDP datagrams in a classic little-endian pcap of Ethernet frames: enough for these small files. */
function datagrams(path: string): { bytes: Uint8Array; offset: number; length: number }[] {
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: { bytes: Uint8Array; offset: number; length: number }[] = [];
  for (let at = 24; at < bytes.length; ) {
    const captured = view.getUint32(at + 8, true);
    const tagged = view.getUint16(at + 16 + 12) === 0x8100;
    const ip = at + 16 + (tagged ? 18 : 14);
    const udp = ip + (bytes[ip] & 0xf) * 4;
    found.push({ bytes, offset: udp + 8, length: view.getUint16(udp + 4) - 8 });
    at += 16 + captured;
  }
  return found;
}

const SINGLES = [
  'Nasdaq.Equities.TotalView.Itch.v5.0/AddOrderNoMpidAttributionMessage.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/MarketParticipantPositionMessage.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/Multiple.Packets.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/NetOrderImbalanceIndicatorMessage.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/OrderDeleteMessage.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/OrderExecutedMessage.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/OrderReplaceMessage.pcap',
  'Nasdaq.Equities.TotalView.Itch.v5.0/StockTradingActionMessage.pcap',
  'Bx.Equities.TotalView.Itch.v5.0/AddOrderNoMpidAttributionMessage.pcap',
  'Bx.Equities.TotalView.Itch.v5.0/OrderDeleteMessage.pcap',
  'Bx.Equities.TotalView.Itch.v5.0/OrderReplaceMessage.pcap',
];
const singles = sharedData('nasdaq-singles');

describe('genuine MoldUDP64 packets off the wire', () => {
  it.skipIf(singles === undefined)('frame to the last byte, into ITCH messages of the published lengths', () => {
    const framer = new MoldUdp64Framer();
    const frame = new Frame();
    let units = 0;
    for (const name of SINGLES) {
      for (const { bytes, offset, length } of datagrams(join(singles!, name))) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        expect(framer.frame(bytes, view, offset, length, frame)).toBe(PacketKind.units);
        expect(frame.ids[FrameId.first]).toBeGreaterThan(0);
        expect(moldSessionName(frame.session)).toMatch(/^[0-9A-Z]{10}$/);
        for (let i = 0; i < frame.count; i++) {
          expect(ITCH_LENGTHS[bytes[frame.unitOffset[i]]]).toBe(frame.unitLength[i]);
          units++;
        }
      }
    }
    expect(units).toBeGreaterThan(40);
  });

  it.skipIf(singles === undefined)('are heartbeats where they carry nothing', () => {
    const [{ bytes, offset, length }] = datagrams(join(singles!, 'Ise.OrderComboFeed.v1.1/Heartbeat.pcap'));
    const frame = new Frame();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    expect(new MoldUdp64Framer().frame(bytes, view, offset, length, frame)).toBe(PacketKind.heartbeat);
  });

  const nordic = sharedData('nasdaq-itch/mold.sample.dat');
  it.skipIf(nordic === undefined)('count on from packet to packet; one that was cut is refused whole', () => {
    const bytes = new Uint8Array(readFileSync(nordic!));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const framer = new MoldUdp64Framer();
    const frame = new Frame();
    const firsts: number[] = [];
    let at = 0;
    while (at < bytes.length) {
      // The file holds bare packets back to back: each ends where its blocks end.
      let end = at + 20;
      for (let left = view.getUint16(at + 18); left > 0 && end < bytes.length; left--) end += 2 + view.getUint16(end);
      const kind = framer.frame(bytes, view, at, Math.min(end, bytes.length) - at, frame);
      firsts.push(frame.ids[FrameId.first]);
      if (end > bytes.length) {
        expect([kind, frame.malformedReason, frame.count]).toEqual([
          PacketKind.malformed,
          MalformedReason.unitOverrun,
          0,
        ]);
        expect(end - bytes.length).toBe(5);
      } else {
        expect(kind).toBe(PacketKind.units);
      }
      at = end;
    }
    expect(firsts.slice(0, 2)).toEqual([1, 16]);
  });
});
