import type { OrderGateway } from '../order/gateway.ts';
import { StampCell } from '../order/gateway-parts.ts';
import { CancelCause } from '../order/intents.ts';
import type { Ledger } from '../order/ledger.ts';
import { SLOT_INT32 } from '../order/order-layout.ts';
import type { OrderStore } from '../order/order-store.ts';
import { SlotView } from '../order/order-view.ts';
import type { Risk } from '../order/risk.ts';
import { type LostRoutePolicy, Marking, type Side, TimeInForce } from '../order/terms.ts';
import { recordLatency } from '../runtime/histogram.ts';
import { NowCell as AllNowCells } from '../strategy/api.ts';
import type { Orders, OrderView, RouteView } from '../strategy/order-api.ts';
import type { GatewayHistograms } from './gateway-options.ts';
import type { InstrumentMap } from './instrument-map.ts';
import { recordStages } from './order-stages.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Stamp = Object.freeze({ ...StampCell });
const NowCell = Object.freeze({ ...AllNowCells });
const DAY = TimeInForce.day;
const LONG = Marking.long;
const CANCEL_ALL = CancelCause.cancelAll;

/** What strategies called in place share. */
export interface LocalOrderParts {
  readonly gateway: OrderGateway;
  readonly risk: Risk;
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly map: InstrumentMap;
  readonly histograms: GatewayHistograms;
  readonly sessionNames: readonly string[];
}

/** The orders of a strategy that is called in place: the gateway is called in place too. */
export class LocalOrders implements Orders {
  readonly refusal: Float64Array;
  readonly route: RouteView;
  readonly lostRoutePolicy: LostRoutePolicy;
  private readonly strategy: number;
  private readonly account: number;
  private readonly gateway: OrderGateway;
  private readonly risk: Risk;
  private readonly store: OrderStore;
  private readonly ledger: Ledger;
  private readonly map: InstrumentMap;
  private readonly histograms: GatewayHistograms;
  /** By the strategy's own feed number: the router's. */
  private readonly feeds: Int32Array;
  private readonly now: Float64Array;
  private readonly shown: SlotView;

  /** @param now `NowCell`s of the thread */
  constructor(
    parts: LocalOrderParts,
    strategy: number,
    account: number,
    lostRoute: LostRoutePolicy,
    feeds: readonly number[],
    route: RouteView,
    now: Float64Array,
  ) {
    this.gateway = parts.gateway;
    this.risk = parts.risk;
    this.store = parts.store;
    this.ledger = parts.ledger;
    this.map = parts.map;
    this.histograms = parts.histograms;
    this.refusal = parts.gateway.refusal;
    this.strategy = strategy;
    this.account = account;
    this.lostRoutePolicy = lostRoute;
    this.feeds = Int32Array.from(feeds);
    this.route = route;
    this.now = now;
    this.shown = new SlotView(parts.store.int32, 0, parts.sessionNames);
  }

  instrument(symbol: string): number {
    return this.map.number(symbol);
  }

  instrumentOf(feed: number, locate: number): number {
    return this.map.numberOf(this.feeds[feed], locate);
  }

  enter(
    instrument: number,
    side: Side,
    shares: number,
    price4: number,
    timeInForce: TimeInForce = DAY,
    marking: Marking = LONG,
    tag = 0,
  ): number {
    const { gateway } = this;
    const order = gateway.enter(this.strategy, instrument, side, shares, price4, timeInForce, marking, tag);
    if (order > 0) this.measure();
    return order;
  }

  replace(order: number, shares: number, price4: number): number {
    return this.gateway.replace(this.strategy, order, shares, price4);
  }

  cancel(order: number): number {
    return this.gateway.cancel(this.strategy, order);
  }

  cancelAll(): number {
    return this.gateway.cancelAll(this.strategy, CANCEL_ALL);
  }

  view(order: number): OrderView {
    const slot = this.store.slotOfNumber(order);
    return slot < 0 ? NOTHING : this.shown.moveTo(this.store.base(slot));
  }

  position(instrument: number): number {
    return this.ledger.position(this.account, instrument);
  }

  open(into: Int32Array): number {
    const { store } = this;
    let count = 0;
    for (
      let slot = store.firstOfStrategy(this.strategy);
      slot >= 0 && count < into.length;
      slot = store.nextOfStrategy(slot)
    ) {
      into[count++] = slot + 1;
    }
    return count;
  }

  explainRefusal(): string {
    return this.risk.explainRefusal();
  }

  private measure(): void {
    const { stamps } = this.gateway;
    const { histograms } = this;
    recordStages(histograms, stamps);
    const rxNs = this.now[NowCell.rxNs];
    // an order that a timer or an answer caused has no datagram behind it
    if (rxNs > 0) recordLatency(histograms.wireToSent, stamps[Stamp.sent] - rxNs);
  }
}

/** What is seen of an order that is not there. */
const NOTHING = new SlotView(new Int32Array(SLOT_INT32), 0, []);
