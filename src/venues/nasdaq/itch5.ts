import type { ItchHandler } from './itch-handler.ts';
import {
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
} from './itch5-market.ts';
import {
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
} from './itch5-orders.ts';

/** Type byte of each ITCH 5.0 message. */
export const ItchType = {
  systemEvent: 83, // S
  stockDirectory: 82, // R
  tradingAction: 72, // H
  regShoRestriction: 89, // Y
  marketParticipantPosition: 76, // L
  mwcbDeclineLevel: 86, // V
  mwcbStatus: 87, // W
  quotingPeriodUpdate: 75, // K
  luldAuctionCollar: 74, // J
  operationalHalt: 104, // h
  addOrder: 65, // A
  addOrderMpid: 70, // F
  orderExecuted: 69, // E
  orderExecutedWithPrice: 67, // C
  orderCancel: 88, // X
  orderDelete: 68, // D
  orderReplace: 85, // U
  trade: 80, // P
  crossTrade: 81, // Q
  brokenTrade: 66, // B
  netOrderImbalance: 73, // I
  retailPriceImprovement: 78, // N
  directListing: 79, // O
} as const;
export type ItchType = (typeof ItchType)[keyof typeof ItchType];

/** Length in bytes of each message, by type byte; 0 where there is no such type. */
export const ITCH_LENGTHS: Uint8Array = lengths();

function lengths(): Uint8Array {
  const table = new Uint8Array(256);
  table[SystemEvent.type] = SystemEvent.bytes;
  table[StockDirectory.type] = StockDirectory.bytes;
  table[TradingAction.type] = TradingAction.bytes;
  table[RegShoRestriction.type] = RegShoRestriction.bytes;
  table[MarketParticipantPosition.type] = MarketParticipantPosition.bytes;
  table[MwcbDeclineLevel.type] = MwcbDeclineLevel.bytes;
  table[MwcbStatus.type] = MwcbStatus.bytes;
  table[QuotingPeriodUpdate.type] = QuotingPeriodUpdate.bytes;
  table[LuldAuctionCollar.type] = LuldAuctionCollar.bytes;
  table[OperationalHalt.type] = OperationalHalt.bytes;
  table[AddOrder.type] = AddOrder.bytes;
  table[AddOrderMpid.type] = AddOrderMpid.bytes;
  table[OrderExecuted.type] = OrderExecuted.bytes;
  table[OrderExecutedWithPrice.type] = OrderExecutedWithPrice.bytes;
  table[OrderCancel.type] = OrderCancel.bytes;
  table[OrderDelete.type] = OrderDelete.bytes;
  table[OrderReplace.type] = OrderReplace.bytes;
  table[Trade.type] = Trade.bytes;
  table[CrossTrade.type] = CrossTrade.bytes;
  table[BrokenTrade.type] = BrokenTrade.bytes;
  table[NetOrderImbalance.type] = NetOrderImbalance.bytes;
  table[RetailPriceImprovement.type] = RetailPriceImprovement.bytes;
  table[DirectListing.type] = DirectListing.bytes;
  return table;
}

/** Why a unit was not dispatched. */
export const ItchRefusal = {
  none: 0,
  empty: 1,
  unknownType: 2,
  wrongLength: 3,
  /** Neither buy nor sell. */ badSide: 4,
} as const;
export type ItchRefusal = (typeof ItchRefusal)[keyof typeof ItchRefusal];

/** A constant of this module, which the compiler folds into the code. */
const DISPATCHED = ItchRefusal.none;

/**
 * Calls the callback of an {@link ItchHandler} that belongs to a message, without allocating. A missing callback costs
 * one load.
 */
export class ItchDispatcher {
  /** Units that were refused, by reason: see {@link ItchRefusal}. */
  readonly refused = new Float64Array(5);
  private readonly systemEvent = new SystemEvent();
  private readonly stockDirectory = new StockDirectory();
  private readonly tradingAction = new TradingAction();
  private readonly regShoRestriction = new RegShoRestriction();
  private readonly marketParticipantPosition = new MarketParticipantPosition();
  private readonly mwcbDeclineLevel = new MwcbDeclineLevel();
  private readonly mwcbStatus = new MwcbStatus();
  private readonly quotingPeriodUpdate = new QuotingPeriodUpdate();
  private readonly luldAuctionCollar = new LuldAuctionCollar();
  private readonly operationalHalt = new OperationalHalt();
  private readonly addOrder = new AddOrder();
  private readonly addOrderMpid = new AddOrderMpid();
  private readonly orderExecuted = new OrderExecuted();
  private readonly orderExecutedWithPrice = new OrderExecutedWithPrice();
  private readonly orderCancel = new OrderCancel();
  private readonly orderDelete = new OrderDelete();
  private readonly orderReplace = new OrderReplace();
  private readonly trade = new Trade();
  private readonly crossTrade = new CrossTrade();
  private readonly brokenTrade = new BrokenTrade();
  private readonly netOrderImbalance = new NetOrderImbalance();
  private readonly retailPriceImprovement = new RetailPriceImprovement();
  private readonly directListing = new DirectListing();

  /** Dispatches the message of `length` bytes at `offset`. Unknown types and wrong lengths are counted, never thrown. */
  dispatch(handler: ItchHandler, view: DataView, offset: number, length: number): ItchRefusal {
    if (length < 1) return this.refuse(ItchRefusal.empty);
    // An int32 for certain: an offset that was once a double would make every field access convert it.
    const at = offset | 0;
    // Literals, so that the switch compiles to a jump table; few cases, so that it is inlined where it is called.
    switch (view.getUint8(at)) {
      case 65: // A
        if (length !== 36) break;
        handler.onAddOrder?.(this.addOrder.wrap(view, at));
        return DISPATCHED;
      case 68: // D
        if (length !== 19) break;
        handler.onOrderDelete?.(this.orderDelete.wrap(view, at));
        return DISPATCHED;
      case 85: // U
        if (length !== 35) break;
        handler.onOrderReplace?.(this.orderReplace.wrap(view, at));
        return DISPATCHED;
      case 69: // E
        if (length !== 31) break;
        handler.onOrderExecuted?.(this.orderExecuted.wrap(view, at));
        return DISPATCHED;
      case 88: // X
        if (length !== 23) break;
        handler.onOrderCancel?.(this.orderCancel.wrap(view, at));
        return DISPATCHED;
      default:
        return this.dispatchRare(handler, view, at, length);
    }
    return this.refuse(ItchRefusal.wrongLength);
  }

  /** The types that make up about a twentieth of a day's messages. */
  private dispatchRare(handler: ItchHandler, view: DataView, at: number, length: number): ItchRefusal {
    switch (view.getUint8(at)) {
      case 70: // F
        if (length !== 40) break;
        handler.onAddOrderMpid?.(this.addOrderMpid.wrap(view, at));
        return DISPATCHED;
      case 67: // C
        if (length !== 36) break;
        handler.onOrderExecutedWithPrice?.(this.orderExecutedWithPrice.wrap(view, at));
        return DISPATCHED;
      case 80: // P
        if (length !== 44) break;
        handler.onTrade?.(this.trade.wrap(view, at));
        return DISPATCHED;
      case 83: // S
        if (length !== 12) break;
        handler.onSystemEvent?.(this.systemEvent.wrap(view, at));
        return DISPATCHED;
      case 82: // R
        if (length !== 39) break;
        handler.onStockDirectory?.(this.stockDirectory.wrap(view, at));
        return DISPATCHED;
      case 72: // H
        if (length !== 25) break;
        handler.onTradingAction?.(this.tradingAction.wrap(view, at));
        return DISPATCHED;
      case 89: // Y
        if (length !== 20) break;
        handler.onRegShoRestriction?.(this.regShoRestriction.wrap(view, at));
        return DISPATCHED;
      case 76: // L
        if (length !== 26) break;
        handler.onMarketParticipantPosition?.(this.marketParticipantPosition.wrap(view, at));
        return DISPATCHED;
      case 86: // V
        if (length !== 35) break;
        handler.onMwcbDeclineLevel?.(this.mwcbDeclineLevel.wrap(view, at));
        return DISPATCHED;
      case 87: // W
        if (length !== 12) break;
        handler.onMwcbStatus?.(this.mwcbStatus.wrap(view, at));
        return DISPATCHED;
      case 75: // K
        if (length !== 28) break;
        handler.onQuotingPeriodUpdate?.(this.quotingPeriodUpdate.wrap(view, at));
        return DISPATCHED;
      case 74: // J
        if (length !== 35) break;
        handler.onLuldAuctionCollar?.(this.luldAuctionCollar.wrap(view, at));
        return DISPATCHED;
      case 104: // h
        if (length !== 21) break;
        handler.onOperationalHalt?.(this.operationalHalt.wrap(view, at));
        return DISPATCHED;
      case 81: // Q
        if (length !== 40) break;
        handler.onCrossTrade?.(this.crossTrade.wrap(view, at));
        return DISPATCHED;
      case 66: // B
        if (length !== 19) break;
        handler.onBrokenTrade?.(this.brokenTrade.wrap(view, at));
        return DISPATCHED;
      case 73: // I
        if (length !== 50) break;
        handler.onNetOrderImbalance?.(this.netOrderImbalance.wrap(view, at));
        return DISPATCHED;
      case 78: // N
        if (length !== 20) break;
        handler.onRetailPriceImprovement?.(this.retailPriceImprovement.wrap(view, at));
        return DISPATCHED;
      case 79: // O
        if (length !== 48) break;
        handler.onDirectListing?.(this.directListing.wrap(view, at));
        return DISPATCHED;
      default:
        return this.refuse(ItchRefusal.unknownType);
    }
    return this.refuse(ItchRefusal.wrongLength);
  }

  private refuse(reason: ItchRefusal): ItchRefusal {
    this.refused[reason]++;
    return reason;
  }
}
