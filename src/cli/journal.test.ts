import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JournalCopier } from '../gateway/journal-copier.ts';
import { hostDisk } from '../gateway/journal-disk.ts';
import { journalMemory } from '../gateway/journal-memory.ts';
import { openJournal } from '../gateway/journal-open.ts';
import { attachJournal } from '../gateway/journal-output.ts';
import { EVERY_RECORD } from '../gateway/testing/every-record.ts';
import { loadNative } from '../io/native.ts';
import { JournalDayWriter } from '../journal/day-writer.ts';
import { JournalWriter, MeasureCell } from '../journal/journal-writer.ts';
import { splitUtcOffset } from '../journal/record-time.ts';
import { JournalRecord } from '../journal/record-types.ts';
import { JournalRingLayout } from '../journal/ring-layout.ts';
import { spelled } from './journal-words.ts';
import { runCommand } from './testing/command.ts';

/** 2026-11-21 14:30:00 UTC, and where the monotonic clock stands then. */
const START_UTC_S = 1_795_271_400;
const START_NS = 5_000_000_000;
const DAY = 20261121;
const FILE = `nasdaq-${DAY}-0001.journal`;

let root: string;

/** A directory with a day in which everything happens once, a second apart. */
function writeDay(name: string, native: undefined, seal: boolean): string {
  const directory = join(root, name);
  const opened = openJournal(
    {
      directory,
      venue: 'nasdaq',
      day: DAY,
      ringCapacityBytes: JournalRingLayout.minimumCapacityBytes,
      segmentBytes: 1 << 17,
    },
    { onRecord() {} },
    native,
  );
  const nowNs = Float64Array.of(START_NS);
  const utcOffset = new Float64Array(2);
  splitUtcOffset(START_UTC_S * 1e9 - START_NS, utcOffset);
  const { output, agent } = attachJournal(opened.setup, native, nowNs);
  const writer = new JournalWriter(output, nowNs, utcOffset);
  const day = new JournalDayWriter(writer, output);
  writer.measure[MeasureCell.value] = 12e6;
  writer.measure[MeasureCell.bound] = 10e6;
  for (const [record, write] of EVERY_RECORD) {
    if (record === 'sealed' && !seal) continue;
    expect(write(writer, day)).toBe(true);
    nowNs[0] += 1e9;
  }
  agent!.close();
  opened.close();
  return directory;
}

async function journal(...args: string[]) {
  const { code, stdout, stderr } = await runCommand(['journal', ...args]);
  return { code, stdout, stderr, lines: stdout.trimEnd().split('\n') };
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'warmline-journal-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('warmline journal dump', () => {
  it('prints every record with every field, as text or as JSON, of a file or of a directory', async () => {
    const directory = writeDay('dump', undefined, true);
    const text = await journal('dump', directory);
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.lines).toHaveLength(EVERY_RECORD.length);
    expect(text.lines[8]).toMatch(
      /^ +\d+ {2}2026-11-21 14:30:08\.000000000 {2}enterIntent +number=1 strategy=0 .*side=buy marking=long timeInForce=day shares=100 price4=10000 tag=7 clientHash=9 at=13000000000$/,
    );
    const json = await journal('dump', join(directory, FILE), '--json');
    const records = json.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ record }) => record)).toEqual(EVERY_RECORD.map(([name]) => name));
    expect(records[21]).toMatchObject({
      record: 'operator',
      text: 'Zoë: too much noise',
      utcSeconds: START_UTC_S + 21,
    });
    expect(records[0].position).toBe(0);
  });

  it('prints what stands before the damage, then says what it is', async () => {
    const directory = writeDay('damaged', undefined, true);
    const path = join(directory, FILE);
    const bytes = readFileSync(path);
    bytes[1500] ^= 1;
    writeFileSync(path, bytes);
    const { code, stderr, lines } = await journal('dump', directory);
    expect(code).toBe(1);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThan(EVERY_RECORD.length);
    expect(stderr).toMatch(
      /the journal is damaged: nasdaq-20261121-0001.journal has a record (whose checksum is wrong|of another place|of impossible length) at position \d+; records behind it/,
    );
    expect(stderr).toContain('restore the file from a copy');
    expect((await journal('verify', directory)).code).toBe(1);
  });
});

describe('warmline journal verify', () => {
  it('tells an intact day: files, kinds of records, times, seal', async () => {
    const directory = writeDay('intact', undefined, true);
    const { code, lines } = await journal('verify', directory);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^nasdaq-20261121-0001.journal: 24 records, positions 0 to \d+$/);
    expect(lines.slice(-3)).toEqual([
      'from 2026-11-21 14:30:00.000000000 to 2026-11-21 14:30:23.000000000 UTC',
      'nasdaq 20261121: 24 records, 1 start, sealed',
      'intact',
    ]);
  });

  it('says that an end is torn, and that a day is not sealed', async () => {
    const directory = writeDay('torn', undefined, false);
    const path = join(directory, FILE);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    const { code, stdout } = await journal('verify', join(directory, FILE));
    expect(code).toBe(0);
    expect(stdout).toContain('22 records, 1 start, not sealed');
    expect(stdout).toMatch(
      /torn end, as a process or host leaves it that dies: the beginning of a record at position \d+/,
    );
  });

  it('finds records that go back in time', async () => {
    const directory = join(root, 'backwards');
    const options = { directory, venue: 'nasdaq', day: DAY, segmentBytes: 1 << 17 };
    const opened = openJournal(options, { onRecord() {} }, undefined);
    const nowNs = Float64Array.of(5e9);
    const { output, agent } = attachJournal(opened.setup, undefined, nowNs);
    const writer = new JournalWriter(output, nowNs, new Float64Array(2));
    writer.barrier(0, 0, 1, 0);
    nowNs[0] -= 7;
    writer.barrier(0, 0, 2, 0);
    agent!.close();
    opened.close();
    const { code, lines } = await journal('verify', directory);
    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual(['the record at position 64 is 7 ns older than the one before it', '1 fault']);
  });

  it('reads a journal that is being written, what only its ring holds included', async (context) => {
    const native = loadNative();
    if (native === undefined) return context.skip('a mapped ring needs the native addon');
    const directory = join(root, 'live');
    const options = { directory, venue: 'nasdaq', day: DAY, segmentBytes: 1 << 17 };
    const opened = openJournal(options, { onRecord() {} }, native);
    try {
      const nowNs = Float64Array.of(5e9);
      const writer = new JournalWriter(attachJournal(opened.setup, native, nowNs).output, nowNs, new Float64Array(2));
      const copier = new JournalCopier(journalMemory(opened.setup, native), hostDisk, opened.setup, nowNs);
      for (let i = 0; i < 10; i++) writer.barrier(0, 0, i, 0);
      copier.doWork();
      for (let i = 0; i < 3; i++) writer.barrier(0, 0, i, 0);
      const { code, lines } = await journal('verify', directory);
      expect(code).toBe(0);
      expect(lines).toContain('ring: 3 records that no file holds yet');
      expect(lines).toContain('nasdaq 20261121: 13 records, 0 starts, being written');
      copier.close();
    } finally {
      opened.close();
    }
  });

  it('says what it needs where there is no journal', async () => {
    const { code, stderr } = await journal('verify', join(root, 'nowhere'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/there is no .*nowhere\n {2}name a journal file/);
    expect((await journal('verify', root)).stderr).toContain('holds no journal files');
    writeFileSync(join(root, 'other'), 'not a journal');
    expect((await journal('dump', join(root, 'other'))).stderr).toContain('ends after 13 bytes, within its header');
    expect((await journal('dump', root, '--day', '2026')).code).toBe(2);
  });
});

describe('warmline journal timeline', () => {
  let directory: string;
  beforeAll(() => {
    directory = writeDay('timeline', undefined, true);
  });

  it('tells every record in words: none falls back to its name, and no code is left without one', async () => {
    const { code, lines } = await journal('timeline', directory);
    expect(code).toBe(0);
    expect(lines).toHaveLength(EVERY_RECORD.length);
    const told = lines.map((line) => line.slice('2026-11-21 14:30:00.000000000  '.length));
    expect(told.filter((text) => /undefined|NaN|later version/.test(text))).toEqual([]);
    expect(told).toEqual([
      'gateway start 1 on 20261121',
      'instrument 0 is WARM',
      'position of account 0, strategy 0: -500 WARM at 10.125',
      'cash of account 0: 1000000000.00',
      'limit max order shares of everything: 1000 → 2000',
      'session 0 (port 0) logged in: 0000000001, next sequenced message 1',
      'session 0 (port 0): warm → active',
      'trading day 20261121: phase 1',
      'order 1: buy 100 WARM at 1.00, for strategy 0, account 0, over session 0 (port 0, ref 1)',
      'order 1: sent, 47 bytes over session 0',
      'refused: new order, buy 100 WARM at 9.9999 of strategy 0: priceCollar of strategy, value 12000000, bound 10000000',
      'order 1: replace asked, 200 at 1.01, over session 0 (ref 2)',
      'order 1: executed 100 at 1.00: 100 of 100 WARM bought, match 6 (message 3 of session 0)',
      'order 1: cancel asked by strategy, over session 0',
      'port 0 lost with session 0: 1 order unknown, 0 orders blind: reset',
      'new orders of group 0 go over session 1, no longer 0: reset (12000000, bound 10000000)',
      'port 0: asked for proof of what the venue has processed, ref 3, session 0',
      'drop copy 1: executed 100 at 1.00, match 6, of order 1',
      expect.stringMatching(/^order 1: resolved from sent to filled: .*row 4\)$/),
      'port 0 answers again over session 0: 0 orders still unknown, next ref 3',
      'kill switch of everything on, confirmed',
      'operator: Zoë: too much noise (action 1 on everything)',
      'note: kill confirmed',
      'the day 20261121 is over and sealed: 1 order, 1 fills',
    ]);
  });

  it('tells of one order with what befell its port, of one session, and of a span of time', async () => {
    const order = await journal('timeline', directory, '--order', '1');
    expect(order.lines.every((line) => /order 1\b/.test(line))).toBe(true);
    expect(order.lines).toHaveLength(7);
    const session = await journal('timeline', directory, '--session', '1');
    expect(session.lines.map((line) => line.slice(31))).toEqual([expect.stringContaining('go over session 1')]);
    const span = await journal('timeline', directory, '--since', '14:30:08', '--until', '14:30:09');
    expect(span.lines).toHaveLength(2);
    const dated = await journal('timeline', directory, '--since', '2026-11-21T14:30:22.5');
    expect(dated.lines).toHaveLength(1);
    expect((await journal('timeline', directory, '--since', 'noon')).code).toBe(2);
  });
});

describe('the words of records', () => {
  it('are known for every table that a record names', () => {
    const tables = Object.values(JournalRecord).flatMap(({ fields }) => fields.map(({ words }) => words));
    for (const table of new Set(tables)) if (table !== undefined) expect(spelled(table, 1)).not.toBe(`${table} 1`);
  });
});
