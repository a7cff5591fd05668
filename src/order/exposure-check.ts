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
  private readonly firstInstrument: number;
  /** By scope row: index of its totals. */
  private readonly totals: Int32Array;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    const { rows } = parts.limits;
    this.exposure = parts.exposure;
    this.cells = parts.exposure.cells;
    this.rows = rows;
    this.firstInstrument = rows.firstInstrument;
    this.totals = Int32Array.from({ length: rows.firstInstrument }, (_, row) =>
      parts.exposure.total(rows.scopeOf(row), rows.indexOf(row)),
    );
  }

  check(): number {
    const { request, exposure, cells, limits } = this;
    const { rows, instrument, moreShares } = request;
    const sells = request.side | 0;
    const sign = 1 - (sells << 1);
    const open = OPEN_BUY + sells;
    const ofAccount = exposure.ofAccount(request.account, instrument);
    const ofStrategy = exposure.ofStrategy(request.strategy, instrument);
    // Shares that would be held at worst: on the request's side everything executes, on the other nothing. 0 or less = the
    // position can only get smaller.
    const accountWorst = sign * cells[ofAccount + POSITION] + cells[ofAccount + open] + moreShares;
    const strategyWorst = sign * cells[ofStrategy + POSITION] + cells[ofStrategy + open] + moreShares;
    if (moreShares > 0) {
      const all = exposure.ofInstrument(instrument);
      const worst = sign * cells[all + POSITION] + cells[all + open] + moreShares;
      if (
        strategyWorst > limits[(rows[STRATEGY] << ROW_BITS) + MAX_POSITION] ||
        accountWorst > limits[(rows[ACCOUNT] << ROW_BITS) + MAX_POSITION] ||
        worst > limits[((this.firstInstrument + instrument) << ROW_BITS) + MAX_POSITION] ||
        worst > limits[(rows[VENUE] << ROW_BITS) + MAX_POSITION] ||
        worst > limits[MAX_POSITION]
      )
        return this.refusePosition();
    }
    const totals = this.checkTotals(strategyWorst > 0 ? 1 : 0, accountWorst > 0 ? 1 : 0);
    return totals !== 0 || accountWorst <= 0 ? totals : this.checkMoney();
  }

  /**
   * Open orders, gross and net exposure of each scope.
   * @param strategyGrows 1 unless the request can only make the strategy's position smaller; the other: its account's
   */
  private checkTotals(strategyGrows: number, accountGrows: number): number {
    const { request, cells, limits, totals } = this;
    const { rows, isNew } = request;
    const more4 = request.cells[MORE_VALUE4];
    const sells = request.side | 0;
    const sign = 1 - (sells << 1);
    const openValue = OPEN_BUY_VALUE4 + sells;
    for (let scope = 0; scope < SCOPES; scope++) {
      const row = rows[scope];
      const total = totals[row];
      const limit = row << ROW_BITS;
      if (isNew !== 0 && cells[total + OPEN_ORDERS] >= limits[limit + MAX_OPEN]) return this.refuseOpen(scope);
      // Firm-wide, one account's long is no cover for another's short: what closes is the account's position.
      if ((scope === STRATEGY ? strategyGrows : accountGrows) === 0) continue;
      const open4 = cells[total + openValue] + more4;
      const otherOpen4 = cells[total + OPEN_BUY_VALUE4 + 1 - sells];
      const isOver =
        cells[total + GROSS_VALUE4] + open4 + otherOpen4 > limits[limit + MAX_GROSS] ||
        sign * cells[total + NET_VALUE4] + open4 > limits[limit + MAX_NET];
      if (isOver && more4 !== 0) return this.refuseValue(scope);
    }
    return 0;
  }

  /** Buying power and margin of the account. */
  private checkMoney(): number {
    const { request, exposure, cells, limits, last } = this;
    const { tightest } = request;
    const more4 = request.cells[MORE_VALUE4];
    if (more4 === 0) return 0;
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

  private refusePosition(): number {
    const { request, exposure, rows } = this;
    const { instrument } = request;
    const all = exposure.ofInstrument(instrument);
    if (this.breaksPosition(exposure.ofStrategy(request.strategy, instrument), request.rows[STRATEGY]))
      return this.refusals.of(POSITION_REASON, STRATEGY, request.strategy);
    if (this.breaksPosition(exposure.ofAccount(request.account, instrument), request.rows[ACCOUNT]))
      return this.refusals.of(POSITION_REASON, ACCOUNT, request.account);
    if (this.breaksPosition(all, rows.firstInstrument + instrument))
      return this.refusals.of(POSITION_REASON, INSTRUMENT, instrument);
    if (this.breaksPosition(all, request.rows[VENUE])) return this.refusals.of(POSITION_REASON, VENUE, request.venue);
    this.breaksPosition(all, 0);
    return this.refusals.of(POSITION_REASON, GLOBAL, 0);
  }

  private breaksPosition(row: number, limitRow: number): boolean {
    const { request, cells, last } = this;
    const position = cells[row + POSITION];
    const open = cells[row + OPEN_BUY + request.side];
    last[VALUE] = (request.side === BUY ? position : -position) + open + request.moreShares;
    last[BOUND] = this.limits[(limitRow << ROW_BITS) + MAX_POSITION];
    return last[VALUE] > last[BOUND];
  }

  private refuseOpen(scope: number): number {
    this.last[VALUE] = this.cells[this.totals[this.request.rows[scope]] + OPEN_ORDERS] + 1;
    return this.refuseScope(OPEN_REASON, MAX_OPEN, scope);
  }

  /** Gross exposure, or else net. */
  private refuseValue(scope: number): number {
    const { cells, request, last } = this;
    const row = request.rows[scope];
    const total = this.totals[row];
    const more4 = request.cells[MORE_VALUE4];
    const buys4 = cells[total + OPEN_BUY_VALUE4];
    const sells4 = cells[total + OPEN_SELL_VALUE4];
    last[VALUE] = cells[total + GROSS_VALUE4] + buys4 + sells4 + more4;
    if (last[VALUE] > this.limits[(row << ROW_BITS) + MAX_GROSS])
      return this.refuseScope(GROSS_REASON, MAX_GROSS, scope);
    const net4 = cells[total + NET_VALUE4];
    last[VALUE] = (request.side === BUY ? net4 + buys4 : sells4 - net4) + more4;
    return this.refuseScope(NET_REASON, MAX_NET, scope);
  }

  private refuseScope(reason: number, limit: number, scope: number): number {
    const row = this.request.rows[scope];
    this.last[BOUND] = this.limits[(row << ROW_BITS) + limit];
    return this.refusals.of(reason, scope, this.rows.indexOf(row));
  }
}
