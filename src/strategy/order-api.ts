import type { LostRoutePolicy, Marking, OrderState, RouteStatus, Side, TimeInForce } from '../order/terms.ts';

/**
 * Orders as a strategy sees them: no sockets, no sessions to manage. All calls are synchronous, take and return int32s and
 * allocate nothing. Prices are price4 (price × 10^4), quantities shares.
 */
export interface Orders {
  /** Number of a tradable instrument by its symbol, or -1. Cold: keep it. */
  instrument(symbol: string): number;
  /** Number of the instrument that a feed calls `locate`, or -1; hot. */
  instrumentOf(feed: number, locate: number): number;
  /**
   * A new order.
   * @returns its number (> 0), or minus a `RefusalReason`; {@link refusal} tells limit, value and bound
   */
  enter(
    instrument: number,
    side: Side,
    shares: number,
    price4: number,
    timeInForce?: TimeInForce,
    marking?: Marking,
    tag?: number,
  ): number;
  /** @param shares of the whole chain, executed ones included. @returns 0, or minus a `RefusalReason` */
  replace(order: number, shares: number, price4: number): number;
  /** @returns 0, or minus a `RefusalReason` */
  cancel(order: number): number;
  /** Cancels every order of this strategy, and nobody else's. @returns how many cancels went out */
  cancelAll(): number;
  /** The order of that number as it stands: a view that the next call moves. */
  view(order: number): OrderView;
  /** Shares held of an instrument by this strategy's account: signed. */
  position(instrument: number): number;
  /** Numbers of this strategy's orders that are not done, into `into`. @returns how many */
  open(into: Int32Array): number;
  /** The last refusal: cells value and bound ({@link RefusalCell}). */
  readonly refusal: Float64Array;
  /** The last refusal in words, with limit, value and bound. Cold. */
  explainRefusal(): string;
  readonly route: RouteView;
  /** What is done with new orders while orders of this strategy are unknown or blind. */
  readonly lostRoutePolicy: LostRoutePolicy;
}

export const RefusalCell = { value: 0, bound: 1 } as const;

/** One order. Fields are read from shared memory at each access. */
export interface OrderView {
  readonly number: number;
  readonly state: OrderState;
  readonly done: boolean;
  /** Nobody but the venue knows its fate; counted in full against every limit. */
  readonly unknown: boolean;
  /** Live on a session that is lost. */
  readonly blind: boolean;
  readonly pendingCancel: boolean;
  readonly pendingReplace: boolean;
  readonly instrument: number;
  readonly side: Side;
  readonly price4: number;
  readonly shares: number;
  readonly executed: number;
  readonly leaves: number;
  /** Session that carries it. */
  readonly session: number;
  readonly sessionName: string;
  readonly reason: number;
  readonly tag: number;
}

/** The way that a strategy's new orders take. */
export interface RouteView {
  readonly status: RouteStatus;
  readonly sessionName: string;
  /** Orders of this strategy whose fate is not known, and those that can't be reached. */
  readonly unknown: number;
  readonly blind: number;
}

/** Callbacks about orders; part of `Strategy`. Each is optional. */
export interface OrderCallbacks {
  /** An order changed: state, flags, leaves. */
  onOrder?(order: OrderView): void;
  /** Shares of one of its orders were executed (negative: an execution was broken or corrected downwards). */
  onFill?(order: OrderView, shares: number, price4: number): void;
  /** The route of its orders changed. */
  onRoute?(route: RouteView): void;
}
