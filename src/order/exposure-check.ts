import { type Exposure, InstrumentExposure, MarginCell, TotalExposure } from './exposure.ts';
import { Limit } from './limit-table.ts';
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
const { position: POSITION, openBuyShares: OPEN_BUY, openSellShares: OPEN_SELL } = InstrumentExposure;
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

/**
 * What is held and open, with the request executed in full: positions, gross and net exposure, open orders, buying power,
 * margin. A request that can only make a position smaller passes exposure, buying power and margin, so that a position
 * can be closed whatever the limits say; a position limit looks at the side that grows alone.
 */
export class ExposureCheck extends RiskCheck {
  private readonly exposure: Exposure;
  private readonly cells: Float64Array;
  private readonly rows: ScopeRows;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.exposure = parts.exposure;
    this.cells = parts.exposure.cells;
    this.rows = parts.limits.rows;
  }

  check(): number {
    const { request, exposure, rows } = this;
    const { venue, account, strategy, instrument } = request;
    const ofAll = exposure.ofInstrument(instrument);
    const ofAccount = exposure.ofAccount(account, instrument);
    const ofStrategy = exposure.ofStrategy(strategy, instrument);
    if (request.moreShares > 0) {
      const reason = this.checkPositions(ofAll, ofAccount, ofStrategy);
      if (reason !== 0) return reason;
    }
    const venueRow = (rows.firstVenue + venue) | 0;
    const accountRow = (rows.firstAccount + account) | 0;
    const strategyRow = (rows.firstStrategy + strategy) | 0;
    const byStrategy = this.checkTotals(STRATEGY, strategy, strategyRow, ofStrategy);
    if (byStrategy !== 0) return byStrategy;
    const byAccount = this.checkTotals(ACCOUNT, account, accountRow, ofAccount);
    if (byAccount !== 0) return byAccount;
    const byVenue = this.checkTotals(VENUE, venue, venueRow, ofAll);
    if (byVenue !== 0) return byVenue;
    const byGlobal = this.checkTotals(GLOBAL, 0, 0, ofAll);
    if (byGlobal !== 0) return byGlobal;
    return this.checkMoney(ofAccount);
  }

  private checkPositions(ofAll: number, ofAccount: number, ofStrategy: number): number {
    const { request, rows, limits } = this;
    const { venue, account, strategy, instrument } = request;
    const limitOf = (row: number): number => ((row << ROW_BITS) + MAX_POSITION) | 0;
    if (this.breaksPosition(ofStrategy, limitOf((rows.firstStrategy + strategy) | 0)))
      return this.refusals.of(POSITION_REASON, STRATEGY, strategy);
    if (this.breaksPosition(ofAccount, limitOf((rows.firstAccount + account) | 0)))
      return this.refusals.of(POSITION_REASON, ACCOUNT, account);
    if (this.breaksPosition(ofAll, limitOf((rows.firstInstrument + instrument) | 0)))
      return this.refusals.of(POSITION_REASON, INSTRUMENT, instrument);
    if (this.breaksPosition(ofAll, limitOf((rows.firstVenue + venue) | 0)))
      return this.refusals.of(POSITION_REASON, VENUE, venue);
    if (limits[MAX_POSITION] < Infinity && this.breaksPosition(ofAll, MAX_POSITION))
      return this.refusals.of(POSITION_REASON, GLOBAL, 0);
    return 0;
  }

  /** @param row of the position. @param limit its limit's cell */
  private breaksPosition(row: number, limit: number): boolean {
    const { request, cells, last } = this;
    const bound = this.limits[limit];
    const position = cells[row + POSITION];
    const worst =
      request.side === BUY
        ? position + cells[row + OPEN_BUY] + request.moreShares
        : cells[row + OPEN_SELL] + request.moreShares - position;
    if (worst <= bound) return false;
    last[VALUE] = worst;
    last[BOUND] = bound;
    return true;
  }

  /** True where the request can but make the position of that row smaller, all that is open on its side executed. */
  private reduces(row: number): boolean {
    const { request, cells } = this;
    const position = cells[row + POSITION];
    return request.side === BUY
      ? position + cells[row + OPEN_BUY] + request.moreShares <= 0
      : position - cells[row + OPEN_SELL] - request.moreShares >= 0;
  }

  private checkTotals(scope: number, index: number, limitRow: number, positionRow: number): number {
    const { request, cells, limits, last } = this;
    const limit = (limitRow << ROW_BITS) | 0;
    const total = this.exposure.total(scope, index);
    if (request.isNew !== 0 && cells[total + OPEN_ORDERS] + 1 > limits[limit + MAX_OPEN]) {
      last[VALUE] = cells[total + OPEN_ORDERS] + 1;
      last[BOUND] = limits[limit + MAX_OPEN];
      return this.refusals.of(OPEN_REASON, scope, index);
    }
    const more4 = request.cells[MORE_VALUE4];
    if (more4 === 0) return 0;
    const gross4 =
      cells[total + GROSS_VALUE4] + cells[total + OPEN_BUY_VALUE4] + cells[total + OPEN_SELL_VALUE4] + more4;
    if (gross4 > limits[limit + MAX_GROSS] && !this.reduces(positionRow)) {
      last[VALUE] = gross4;
      last[BOUND] = limits[limit + MAX_GROSS];
      return this.refusals.of(GROSS_REASON, scope, index);
    }
    const net4 =
      request.side === BUY
        ? cells[total + NET_VALUE4] + cells[total + OPEN_BUY_VALUE4] + more4
        : cells[total + OPEN_SELL_VALUE4] + more4 - cells[total + NET_VALUE4];
    if (net4 > limits[limit + MAX_NET] && !this.reduces(positionRow)) {
      last[VALUE] = net4;
      last[BOUND] = limits[limit + MAX_NET];
      return this.refusals.of(NET_REASON, scope, index);
    }
    return 0;
  }

  /** Buying power and margin of the account. */
  private checkMoney(ofAccount: number): number {
    const { request, exposure, cells, limits, last } = this;
    const more4 = request.cells[MORE_VALUE4];
    if (more4 === 0 || this.reduces(ofAccount)) return 0;
    const power = limits[this.tightest() + BUYING_POWER];
    if (power < Infinity) {
      const total = exposure.total(ACCOUNT, request.account);
      // An uncovered sale takes buying power as a purchase does, beside all that is open.
      const open4 = cells[total + OPEN_BUY_VALUE4] + (request.side === BUY ? 0 : cells[total + OPEN_SELL_VALUE4]);
      const bound4 = (cells[total + CASH4] * power) / ONE;
      if (open4 + more4 > bound4) {
        last[VALUE] = open4 + more4;
        last[BOUND] = bound4;
        return this.refusals.ofTightest(BUYING_POWER, request);
      }
    }
    const share = limits[this.tightest() + MARGIN];
    if (share < Infinity) {
      exposure.probeMargin(request.account, request.instrument, request.side, request.moreShares, request.price4);
      const bound4 = (exposure.margin[EQUITY4] * share) / ONE;
      if (exposure.margin[NEEDED4] > bound4) {
        last[VALUE] = exposure.margin[NEEDED4];
        last[BOUND] = bound4;
        return this.refusals.ofTightest(MARGIN, request);
      }
    }
    return 0;
  }
}
