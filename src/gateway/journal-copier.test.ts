import { describe, expect, it } from 'vitest';
import { JournalRing } from '../journal/journal-ring.ts';
import { JOURNAL_FULL, JournalWriter } from '../journal/journal-writer.ts';
import { decodeRecord } from '../journal/record-decoder.ts';
import { JournalRecord } from '../journal/record-types.ts';
import { formatJournalRing, JournalRingLayout, JournalState } from '../journal/ring-layout.ts';
import { SegmentLayout } from '../journal/segment-format.ts';
import type { RecordBuffer } from '../journal/segment-scan.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { completeJournal } from './journal-complete.ts';
import { DirectJournal, SyncedJournal } from './journal-output.ts';
import { JournalRun, NumberSink, RUN_DIRECTORY, RUN_IDENTITY, RUN_SEGMENT_BYTES, upTo } from './testing/journal-run.ts';
import { MemoryDisk } from './testing/memory-disk.ts';

const RETRY_NS = 100e6;

function recovered(run: JournalRun): NumberSink {
  const sink = new NumberSink();
  completeJournal(run.disk.afterKill(), RUN_DIRECTORY, RUN_IDENTITY, run.memory, sink);
  return sink;
}

/** Names of the records, in order. */
function namesIn(run: JournalRun): string[] {
  const names: string[] = [];
  const sink = {
    onRecord: (type: number, { view }: RecordBuffer, offset: number, length: number) =>
      names.push(decodeRecord(type, view, offset, length).name),
  };
  completeJournal(run.disk.afterKill(), RUN_DIRECTORY, RUN_IDENTITY, run.memory, sink);
  return names;
}

/** Lets time pass and the copier work until it has nothing to do. */
function settle(run: JournalRun, ns = RETRY_NS): void {
  run.nowNs[0]! += ns;
  while (run.copier.doWork() > 0);
}

const enter = (run: JournalRun) => run.writer.enterIntent(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const cancel = (run: JournalRun) => run.writer.cancelIntent(1, 0, 0, 0, 0);

describe('a copier', () => {
  it('rolls by size: every file holds whole records and nothing else, and the next begins where it ends', () => {
    const run = new JournalRun();
    for (let i = 0; i < 1500; i++) {
      run.write(i);
      if (i % 20 === 0) run.copier.doWork();
    }
    run.copier.close();
    const names = run.disk.list(RUN_DIRECTORY).filter((name) => name.endsWith('.journal'));
    expect(names.length).toBeGreaterThan(10);
    let records = 0;
    for (const name of names) {
      const { length } = run.disk.content(`${RUN_DIRECTORY}/${name}`);
      expect(length).toBeLessThanOrEqual(RUN_SEGMENT_BYTES);
      records += length - SegmentLayout.headerBytes;
    }
    expect(records).toBe(run.ring.position);
    expect(recovered(run).numbers).toEqual(upTo(1500));
  });

  it('syncs whenever there is something with `disk`, and every so often with `process`', () => {
    for (const durability of ['disk', 'process'] as const) {
      const run = new JournalRun({ durability, syncIntervalNs: 5e9 });
      run.copier.doWork();
      run.write(0);
      settle(run, 1);
      expect(run.ring.isSynced(run.ring.endLow)).toBe(durability === 'disk');
      settle(run, 5e9);
      expect(run.ring.isSynced(run.ring.endLow)).toBe(true);
    }
  });

  it('closes the file behind the record that seals the day, with everything on the disk', () => {
    const run = new JournalRun();
    run.write(0);
    expect(run.day.sealed(RUN_IDENTITY.day, 0, 1, 0)).toBe(true);
    settle(run);
    const cells = new Int32Array(run.memory);
    expect(cells[JournalRingLayout.sealedCell]).toBe(1);
    expect(run.ring.isSynced(run.ring.endLow)).toBe(true);
    const outcome = completeJournal(run.disk.afterKill(), RUN_DIRECTORY, RUN_IDENTITY, undefined, new NumberSink());
    expect(outcome).toMatchObject({ sealed: true, records: 2 });
    const files = run.disk.list(RUN_DIRECTORY).length;
    settle(run);
    run.copier.close();
    expect(run.disk.list(RUN_DIRECTORY)).toHaveLength(files);
  });

  it('goes on with the next day when the ring is made anew for it, in files of that day', () => {
    const run = new JournalRun();
    run.write(0);
    run.day.sealed(RUN_IDENTITY.day, 0, 1, 0);
    settle(run);
    const tomorrow = { ...RUN_IDENTITY, day: RUN_IDENTITY.day + 1 };
    formatJournalRing(run.memory, tomorrow, 2, 0, 0);
    const ring = new JournalRing(run.memory);
    const writer = new JournalWriter(ring, run.nowNs, new Float64Array(2));
    for (let i = 1; i <= 5; i++) writer.barrier(i, 0, 0, 0);
    settle(run);
    run.copier.close();
    expect(ring.isSynced(ring.endLow)).toBe(true);
    const sink = new NumberSink();
    const outcome = completeJournal(run.disk.afterKill(), RUN_DIRECTORY, tomorrow, undefined, sink);
    expect([outcome.sealed, sink.numbers]).toEqual([false, upTo(5)]);
    expect(recovered(run).numbers).toEqual([1, 0]);
  });

  it('stops for good on bytes in the ring that no writer wrote, and never puts them into a file', () => {
    const run = new JournalRun();
    run.write(0);
    const firstBytes = run.ring.position;
    run.write(1);
    const cells = new Int32Array(run.memory);
    cells[(JournalRingLayout.headerBytes + firstBytes + 32) >> 2]! ^= 1;
    settle(run);
    expect(run.ring.state).toBe(JournalState.failed);
    expect([enter(run), cancel(run)]).toEqual([false, true]);
    const file = run.disk.content(`${RUN_DIRECTORY}/nasdaq-20261121-0001.journal`);
    expect(file.subarray(SegmentLayout.headerBytes + firstBytes).some((byte) => byte !== 0)).toBe(false);
  });
});

describe('a disk that is full', () => {
  /** Room for one file and not quite for another. */
  function fullDisk(): MemoryDisk {
    const disk = new MemoryDisk();
    disk.capacityBytes = RUN_SEGMENT_BYTES * 1.5;
    return disk;
  }

  it('is noticed a whole file before the room runs out: new orders stop, cancels go on and reach the disk', () => {
    const run = new JournalRun({ disk: fullDisk() });
    expect(enter(run)).toBe(true);
    settle(run);
    expect(run.ring.state).toBe(JournalState.diskFull);
    expect(new Int32Array(run.memory)[JournalRingLayout.errnoCell]).toBe(28);
    expect(run.copier.trouble).toContain('ENOSPC');
    expect([enter(run), run.writer.replaceIntent(1, 0, 0, 0, 0)]).toEqual([false, false]);
    for (let i = 0; i < 200; i++) {
      expect(cancel(run)).toBe(true);
      settle(run);
    }
    expect(run.ring.isSynced(run.ring.endLow)).toBe(true);
    expect(run.ring.lost).toBe(0);
  });

  it('lets orders through again when it has room', () => {
    const run = new JournalRun({ disk: fullDisk() });
    enter(run);
    settle(run);
    expect(enter(run)).toBe(false);
    run.disk.capacityBytes = Number.POSITIVE_INFINITY;
    settle(run);
    expect(run.ring.state).toBe(JournalState.ok);
    expect(enter(run)).toBe(true);
    settle(run);
    expect(namesIn(run)).toEqual(['enterIntent', 'enterIntent']);
  });

  it('for so long that even the ring fills up loses facts, counts them, and says so in the journal', () => {
    const run = new JournalRun({ disk: fullDisk() });
    let cancels = 0;
    for (let i = 0; i < 5000 && run.ring.lost === 0; i++) {
      if (cancel(run)) cancels++;
      settle(run);
    }
    expect(run.ring.lost).toBe(1);
    for (let i = 0; i < 9; i++) expect(cancel(run)).toBe(false);
    run.disk.capacityBytes = Number.POSITIVE_INFINITY;
    settle(run);
    expect(enter(run)).toBe(true);
    settle(run);
    const names = namesIn(run);
    expect(names.slice(0, cancels).every((name) => name === 'cancelIntent')).toBe(true);
    expect(names.slice(cancels)).toEqual(['lost', 'enterIntent']);
  });
});

describe('a disk that fails', () => {
  it('to write is tried again: new orders stop meanwhile, and nothing is lost', () => {
    const run = new JournalRun();
    run.write(0);
    settle(run);
    run.disk.failing.set('write', { code: 'EIO', errno: 5 });
    run.write(1);
    settle(run);
    expect(run.ring.state).toBe(JournalState.ioError);
    expect([enter(run), run.write(1)]).toEqual([false, true]);
    run.disk.failing.clear();
    settle(run);
    expect(run.ring.state).toBe(JournalState.ok);
    run.write(0);
    settle(run);
    expect(recovered(run).numbers).toEqual(upTo(4));
  });

  it('to sync is never believed again until a restart: new orders stop, cancels go on', () => {
    const run = new JournalRun({ durability: 'disk' });
    run.write(0);
    settle(run);
    run.disk.failing.set('sync', { code: 'EIO', errno: 5 });
    run.write(1);
    settle(run);
    run.disk.failing.clear();
    settle(run);
    expect(run.ring.state).toBe(JournalState.failed);
    expect(run.ring.isSynced(run.ring.endLow)).toBe(false);
    const before = run.ring.endLow;
    for (let i = 0; i < 3000; i++) {
      expect(cancel(run)).toBe(true);
      if (i % 100 === 0) settle(run);
    }
    settle(run);
    expect(enter(run)).toBe(false);
    expect([run.ring.lost, run.ring.isSynced(before)]).toEqual([0, false]);
    expect(recovered(run).numbers).toHaveLength(3002);
  });
});

describe('an order that is not as safe as was configured', () => {
  const enterBy = (writer: JournalWriter) => writer.enterIntent(1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  it('is taken back in the journal and not sent: the disk does not answer in time', () => {
    const run = new JournalRun({ durability: 'disk' });
    const nowNs = new Float64Array(1);
    // Each look at the clock takes a millisecond.
    const clock = {
      nowNs,
      read(): void {
        nowNs[0]! += 1e6;
      },
      readUtcOffsetNs: () => 0,
    };
    const output = new SyncedJournal(run.ring, clock, 20e6);
    const writer = new JournalWriter(output, run.nowNs, new Float64Array(2));
    expect(enterBy(writer)).toBe(false);
    expect(nowNs[0]).toBe(21e6);
    expect(namesIn(run)).toEqual(['enterIntent', 'sendResult']);
    // What doesn't open risk is never waited for.
    expect(writer.cancelIntent(1, 0, 0, 0, 0)).toBe(true);
    expect(nowNs[0]).toBe(21e6);
  });

  it('is taken back in the journal and not sent: the portable build can’t write its file', () => {
    for (const syncs of [false, true]) {
      const run = new JournalRun({ durability: syncs ? 'disk' : 'process' });
      run.copier.begin();
      const writer = new JournalWriter(new DirectJournal(run.ring, run.copier, syncs), run.nowNs, new Float64Array(2));
      expect(enterBy(writer)).toBe(true);
      // In the file when commit returns, with nobody's help.
      const sink = new NumberSink();
      completeJournal(run.disk.afterKill(), RUN_DIRECTORY, RUN_IDENTITY, undefined, sink);
      expect(sink.numbers).toEqual([1]);
      expect(run.ring.isSynced(run.ring.endLow)).toBe(syncs);
      run.disk.failing.set('write', { code: 'ENOSPC', errno: 28 });
      expect(enterBy(writer)).toBe(false);
      expect(run.ring.state).toBe(JournalState.diskFull);
      expect(namesIn(run)).toEqual(['enterIntent', 'enterIntent', 'sendResult']);
    }
  });

  it('is told by the reason that the order half has for it', () => {
    expect(JOURNAL_FULL).toBe(RefusalReason.journalFull);
    expect(JournalRecord.sendResult.fields.map(({ name }) => name)).toContain('reason');
  });
});
