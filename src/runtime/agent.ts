/**
 * A unit of work with a duty cycle. A thread runs one or more agents under an idle strategy; an agent knows nothing
 * of the thread it runs on.
 */
export interface Agent {
  /** Shown in counters, logs and errors. */
  readonly name: string;
  /** One turn of the duty cycle: never blocks, never awaits. @returns how much work was done; 0 lets the thread idle */
  doWork(): number;
  /** Releases what the agent holds. May be called twice. */
  close(): void;
}
