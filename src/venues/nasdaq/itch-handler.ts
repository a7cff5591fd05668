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
} from './itch5-market.ts';
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
} from './itch5-orders.ts';

/**
 * Callbacks per message type, each optional and synchronous. The message object is reused: copy what you keep.
 */
export interface ItchHandler {
  onSystemEvent?(message: SystemEvent): void;
  onStockDirectory?(message: StockDirectory): void;
  onTradingAction?(message: TradingAction): void;
  onRegShoRestriction?(message: RegShoRestriction): void;
  onMarketParticipantPosition?(message: MarketParticipantPosition): void;
  onMwcbDeclineLevel?(message: MwcbDeclineLevel): void;
  onMwcbStatus?(message: MwcbStatus): void;
  onQuotingPeriodUpdate?(message: QuotingPeriodUpdate): void;
  onLuldAuctionCollar?(message: LuldAuctionCollar): void;
  onOperationalHalt?(message: OperationalHalt): void;
  onAddOrder?(message: AddOrder): void;
  onAddOrderMpid?(message: AddOrderMpid): void;
  onOrderExecuted?(message: OrderExecuted): void;
  onOrderExecutedWithPrice?(message: OrderExecutedWithPrice): void;
  onOrderCancel?(message: OrderCancel): void;
  onOrderDelete?(message: OrderDelete): void;
  onOrderReplace?(message: OrderReplace): void;
  onTrade?(message: Trade): void;
  onCrossTrade?(message: CrossTrade): void;
  onBrokenTrade?(message: BrokenTrade): void;
  onNetOrderImbalance?(message: NetOrderImbalance): void;
  onRetailPriceImprovement?(message: RetailPriceImprovement): void;
  onDirectListing?(message: DirectListing): void;
}
