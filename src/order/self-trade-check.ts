import { Limit } from './limit-table.ts';
import type { OwnOrders } from './own-orders.ts';
import { RefusalCell } from './refusal.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';
import { Side } from './terms.ts';

const SELF_TRADE = Limit.selfTrade;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const BUY = Side.buy;

/** Whether an order would meet one of the same account that is open at the venue, over whatever strategy and port. */
export class SelfTradeCheck extends RiskCheck {
  private readonly own: OwnOrders;

  constructor(parts: RiskParts, request: RiskRequest, own: OwnOrders) {
    super(parts, request);
    this.own = own;
  }

  check(): number {
    const { request, limits, last } = this;
    const { account, instrument, side, price4 } = request;
    const opposite4 = side === BUY ? this.own.bestSell4(account, instrument) : this.own.bestBuy4(account, instrument);
    if (side === BUY ? price4 < opposite4 : price4 > opposite4) return 0;
    if (limits[request.tightest + SELF_TRADE] !== 0) return 0;
    last[VALUE] = price4;
    last[BOUND] = opposite4;
    return this.refusals.ofTightest(SELF_TRADE, request);
  }
}
