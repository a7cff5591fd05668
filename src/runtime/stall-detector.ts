/**
 * Tells from a thread's turn counter, looked at now and then, whether its duty cycle stands still, and for how long.
 * The thread itself spends nothing on it.
 */
export class StallDetector {
  private readonly maxStepMs: number;
  private lastTurns = Number.NaN;
  private lastLookMs = 0;
  private still = 0;

  /**
   * @param intervalMs how often {@link look} is called. A look that comes much later says that the looker was held up
   * (the process was stopped, the machine slept), and so perhaps was the thread: only two intervals of it count.
   */
  constructor(intervalMs: number) {
    this.maxStepMs = 2 * intervalMs;
  }

  /** @returns for how many ms the turns have stood still; 0 while they move */
  look(turns: number, nowMs: number): number {
    if (turns !== this.lastTurns) {
      this.lastTurns = turns;
      this.still = 0;
    } else this.still += Math.min(nowMs - this.lastLookMs, this.maxStepMs);
    this.lastLookMs = nowMs;
    return this.still;
  }
}
