/**
 * Warmline as a library: the strategy API, and arbiter, rings and replay for one's own program.
 */
export { ReplayError, replayCapture } from './capture/replay.ts';
export type { ReplayReport } from './capture/replay-report.ts';
export { Arbiter } from './feed/arbiter.ts';
export { type ArbiterConfig, defaultArbiterConfig } from './feed/arbiter-config.ts';
export { BookView, LadderCopy, OrderBooks, Side, TOP_CELLS, TopCell, TradingState } from './feed/book.ts';
export * from './feed/events.ts';
export { FeedCell, feedCellCount, LineCell, lineCell, lineLost } from './feed/feed-counters.ts';
export { Frame, FrameId, type Framer, MalformedReason, PacketKind } from './feed/framer.ts';
export { type FeedSink, Source, TimeCell, UnitCell } from './feed/sink.ts';
export { RefusalReason } from './order/risk-reason.ts';
export {
  Evidence,
  isDone,
  LostRoutePolicy,
  MARKET_PRICE4,
  Marking,
  OrderState,
  RouteStatus,
  Side as OrderSide,
  TimeInForce,
} from './order/terms.ts';
export { BroadcastReader, BroadcastWriter, LAPPED } from './ring/broadcast-ring.ts';
export { createBroadcastRing } from './ring/broadcast-ring-descriptor.ts';
export { type RecordHandler, SpscConsumer, SpscObserver, SpscProducer } from './ring/spsc-ring.ts';
export { createSpscRing } from './ring/spsc-ring-descriptor.ts';
export * from './strategy/api.ts';
export type { OrderCallbacks, Orders, OrderView, RouteView } from './strategy/order-api.ts';
export { Mdp3Framer } from './venues/cme/mdp3.ts';
export type { ItchHandler } from './venues/nasdaq/itch-handler.ts';
export * from './venues/nasdaq/itch5.ts';
export * from './venues/nasdaq/itch5-market.ts';
export * from './venues/nasdaq/itch5-orders.ts';
export { MoldUdp64Framer } from './venues/nasdaq/moldudp64.ts';
