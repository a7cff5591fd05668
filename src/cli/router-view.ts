import type { FeedEvent } from '../feed/events.ts';
import { EventNumber } from '../feed/events.ts';
import type { GatewayReport } from '../gateway/gateway-report.ts';
import type { Router } from '../router/router.ts';
import { type Clock, createClock } from '../runtime/clock.ts';
import { topsMemory } from '../status/book-tops.ts';
import { eventView } from '../status/event-view.ts';
import { OrdersReader } from '../status/orders-reader.ts';
import type { EventView, KeyHint, StatusModel } from '../status/status-model.ts';
import { StatusReader } from '../status/status-reader.ts';
import { withOrders } from '../status/with-orders.ts';
import { type OrderNames, orderEventView } from './order-event-view.ts';
import { orderNames, ordersSource } from './orders-source.ts';
import { aboutRouter } from './router-about.ts';

/** Events kept for the view. */
const EVENTS_KEPT = 200;
const NS_PER_MS = 1e6;

/** A running router as the status view shows it: its counters, and the events that it has told. Main thread only. */
export class RouterView {
  /** Monotonic ns when it was ready. */
  readonly startedNs: number;
  private readonly router: Router;
  private readonly clock: Clock = createClock(undefined);
  private readonly reader: StatusReader;
  private readonly events: EventView[] = [];
  private readonly utcOffsetNs: number;
  private readonly orders: OrdersReader | undefined;
  private readonly names: OrderNames | undefined;

  /** @param router that runs: what is allocated later is not shown */
  constructor(router: Router) {
    const { setup } = router;
    this.router = router;
    this.clock.read();
    this.startedNs = this.clock.nowNs[0];
    this.utcOffsetNs = this.clock.readUtcOffsetNs();
    const { gateway } = setup;
    this.orders = gateway === undefined ? undefined : new OrdersReader(ordersSource(gateway));
    this.names = gateway === undefined ? undefined : orderNames(gateway);
    this.reader = new StatusReader({
      pid: process.pid,
      about: aboutRouter(router, this.startedNs),
      description: setup.counters.describe(),
      memory: setup.counters.memory,
      tops: setup.feeds.map(({ options: { books } }) => books && topsMemory(books.memory, books.maxInstruments)),
    });
  }

  /** Takes note of an event for the view's list. */
  onEvent(feed: number, event: FeedEvent): void {
    const { config } = this.router.setup.feeds[feed];
    const utcMs = (event.numbers[EventNumber.atNs] + this.utcOffsetNs) / NS_PER_MS;
    this.events.push(
      eventView(
        event,
        config.name,
        config.lines.map((line) => line.name),
        utcMs,
      ),
    );
    if (this.events.length > EVENTS_KEPT) this.events.shift();
  }

  /** Takes note of what happened in the order half. @returns it as it is shown, or undefined where it is not */
  onOrderReport(report: GatewayReport): EventView | undefined {
    const view = orderEventView(report, this.names!, (report.atNs + this.utcOffsetNs) / NS_PER_MS);
    if (view === undefined) return undefined;
    this.events.push(view);
    if (this.events.length > EVENTS_KEPT) this.events.shift();
    return view;
  }

  /** Everything as it stands now. */
  model(keys: readonly KeyHint[] = []): StatusModel {
    this.clock.read();
    const nowNs = this.clock.nowNs[0];
    const model = this.reader.read(nowNs, this.events, keys);
    return this.orders === undefined ? model : withOrders(model, this.orders.read(nowNs));
  }

  /** How long ago each agent thread's last turn began, in ns. */
  turnsAgoNs(): Map<string, number> {
    this.clock.read();
    return this.reader.turnsAgoNs(this.clock.nowNs[0]);
  }
}
