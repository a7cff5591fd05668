import { Limit } from './limit-table.ts';
import { FeedStateCell, FeedTrust, type MarketState, Trading } from './market-state.ts';
import { RefusalCell } from './refusal.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';

const RESTRICTED = Limit.restricted;
const HALTED = Limit.halted;
const NOT_LIVE = Limit.feedNotLive;
const SILENT = Limit.feedSilent;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const TRADING = Trading.trading;
const LIVE = FeedTrust.live;
const RECOVERING = FeedTrust.recovering;
const STATUS = FeedStateCell.status;
const SINCE_NS = FeedStateCell.sinceNs;
const HEARD_NS = FeedStateCell.heardNs;
const FEED_CELLS = FeedStateCell.cells;

/** Whether the instrument may be traded at all now, and its book be believed. */
export class MarketCheck extends RiskCheck {
  private readonly market: MarketState;
  private readonly feedCells: Float64Array;
  private readonly nowNs: Float64Array;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.market = parts.market;
    this.feedCells = parts.market.feedCells;
    this.nowNs = parts.nowNs;
  }

  check(): number {
    const { request, limits, last, feedCells } = this;
    const { instrument } = request;
    const { tightest } = request;
    if (limits[tightest + RESTRICTED] === 0) {
      last[VALUE] = 0;
      last[BOUND] = 0;
      return this.refusals.ofTightest(RESTRICTED, request);
    }
    const trading = this.market.trading(instrument);
    if (trading !== TRADING && limits[tightest + HALTED] === 0) {
      last[VALUE] = trading;
      last[BOUND] = TRADING;
      return this.refusals.ofTightest(HALTED, request);
    }
    const feed = Math.imul(this.market.feedOf(instrument), FEED_CELLS);
    const status = feedCells[feed + STATUS];
    const recovering = limits[tightest + NOT_LIVE];
    if (status !== LIVE && recovering < Infinity) {
      const forNs = this.nowNs[0] - feedCells[feed + SINCE_NS];
      if (status !== RECOVERING || forNs > recovering) {
        // Stale or down: no time would do, and the status says more than how long.
        last[VALUE] = status === RECOVERING ? forNs : -status;
        last[BOUND] = recovering;
        return this.refusals.ofTightest(NOT_LIVE, request);
      }
    }
    const silent = limits[tightest + SILENT];
    const silentNs = this.nowNs[0] - feedCells[feed + HEARD_NS];
    if (silentNs > silent) {
      last[VALUE] = silentNs;
      last[BOUND] = silent;
      return this.refusals.ofTightest(SILENT, request);
    }
    return 0;
  }
}
