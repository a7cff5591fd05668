import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mdp3Packet } from '../venues/cme/testing/mdp3-packet.ts';
import { CaptureFile } from './capture-bytes.ts';
import { type ReplayFeed, replayCapture } from './replay.ts';
import { buildCapture, type CaptureKind, captureKinds, gzipMembers, isMicroseconds } from './testing/build-capture.ts';
import { type Encapsulation, encapsulate, encapsulations } from './testing/encapsulate.ts';
import { type NaivePacket, naiveReplay } from './testing/naive-replay.ts';

const BASE_SECONDS = 1_600_000_000;
const names = ['A', 'B', 'C', 'D'] as const;
const HOLD_OFF_NS = 5_000_000;

function linesOf(count: number): ReplayFeed['lines'] {
  return names.slice(0, count).map((name, index) => ({ name, address: `239.1.1.${index + 1}`, port: 14310 + index }));
}

function moldPacket({ first, units }: NaivePacket): Buffer {
  const header = Buffer.alloc(20);
  header.write('TEST'.padStart(10), 0, 'latin1');
  header.writeBigUInt64BE(BigInt(first), 10);
  header.writeUInt16BE(units.length, 18);
  const blocks = units.flatMap((unit) => [Buffer.of(unit.length >> 8, unit.length & 0xff), unit]);
  return Buffer.concat([header, ...blocks]);
}

function cmePacket({ first, units }: NaivePacket): Buffer {
  return Buffer.concat([mdp3Packet(first, []), ...units]);
}

interface Shape {
  readonly kind: CaptureKind;
  readonly encapsulation: Encapsulation;
  readonly gzip: boolean;
}

/** Writes packets into a capture of the given kind, a stray datagram and an ARP request among them. */
function write(
  { kind, encapsulation, gzip }: Shape,
  packets: readonly NaivePacket[],
  toBytes: (packet: NaivePacket) => Buffer,
): Buffer {
  const linkType = encapsulations[encapsulation];
  const stamped = packets.map((packet) => {
    const line = names.indexOf(packet.line as (typeof names)[number]);
    const ends = {
      sourceAddress: 1,
      sourcePort: 9,
      destinationAddress: 0xef010101 + line,
      destinationPort: 14310 + line,
    };
    return {
      bytes: encapsulate(encapsulation, ends, packet.malformed ? Buffer.from('no') : toBytes(packet)),
      seconds: BASE_SECONDS + Math.floor(packet.stampNs / 1e9),
      nanoseconds: packet.stampNs % 1e9,
    };
  });
  const stray = { sourceAddress: 1, sourcePort: 9, destinationAddress: 0xef010101, destinationPort: 9999 };
  const others = [
    { bytes: encapsulate(encapsulation, stray, Buffer.from('stray')), seconds: BASE_SECONDS, nanoseconds: 0 },
    { bytes: Buffer.alloc(60, 0), seconds: BASE_SECONDS, nanoseconds: 0 },
  ];
  const file = buildCapture(kind, linkType, [...others, ...stamped]);
  return gzip ? gzipMembers(file, 3) : file;
}

const anyShape = fc.record({
  kind: fc.constantFrom(...captureKinds.filter((kind) => !isMicroseconds(kind))),
  encapsulation: fc.constantFrom(
    ...(Object.keys(encapsulations) as Encapsulation[]).filter((one) => !one.startsWith('ipv6')),
  ),
  gzip: fc.boolean(),
});

/**
 * A stream sent over several lines, each of which loses, repeats and delays packets of its own. Within a line the
 * delays keep to less than what makes it look like a restart.
 */
const anyScenario = fc
  .record({
    lines: fc.integer({ min: 1, max: 4 }),
    first: fc.constantFrom(1, 7, 17_347_815, 4_000_000_000),
    packets: fc.array(
      fc.record({
        units: fc.array(fc.uint8Array({ maxLength: 12 }), { minLength: 0, maxLength: 4 }),
        gapNs: fc.constantFrom(0, 1_000, 100_000, 3_000_000, 9_000_000),
        fates: fc.array(
          fc.record({
            fate: fc.constantFrom('arrives', 'arrives', 'arrives', 'lost', 'twice', 'garbled'),
            delayNs: fc.constantFrom(0, 500, 200_000, 2_000_000),
          }),
          { minLength: 4, maxLength: 4 },
        ),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    holdOffCount: fc.constantFrom(1, 2, 5, 1000),
  })
  .map(({ lines, first, packets, holdOffCount }) => ({ lines, first, packets, holdOffCount }));

type Scenario = typeof anyScenario extends fc.Arbitrary<infer T> ? T : never;

function packetsOf(
  scenario: Scenario,
  unitsOf: (units: readonly Uint8Array[], number: number) => readonly Uint8Array[],
): NaivePacket[] {
  const sent: NaivePacket[] = [];
  let number = scenario.first;
  let nowNs = 1_000_000;
  for (const { units: payloads, gapNs, fates } of scenario.packets) {
    const units = unitsOf(payloads, number);
    nowNs += gapNs;
    for (let line = 0; line < scenario.lines; line++) {
      const { fate, delayNs } = fates[line];
      const packet = { line: names[line], stampNs: nowNs + delayNs, first: number, units };
      if (fate === 'lost') continue;
      sent.push(fate === 'garbled' ? { ...packet, malformed: true } : packet);
      if (fate === 'twice') sent.push({ ...packet, stampNs: packet.stampNs + 700 });
    }
    number += units.length;
  }
  return sent;
}

async function check(
  protocol: string,
  scenario: Scenario,
  packets: readonly NaivePacket[],
  shapes: readonly Shape[],
  toBytes: (packet: NaivePacket) => Buffer,
) {
  // Each file takes a share of the packets: they are put in order across all of them.
  const shares = shapes.map((shape, index) =>
    write(
      shape,
      packets.filter((_, order) => order % shapes.length === index),
      toBytes,
    ),
  );
  const shared = shapes.flatMap((_, index) => packets.filter((_, order) => order % shapes.length === index));
  const lines = linesOf(scenario.lines);
  const { holdOffCount } = scenario;
  const feed = { name: 'feed', protocol, lines, arbitration: { holdOffCount, holdOffNs: HOLD_OFF_NS } };
  const files = shares.map((bytes, index) => CaptureFile.ofBytes(`file ${index}`, bytes));
  const { reports } = await replayCapture({ feeds: [feed], files });
  expect(reports[0]).toEqual(
    naiveReplay(
      'feed',
      lines.map((line) => line.name),
      shared,
      HOLD_OFF_NS,
      holdOffCount,
    ),
  );
}

describe('replayCapture', () => {
  it('agrees with a naive computation over MoldUDP64 on one to four lossy lines, in captures of every kind', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, fc.array(anyShape, { minLength: 1, maxLength: 3 }), async (scenario, shapes) => {
        const packets = packetsOf(scenario, (units) => units);
        fc.pre(packets.some((packet) => !packet.malformed));
        await check('moldudp64', scenario, packets, shapes, moldPacket);
      }),
      { numRuns: 150 },
    );
  });

  it('agrees with a naive computation over CME packets', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, fc.array(anyShape, { minLength: 1, maxLength: 3 }), async (scenario, shapes) => {
        // A packet is the unit: its messages follow from its number, so that all copies agree.
        const packets = packetsOf(scenario, (_, number) => [
          mdp3Packet(number, number % 4 === 0 ? [] : [12, 30]).subarray(12),
        ]);
        fc.pre(packets.some((packet) => !packet.malformed));
        await check('cme-mdp3', scenario, packets, shapes, cmePacket);
      }),
      { numRuns: 75 },
    );
  });

  const shape: Shape = { kind: 'pcapng-le', encapsulation: 'ethernet', gzip: false };
  const numbered = (line: string, first: number, stampNs: number): NaivePacket => {
    return { line, stampNs, first, units: [Buffer.from(`unit ${first}`)] };
  };
  const stream = [1, 2, 3, 4].map((number) => numbered('A', number, number * 1000));
  const mold = (lines: ReplayFeed['lines']): ReplayFeed => ({ name: 'feed', protocol: 'moldudp64', lines });

  it('counts a datagram that the capture cut as malformed, though what is left of it would pass for a packet', async () => {
    const frames = stream.map((packet) => {
      const ends = { sourceAddress: 1, sourcePort: 9, destinationAddress: 0xef010101, destinationPort: 14310 };
      const bytes = encapsulate('ethernet', ends, mdp3Packet(packet.first, [20, 20]));
      // Cut between two messages: their sizes add up.
      const cut = packet.first === 2 ? bytes.subarray(0, bytes.length - 20) : bytes;
      return { bytes: cut, wireLength: bytes.length, seconds: BASE_SECONDS, nanoseconds: packet.stampNs };
    });
    const files = [CaptureFile.ofBytes('cut', buildCapture('pcap-ns-le', 1, frames))];
    const { reports, scans } = await replayCapture({ feeds: [{ ...mold(linesOf(1)), protocol: 'cme-mdp3' }], files });
    expect(reports[0]).toMatchObject({
      delivered: 3,
      gaps: [[2, 2]],
      lines: { A: { packets: 4, malformed: 1, lost: 1 } },
    });
    expect(scans[0].matchedTruncated[0]).toBe(1);
  });

  it('takes any address for a line of 0.0.0.0', async () => {
    const files = [CaptureFile.ofBytes('any', write(shape, stream, moldPacket))];
    const { reports } = await replayCapture({ feeds: [mold([{ name: 'A', address: '0.0.0.0', port: 14310 }])], files });
    expect(reports[0].delivered).toBe(4);
  });

  it('hands each delivered unit to the caller with its number and stamp', async () => {
    const seen: string[] = [];
    const onUnit = (
      feed: number,
      id: number,
      rxNs: number,
      bytes: Uint8Array,
      _view: DataView,
      offset: number,
      length: number,
    ): void => {
      seen.push(`${feed} ${id} ${rxNs} ${Buffer.from(bytes.subarray(offset, offset + length))}`);
    };
    const files = [CaptureFile.ofBytes('seen', write(shape, stream, moldPacket))];
    await replayCapture({ feeds: [mold(linesOf(2))], files, onUnit });
    expect(seen).toEqual([1, 2, 3, 4].map((number) => `0 ${number} ${1e9 + number * 1000} unit ${number}`));
  });

  it('waits as long as the hold-off says, though that is longer than the deadline of the recovery ladder', async () => {
    const slow = [
      ...[1, 3].map((number) => numbered('A', number, number * 1000)),
      numbered('B', 2, 3600e9),
      numbered('A', 4, 3601e9),
    ];
    const files = [CaptureFile.ofBytes('slow', write(shape, slow, moldPacket))];
    const feed = { ...mold(linesOf(2)), arbitration: { holdOffNs: 7200e9 } };
    const { reports } = await replayCapture({ feeds: [feed], files });
    expect(reports[0]).toMatchObject({ delivered: 4, gaps: [], filled: { otherLine: 1 } });
  });

  it('waits for as many units as the hold-off says, though the usual hold window has no room for them', async () => {
    const numbers = Array.from({ length: 70_000 }, (_, i) => i + 3);
    const long = numbers
      .filter((number) => number % 1000 === 3)
      .map((first) => {
        const units = Array.from({ length: 1000 }, (_, i) => Buffer.from(`unit ${first + i}`));
        return { line: 'A', stampNs: first, first, units };
      });
    const packets = [numbered('A', 1, 0), ...long, numbered('B', 2, 1e6)];
    const files = [CaptureFile.ofBytes('long', write(shape, packets, moldPacket))];
    const feed = { ...mold(linesOf(2)), arbitration: { holdOffNs: 10e9, holdOffCount: 100_000 } };
    const { reports } = await replayCapture({ feeds: [feed], files });
    expect(reports[0]).toMatchObject({ delivered: 70_002, gaps: [], filled: { otherLine: 1 } });
  });

  it('follows a channel reset, and loses nothing of what one line showed before the restart was believed', async () => {
    const afterReset = [1, 2, 3, 4].map((number) => numbered('A', number, 20e9 + number * 1000));
    const before = [101, 102, 103].map((number) => numbered('A', number, number * 1000));
    const changed = (packet: NaivePacket) => ({ ...packet, units: [mdp3Packet(packet.first, [30]).subarray(12)] });
    const capture = write(shape, [...before, ...afterReset].map(changed), cmePacket);
    const files = [CaptureFile.ofBytes('reset', capture)];
    const { reports } = await replayCapture({ feeds: [{ ...mold(linesOf(1)), protocol: 'cme-mdp3' }], files });
    expect(reports[0]).toMatchObject({ firstSeq: 101, lastSeq: 4, delivered: 7, gaps: [] });
  });

  it.each([
    [
      'two lines of one destination',
      [{ ...linesOf(1)[0] }, { ...linesOf(1)[0], name: 'B' }],
      /line A and feed feed line B both have/,
    ],
    ['two lines of one name', [linesOf(2)[0], { ...linesOf(2)[1], name: 'A' }], /two lines called A/],
    ['an address that is none', [{ name: 'A', address: 'localhost', port: 1 }], /"localhost" is not an IP address/],
    ['no line at all', [], /1 to 8 lines, not 0|no packet/],
  ])('refuses %s', async (_what, lines, message) => {
    const files = [CaptureFile.ofBytes('x', write(shape, stream, moldPacket))];
    await expect(replayCapture({ feeds: [mold(lines)], files })).rejects.toThrow(message);
  });
});
