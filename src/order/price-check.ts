import { Limit, NO_LIMIT } from './limit-table.ts';
import type { MarketState } from './market-state.ts';
import { RefusalCell } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';
import { InstrumentRiskWord, instrumentWords } from './risk-shape.ts';
import { Scope } from './scope.ts';
import { MARKET_PRICE4, Side } from './terms.ts';

const COLLAR = Limit.priceCollar;
const TICKS = Limit.fatFingerTicks;
const TICK_SIZE = Limit.tickSize;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const BUY = Side.buy;
const AT_MARKET = MARKET_PRICE4;
const WORDS = InstrumentRiskWord.words;
const TICK4 = InstrumentRiskWord.tick4;
const LOW_TICK4 = InstrumentRiskWord.lowTick4;
const LOW_TICK_BELOW4 = InstrumentRiskWord.lowTickBelow4;
/** Ratios are parts in ten thousand. */
const ONE = 10_000;
const NO_REFERENCE = RefusalReason.noReferencePrice;
const INSTRUMENT = Scope.instrument;

/**
 * Price against the live book. An order at the market is given the collar's price, so that what it can cost is known:
 * {@link RiskRequest.price4} holds it afterwards.
 */
export class PriceCheck extends RiskCheck {
  private readonly market: MarketState;
  private readonly instruments: Int32Array;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.market = parts.market;
    this.instruments = instrumentWords(parts.limits.rows.shape);
  }

  check(): number {
    const { request, limits, last } = this;
    const { instrument, side } = request;
    const { tightest } = request;
    const collar = limits[tightest + COLLAR];
    const ticks = limits[tightest + TICKS];
    const bid4 = this.market.bid4(instrument);
    const ask4 = this.market.ask4(instrument);
    // What the order meets; without it, what it joins.
    const opposite4 = side === BUY ? (ask4 === 0 ? bid4 : ask4) : bid4 === 0 ? ask4 : bid4;
    const atMarket = request.price4 === AT_MARKET;
    if (opposite4 === 0 && (atMarket || collar !== NO_LIMIT || ticks !== NO_LIMIT))
      return this.refuseWithoutReference();
    if (atMarket) return this.priceAtMarket(collar, opposite4);

    const price4 = request.price4;
    const tick4 = this.tickAt(instrument, price4);
    if (tick4 > 1 && price4 % tick4 !== 0 && limits[tightest + TICK_SIZE] === 0) {
      last[VALUE] = price4;
      last[BOUND] = tick4;
      return this.refusals.ofTightest(TICK_SIZE, request);
    }
    if (collar !== NO_LIMIT) {
      // Times ten thousand on both sides: whole numbers, so that the bound itself passes.
      const price = price4 * ONE;
      const beyond = side === BUY ? price > opposite4 * (ONE + collar) : price < opposite4 * (ONE - collar);
      if (beyond) {
        last[VALUE] = price4;
        last[BOUND] = (opposite4 * (side === BUY ? ONE + collar : ONE - collar)) / ONE;
        return this.refusals.ofTightest(COLLAR, request);
      }
    }
    if (ticks !== NO_LIMIT) {
      const joined4 = side === BUY ? (bid4 === 0 ? ask4 : bid4) : ask4 === 0 ? bid4 : ask4;
      const away4 = Math.abs(price4 - joined4);
      if (away4 > ticks * tick4) {
        last[VALUE] = away4 / tick4;
        last[BOUND] = ticks;
        return this.refusals.ofTightest(TICKS, request);
      }
    }
    return 0;
  }

  private refuseWithoutReference(): number {
    this.last[VALUE] = 0;
    this.last[BOUND] = 0;
    return this.refusals.of(NO_REFERENCE, INSTRUMENT, this.request.instrument);
  }

  /** The worst price that the collar lets through, on the instrument's ticks. */
  private priceAtMarket(collar: number, opposite4: number): number {
    const { request, last } = this;
    if (collar === NO_LIMIT) {
      last[VALUE] = AT_MARKET;
      last[BOUND] = opposite4;
      return this.refusals.ofTightest(COLLAR, request);
    }
    const most4 = request.side === BUY ? (opposite4 * (ONE + collar)) / ONE : (opposite4 * (ONE - collar)) / ONE;
    const tick4 = this.tickAt(request.instrument, most4);
    const steps = request.side === BUY ? Math.floor(most4 / tick4) : Math.max(1, Math.ceil(most4 / tick4));
    request.price4 = (steps * tick4) | 0;
    return 0;
  }

  private tickAt(instrument: number, price4: number): number {
    const at = Math.imul(instrument, WORDS);
    const { instruments } = this;
    return price4 < instruments[at + LOW_TICK_BELOW4] ? instruments[at + LOW_TICK4] : instruments[at + TICK4];
  }
}
