import type { RetransmitPolicy } from './arbiter-config.ts';

/** How many units may still be asked for: so many in each window of time, counted from the first request in it. */
export class RetransmitBudget {
  /** Cell 0: end of the current window (ns). Cell 1: units left in it. */
  readonly cells = new Float64Array(2);
  private readonly policy: RetransmitPolicy;

  constructor(policy: RetransmitPolicy) {
    this.policy = policy;
  }

  /**
   * Takes up to `wanted` units at the time in `clock[cell]`.
   * @returns how many may be asked for; 0 until `cells[0]`
   */
  take(wanted: number, clock: Float64Array, cell: number): number {
    const { cells, policy } = this;
    if (clock[cell] >= cells[0]) {
      cells[0] = clock[cell] + policy.budgetWindowNs;
      cells[1] = policy.budgetUnits;
    }
    const granted = Math.min(wanted, cells[1], policy.maxUnitsPerRequest);
    cells[1] -= granted;
    return granted;
  }
}
