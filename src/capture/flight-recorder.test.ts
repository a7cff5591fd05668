import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasTshark, tsharkFields } from '../../test/support/tshark.ts';
import { PortableFlightRing } from '../io/portable-flight-ring.ts';
import { mdp3Packet } from '../venues/cme/testing/mdp3-packet.ts';
import { dumpFlight, type FlightSource } from './flight-dump.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { FlightRing } from './flight-ring.ts';
import { readFlightRing } from './flight-ring-reader.ts';
import { replayCapture } from './replay.ts';

const SENDER = 0x0a010203;
const SENDER_PORT = 4444;
/** What the clock's offset looks like: a double of that size is a multiple of 256. */
const UTC_OFFSET_NS = 1_700_000_000_000_000_000;
const RING_BYTES = FlightRing.headerBytes + 64 * 1024;

const lineA = { feed: 'incremental', line: 'A', address: '224.0.31.11', port: 14310 };
const lineB = { feed: 'incremental', line: 'B', address: '10.9.8.7', port: 15310 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-flight-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two pollers, a line each: A has all of `numbers`, B lacks those that divide by three; B is 100 ns behind. */
function twoLines(numbers: readonly number[], kernelNs = 0): FlightSource[] {
  const memories = [new SharedArrayBuffer(RING_BYTES), new SharedArrayBuffer(RING_BYTES)];
  const rings = memories.map((memory) => new PortableFlightRing(memory));
  for (const number of numbers) {
    const packet = mdp3Packet(number, [20 + (number % 5)]);
    const rxNs = 5_000_000_000_000 + number * 1000;
    rings[0].write(packet, 0, packet.length, rxNs, UTC_OFFSET_NS, 0, SENDER, SENDER_PORT);
    if (number % 3 === 0) continue;
    // The other thread's offset was measured a little later and rounded differently: the order must not suffer.
    rings[1].write(packet, 0, packet.length, rxNs + 100, UTC_OFFSET_NS - 512, 1, SENDER, SENDER_PORT);
  }
  if (kernelNs > 0) new Float64Array(memories[0], FlightRing.headerBytes, 3)[2] = kernelNs;
  return [
    { memory: memories[0], lines: [lineA] },
    { memory: memories[1], lines: [undefined, lineB] },
  ];
}

const numbers = Array.from({ length: 90 }, (_, index) => index + 1);

function replayFlight(path: string) {
  const lines = [lineA, lineB].map(({ line, address, port }) => ({ name: line, address, port }));
  return replayCapture({ feeds: [{ name: 'incremental', protocol: 'cme-mdp3', lines }], files: [path] });
}

describe('readFlightRing', () => {
  it('gives back the newest packets, whole and in order, whatever was written', () => {
    const packet = fc.record({ length: fc.integer({ min: 0, max: 4000 }), fill: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 120 }), (packets) => {
        const memory = new SharedArrayBuffer(RING_BYTES);
        const ring = new PortableFlightRing(memory);
        packets.forEach(({ length, fill }, index) => {
          ring.write(Buffer.alloc(length, fill), 0, length, index, UTC_OFFSET_NS, index % 7, SENDER, index);
        });
        const found = readFlightRing(memory);
        const total = packets.reduce((sum, { length }) => sum + 48 + length, 0);
        if (total < 60_000) expect(found.length).toBe(packets.length);
        expect(found.length).toBeGreaterThan(Math.min(packets.length - 1, 12));
        const offset = packets.length - found.length;
        found.forEach((one, index) => {
          const { length, fill } = packets[offset + index];
          expect(one).toMatchObject({ rxNs: offset + index, socket: (offset + index) % 7, sourcePort: offset + index });
          expect(Buffer.from(one.bytes).equals(Buffer.alloc(length, fill))).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('finds nothing in a ring that nobody has written', () => {
    expect(readFlightRing(new SharedArrayBuffer(RING_BYTES))).toEqual([]);
    expect(readFlightRing(new ArrayBuffer(8))).toEqual([]);
  });

  it('takes any memory for what it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 400 }), fc.nat(50), fc.nat(50), (bytes, tail, head) => {
        const memory = bytes.slice().buffer;
        new Float64Array(memory, 0, 2).set([head * 8, tail * 8]);
        for (const packet of readFlightRing(memory)) expect(packet.bytes.length).toBeLessThan(400);
      }),
    );
  });
});

describe('dumpFlight', () => {
  it('writes a capture that replays to what was received, both lines in their order', async () => {
    const path = join(folder, 'flight.pcapng');
    expect(dumpFlight(twoLines(numbers), path, { reason: 'test' }).packets).toBe(150);
    const { reports, scans, earliest } = await replayFlight(path);
    expect(scans[0]).toMatchObject({ damage: undefined, stepsBack: 0, badBlocks: 0 });
    // Moved onto UTC by one offset for all: the newest packet's, which is A's.
    expect(earliest).toEqual({ seconds: 1_700_005_000, nanoseconds: 1000 });
    expect(reports[0]).toMatchObject({
      delivered: 90,
      firstSeq: 1,
      lastSeq: 90,
      duplicates: 60,
      gaps: [],
      lines: { A: { packets: 90, first: 90, lost: 0 }, B: { packets: 60, first: 0, duplicates: 60, lost: 30 } },
    });
  });

  it('reaches back as far as it is asked to', async () => {
    const path = join(folder, 'flight.pcapng');
    dumpFlight(twoLines(numbers), path, { reason: 'test', lastNs: 9_500 });
    expect((await replayFlight(path)).reports[0]).toMatchObject({ firstSeq: 81, lastSeq: 90 });
  });

  it('leaves other feeds out where one is asked for', () => {
    const sources = twoLines(numbers);
    const other = { feed: 'other', line: 'A', address: '239.1.1.1', port: 1 };
    const mixed = [sources[0], { ...sources[1], lines: [undefined, other] }];
    expect(dumpFlight(mixed, join(folder, 'one.pcapng'), { reason: 'test', feed: 'incremental' }).packets).toBe(90);
    expect(dumpFlight(mixed, join(folder, 'all.pcapng'), { reason: 'test' }).packets).toBe(150);
  });

  it('writes an empty but valid capture where nothing was received', async () => {
    const path = join(folder, 'empty.pcapng');
    dumpFlight(twoLines([]), path, { reason: 'test' });
    await expect(replayFlight(path)).rejects.toThrow(/no UDP datagram/);
  });

  it('says which file could not be written, and leaves no part of it', () => {
    const path = join(folder, 'no such folder', 'x.pcapng');
    expect(() => dumpFlight(twoLines(numbers), path, { reason: 'test' })).toThrow(
      /x\.pcapng could not be written: ENOENT/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(!hasTshark)('is read by tshark: names, checksums, stamps and comments are right', async () => {
    const path = join(folder, 'flight.pcapng');
    const kernelNs = 5_000_000_000_400;
    dumpFlight(twoLines(numbers, kernelNs), path, { reason: 'lines disagree' });
    const fields = ['frame.interface_name', 'frame.time_epoch', 'ip.src', 'ip.dst', 'udp.srcport', 'udp.dstport'];
    const more = ['ip.checksum.status', 'udp.checksum.status', 'eth.dst', 'frame.comment'];
    const packets = await tsharkFields(
      path,
      [...fields, ...more],
      ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE'],
    );
    expect(packets).toHaveLength(150);
    expect(packets.every((packet) => packet[6] === '1' && packet[7] === '1')).toBe(true);
    const { address, port } = lineA;
    expect(packets[0].slice(0, 9)).toEqual([
      ...['incremental A', '1700005000.000001000', '10.1.2.3', address, String(SENDER_PORT), String(port)],
      ...['1', '1', '01:00:5e:00:1f:0b'],
    ]);
    expect(packets[0][9]).toBe('kernel stamp 600 ns earlier');
    expect(packets[1].slice(0, 6)).toEqual([
      ...['incremental B', '1700005000.000001100', '10.1.2.3', lineB.address, String(SENDER_PORT), String(lineB.port)],
    ]);
  });
});

describe('FlightRecorder', () => {
  const noon = Date.UTC(2026, 10, 21, 12, 0, 0, 250);

  function recorder(more: { keep?: number; budgetBytes?: number } = {}) {
    const directory = join(folder, 'flight');
    return new FlightRecorder({ venue: 'cme', sources: twoLines(numbers), directory, lastNs: 1e9, ...more });
  }

  it('names a capture after venue, feed, time and reason', () => {
    const record = recorder().onIncident('incremental', 'gap lost', noon);
    expect(record).toMatchObject({ kind: 'written', packets: 150, deleted: [] });
    if (record.kind !== 'written') return;
    expect(basename(record.path)).toBe('cme_incremental_20261121T120000250Z_gap-lost.pcapng');
    expect(existsSync(record.path)).toBe(true);
  });

  it('writes no second capture of a feed for a while after an incident, but always on demand', () => {
    const flight = recorder();
    expect(flight.onIncident('incremental', 'gap lost', noon).kind).toBe('written');
    expect(flight.onIncident('incremental', 'gap lost', noon + 9_999).kind).toBe('tooSoon');
    expect(flight.onDemand(noon + 9_999).kind).toBe('written');
    expect(flight.onIncident('incremental', 'gap lost', noon + 10_000).kind).toBe('written');
  });

  it.each([
    ['by number', { keep: 2 }],
    ['by bytes', { budgetBytes: 50_000 }],
  ])("deletes the venue's oldest captures over the budget %s, and nothing else", (_how, budget) => {
    const flight = recorder(budget);
    const paths: string[] = [];
    for (let index = 0; index < 5; index++) {
      const record = flight.onDemand(noon + index);
      if (record.kind !== 'written') throw new Error(record.kind);
      paths.push(record.path);
      utimesSync(record.path, index + 1, index + 1);
    }
    const other = new FlightRecorder({ venue: 'cme-2', sources: [], directory: join(folder, 'flight'), lastNs: 1e9 });
    expect(other.onDemand(noon).kind).toBe('written');
    const left = readdirSync(join(folder, 'flight'));
    expect(left).toContain(basename(paths[4]));
    expect(left).toContain('cme-2_all_20261121T120000250Z_on-demand.pcapng');
    expect(left.length).toBe(3);
  });

  it('reports a capture that could not be written instead of throwing', () => {
    const flight = new FlightRecorder({ venue: 'x', sources: [], directory: '/dev/null/flight', lastNs: 1 });
    expect(flight.onDemand(noon)).toMatchObject({ kind: 'failed', error: expect.stringMatching(/ENOTDIR|EEXIST/) });
  });
});
