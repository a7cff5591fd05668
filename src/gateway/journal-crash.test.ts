import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalDamage } from '../journal/journal-damage.ts';
import { completeJournal } from './journal-complete.ts';
import { EARLIER_BOOT, JournalRun, NumberSink, RUN_DIRECTORY, RUN_IDENTITY, upTo } from './testing/journal-run.ts';
import type { MemoryDisk } from './testing/memory-disk.ts';

/** What a gateway and its copier do, in any order: write a record of some kind, or let the copier work, time passing. */
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ op: fc.constant('write' as const), kind: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('copy' as const), kind: fc.nat(2) }) },
  ),
  { minLength: 50, maxLength: 600 },
);

function play(run: JournalRun, plan: readonly { op: 'write' | 'copy'; kind: number }[]): void {
  for (const { op, kind } of plan) {
    if (op === 'write') run.write(kind);
    else {
      run.nowNs[0]! += kind * 0.6e9;
      run.copier.doWork();
    }
    if (run.disk.isStopped) return;
  }
}

/** A small generator for what a dying host leaves behind. */
function seeded(seed: number): (n: number) => number {
  let state = seed | 1;
  return (n) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state ^ (state >>> 13)) >>> 0) % n;
  };
}

function recover(disk: MemoryDisk, ring?: ArrayBuffer) {
  const sink = new NumberSink();
  const outcome = completeJournal(disk, RUN_DIRECTORY, RUN_IDENTITY, ring, sink);
  return { ...outcome, numbers: sink.numbers, positions: sink.positions };
}

describe('a process that is killed', () => {
  it('leaves every published record, whatever its copier was doing at that instruction', () => {
    fc.assert(
      fc.property(
        steps,
        fc.nat(260),
        fc.constantFrom('process' as const, 'disk' as const),
        (plan, stops, durability) => {
          const run = new JournalRun({ durability });
          run.disk.stopsAfter = stops;
          play(run, plan);
          const disk = run.disk.afterKill();
          const found = recover(disk, run.memory);
          expect(found.numbers).toEqual(upTo(run.published));
          expect(found.position).toBe(run.ring.position);
          // The ring may be made anew now: the files alone hold it all, and there is nothing left to mend.
          const again = recover(disk);
          expect(again.numbers).toEqual(found.numbers);
          expect([again.cut, again.segments.map(({ headerFault }) => headerFault).filter(Boolean)]).toEqual([
            undefined,
            [],
          ]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('may be killed again while it makes the files complete, at any call, and loses nothing', () => {
    fc.assert(
      fc.property(steps, fc.nat(200), fc.nat(12), (plan, stops, stopsAgain) => {
        const run = new JournalRun();
        run.disk.stopsAfter = stops;
        play(run, plan);
        const disk = run.disk.afterKill();
        disk.stopsAfter = stopsAgain;
        try {
          recover(disk, run.memory);
        } catch (error) {
          expect(disk.isStopped, String(error)).toBe(true);
        }
        expect(recover(disk.afterKill(), run.memory).numbers).toEqual(upTo(run.published));
      }),
      { numRuns: 150 },
    );
  });

  it('is followed by one that goes on in the same day, again and again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(steps, fc.nat(150)), { minLength: 2, maxLength: 4 }), (lives) => {
        let disk: MemoryDisk | undefined;
        let from = { position: 0, records: 0 };
        for (const [plan, stops] of lives) {
          const run = new JournalRun({ disk, from });
          run.disk.stopsAfter = stops;
          play(run, plan);
          disk = run.disk.afterKill();
          const found = recover(disk, run.memory);
          expect(found.numbers).toEqual(upTo(run.published));
          from = { position: found.position, records: run.published };
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a host that dies', () => {
  it('leaves every record that was synced, and nothing but an unbroken beginning of what was written', () => {
    fc.assert(
      fc.property(steps, fc.nat(260), fc.integer(), (plan, stops, seed) => {
        const run = new JournalRun({ boot: EARLIER_BOOT });
        run.disk.stopsAfter = stops;
        play(run, plan);
        const synced = run.syncedPosition;
        const disk = run.disk.afterHostDied(seeded(seed));
        const found = recover(disk);
        expect(found.numbers).toEqual(upTo(found.records));
        expect(found.records).toBeLessThanOrEqual(run.published);
        expect(found.position).toBeGreaterThanOrEqual(synced);
        const again = recover(disk);
        expect(again.numbers).toEqual(found.numbers);
        expect(again.cut).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('leaves every record of which durability `disk` said that it is safe', () => {
    fc.assert(
      fc.property(steps, fc.nat(260), fc.integer(), (plan, stops, seed) => {
        const run = new JournalRun({ durability: 'disk', boot: EARLIER_BOOT });
        run.disk.stopsAfter = stops;
        let safe = 0;
        for (const { kind } of plan) {
          run.write(kind);
          run.copier.doWork();
          if (run.ring.isSynced(run.ring.endLow)) safe = run.published;
          if (run.disk.isStopped) break;
        }
        const found = recover(run.disk.afterHostDied(seeded(seed)));
        expect(found.records).toBeGreaterThanOrEqual(safe);
        expect(found.numbers).toEqual(upTo(found.records));
      }),
      { numRuns: 200 },
    );
  });
});

describe('damage to what was synced', () => {
  it('is refused and named, never read over: every altered byte of a file that another record proves synced', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (where, flip, withRing) => {
        const run = new JournalRun({ durability: 'disk' });
        for (let i = 0; i < 150; i++) {
          run.write(i);
          run.copier.doWork();
        }
        const disk = run.disk.afterKill();
        const names = disk.list(RUN_DIRECTORY).filter((name) => name.endsWith('.journal'));
        const name = names[where % names.length];
        const content = disk.content(`${RUN_DIRECTORY}/${name}`);
        const at = Math.floor(where / names.length) % content.length;
        content[at]! ^= flip;
        const sink = new NumberSink();
        let damage: unknown;
        try {
          completeJournal(disk, RUN_DIRECTORY, RUN_IDENTITY, withRing ? run.memory : undefined, sink);
        } catch (error) {
          damage = error;
        }
        // Never a record that was not written.
        expect(sink.numbers).toEqual(upTo(sink.numbers.length));
        if (damage === undefined) {
          // Zeroes behind the last record, or a header that is known from elsewhere; what the ring still holds mends the
          // file; and nothing but the ring proves the last record.
          expect(sink.numbers.length).toBeGreaterThanOrEqual(withRing ? run.published : run.published - 1);
        } else {
          expect(damage).toBeInstanceOf(JournalDamage);
          expect((damage as JournalDamage).message).toContain('.journal');
        }
      }),
      { numRuns: 250 },
    );
  });
});
