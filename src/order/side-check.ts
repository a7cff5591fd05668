import { type Exposure, InstrumentExposure } from './exposure.ts';
import { Limit } from './limit-table.ts';
import { RefusalCell } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';
import { Scope } from './scope.ts';
import { Marking, Side } from './terms.ts';

const SIDE_MARKING = Limit.sideMarking;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const BUY = Side.buy;
const SELL = Side.sell;
const LONG = Marking.long;
const POSITION = InstrumentExposure.position;
const OPEN_BUY = InstrumentExposure.openBuyShares;
const OPEN_SELL = InstrumentExposure.openSellShares;
const REDUCE_ONLY = RefusalReason.reduceOnly;
const STRATEGY = Scope.strategy;

/** Marking of sales, and what a strategy may still do that is held to making its position smaller. */
export class SideCheck extends RiskCheck {
  /** By strategy: 1 = only what makes its position smaller. */
  readonly reduceOnly: Uint8Array;
  private readonly exposure: Exposure;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.exposure = parts.exposure;
    this.reduceOnly = new Uint8Array(parts.limits.rows.shape.strategies.length);
  }

  check(): number {
    const { request, exposure } = this;
    if (request.side === SELL && request.marking === LONG && request.moreShares > 0) {
      const reason = this.checkCover(exposure.ofAccount(request.account, request.instrument));
      if (reason !== 0) return reason;
    }
    if (this.reduceOnly[request.strategy] !== 0 && request.moreShares > 0) {
      return this.checkReduces(exposure.ofStrategy(request.strategy, request.instrument));
    }
    return 0;
  }

  /** A sale marked long: the account must own what it sells, less what is being sold already. */
  private checkCover(row: number): number {
    const { request, limits, last } = this;
    if (limits[request.tightest + SIDE_MARKING] !== 0) return 0;
    const { cells } = this.exposure;
    const owned = cells[row + POSITION] - cells[row + OPEN_SELL];
    if (request.moreShares <= owned) return 0;
    last[VALUE] = request.moreShares;
    last[BOUND] = Math.max(0, owned);
    return this.refusals.ofTightest(SIDE_MARKING, request);
  }

  private checkReduces(row: number): number {
    const { request, last } = this;
    const { cells } = this.exposure;
    const position = cells[row + POSITION];
    const left = request.side === BUY ? -position - cells[row + OPEN_BUY] : position - cells[row + OPEN_SELL];
    if (request.moreShares <= left) return 0;
    last[VALUE] = request.moreShares;
    last[BOUND] = Math.max(0, left);
    return this.refusals.of(REDUCE_ONLY, STRATEGY, request.strategy);
  }
}
