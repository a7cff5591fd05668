import type { Jitter } from './jitter.ts';

export interface BackoffOptions {
  /** Wait before the first new try; each further one waits twice as long. */
  readonly firstNs: number;
  readonly maxNs: number;
}

/** Share of a wait that is left to chance: from half of it to all of it. */
const LEAST_SHARE = 0.5;

/** How long to wait before the next try. Doubles with each failure, starts anew after a success. */
export class Backoff {
  private readonly options: BackoffOptions;
  private readonly jitter: Jitter;
  private failures = 0;

  constructor(options: BackoffOptions, jitter: Jitter) {
    this.options = options;
    this.jitter = jitter;
  }

  /** Counts a failure. @returns ns to wait */
  nextNs(): number {
    const { firstNs, maxNs } = this.options;
    const waitNs = Math.min(maxNs, firstNs * 2 ** this.failures);
    if (waitNs < maxNs) this.failures++;
    return waitNs * (LEAST_SHARE + (1 - LEAST_SHARE) * this.jitter.fraction());
  }

  succeeded(): void {
    this.failures = 0;
  }
}
