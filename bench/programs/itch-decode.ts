/**
 * `itch-decode`, ours: every message of a workload goes through the dispatcher to typed callbacks that read every field
 * and fold it into a checksum. Twin: `c/itch_decode.c`.
 */

import { widenInlining } from '../../src/runtime/compiler.ts';
import type { ItchHandler } from '../../src/venues/nasdaq/itch-handler.ts';
import { ItchDispatcher } from '../../src/venues/nasdaq/itch5.ts';
import type {
  DirectListing,
  LuldAuctionCollar,
  MarketParticipantPosition,
  MwcbDeclineLevel,
  MwcbStatus,
  NetOrderImbalance,
  OperationalHalt,
  QuotingPeriodUpdate,
  RegShoRestriction,
  RetailPriceImprovement,
  StockDirectory,
  SystemEvent,
  TradingAction,
} from '../../src/venues/nasdaq/itch5-market.ts';
import type {
  AddOrder,
  AddOrderMpid,
  BrokenTrade,
  CrossTrade,
  OrderCancel,
  OrderDelete,
  OrderExecuted,
  OrderExecutedWithPrice,
  OrderReplace,
  Trade,
} from '../../src/venues/nasdaq/itch5-orders.ts';
import { readItchWorkload } from '../lib/itch-workload.ts';
import { commandLine, serve } from '../lib/serve.ts';

widenInlining(); // as the router does

const FOLD = 0x01000193;

/** Mixes all fields of a message, then folds them into the checksum, so that the order of messages counts. */
class Checksum implements ItchHandler {
  value = 0;
  messages = 0;

  private fold(fields: number): void {
    this.value = Math.imul(this.value ^ fields, FOLD);
  }

  onAddOrder(m: AddOrder): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.refHi ^
        m.refLo ^
        m.side ^
        m.shares ^
        m.stockHi ^
        m.stockLo ^
        m.price4,
    );
  }
  onAddOrderMpid(m: AddOrderMpid): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.refHi ^
        m.refLo ^
        m.side ^
        m.shares ^
        m.stockHi ^
        m.stockLo ^
        m.price4 ^
        m.attributionKey,
    );
  }
  onOrderExecuted(m: OrderExecuted): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.refHi ^
        m.refLo ^
        m.executedShares ^
        m.matchNumberHi ^
        m.matchNumberLo,
    );
  }
  onOrderExecutedWithPrice(m: OrderExecutedWithPrice): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.refHi ^
        m.refLo ^
        m.executedShares ^
        m.matchNumberHi ^
        m.matchNumberLo ^
        m.printable ^
        m.executionPrice4,
    );
  }
  onOrderCancel(m: OrderCancel): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.refHi ^ m.refLo ^ m.cancelledShares);
  }
  onOrderDelete(m: OrderDelete): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.refHi ^ m.refLo);
  }
  onOrderReplace(m: OrderReplace): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.origRefHi ^
        m.origRefLo ^
        m.newRefHi ^
        m.newRefLo ^
        m.shares ^
        m.price4,
    );
  }
  onTrade(m: Trade): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.refHi ^
        m.refLo ^
        m.side ^
        m.shares ^
        m.stockHi ^
        m.stockLo ^
        m.price4 ^
        m.matchNumberHi ^
        m.matchNumberLo,
    );
  }
  onCrossTrade(m: CrossTrade): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.sharesHi ^
        m.sharesLo ^
        m.stockHi ^
        m.stockLo ^
        m.crossPrice4 ^
        m.matchNumberHi ^
        m.matchNumberLo ^
        m.crossType,
    );
  }
  onBrokenTrade(m: BrokenTrade): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.matchNumberHi ^ m.matchNumberLo);
  }
  onSystemEvent(m: SystemEvent): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.eventCode);
  }
  onStockDirectory(m: StockDirectory): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.stockHi ^
        m.stockLo ^
        m.marketCategory ^
        m.financialStatus ^
        m.roundLotSize ^
        m.roundLotsOnly ^
        m.issueClassification ^
        m.authenticity ^
        m.shortSaleThreshold ^
        m.ipoFlag ^
        m.luldTier ^
        m.issueSubtypeKey ^
        m.etpFlag ^
        m.etpLeverage ^
        m.inverseIndicator,
    );
  }
  onTradingAction(m: TradingAction): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.stockHi ^
        m.stockLo ^
        m.tradingState ^
        m.reserved ^
        m.reasonKey,
    );
  }
  onRegShoRestriction(m: RegShoRestriction): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.stockHi ^ m.stockLo ^ m.action);
  }
  onMarketParticipantPosition(m: MarketParticipantPosition): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.mpidKey ^
        m.stockHi ^
        m.stockLo ^
        m.primaryMarketMaker ^
        m.marketMakerMode ^
        m.participantState,
    );
  }
  onMwcbDeclineLevel(m: MwcbDeclineLevel): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.level1Hi ^
        m.level1Lo ^
        m.level2Hi ^
        m.level2Lo ^
        m.level3Hi ^
        m.level3Lo,
    );
  }
  onMwcbStatus(m: MwcbStatus): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.breachedLevel);
  }
  onQuotingPeriodUpdate(m: QuotingPeriodUpdate): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.stockHi ^
        m.stockLo ^
        m.releaseTimeSeconds ^
        m.releaseQualifier ^
        m.ipoPrice4,
    );
  }
  onLuldAuctionCollar(m: LuldAuctionCollar): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.stockHi ^
        m.stockLo ^
        m.referencePrice4 ^
        m.upperPrice4 ^
        m.lowerPrice4 ^
        m.extension,
    );
  }
  onOperationalHalt(m: OperationalHalt): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.stockHi ^ m.stockLo ^ m.marketCode ^ m.action);
  }
  onNetOrderImbalance(m: NetOrderImbalance): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.pairedSharesHi ^
        m.pairedSharesLo ^
        m.imbalanceSharesHi ^
        m.imbalanceSharesLo ^
        m.imbalanceDirection ^
        m.stockHi ^
        m.stockLo ^
        m.farPrice4 ^
        m.nearPrice4 ^
        m.referencePrice4 ^
        m.crossType ^
        m.priceVariation,
    );
  }
  onRetailPriceImprovement(m: RetailPriceImprovement): void {
    this.fold(m.locate ^ m.tracking ^ m.timestampHi ^ m.timestampLo ^ m.stockHi ^ m.stockLo ^ m.interestFlag);
  }
  onDirectListing(m: DirectListing): void {
    this.fold(
      m.locate ^
        m.tracking ^
        m.timestampHi ^
        m.timestampLo ^
        m.stockHi ^
        m.stockLo ^
        m.openEligibility ^
        m.minPrice4 ^
        m.maxPrice4 ^
        m.nearExecutionPrice4 ^
        m.nearExecutionTimeNsHi ^
        m.nearExecutionTimeNsLo ^
        m.lowerCollar4 ^
        m.upperCollar4,
    );
  }
}

/** Messages taken together, about a packet's worth: a loop over the whole file would be compiled in mid-flight. */
const BATCH = 64;

/** Dispatches up to {@link BATCH} length-prefixed messages. @returns where the next one stands */
function decodeBatch(dispatcher: ItchDispatcher, checksum: Checksum, view: DataView, from: number, to: number): number {
  let at = from;
  let count = 0;
  for (; at < to && count < BATCH; count++) {
    const length = view.getUint16(at);
    dispatcher.dispatch(checksum, view, (at + 2) | 0, length);
    at = (at + length + 2) | 0;
  }
  checksum.messages += count;
  return at;
}

/** Walks length-prefixed messages from `from` to `to`. @returns how many */
function decode(dispatcher: ItchDispatcher, checksum: Checksum, view: DataView, from: number, to: number): number {
  for (let at = from; at < to; ) at = decodeBatch(dispatcher, checksum, view, at, to);
  return checksum.messages;
}

const workload = readItchWorkload(commandLine.text('input'));
const dispatcher = new ItchDispatcher();
const from = workload.offsets[0]! | 0;
const to = workload.offsets[workload.chunks + 1]! | 0;

serve({ bytes: to - from }, () => {
  const checksum = new Checksum();
  const start = process.hrtime.bigint();
  const ops = decode(dispatcher, checksum, workload.view, from, to);
  const ns = Number(process.hrtime.bigint() - start);
  return { ops, ns, checksum: checksum.value >>> 0 };
});
