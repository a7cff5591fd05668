import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../test/support/shared-data.ts';
import { ITCH_LENGTHS } from '../venues/nasdaq/itch5.ts';
import { CaptureFile } from './capture-bytes.ts';
import { type ReplayFeed, replayCapture } from './replay.ts';

const lines = [
  { name: 'A', address: '233.54.12.111', port: 26477 },
  { name: 'B', address: '233.49.196.111', port: 26477 },
];
const itch: ReplayFeed = { name: 'itch', protocol: 'moldudp64', lines };

async function replay(bytes: Uint8Array, feeds: readonly ReplayFeed[] = [itch]) {
  const { reports, scans } = await replayCapture({ feeds, files: [CaptureFile.ofBytes('bare', bytes)] });
  return { report: reports[0], damage: scans[0].damage };
}

/** The digest of a replay, computed without any of its code. */
function digest(messages: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const message of messages) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    hash.update(length).update(message);
  }
  return hash.digest('hex');
}

/** A stock trading action of this stamp: type, locate, tracking, stamp, the rest. */
function message(stampNs: number): Buffer {
  const bytes = Buffer.alloc(ITCH_LENGTHS['H'.charCodeAt(0)], 'H');
  bytes.writeUIntBE(stampNs, 5, 6);
  return bytes;
}

function itchFile(messages: readonly Buffer[], prefixed: boolean): Buffer {
  return Buffer.concat(messages.flatMap((one) => [Buffer.of(0, prefixed ? one.length : 0), one]));
}

function moldPacket(first: number, messages: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(20);
  header.write('0000000001', 0, 'latin1');
  header.writeBigUInt64BE(BigInt(first), 10);
  header.writeUInt16BE(messages.length, 18);
  return Buffer.concat([header, ...messages.flatMap((one) => [Buffer.of(one.length >> 8, one.length), one])]);
}

describe('replay of a raw ITCH file', () => {
  // Stamps that go back must not make the hold-off run out: the file's order is the order of the feed.
  const messages = [5e9, 1e9, 9e9, 9e9, 2e9].map(message);

  it.each([
    ['with lengths', itchFile(messages, true)],
    ['whose lengths are all zero', itchFile(messages, false)],
    ['gzipped', gzipSync(itchFile(messages, true))],
    ['with an end mark', Buffer.concat([itchFile(messages, true), Buffer.of(0, 0)])],
  ])('numbers its messages from 1 on the first line: %s', async (_what, bytes) => {
    const { report, damage } = await replay(bytes);
    expect(damage).toBeUndefined();
    expect(report).toMatchObject({ delivered: 5, firstSeq: 1, lastSeq: 5, gaps: [], sha256: digest(messages) });
    expect(report.lines.A).toMatchObject({ packets: 5, first: 5, malformed: 0 });
  });

  it('counts a last message that is cut short as malformed, and names a gzip that ends early', async () => {
    const { report } = await replay(itchFile(messages, true).subarray(0, -3));
    expect(report).toMatchObject({ delivered: 4, lines: { A: { packets: 5, malformed: 1 } } });
    const zipped = gzipSync(
      itchFile(
        Array.from({ length: 5000 }, (_, i) => message(i * 7919)),
        true,
      ),
    );
    const cut = await replay(zipped.subarray(0, zipped.length / 2));
    expect(cut.report.delivered).toBeGreaterThan(1000);
    expect(cut.damage).toMatch(/gzip stream is truncated/);
  });

  it('stops at bytes that are no message, without holding what follows', async () => {
    const junk = Buffer.alloc(1_000_000);
    const { report } = await replay(Buffer.concat([itchFile(messages, true), junk]));
    expect(report).toMatchObject({ delivered: 5, lines: { A: { packets: 6, malformed: 1 } } });
  });

  it('is refused where the protocol is another or which feed it belongs to is open', async () => {
    const bytes = itchFile(messages, true);
    await expect(replay(bytes, [{ ...itch, protocol: 'cme-mdp3' }])).rejects.toThrow(/neither pcap nor pcapng/);
    const other = { ...itch, name: 'other', lines: [{ name: 'A', address: '239.1.1.1', port: 1 }] };
    await expect(replay(bytes, [itch, other])).rejects.toThrow(/neither pcap nor pcapng/);
  });
});

describe('replay of MoldUDP64 packets back to back', () => {
  const bodies = [1, 2, 3, 4, 5, 6].map((n) => Buffer.from(`message ${n}`));
  const dump = Buffer.concat([moldPacket(1, bodies.slice(0, 2)), moldPacket(3, []), moldPacket(5, bodies.slice(4))]);

  it('keeps their numbers, holes and heartbeats included', async () => {
    const { report } = await replay(dump);
    expect(report).toMatchObject({
      delivered: 4,
      lastSeq: 6,
      gaps: [[3, 4]],
      lines: { A: { packets: 3, malformed: 0 } },
    });
    expect(report.sha256).toBe(digest([...bodies.slice(0, 2), ...bodies.slice(4)]));
  });

  it('counts a last packet that is cut short as malformed', async () => {
    const { report } = await replay(dump.subarray(0, -1));
    expect(report).toMatchObject({ delivered: 2, lastSeq: 2, lines: { A: { packets: 3, malformed: 1 } } });
  });
});

const sample = sharedData('nasdaq-itch/ex20101224.TEST_ITCH_50.gz');
const mold = sharedData('nasdaq-itch/mold.sample.dat');
describe.skipIf(sample === undefined || mold === undefined)(
  `ITCH data that nobody here wrote${sample === undefined ? ' (skipped: no real captures beside this checkout)' : ''}`,
  () => {
    it('the sample file of 12,012 messages comes out byte for byte', async () => {
      const file = gunzipSync(readFileSync(sample ?? ''));
      const messages: Uint8Array[] = [];
      for (let at = 2; at < file.length; at += messages[messages.length - 1].length + 2)
        messages.push(file.subarray(at, at + ITCH_LENGTHS[file[at]]));
      const { reports } = await replayCapture({ feeds: [itch], files: [sample ?? ''] });
      expect(reports[0]).toMatchObject({ delivered: 12_012, lastSeq: 12_012, gaps: [], sha256: digest(messages) });
    });

    it('of the MoldUDP64 sample, two packets are whole and the third is cut short', async () => {
      const { reports } = await replayCapture({ feeds: [itch], files: [mold ?? ''] });
      expect(reports[0]).toMatchObject({ delivered: 28, firstSeq: 1, lastSeq: 28, gaps: [] });
      expect(reports[0].lines.A).toMatchObject({ packets: 3, units: 28, malformed: 1 });
    });
  },
);
