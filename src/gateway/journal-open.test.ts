import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadNative, type Native } from '../io/native.ts';
import { JournalDayWriter } from '../journal/day-writer.ts';
import { JournalWriter } from '../journal/journal-writer.ts';
import { JournalRingLayout } from '../journal/ring-layout.ts';
import type { RecordSink } from '../journal/segment-scan.ts';
import { thisProcess } from '../runtime/process-identity.ts';
import { JournalCopier } from './journal-copier.ts';
import { hostDisk } from './journal-disk.ts';
import { JournalError } from './journal-error.ts';
import { lockJournal } from './journal-lock.ts';
import { journalMemory } from './journal-memory.ts';
import { type JournalOptions, type OpenedJournal, openJournal } from './journal-open.ts';
import { attachJournal } from './journal-output.ts';
import { ringPathOf } from './journal-ring-file.ts';
import { NumberSink, upTo } from './testing/journal-run.ts';

const NATIVE = loadNative();
const KINDS: [name: string, native: Native | undefined][] =
  NATIVE === undefined
    ? [['portable', undefined]]
    : [
        ['native', NATIVE],
        ['portable', undefined],
      ];
const NOTHING: RecordSink = { onRecord() {} };
const DAY = 20261121;
const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) {
    const ring = ringPathOf(directory);
    if (ring !== undefined) rmSync(ring, { force: true });
    rmSync(directory, { recursive: true, force: true });
  }
});

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'warmline-journal-'));
  directories.push(directory);
  return directory;
}

function optionsFor(directory: string, more: Partial<JournalOptions> = {}): JournalOptions {
  const small = { ringCapacityBytes: JournalRingLayout.minimumCapacityBytes, segmentBytes: 64 * 1024 };
  return { directory, venue: 'nasdaq', day: DAY, ...small, ...more };
}

/** A gateway's day: opens, writes records that are counted, and ends by itself or is killed. */
class Day {
  readonly opened: OpenedJournal;
  readonly numbers: number[];
  readonly writer: JournalWriter;
  readonly day: JournalDayWriter;
  readonly copier: JournalCopier | undefined;
  private readonly finish: () => void;

  constructor(options: JournalOptions, native: Native | undefined) {
    const sink = new NumberSink();
    this.opened = openJournal(options, sink, native);
    this.numbers = sink.numbers;
    const nowNs = Float64Array.of(1e9);
    const { output, agent } = attachJournal(this.opened.setup, native, nowNs);
    this.writer = new JournalWriter(output, nowNs, new Float64Array(2));
    this.day = new JournalDayWriter(this.writer, output);
    this.copier =
      agent === undefined
        ? new JournalCopier(journalMemory(this.opened.setup, native), hostDisk, this.opened.setup, nowNs)
        : undefined;
    this.finish = () => (agent ?? this.copier!).close();
  }

  write(from: number, to: number): void {
    for (let n = from; n <= to; n++) expect(this.writer.sendResult(n, 10, 0, 0, 0, 47)).toBe(true);
  }

  end(): void {
    this.finish();
    this.opened.close();
  }

  /** As a killed process leaves it, but for the lock, which this process still holds: nothing in the ring is on the disk. */
  kill(): void {
    this.opened.close();
  }
}

function journalFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.journal'))
    .sort();
}

describe.each(KINDS)('a journal that is opened (%s)', (_kind, native) => {
  it('gives back every record of the day so far, with a higher epoch, after an orderly end and after none', () => {
    const directory = freshDirectory();
    const first = new Day(optionsFor(directory), native);
    expect([first.opened.epoch, first.opened.outcome.records]).toEqual([1, 0]);
    first.write(1, 40);
    first.end();
    const second = new Day(optionsFor(directory), native);
    expect([second.opened.epoch, second.numbers]).toEqual([2, upTo(40)]);
    second.write(41, 60);
    second.kill();
    const third = new Day(optionsFor(directory), native);
    expect([third.opened.epoch, third.numbers, third.opened.warnings]).toEqual([3, upTo(60), []]);
    third.end();
    expect(existsSync(join(directory, 'ring'))).toBe(false);
  });

  it('survives a start that dies before it wrote anything, many times over', () => {
    const directory = freshDirectory();
    const first = new Day(optionsFor(directory), native);
    first.write(1, 5);
    first.kill();
    for (let i = 0; i < 5; i++) new Day(optionsFor(directory), native).kill();
    const last = new Day(optionsFor(directory), native);
    expect(last.numbers).toEqual(upTo(5));
    last.end();
    expect(journalFiles(directory).length).toBeLessThanOrEqual(2);
  });

  it('refuses a day that is sealed, and begins the next one at nought', () => {
    const directory = freshDirectory();
    const first = new Day(optionsFor(directory), native);
    first.write(1, 3);
    expect(first.day.sealed(DAY, 0, 3, 0)).toBe(true);
    first.end();
    expect(() => openJournal(optionsFor(directory), NOTHING, native)).toThrow(/the day 20261121 of nasdaq is over/);
    const next = new Day(optionsFor(directory, { day: DAY + 1 }), native);
    expect([next.numbers, next.opened.epoch]).toEqual([[], 2]);
    next.end();
  });

  it('is refused while this process holds it', () => {
    const directory = freshDirectory();
    const first = new Day(optionsFor(directory), native);
    expect(() => openJournal(optionsFor(directory), NOTHING, native)).toThrow(/is held by this process/);
    first.end();
    new Day(optionsFor(directory), native).end();
  });

  it('names the file that is missing from the middle of a day', () => {
    const directory = freshDirectory();
    for (let i = 0; i < 3; i++) {
      const day = new Day(optionsFor(directory), native);
      day.write(i * 10 + 1, i * 10 + 10);
      day.end();
    }
    expect(journalFiles(directory)).toHaveLength(3);
    rmSync(join(directory, 'nasdaq-20261121-0002.journal'));
    let error: unknown;
    try {
      openJournal(optionsFor(directory), NOTHING, native);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(JournalError);
    expect((error as JournalError).message).toMatch(
      /nasdaq-20261121-0002.journal is missing; the journal goes on in nasdaq-20261121-0003.journal/,
    );
    expect((error as JournalError).remedy).toContain('restore the file from a copy');
    // And is no longer held: mended, it opens.
    writeFileSync(join(directory, 'nasdaq-20261121-0002.journal'), '');
    expect(() => openJournal(optionsFor(directory), NOTHING, native)).toThrow(/goes on at/);
  });

  it('finishes yesterday’s files from the ring of a process that died before it sealed the day', () => {
    if (native === undefined) return; // its files are complete at every instruction
    const directory = freshDirectory();
    const yesterday = new Day(optionsFor(directory, { day: DAY - 1 }), native);
    yesterday.write(1, 20);
    yesterday.kill();
    const today = new Day(optionsFor(directory), native);
    expect(today.numbers).toEqual([]);
    expect(today.opened.warnings.join()).toMatch(/of nasdaq, 20261120 was not ended in order: 20 records/);
    today.end();
    const again = new Day(optionsFor(directory, { day: DAY - 1 }), native);
    expect(again.numbers).toEqual(upTo(20));
    again.end();
  });

  it('reads nothing of another version, and does not cut it', () => {
    const directory = freshDirectory();
    const first = new Day(optionsFor(directory), native);
    first.write(1, 3);
    first.end();
    const path = join(directory, 'nasdaq-20261121-0001.journal');
    const bytes = readFileSync(path);
    bytes.writeInt32LE(9, 8);
    writeFileSync(path, bytes);
    expect(() => openJournal(optionsFor(directory), NOTHING, native)).toThrow(/is of version 9, this program reads 1/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('complaint 22: a process killed at the wrong instant leaves a bad roll header or a lock that needs an operator', () => {
  it('goes on over a file whose header was torn, without waiting and without skipping a record', () => {
    for (const torn of ['zeroes', 'half', 'empty'] as const) {
      const directory = freshDirectory();
      const first = new Day(optionsFor(directory), undefined);
      first.write(1, 20);
      first.end();
      const second = new Day(optionsFor(directory), undefined);
      second.write(21, 30);
      second.kill();
      const path = join(directory, 'nasdaq-20261121-0002.journal');
      const bytes = readFileSync(path);
      if (torn === 'zeroes') writeFileSync(path, bytes.fill(0, 0, 256));
      if (torn === 'half') writeFileSync(path, bytes.fill(0, 40, 256));
      if (torn === 'empty') truncateSync(path, 0);
      const third = new Day(optionsFor(directory), undefined);
      expect(third.numbers).toEqual(upTo(torn === 'empty' ? 20 : 30));
      expect(third.opened.warnings.join()).toMatch(/0002.journal (has|does|ends).*interrupted while it was made/);
      third.write(third.numbers.length + 1, 40);
      third.end();
      const fourth = new Day(optionsFor(directory), undefined);
      expect([fourth.numbers, fourth.opened.warnings]).toEqual([upTo(40), []]);
      fourth.end();
    }
  });

  it.each(KINDS)('takes over a lock whose process is dead, and not one whose process lives (%s)', (_kind, native) => {
    const directory = freshDirectory();
    const self = thisProcess();
    // A process number that was given anew since, one that nobody has, and another boot's.
    const dead = [
      { ...self, startTicks: '1' },
      { ...self, pid: 2 ** 22 + 1 },
      { ...self, bootId: 'another' },
    ];
    for (const [i, claim] of dead.entries()) {
      writeFileSync(join(directory, `lock.${claim.pid}.${i}`), JSON.stringify({ ...claim, isLocked: false }));
    }
    lockJournal(directory, native).release();
    expect(readdirSync(directory)).toEqual([]);
    const parent = { ...self, pid: process.ppid, startTicks: startTicks(process.ppid) };
    writeFileSync(
      join(directory, `lock.${parent.pid}.${parent.startTicks}`),
      JSON.stringify({ ...parent, isLocked: false }),
    );
    expect(() => lockJournal(directory, native)).toThrow(`is held by process ${process.ppid}`);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('needs nobody for the lock of a container that is gone: the kernel has given it back', () => {
    if (NATIVE?.lockFile === undefined) return;
    const directory = freshDirectory();
    const gone = { ...thisProcess(), pid: 1, pidNamespace: 'pid:[1]', isLocked: true };
    writeFileSync(join(directory, 'lock.1.7'), JSON.stringify(gone));
    lockJournal(directory, NATIVE).release();
    writeFileSync(join(directory, 'lock.1.7'), JSON.stringify(gone));
    const descriptor = NATIVE.lockFile(join(directory, 'lock.1.7'));
    expect(() => lockJournal(directory, NATIVE)).toThrow('is held by process 1');
    NATIVE.unlockFile(descriptor);
    lockJournal(directory, NATIVE).release();
  });
});

function startTicks(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')[19];
}
