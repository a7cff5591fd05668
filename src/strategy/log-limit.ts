/** How much a strategy may log. */
export interface LogRate {
  /** Lines at once. */
  readonly burst: number;
  /** Lines a second in the long run. */
  readonly perSecond: number;
}

/** Enough to say what happened; a strategy that logs in a loop fills no disk and no ring with it. */
export const STRATEGY_LOG_RATE: LogRate = { burst: 50, perSecond: 5 };

const NS_PER_SECOND = 1e9;
const Cell = { lines: 0, atNs: 1 } as const;

/** A bucket of lines that fills up by time. Allocates nothing: it stands on a hot thread. */
export class LogLimit {
  private readonly rate: LogRate;
  private readonly cells: Float64Array;

  constructor(rate: LogRate) {
    this.rate = rate;
    this.cells = Float64Array.of(rate.burst, 0);
  }

  /** @param now cells, `now[at]` being monotonic ns @returns whether a line may be written now */
  take(now: Float64Array, at: number): boolean {
    const { cells, rate } = this;
    const since = Math.max(0, now[at] - cells[Cell.atNs]);
    cells[Cell.lines] = Math.min(rate.burst, cells[Cell.lines] + (since / NS_PER_SECOND) * rate.perSecond);
    cells[Cell.atNs] = now[at];
    if (cells[Cell.lines] < 1) return false;
    cells[Cell.lines] -= 1;
    return true;
  }
}
