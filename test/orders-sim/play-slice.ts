import { playHistory } from './history.ts';
import { addResult, emptyTally, fail, type Tally } from './tally.ts';

/** Plays the histories of `count` seeds from `first` on. What the code throws counts as a failure of its history. */
export function playSlice(first: number, count: number): Tally {
  const tally = emptyTally();
  for (let seed = first; seed < first + count; seed++) {
    try {
      addResult(tally, playHistory(seed));
    } catch (error) {
      tally.histories++;
      fail(tally, { seed, wrong: [error instanceof Error ? (error.stack ?? error.message) : String(error)] });
    }
  }
  return tally;
}
