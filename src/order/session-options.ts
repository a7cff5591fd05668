import type { BackoffOptions } from './backoff.ts';
import type { OrderConnectionOptions } from './order-protocol.ts';

/** How a port's sessions are kept. All of it has a default in the config's schema. */
export interface SessionOptions {
  readonly connection: OrderConnectionOptions;
  /** A connect that takes longer is given up. */
  readonly connectTimeoutNs: number;
  /** A login without an answer for so long is given up. */
  readonly loginTimeoutNs: number;
  /** A barrier without an answer for so long says that the session failed. */
  readonly barrierTimeoutNs: number;
  /** Bytes that the kernel does not take for so long say that the session failed. */
  readonly stalledWriteNs: number;
  /** An order unanswered for longer than this, and than `ackDeadlineFactor` × the session's own p99.9, makes it suspect. */
  readonly ackDeadlineFloorNs: number;
  readonly ackDeadlineFactor: number;
  /** How often the kernel is asked what it knows (`TCP_INFO`). */
  readonly infoEveryNs: number;
  readonly backoff: BackoffOptions;
  /** Share of the venue's login deadline after which a primed connection is dialled anew. */
  readonly primedShare: number;
}

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

export const DEFAULT_SESSION_OPTIONS: Omit<SessionOptions, 'connection'> = {
  connectTimeoutNs: 2 * NS_PER_SECOND,
  loginTimeoutNs: 5 * NS_PER_SECOND,
  barrierTimeoutNs: 5 * NS_PER_SECOND,
  stalledWriteNs: 200 * NS_PER_MS,
  ackDeadlineFloorNs: 20 * NS_PER_MS,
  ackDeadlineFactor: 5,
  infoEveryNs: 100 * NS_PER_MS,
  backoff: { firstNs: 100 * NS_PER_MS, maxNs: 10 * NS_PER_SECOND },
  primedShare: 0.8,
};
