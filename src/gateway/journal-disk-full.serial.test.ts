import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { JournalWriter } from '../journal/journal-writer.ts';
import { JournalRingLayout, JournalState } from '../journal/ring-layout.ts';
import type { RecordSink } from '../journal/segment-scan.ts';
import { JournalCopier } from './journal-copier.ts';
import { hostDisk } from './journal-disk.ts';
import { journalMemory } from './journal-memory.ts';
import { openJournal } from './journal-open.ts';
import { attachJournal } from './journal-output.ts';

/** A real file system that is full: 2 MiB of memory, mounted for the test. */
const MOUNT_BYTES = 2 << 20;
const SEGMENT_BYTES = 256 * 1024;
const STEP_NS = 200e6;
const NATIVE = loadNative();
const NOTHING: RecordSink = { onRecord() {} };

let root: string;
let mount: string;
let isMounted = false;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'warmline-journal-'));
  mount = join(root, 'full');
  mkdirSync(mount);
  const result = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${MOUNT_BYTES}`, 'warmline-test', mount]);
  isMounted = result.status === 0;
});

afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', mount]);
  rmSync(root, { recursive: true, force: true });
});

describe.each(['process', 'disk'] as const)('a file system that is full (durability %s)', (durability) => {
  it('stops new orders, lets cancels through to the files, and is used again when it has room', (context) => {
    if (!isMounted) context.skip('this host lets us mount nothing');
    if (NATIVE === undefined) context.skip('a mapped journal needs the native addon');
    const directory = join(mount, durability);
    const options = { directory, venue: 'nasdaq', day: 20261121, durability, segmentBytes: SEGMENT_BYTES };
    // The ring lies elsewhere, as it does by default.
    const ringPath = join(root, `${durability}.ring`);
    const small = { ringCapacityBytes: JournalRingLayout.minimumCapacityBytes, syncWaitNs: 0, ringPath };
    const opened = openJournal({ ...options, ...small }, NOTHING, NATIVE);
    const nowNs = Float64Array.of(1e9);
    const copier = new JournalCopier(journalMemory(opened.setup, NATIVE), hostDisk, opened.setup, nowNs);
    copier.begin();
    const { output } = attachJournal(opened.setup, NATIVE, nowNs);
    const writer = new JournalWriter(output, nowNs, new Float64Array(2));
    const settle = (): void => {
      nowNs[0]! += STEP_NS;
      while (copier.doWork() > 0);
    };
    const order = (): boolean => {
      const ok = writer.enterIntent(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 100, 10_000, 0, 0);
      settle();
      // `disk` and no time to wait: the order is taken back. What counts here is whether its intent found room.
      return durability === 'disk' ? output.state === JournalState.ok : ok;
    };
    expect(order()).toBe(true);
    const ballast = join(mount, 'ballast');
    expect(() => writeFileSync(ballast, new Uint8Array(2 * MOUNT_BYTES))).toThrow('ENOSPC');
    // Cancels fill what is left of the file that was there, roll into the spare one, and then there is no more.
    for (let i = 0; i < 4000 && output.state === JournalState.ok; i++) {
      expect(writer.cancelIntent(i, 0, 1, 0, 0)).toBe(true);
      settle();
    }
    expect(output.state).toBe(JournalState.diskFull);
    expect(order()).toBe(false);
    for (let i = 0; i < 1000; i++) {
      expect(writer.cancelIntent(i, 0, 1, 0, 0)).toBe(true);
      settle();
    }
    expect(output.isSynced(output.endLow)).toBe(true);
    expect(() => openJournal({ ...options, directory: join(mount, 'other') }, NOTHING, undefined)).toThrow(
      /has no room for its journal/,
    );
    rmSync(ballast);
    settle();
    expect(order()).toBe(true);
    copier.close();
    opened.close();
    let records = 0;
    const again = openJournal({ ...options, ...small }, { onRecord: () => records++ }, NATIVE);
    expect(again.warnings).toEqual([]);
    expect(records).toBeGreaterThan(1000);
    again.close();
    rmSync(directory, { recursive: true });
  });
});
