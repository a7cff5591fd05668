import { describe, expect, it } from 'vitest';
import type { RecordSink } from '../journal/segment-scan.ts';
import { completeJournal } from './journal-complete.ts';
import { JournalRun, NumberSink, RUN_DIRECTORY, RUN_IDENTITY, upTo } from './testing/journal-run.ts';

const NOTHING: RecordSink = { onRecord() {} };

describe('recovery', () => {
  it('reads files that are far larger than the memory it reads through', () => {
    const records = 100_000;
    const run = new JournalRun({ segmentBytes: 32 << 20 });
    for (let i = 0; i < records; i++) {
      run.write(i);
      if (i % 50 === 0) run.copier.doWork();
    }
    run.copier.close();
    const sink = new NumberSink();
    const outcome = completeJournal(run.disk, RUN_DIRECTORY, RUN_IDENTITY, undefined, sink);
    expect(outcome.segments).toHaveLength(1);
    expect(outcome.position).toBeGreaterThan(2 * (1 << 22));
    expect(sink.numbers).toEqual(upTo(records));
  });

  it('names the records that are missing where a file was cut short, and where one belongs to another gateway', () => {
    const run = new JournalRun({ durability: 'disk' });
    for (let i = 0; i < 300; i++) {
      run.write(i);
      run.copier.doWork();
    }
    run.copier.close();
    const names = run.disk
      .list(RUN_DIRECTORY)
      .filter((name) => name.endsWith('.journal'))
      .sort();
    expect(names.length).toBeGreaterThan(3);
    const without = (change: (disk: typeof run.disk) => void) => () => {
      const disk = run.disk.afterKill();
      change(disk);
      return completeJournal(disk, RUN_DIRECTORY, RUN_IDENTITY, undefined, NOTHING);
    };
    expect(without(() => {})().records).toBe(300);
    const shortened = without((disk) => disk.truncate(disk.open(`${RUN_DIRECTORY}/${names[1]}`, 'existing'), 5000));
    expect(shortened).toThrow(
      /0002.journal has (nothing|the beginning of a record) at position \d+, and the journal goes on at \d+ in nasdaq-20261121-0003/,
    );
    const renamed = without((disk) => {
      disk.rename(`${RUN_DIRECTORY}/${names[2]}`, `${RUN_DIRECTORY}/aside`);
      disk.rename(`${RUN_DIRECTORY}/${names[1]}`, `${RUN_DIRECTORY}/${names[2]}`);
      disk.rename(`${RUN_DIRECTORY}/aside`, `${RUN_DIRECTORY}/${names[1]}`);
    });
    expect(renamed).toThrow(/says of itself that it is nasdaq-20261121-000\d.journal: files were renamed/);
    const doubled = without((disk) => {
      const last = disk.content(`${RUN_DIRECTORY}/${names[1]}`).slice();
      const file = disk.open(`${RUN_DIRECTORY}/${names[0]}`, 'existing');
      disk.write(file, last.subarray(256), 0, 96, disk.sizeOf(file));
    });
    expect(doubled).toThrow(/begins at position \d+, which nasdaq-20261121-0001.journal holds already/);
  });

  it('refuses a ring that says it holds less than the files lack', () => {
    const run = new JournalRun({ durability: 'disk' });
    for (let i = 0; i < 3000; i++) {
      run.write(i);
      run.copier.doWork();
    }
    const disk = run.disk.afterKill();
    const first = disk
      .list(RUN_DIRECTORY)
      .filter((name) => name.endsWith('.journal'))
      .sort()[0];
    for (const name of disk.list(RUN_DIRECTORY)) {
      if (name !== first) disk.remove(`${RUN_DIRECTORY}/${name}`);
    }
    expect(() => completeJournal(disk, RUN_DIRECTORY, RUN_IDENTITY, run.memory, NOTHING)).toThrow(
      /0001.journal ends at position \d+, but everything up to \d+ had been written/,
    );
  });
});
