import { type Exposure, InstrumentExposure, MarginCell, TotalExposure } from './exposure.ts';
import { Limit, NO_LIMIT } from './limit-table.ts';
import { RefusalCell } from './refusal.ts';
import { LIMIT_ROW_BITS } from './risk-limits.ts';
import { RefusalReason } from './risk-reason.ts';
import { RequestCell, RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';
import type { ScopeRows } from './risk-shape.ts';
import { Scope } from './scope.ts';
import { Side } from './terms.ts';

const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const BUY = Side.buy;
const ROW_BITS = LIMIT_ROW_BITS;
/** What is open on the side of sales stands behind what is open on that of purchases. */
const { position: POSITION, openBuyShares: OPEN_BUY } = InstrumentExposure;
const {
  openOrders: OPEN_ORDERS,
  openBuyValue4: OPEN_BUY_VALUE4,
  openSellValue4: OPEN_SELL_VALUE4,
  grossValue4: GROSS_VALUE4,
  netValue4: NET_VALUE4,
  cash4: CASH4,
} = TotalExposure;
const { needed4: NEEDED4, equity4: EQUITY4 } = MarginCell;
const MORE_VALUE4 = RequestCell.moreValue4;
const { maxPosition: MAX_POSITION, maxGrossExposure: MAX_GROSS, maxNetExposure: MAX_NET } = Limit;
const { maxOpenOrders: MAX_OPEN, buyingPower: BUYING_POWER, margin: MARGIN } = Limit;
const { global: GLOBAL, venue: VENUE, account: ACCOUNT, strategy: STRATEGY, instrument: INSTRUMENT } = Scope;
const {
  maxPosition: POSITION_REASON,
  maxGrossExposure: GROSS_REASON,
  maxNetExposure: NET_REASON,
  maxOpenOrders: OPEN_REASON,
} = RefusalReason;
/** Ratios are parts in ten thousand. */
const ONE = 10_000;

/** Scopes that have totals: global, venue, account, strategy, as {@link RiskRequest.rows} has them. */
const SCOPES = 4;

/**
 * What is held and open, with the request executed in full: positions, gross and net exposure, open orders, buying power,
 * margin. A request that can only make a position smaller passes exposure, buying power and margin, so that a position
 * can be closed whatever the limits say; a position limit looks at the side that grows alone.
 */
export class ExposureCheck extends RiskCheck {
  private readonly exposure: Exposure;
  private readonly cells: Float64Array;
  private readonly rows: ScopeRows;
  /** By scope row: index of its totals. */
  private readonly totals: Int32Array;
  /** By scope: shares that the position would have at worst, towards the request's side; 0 or less = it gets smaller. */
  private readonly worst: Float64Array = new Float64Array(SCOPES);

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    const { rows } = parts.limits;
    this.exposure = parts.exposure;
    this.cells = parts.exposure.cells;
    this.rows = rows;
    this.totals = Int32Array.from({ length: rows.firstInstrument }, (_, row) =>
      parts.exposure.total(rows.scopeOf(row), rows.indexOf(row)),
    );
  }

  check(): number {
    this.reckonWorst();
    if (this.request.moreShares > 0) {
      const held = this.checkPositions();
      if (held !== 0) return held;
    }
    const total = this.checkTotals();
    return total !== 0 ? total : this.checkMoney();
  }

  /** What each scope would hold at worst: on the side of the request everything executes, on the other nothing. */
  private reckonWorst(): void {
    const { request, exposure, cells, worst } = this;
    const { instrument, moreShares } = request;
    const sells = request.side | 0;
    const sign = 1 - (sells << 1);
    const open = OPEN_BUY + sells;
    const all = exposure.ofInstrument(instrument);
    const account = exposure.ofAccount(request.account, instrument);
    const strategy = exposure.ofStrategy(request.strategy, instrument);
    const ofAll = sign * cells[all + POSITION] + cells[all + open] + moreShares;
    worst[GLOBAL] = ofAll;
    worst[VENUE] = ofAll;
    worst[ACCOUNT] = sign * cells[account + POSITION] + cells[account + open] + moreShares;
    worst[STRATEGY] = sign * cells[strategy + POSITION] + cells[strategy + open] + moreShares;
  }

  private checkPositions(): number {
    const { limits, worst, request } = this;
    const { rows } = request;
    if (worst[STRATEGY] > limits[(rows[STRATEGY] << ROW_BITS) + MAX_POSITION]) return this.refusePosition(STRATEGY);
    if (worst[ACCOUNT] > limits[(rows[ACCOUNT] << ROW_BITS) + MAX_POSITION]) return this.refusePosition(ACCOUNT);
    if (worst[VENUE] > limits[(rows[VENUE] << ROW_BITS) + MAX_POSITION]) return this.refusePosition(VENUE);
    if (worst[GLOBAL] > limits[MAX_POSITION]) return this.refusePosition(GLOBAL);
    const bound = limits[request.ofInstrument + MAX_POSITION];
    if (worst[GLOBAL] <= bound) return 0;
    this.last[VALUE] = worst[GLOBAL];
    this.last[BOUND] = bound;
    return this.refusals.of(POSITION_REASON, INSTRUMENT, request.instrument);
  }

  /** Open orders, gross and net exposure of each scope. */
  private checkTotals(): number {
    const { request, cells, limits, totals, worst } = this;
    const { rows, isNew } = request;
    const more4 = request.cells[MORE_VALUE4];
    const sells = request.side | 0;
    const sign = 1 - (sells << 1);
    const openValue = OPEN_BUY_VALUE4 + sells;
    for (let scope = 0; scope < SCOPES; scope++) {
      const row = rows[scope];
      const total = totals[row];
      const limit = row << ROW_BITS;
      if (cells[total + OPEN_ORDERS] + isNew > limits[limit + MAX_OPEN] && isNew !== 0) return this.refuseOpen(scope);
      // Firm-wide, one account's long is no cover for another's short: what closes is the account's position.
      if (more4 === 0 || (scope === STRATEGY ? worst[STRATEGY] : worst[ACCOUNT]) <= 0) continue;
      const open4 = cells[total + openValue] + more4;
      const otherOpen4 = cells[total + OPEN_BUY_VALUE4 + 1 - sells];
      if (cells[total + GROSS_VALUE4] + open4 + otherOpen4 > limits[limit + MAX_GROSS]) return this.refuseGross(scope);
      if (sign * cells[total + NET_VALUE4] + open4 > limits[limit + MAX_NET]) return this.refuseNet(scope);
    }
    return 0;
  }

  /** Buying power and margin of the account. */
  private checkMoney(): number {
    const { request, exposure, cells, limits, last } = this;
    const { tightest } = request;
    const more4 = request.cells[MORE_VALUE4];
    if (more4 === 0 || this.worst[ACCOUNT] <= 0) return 0;
    const power = limits[tightest + BUYING_POWER];
    if (power !== NO_LIMIT) {
      const total = this.totals[request.rows[ACCOUNT]];
      // An uncovered sale takes buying power as a purchase does, beside all that is open.
      const open4 = cells[total + OPEN_BUY_VALUE4] + (request.side === BUY ? 0 : cells[total + OPEN_SELL_VALUE4]);
      if ((open4 + more4) * ONE > cells[total + CASH4] * power) {
        last[VALUE] = open4 + more4;
        last[BOUND] = (cells[total + CASH4] * power) / ONE;
        return this.refusals.ofTightest(BUYING_POWER, request);
      }
    }
    const share = limits[tightest + MARGIN];
    if (share !== NO_LIMIT) {
      const { margin } = exposure;
      exposure.probeMargin(request.account, request.instrument, request.side, request.moreShares, request.price4);
      if (margin[NEEDED4] * ONE > margin[EQUITY4] * share) {
        last[VALUE] = margin[NEEDED4];
        last[BOUND] = (margin[EQUITY4] * share) / ONE;
        return this.refusals.ofTightest(MARGIN, request);
      }
    }
    return 0;
  }

  private refusePosition(scope: number): number {
    this.last[VALUE] = this.worst[scope];
    return this.refuseScope(POSITION_REASON, MAX_POSITION, scope);
  }

  private refuseOpen(scope: number): number {
    this.last[VALUE] = this.cells[this.totals[this.request.rows[scope]] + OPEN_ORDERS] + 1;
    return this.refuseScope(OPEN_REASON, MAX_OPEN, scope);
  }

  private refuseGross(scope: number): number {
    const { cells } = this;
    const total = this.totals[this.request.rows[scope]];
    const open4 = cells[total + OPEN_BUY_VALUE4] + cells[total + OPEN_SELL_VALUE4];
    this.last[VALUE] = cells[total + GROSS_VALUE4] + open4 + this.request.cells[MORE_VALUE4];
    return this.refuseScope(GROSS_REASON, MAX_GROSS, scope);
  }

  private refuseNet(scope: number): number {
    const { cells, request } = this;
    const total = this.totals[request.rows[scope]];
    const net4 = cells[total + NET_VALUE4];
    const open4 = cells[total + (request.side === BUY ? OPEN_BUY_VALUE4 : OPEN_SELL_VALUE4)];
    this.last[VALUE] = (request.side === BUY ? net4 : -net4) + open4 + request.cells[MORE_VALUE4];
    return this.refuseScope(NET_REASON, MAX_NET, scope);
  }

  private refuseScope(reason: number, limit: number, scope: number): number {
    const row = this.request.rows[scope];
    this.last[BOUND] = this.limits[(row << ROW_BITS) + limit];
    return this.refusals.of(reason, scope, this.rows.indexOf(row));
  }
}
