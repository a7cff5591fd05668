/** How often a thread may be started again. */
export interface RestartPolicy {
  /** Most restarts within the window; one more end and the thread stays down. */
  readonly maxRestarts: number;
  readonly windowMs: number;
}

/** Counts restarts against a {@link RestartPolicy}, so that a thread that ends at once every time is given up. */
export class RestartBudget {
  private readonly policy: RestartPolicy;
  private taken: number[] = [];

  constructor(policy: RestartPolicy) {
    this.policy = policy;
  }

  /** @returns whether one more restart is allowed now, and counts it if so */
  take(nowMs: number): boolean {
    this.taken = this.taken.filter((takenMs) => nowMs - takenMs < this.policy.windowMs);
    if (this.taken.length >= this.policy.maxRestarts) return false;
    this.taken.push(nowMs);
    return true;
  }

  /** Restarts within the window. */
  get used(): number {
    return this.taken.length;
  }
}
