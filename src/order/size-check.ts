import { Limit } from './limit-table.ts';
import type { MarketState } from './market-state.ts';
import { RefusalCell } from './refusal.ts';
import { RequestCell, RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';
import { Side } from './terms.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const SHARES = Limit.maxOrderShares;
const NOTIONAL = Limit.maxOrderNotional;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const VALUE4 = RequestCell.value4;
const SELL = Side.sell;

/** Size of one order: shares and value. */
export class SizeCheck extends RiskCheck {
  private readonly market: MarketState;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.market = parts.market;
  }

  check(): number {
    const { request, limits, last } = this;
    const { tightest } = request;
    let bound = limits[tightest + SHARES];
    if (request.shares > bound) {
      last[VALUE] = request.shares;
      last[BOUND] = bound;
      return this.refusals.ofTightest(SHARES, request);
    }
    let value4 = request.cells[VALUE4];
    // A sale far below the market trades at the market: what it is worth is what the bid says.
    if (request.side === SELL) value4 = Math.max(value4, request.shares * this.market.bid4(request.instrument));
    bound = limits[tightest + NOTIONAL];
    if (value4 > bound) {
      last[VALUE] = value4;
      last[BOUND] = bound;
      return this.refusals.ofTightest(NOTIONAL, request);
    }
    return 0;
  }
}
