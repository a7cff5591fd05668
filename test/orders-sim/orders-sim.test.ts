import { describe, expect, it } from 'vitest';
import { playHistory } from './history.ts';
import { LEAST_ORDERS } from './history-plan.ts';
import { playSlice } from './play-slice.ts';
import { describeTally, emptyTally, rarities } from './tally.ts';

/** A slice of `npm run sim:orders`: fixed seeds, so that the suite is the same every time. */
const FIRST_SEED = 20260101;
const HISTORIES = 200;
const PARTS = 4;

describe('orders whatever fails', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => part))(
    'end as the venue has them, none lost and none twice, in histories of part %i',
    (part) => {
      const count = HISTORIES / PARTS;
      const tally = playSlice(FIRST_SEED + part * count, count);
      expect(tally.failures).toEqual([]);
      expect(tally.histories).toBe(count);
      expect(tally.orders).toBeGreaterThanOrEqual(count * LEAST_ORDERS);
      expect(tally.inFlight).toBeGreaterThanOrEqual(count);
    },
  );
});

describe('the simulation', () => {
  it('plays a seed the same way every time, line by line', () => {
    const play = (): string[] => {
      const lines: string[] = [];
      playHistory(FIRST_SEED, (line) => lines.push(line));
      return lines;
    };
    const first = play();
    expect(first.length).toBeGreaterThan(LEAST_ORDERS);
    expect(play()).toEqual(first);
  });

  it('names every row and fault that it met too seldom, and how to see a failure again', () => {
    const tally = emptyTally();
    expect(rarities(tally)).toHaveLength(tally.rows.length + tally.faults.length);
    tally.failed = 1;
    tally.failures.push({ seed: 77, wrong: ['an order is lost'] });
    expect(describeTally(tally, 1)).toContain(
      'seed 77: an order is lost\n  again: npm run sim:orders -- --only 77 --trace',
    );
  });
});
