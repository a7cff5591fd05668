import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sharedData } from '../../test/support/shared-data.ts';
import { CaptureFile } from '../capture/capture-bytes.ts';
import { LinkType } from '../capture/link-layer.ts';
import { buildCapture, type FrameToWrite } from '../capture/testing/build-capture.ts';
import { ethernetFrame } from '../capture/testing/encapsulate.ts';
import { parseConfig } from '../config/load.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { ipv4ToInt } from '../io/address.ts';
import { ItchGenerator } from './generator.ts';
import { ItchFileFlow } from './itch-file-flow.ts';
import { MoldPacketiser } from './packetiser.ts';
import { openRecording, parseCaptureLine } from './recording.ts';
import { createSimulator, type Simulator, type SimulatorOverrides } from './simulator.ts';
import { hashOf, LineReader } from './testing/line-reader.ts';
import { UnitStore } from './unit-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: Simulator[] = [];
const readers: LineReader[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
  for (const reader of readers.splice(0)) reader.socket.close();
});

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A day's beginning in a store. */
function day(units: number, session = 'RECORDED01'): UnitStore {
  const store = new UnitStore(session);
  new ItchGenerator({ seed: 5, symbols: 3, messagesPerSecond: 20_000 }).produce(store, units);
  return store;
}

const LINES = { A: ['233.54.12.111', 26477], B: ['233.54.12.112', 26478] } as const;

/** Both lines' packets of a day, B a little later; `keep` says which packets a line's tap saw. */
function capture(store: UnitStore, keep: (line: 'A' | 'B', packet: number) => boolean): Buffer {
  const packetiser = new MoldPacketiser(store.session);
  const frames: FrameToWrite[] = [];
  let packet = 0;
  for (let unit = 1; unit < store.next; unit += packetiser.packed, packet++) {
    const length = packetiser.packUnits(store, unit, 7);
    for (const line of ['A', 'B'] as const) {
      if (!keep(line, packet)) continue;
      const [address, port] = LINES[line];
      const ends = { sourceAddress: 0, sourcePort: 1, destinationAddress: ipv4ToInt(address), destinationPort: port };
      const nanoseconds = packet * 20_000 + (line === 'B' ? 7000 : 0);
      frames.push({ bytes: ethernetFrame(ends, packetiser.bytes.subarray(0, length)), seconds: 100, nanoseconds });
    }
  }
  return buildCapture('pcap-ns-le', LinkType.ethernet, frames);
}

/** A raw ITCH file of a day. */
function itchFile(store: UnitStore, withLengths: boolean): Buffer {
  const parts: Buffer[] = [];
  const bytes = Buffer.alloc(64);
  for (let unit = 1; unit < store.next; unit++) {
    const length = store.copy(unit, bytes, 0);
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(withLengths ? length : 0);
    parts.push(prefix, Buffer.from(bytes.subarray(0, length)));
  }
  return Buffer.concat(parts);
}

async function venueConfig(protocol = 'nasdaq'): Promise<{ config: WarmlineConfig; a: LineReader; b: LineReader }> {
  const [a, b] = [new LineReader(), new LineReader()];
  readers.push(a, b);
  const config = parseConfig(
    `
venue: test
protocol: ${protocol}
feeds:
  - name: itch
    heartbeat: 50ms
    lines:
      - { name: A, address: 127.0.0.1, port: ${await a.open()} }
      - { name: B, address: 127.0.0.1, port: ${await b.open()} }
sim: { endOfSession: 20ms, messagesPerSecond: 100000 }
`,
    'test.yaml',
  );
  return { config, a, b };
}

async function play(
  path: string,
  {
    captureLines = [] as string[],
    protocol = 'nasdaq',
    ...overrides
  }: SimulatorOverrides & { captureLines?: string[]; protocol?: string } = {},
) {
  const { config, a, b } = await venueConfig(protocol);
  const recording = await openRecording(path, config, captureLines.map(parseCaptureLine));
  const simulator = createSimulator(config, { ephemeralPorts: true, recording, ...overrides });
  running.push(simulator);
  await simulator.start();
  while (!simulator.finished) await new Promise((resolve) => setTimeout(resolve, 5));
  await simulator.stop();
  return { simulator, a, b, truth: simulator.truth().itch[0] };
}

const AS_THEY_ARE = ['A=233.54.12.111:26477', 'B=233.54.12.112:26478'];

describe('a packet capture', () => {
  it("goes out as captured: each line's own packets, with the holes it has", async () => {
    const store = day(3000);
    const path = file(
      'both.pcap',
      capture(store, (line, packet) => packet % 10 !== (line === 'A' ? 3 : 6)),
    );
    const { a, b, truth } = await play(path, { captureLines: AS_THEY_ARE });
    await a.until(() => a.endOfSession > 0);
    await b.until(() => b.endOfSession > 0);
    expect(truth).toEqual(store.truth());
    expect(a.units('RECORDED01').size).toBeLessThan(truth.units);
    expect(b.units('RECORDED01').size).toBeLessThan(truth.units);
    const both = new Map([...a.units('RECORDED01'), ...b.units('RECORDED01')]);
    expect(hashOf(both)).toBe(truth.sha256);
    expect(a.units('RECORDED01').has(22)).toBe(false);
    expect(b.units('RECORDED01').has(22)).toBe(true);
  });

  it('keeps the hole of which no line has a copy, numbers and all', async () => {
    const store = day(2000);
    const path = file(
      'hole.pcap',
      capture(store, (_, packet) => packet !== 20),
    );
    const { a, truth } = await play(path, { captureLines: AS_THEY_ARE });
    await a.until(() => a.endOfSession > 0);
    expect(truth).toMatchObject({ nextUnit: store.next, units: store.units - 7 });
    expect(hashOf(a.units('RECORDED01'))).toBe(truth.sha256);
  });

  it('brings a line that was not captured the packets of one that was', async () => {
    const store = day(500);
    const path = file(
      'only-a.pcap',
      capture(store, (line) => line === 'A'),
    );
    const { b } = await play(path, { captureLines: ['A=233.54.12.111:26477'] });
    await b.until(() => b.endOfSession > 0);
    expect(hashOf(b.units('RECORDED01'))).toBe(store.truth().sha256);
  });

  it('of other addresses is packed anew for every line, from its busiest stream, in its session', async () => {
    const store = day(3000);
    const path = file(
      'elsewhere.pcap',
      capture(store, (line, packet) => line === 'A' || packet % 2 === 0),
    );
    const { a, b, truth } = await play(path, { faults: ['B:repacketise=2'] });
    await a.until(() => a.endOfSession > 0);
    await b.until(() => b.endOfSession > 0);
    expect(truth).toEqual(store.truth());
    expect(hashOf(a.units('RECORDED01'))).toBe(truth.sha256);
    expect(hashOf(b.units('RECORDED01'))).toBe(truth.sha256);
    expect(b.packets).toBeGreaterThan(store.units / 2);
  });

  it('cannot be repacketised or restarted as captured', async () => {
    const path = file(
      'fault.pcap',
      capture(day(100), () => true),
    );
    await expect(play(path, { captureLines: AS_THEY_ARE, faults: ['A:repacketise=2'] })).rejects.toThrow(
      /as it was captured/,
    );
    await expect(play(path, { faults: ['*:restart'] })).rejects.toThrow(/cannot be restarted/);
  });

  it('without a packet of the feed is refused, with what it holds instead', async () => {
    const frame = ethernetFrame(
      { sourceAddress: 0, sourcePort: 1, destinationAddress: ipv4ToInt('10.0.0.1'), destinationPort: 53 },
      Buffer.from('dns'),
    );
    const path = file(
      'dns.pcap',
      buildCapture('pcapng-le', LinkType.ethernet, [{ bytes: frame, seconds: 1, nanoseconds: 0 }]),
    );
    await expect(play(path)).rejects.toThrow(
      /no packet for a line of feed itch; it holds 10.0.0.1:53 \(1 packets\).*--capture-line/,
    );
    await expect(play(join(folder, 'none.pcap'))).rejects.toThrow(/no such capture file/);
    await expect(play(file('text', Buffer.from('just text, nothing else')))).rejects.toThrow(
      /neither a packet capture nor a raw ITCH file/,
    );
    expect(() => parseCaptureLine('A:1.2.3.4')).toThrow(/LINE=ADDRESS:PORT/);
  });

  it.skipIf(sharedData('cme-mdp3/cme_v8_AB_20160927.pcap') === undefined)(
    'of CME, both lines really captured: every packet of each goes out, the truth is that of the replay',
    async () => {
      const { a, b, simulator, truth } = await play(sharedData('cme-mdp3/cme_v8_AB_20160927.pcap')!, {
        protocol: 'cme',
        captureLines: ['A=224.0.31.11:14320', 'B=224.0.32.11:15320'],
        speed: 'rate',
        messagesPerSecond: 20_000,
      });
      await a.until(() => a.packets === 5000);
      await b.until(() => b.packets === 5000);
      expect(simulator.stats().itch.lines.B.packets).toBe(5000);
      expect(truth).toMatchObject({ firstUnit: 17347815, nextUnit: 17352815, units: 5000 });
      expect(truth.sha256).toBe('f3efe01021e6e2165687e85be42cee93c09aec2d9eb6f9660116872bb4de3318');
    },
  );
});

describe('a raw ITCH file', () => {
  it.each([
    ['with lengths', true, false],
    ['whose lengths are all zero', false, false],
    ['gzipped', true, true],
  ])('%s is published on every line, whole', async (name, withLengths, gzipped) => {
    const store = day(4000);
    const bytes = itchFile(store, withLengths);
    const path = file(`${name}.itch`, gzipped ? gzipSync(bytes) : bytes);
    const { a, b, truth } = await play(path, { speed: 'rate' });
    await a.until(() => a.endOfSession > 0);
    await b.until(() => b.endOfSession > 0);
    expect(truth).toMatchObject({ units: store.units, sha256: store.truth().sha256 });
    for (const line of [a, b]) expect(hashOf(line.units(truth.session))).toBe(truth.sha256);
  });

  it('is paced by its own stamps', async () => {
    const recorded = day(4000);
    const flow = new ItchFileFlow(await CaptureFile.find(file('stamped.itch', itchFile(recorded, true))));
    const bytes = Buffer.alloc(64);
    const stamps: number[] = [];
    let startNs = 0;
    for (let unit = 1; unit < recorded.next; unit++) {
      recorded.copy(unit, bytes, 0);
      const stampNs = bytes.readUIntBE(5, 6);
      if (unit === 1) startNs = stampNs;
      stamps.push(stampNs - startNs);
    }
    const store = new UnitStore('S');
    for (const elapsedNs of [0, stamps[10], stamps[2000], stamps[3999] - 1, stamps[3999]]) {
      const due = stamps.filter((stampNs) => stampNs <= elapsedNs).length;
      while (store.units < due) {
        flow.play(store, elapsedNs, 700);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(flow.play(store, elapsedNs, 1000)).toBe(0);
      expect(store.units).toBe(due);
    }
    await flow.close();
  });

  it.skipIf(sharedData('nasdaq-itch/ex20101224.TEST_ITCH_50.gz') === undefined)(
    'of a third party: all of its 12012 messages go out',
    async () => {
      const { a, truth } = await play(sharedData('nasdaq-itch/ex20101224.TEST_ITCH_50.gz')!, { speed: 'rate' });
      await a.until(() => a.endOfSession > 0);
      expect(truth.units).toBe(12012);
      expect(hashOf(a.units(truth.session))).toBe(truth.sha256);
    },
  );
});
