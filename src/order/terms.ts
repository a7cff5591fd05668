/**
 * The words of the order half as int32 codes: what strategies say, slots hold, the journal writes and the status view
 * reads. Codes are part of the journal's format: never renumber one, only add.
 */

export const Side = { buy: 0, sell: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** How a sale is marked; a purchase is always `long`. */
export const Marking = { long: 0, short: 1, shortExempt: 2 } as const;
export type Marking = (typeof Marking)[keyof typeof Marking];

export const TimeInForce = { day: 0, immediateOrCancel: 1 } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** A price4 that means "at the market". */
export const MARKET_PRICE4 = 0x7fffffff;

/** Where an order stands in its life. From `filled` on it is done. */
export const OrderState = {
  /** The slot was never used. */
  none: 0,
  /** Accepted by us, intent journalled, not handed to a socket. */
  new: 1,
  /** Handed to a socket; the venue has said nothing. */
  sent: 2,
  live: 3,
  partFilled: 4,
  filled: 5,
  cancelled: 6,
  rejected: 7,
  expired: 8,
} as const;
export type OrderState = (typeof OrderState)[keyof typeof OrderState];

/** True once nothing more can trade under the order. Busts and corrections still reach it. */
export function isDone(state: number): boolean {
  return state >= OrderState.filled;
}

/** Conditions beside the state, as bits. */
export const OrderFlag = {
  pendingCancel: 1,
  pendingReplace: 2,
  /**
   * The venue has not told us its fate, and the session that could is lost. Full risk is kept; only evidence from the
   * venue clears it, time never does.
   */
  unknown: 4,
  /** Known live on a session that is lost: it may fill unseen and can't be cancelled. Full risk is kept. */
  blind: 8,
  /** Entered by cancel-all, the end of day or the kill switch for us, not by its strategy. */
  systemCancel: 16,
  /** Messages about it may be missing that the venue will not send again: unknown until it is done. */
  missed: 32,
  /** A cancel of it came to nothing without a word of the venue about it: the gateway sends another. */
  cancelOwed: 64,
  /**
   * A probe went out under a reference of it, and no barrier has been answered since: the end of either looks the same.
   * An order that is done meanwhile keeps it: the end of the probe may still be told.
   */
  probed: 128,
} as const;

/** What a strategy wants done when the route of its orders is lost; see {@link RouteStatus}. */
export const LostRoutePolicy = {
  /** Nothing new until every order of it is resolved. */
  pause: 0,
  /** Only what makes a position smaller. */
  reduceOnly: 1,
  /** Goes on over the peer with what is left of the limits: blind and unknown orders count in full. */
  requote: 2,
} as const;
export type LostRoutePolicy = (typeof LostRoutePolicy)[keyof typeof LostRoutePolicy];

/** Where a session stands. */
export const SessionState = {
  down: 0,
  connecting: 1,
  /** Connected, the logon lies ready in the buffer. */
  primed: 2,
  loggingOn: 3,
  /** Logged on, reading what was missed; a barrier follows. */
  replaying: 4,
  /** Logged on, heartbeating, not carrying orders. */
  warm: 5,
  /** Carries orders. */
  active: 6,
  /** Open, but something says that it failed; new orders go elsewhere, its late answers still count. */
  suspect: 7,
  /** Given up until a person acts: rejected login, budget of logons used up, end of session. */
  ended: 8,
} as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

/** What says that a session failed, or why a route changed. */
export const Evidence = {
  none: 0,
  reset: 1,
  closedByPeer: 2,
  missedHeartbeats: 3,
  stalledWrites: 4,
  venueReject: 5,
  operator: 6,
  ackDeadline: 7,
  loginRejected: 8,
  endOfSession: 9,
  protocolError: 10,
  connectFailed: 11,
  kernelUserTimeout: 12,
  failback: 13,
  stopped: 14,
} as const;
export type Evidence = (typeof Evidence)[keyof typeof Evidence];

/** Status of the route that a strategy's orders take, as it is told. */
export const RouteStatus = {
  down: 0,
  open: 1,
  switched: 2,
  reconciling: 3,
  // whatever the way is like, nothing that makes risk takes it
  killed: 4,
  paused: 5,
  draining: 6,
} as const;
export type RouteStatus = (typeof RouteStatus)[keyof typeof RouteStatus];
