/**
 * Bounds how often a port logs on within a time, whichever host it does so at: venues lock a login out that asks too
 * often, and a client that keeps asking with a number the venue does not accept must not go on for ever.
 */
export class LogonBudget {
  private readonly stamps: Float64Array;
  private readonly perNs: number;
  private next = 0;

  /** @param logons at most so many within `perNs` */
  constructor(logons: number, perNs: number) {
    this.stamps = new Float64Array(logons).fill(Number.NEGATIVE_INFINITY);
    this.perNs = perNs;
  }

  /** Takes one. @returns false if the budget is used up */
  take(nowNs: number): boolean {
    if (nowNs - this.stamps[this.next] < this.perNs) return false;
    this.stamps[this.next] = nowNs;
    this.next = (this.next + 1) % this.stamps.length;
    return true;
  }

  /** An operator gives leave to begin again. */
  renew(): void {
    this.stamps.fill(Number.NEGATIVE_INFINITY);
  }
}
