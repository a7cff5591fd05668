import type { Native } from '../io/native.ts';

/** How right this host's UTC is, as far as the kernel was told by what keeps its time (chrony, ntpd, phc2sys). */
export interface ClockSync {
  readonly isSynchronised: boolean;
  /** Offset that the kernel still slews away; programs that steer the frequency leave it at 0. */
  readonly offsetNs: number;
  /** No more than this, by the word of the program that keeps time; grows for as long as that says nothing. */
  readonly maxErrorNs: number;
  readonly estimatedErrorNs: number;
}

const NOT_SYNCHRONISED = 5;
const Cell = { offset: 0, maxError: 1, estimatedError: 2, cells: 3 } as const;

/** One cheap call into the kernel, nothing is started. @returns undefined where nobody can tell */
export function readClockSync(native: Pick<Native, 'clockState'> | undefined): ClockSync | undefined {
  const cells = new Float64Array(Cell.cells);
  const state = native?.clockState(cells) ?? -1;
  if (state < 0) return undefined;
  return {
    isSynchronised: state !== NOT_SYNCHRONISED,
    offsetNs: cells[Cell.offset],
    maxErrorNs: cells[Cell.maxError],
    estimatedErrorNs: cells[Cell.estimatedError],
  };
}
