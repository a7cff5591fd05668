/** Where a source of evidence stands: its connection, and whether what it says is up to date. */
export const SourceState = {
  down: 0,
  connecting: 1,
  loggingIn: 2,
  /** What it says is up to date, but for the way here. */
  live: 3,
  /** It has said that its day is over. */
  ended: 4,
} as const;
export type SourceState = (typeof SourceState)[keyof typeof SourceState];

/** Cells of the counters of a source of evidence, in order: one writer (its gateway's thread), read by the status view and metrics. */
export const SourceCell = {
  /** {@link SourceState} */
  state: 0,
  /** Monotonic ns at which the state began. */
  sinceNs: 1,
  dials: 2,
  logins: 3,
  loginRejects: 4,
  losses: 5,
  /** Records that were understood and are about an order of a port of ours, and those of them that tell an execution. */
  records: 6,
  executions: 7,
  /** Records that can't be read, and those that are about nobody's order here. */
  malformed: 8,
  foreign: 9,
  /** Number of the next record: what the next login asks for. */
  next: 10,
  /** Monotonic ns at which anything was received last. */
  heardNs: 11,
} as const;
export const SOURCE_CELLS = 12;
