const TIMER_COUNT = 64;
const NS_PER_MS = 1e6;

/**
 * The timers of one strategy, fired from its thread's duty cycle: no event loop is involved, and nothing is allocated
 * when one is set or fires.
 */
export class StrategyTimers {
  private readonly dueNs = new Float64Array(TIMER_COUNT).fill(Number.POSITIVE_INFINITY);
  private readonly periodNs = new Float64Array(TIMER_COUNT);
  /** Cell 0: the earliest due time, so that a turn with nothing due costs one comparison. */
  private readonly nextDueNs = new Float64Array([Number.POSITIVE_INFINITY]);

  /**
   * @param now cell `cell` holds the monotonic ns of this turn
   * @throws {RangeError} on a timer outside 0…63 or a delay that is no positive number
   */
  set(timer: number, delayMs: number, periodMs: number, now: Float64Array, cell: number): void {
    if (!Number.isInteger(timer) || timer < 0 || timer >= TIMER_COUNT) {
      throw new RangeError(`timer must be 0 to ${TIMER_COUNT - 1}, not ${timer}`);
    }
    if (!(delayMs >= 0) || !(periodMs >= 0)) {
      throw new RangeError(
        `timer ${timer}: delay and period are milliseconds from 0 up, not ${delayMs} and ${periodMs}`,
      );
    }
    this.dueNs[timer] = now[cell] + delayMs * NS_PER_MS;
    this.periodNs[timer] = periodMs * NS_PER_MS;
    this.findNext();
  }

  clear(timer: number): void {
    if (timer >= 0 && timer < TIMER_COUNT) this.dueNs[timer] = Number.POSITIVE_INFINITY;
    this.findNext();
  }

  /** True if some timer is due. */
  due(now: Float64Array, cell: number): boolean {
    return now[cell] >= this.nextDueNs[0];
  }

  /**
   * Takes the next due timer: one-shot ones end, periodic ones move on (a late turn does not make them fire twice).
   * @returns its number, or -1
   */
  take(now: Float64Array, cell: number): number {
    const nowNs = now[cell];
    for (let timer = 0; timer < TIMER_COUNT; timer++) {
      if (this.dueNs[timer] > nowNs) continue;
      const periodNs = this.periodNs[timer];
      if (periodNs > 0) {
        const missed = Math.floor((nowNs - this.dueNs[timer]) / periodNs);
        this.dueNs[timer] += (missed + 1) * periodNs;
      } else {
        this.dueNs[timer] = Number.POSITIVE_INFINITY;
      }
      this.findNext();
      return timer;
    }
    return -1;
  }

  private findNext(): void {
    let next = Number.POSITIVE_INFINITY;
    for (let timer = 0; timer < TIMER_COUNT; timer++) next = Math.min(next, this.dueNs[timer]);
    this.nextDueNs[0] = next;
  }
}
