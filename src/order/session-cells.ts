/** Cells of a session's counters: one writer (its gateway), read by the status view, `top` and metrics. */
export const SessionCell = {
  /** {@link SessionState} */
  state: 0,
  dials: 1,
  /** Logins that were accepted, and refused. */
  logins: 2,
  loginRejects: 3,
  /** Times the connection was lost, and times it was suspected. */
  losses: 4,
  suspicions: 5,
  /** {@link Evidence} of the last loss or suspicion, its measure and its bound, and when (monotonic ns). */
  evidence: 6,
  evidenceValue: 7,
  evidenceBound: 8,
  evidenceNs: 9,
  bytesIn: 10,
  bytesOut: 11,
  reports: 12,
  /** Messages handed to the kernel, and those that had to wait for it. */
  sends: 13,
  queuedSends: 14,
  /** Bytes that wait for the kernel now. */
  backlogBytes: 15,
  /** Monotonic ns: anything was heard last; the connection was begun; the state began. */
  heardNs: 16,
  dialledNs: 17,
  sinceNs: 18,
  /** From the login sent to its answer, the last time. */
  loginRoundTripNs: 19,
  /** From the kernel (`TCP_INFO`). */
  roundTripUs: 20,
  retransmits: 21,
  unacknowledged: 22,
  /** See `ack-times.ts`. */
  ackDeadlineNs: 23,
  ackTailNs: 24,
  answers: 25,
  lastAckNs: 26,
  /** Requests that the venue has not answered. */
  unanswered: 27,
  malformed: 28,
  foreign: 29,
  /** errno of the last loss, 0 if none. */
  errno: 30,
  /** From evidence to the first order on another session, the last time. Written by the group. */
  switchNs: 31,
} as const;
export const SESSION_CELLS = 32;
