import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildCapture, type FrameToWrite } from '../../src/capture/testing/build-capture.ts';
import { encapsulate, encapsulations } from '../../src/capture/testing/encapsulate.ts';
import { type NaivePacket, naiveReplay } from '../../src/capture/testing/naive-replay.ts';
import { mdp3Packet } from '../../src/venues/cme/testing/mdp3-packet.ts';

/**
 * Makes the small captures of `test/testdata`, from a fixed seed, with what a replay of them must come to. Run it after
 * changing it: `node test/support/make-captures.ts`. A test checks that the files are what it makes.
 */

const FOLDER = join(import.meta.dirname, '../testdata');
const BASE_SECONDS = 1_700_000_000;
const HOLD_OFF_NS = 5_000_000;
const HOLD_OFF_COUNT = 1000;
const SENDER = 0x0a000001;

/** A small generator of its own, so that the files never change with a library: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Destination {
  readonly address: number;
  readonly port: number;
}

function moldPacket(session: string, { first, units }: NaivePacket): Buffer {
  const header = Buffer.alloc(20);
  header.write(session.padStart(10), 0, 'latin1');
  header.writeBigUInt64BE(BigInt(first), 10);
  header.writeUInt16BE(units.length, 18);
  return Buffer.concat([header, ...units.flatMap((unit) => [Buffer.of(unit.length >> 8, unit.length & 0xff), unit])]);
}

function framesOf(
  packets: readonly NaivePacket[],
  destinations: Readonly<Record<string, Destination>>,
  kind: 'ethernet' | 'vlan',
  toBytes: (packet: NaivePacket) => Buffer,
): FrameToWrite[] {
  return packets.map((packet) => {
    const { address, port } = destinations[packet.line];
    const ends = { sourceAddress: SENDER, sourcePort: 30001, destinationAddress: address, destinationPort: port };
    return {
      bytes: encapsulate(kind, ends, toBytes(packet)),
      seconds: BASE_SECONDS + Math.floor(packet.stampNs / 1e9),
      nanoseconds: packet.stampNs % 1e9,
    };
  });
}

/** ITCH system events and order deletes: no more is needed for a stream, and every byte is the generator's. */
function itchMessage(random: () => number, number: number): Buffer {
  const message = Buffer.alloc(19);
  message.write('D', 0);
  message.writeUInt16BE(1 + Math.floor(random() * 8), 1);
  message.writeUIntBE(34_200_000_000_000 + number * 1000, 5, 6);
  message.writeBigUInt64BE(BigInt(number), 11);
  return message;
}

/**
 * MoldUDP64 on lines A and B: B is ahead for most packets, each loses one in twenty on its own, numbers 200 to 204 are
 * lost on both, heartbeats in between, and a tail that only a heartbeat shows.
 */
function moldTwoLines(): { packets: NaivePacket[]; frames: FrameToWrite[] } {
  const random = seeded(1);
  const packets: NaivePacket[] = [];
  let number = 101;
  let nowNs = 1_000_000;
  while (number < 500) {
    nowNs += Math.floor(random() * 400_000);
    const count = Math.floor(random() * 4);
    const units = Array.from({ length: count }, (_, index) => itchMessage(random, number + index));
    const lostOnBoth = number + count > 200 && number <= 204;
    for (const line of ['A', 'B']) {
      const lost = random() < 0.05 && count > 0;
      const stampNs = nowNs + (line === 'A' ? 1_200 : 0) + Math.floor(random() * 1_500);
      if (!lost && !(lostOnBoth && count > 0)) packets.push({ line, stampNs, first: number, units });
    }
    number += count;
  }
  packets.push({ line: 'A', stampNs: nowNs + 1_000_000_000, first: number + 3, units: [] });
  const destinations = { A: { address: 0xe9360c6f, port: 26477 }, B: { address: 0xe931c46f, port: 26477 } };
  return { packets, frames: framesOf(packets, destinations, 'vlan', (packet) => moldPacket('SMALL', packet)) };
}

/** One CME channel on lines A and B; line A is down for a while, B loses single packets. */
function cmeChannel(seed: number, first: number, port: number): { packets: NaivePacket[]; frames: FrameToWrite[] } {
  const random = seeded(seed);
  const packets: NaivePacket[] = [];
  let nowNs = 1_000_000;
  for (let number = first; number < first + 120; number++) {
    nowNs += 1_000 * Math.floor(random() * 3_000);
    const sizes = Array.from({ length: Math.floor(random() * 3) }, () => 10 + Math.floor(random() * 90));
    const units = [mdp3Packet(number, sizes).subarray(12)];
    const down = number > first + 50 && number < first + 70;
    if (!down) packets.push({ line: 'A', stampNs: nowNs + 1_000 * Math.floor(random() * 5), first: number, units });
    if (random() >= 0.05) packets.push({ line: 'B', stampNs: nowNs + 2_000, first: number, units });
  }
  const destinations = { A: { address: 0xe0001f0b, port }, B: { address: 0xe000200b, port: port + 1000 } };
  const header = (packet: NaivePacket) => mdp3Packet(packet.first, []);
  const frames = framesOf(packets, destinations, 'ethernet', (packet) =>
    Buffer.concat([header(packet), ...packet.units]),
  );
  return { packets, frames };
}

function report(feed: string, packets: readonly NaivePacket[]): unknown {
  return naiveReplay(feed, ['A', 'B'], packets, HOLD_OFF_NS, HOLD_OFF_COUNT);
}

/** The files by name. */
export function makeCaptures(): Record<string, Buffer> {
  const mold = moldTwoLines();
  const channels = [cmeChannel(2, 1, 14310), cmeChannel(3, 9_000_001, 14311)];
  const linkType = encapsulations.ethernet;
  const json = (...reports: unknown[]): Buffer => Buffer.from(`${JSON.stringify(reports, null, 2)}\n`);
  return {
    'mold-two-lines.pcapng.gz': gzipSync(buildCapture('pcapng-le', linkType, mold.frames)),
    'mold-two-lines.json': json(report('moldudp64', mold.packets)),
    'cme-two-channels.pcap': buildCapture(
      'pcap-us-be',
      linkType,
      channels.flatMap((channel) => channel.frames),
    ),
    'cme-two-channels.json': json(
      report('channel-310', channels[0].packets),
      report('channel-311', channels[1].packets),
    ),
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, bytes] of Object.entries(makeCaptures())) writeFileSync(join(FOLDER, name), bytes);
}
