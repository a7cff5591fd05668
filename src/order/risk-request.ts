import type { Exposure, OrderSlots } from './exposure.ts';
import type { MarketState } from './market-state.ts';
import type { Refusals } from './refusal.ts';
import type { RiskLimits } from './risk-limits.ts';

/**
 * The order or replace that is being judged, reused for every one. Integers are fields; what may pass 2^31 stands in
 * {@link cells}.
 */
export class RiskRequest {
  strategy: number = 0;
  account: number = 0;
  venue: number = 0;
  instrument: number = 0;
  side: number = 0;
  marking: number = 0;
  /** What may trade under it. */
  shares: number = 0;
  /** At which price; of an order at the market the collar's. */
  price4: number = 0;
  /** By how many shares it enlarges what may trade already: all of a new order, of a replace what its larger leg adds. */
  moreShares: number = 0;
  /** 1 = a new order, 0 = a replace. */
  isNew: number = 1;
  /** Index of the first cell of the tightest limits that apply to it. */
  tightest: number = 0;
  /** Rows of its global, venue, account and strategy scope, by `Scope`. */
  readonly rows: Int32Array = new Int32Array(4);
  readonly cells: Float64Array = new Float64Array(2);
}

/** Cells of a request. */
export const RequestCell = {
  /** price4 × shares that may trade under it. */
  value4: 0,
  /** By how much it enlarges the value of what may trade already. */
  moreValue4: 1,
} as const;

/** What the checks are made over. */
export interface RiskParts {
  readonly limits: RiskLimits;
  readonly refusals: Refusals;
  readonly exposure: Exposure;
  readonly market: MarketState;
  readonly slots: OrderSlots;
  /** Cell 0: monotonic ns, set by the owner before each call. */
  readonly nowNs: Float64Array;
  readonly windows: RiskWindows;
  /** Ports whose replaces state what is to remain (`replaceShares: 'remaining'`). Default: none. */
  readonly remainingPorts?: readonly number[];
}

/** Lengths of the windows that counting limits look back over, in ns. Fixed at start. */
export interface RiskWindows {
  readonly messagesNs: number;
  readonly executionsNs: number;
  readonly duplicatesNs: number;
}

/** One kind of check: judges the request and writes value and bound of what it refuses. */
export abstract class RiskCheck {
  protected readonly request: RiskRequest;
  protected readonly refusals: Refusals;
  /** {@link Refusals.last} */
  protected readonly last: Float64Array;
  protected readonly limits: Float64Array;

  constructor(parts: RiskParts, request: RiskRequest) {
    this.request = request;
    this.refusals = parts.refusals;
    this.last = parts.refusals.last;
    this.limits = parts.limits.cells;
  }
}
