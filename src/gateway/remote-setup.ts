import type { OrderBooks } from '../feed/book.ts';
import { explainRefusal } from '../order/explain-refusal.ts';
import { LedgerCells } from '../order/ledger-cells.ts';
import { OrderStore } from '../order/order-store.ts';
import { type RiskShape, ScopeRows } from '../order/risk-shape.ts';
import type { LostRoutePolicy } from '../order/terms.ts';
import type { RecordHandler } from '../ring/spsc-ring.ts';
import { SpscConsumer } from '../ring/spsc-ring.ts';
import type { Clock } from '../runtime/clock.ts';
import type { OrderLinkMemory } from './gateway-options.ts';
import { InstrumentMap, type TradableInstrument } from './instrument-map.ts';
import { LinkCells } from './order-link.ts';
import { QueuedOrders } from './queued-orders.ts';
import { RemoteOrders } from './remote-orders.ts';
import { RouteReader } from './route-reader.ts';

/** What a strategy's own thread is given of the order half. Structured-cloneable; memory is shared. */
export interface RemoteOrderOptions {
  readonly strategy: number;
  readonly account: number;
  readonly lostRoute: LostRoutePolicy;
  readonly link: OrderLinkMemory;
  readonly store: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
  readonly routes: Int32Array;
  readonly sessionNames: readonly string[];
  readonly instruments: readonly TradableInstrument[];
  readonly shape: RiskShape;
}

/** Who is told of a trader's orders. */
export interface OrderListener {
  /** @param kind `OrderEvent`; shares and price4 of a fill */
  onOrderEvent(kind: number, order: number, shares: number, price4: number): void;
}

/** Events shown to the strategy in one turn. */
const EVENTS_PER_TURN = 256;

/** The order half as a strategy's own thread sees it: its requests, and the events that it is told. */
export class RemoteOrderEnd implements RecordHandler {
  readonly orders: RemoteOrders;
  private readonly map: InstrumentMap;
  private readonly rows: ScopeRows;
  private readonly link: SharedArrayBuffer;
  private readonly clock: Clock;
  private readonly events: SpscConsumer;
  private host: OrderListener | undefined = undefined;

  /** @param feeds the router's numbers of the strategy's feeds, @param books of each of the router's feeds */
  constructor(
    options: RemoteOrderOptions,
    clock: Clock,
    feeds: readonly number[],
    books: readonly (OrderBooks | undefined)[],
    maxInstruments: readonly number[],
  ) {
    this.map = new InstrumentMap(options.instruments, books, maxInstruments);
    this.map.lookAtAll();
    this.events = new SpscConsumer(options.link.events);
    const rows = new ScopeRows(options.shape);
    this.rows = rows;
    this.link = options.link.requests;
    this.clock = clock;
    this.orders = new RemoteOrders(
      {
        store: new OrderStore(options.store),
        ledger: new LedgerCells(options.ledger),
        map: this.map,
        sessionNames: options.sessionNames,
        clock,
        explain: (refusal) => explainRefusal(refusal, rows),
      },
      options.link.requests,
      options.strategy,
      options.account,
      options.lostRoute,
      feeds,
      new RouteReader(options.routes, options.strategy, options.sessionNames),
    );
  }

  /** The same mailbox for a thread that must never wait. Use either it or {@link orders} to ask, never both. */
  queued(): QueuedOrders {
    return new QueuedOrders(this.orders, new LinkCells(this.link), this.clock, this.rows);
  }

  attach(host: OrderListener): void {
    this.host = host;
  }

  /** Shows what the gateway has told since. @returns how many events */
  poll(): number {
    return this.events.drain(this, EVENTS_PER_TURN);
  }

  /** Looks for symbols that have not been found. Call it now and then. */
  look(): void {
    this.map.look();
  }

  onRecord(_type: number, _bytes: Uint8Array, view: DataView, offset: number): void {
    this.host?.onOrderEvent(
      view.getInt32(offset, true),
      view.getInt32(offset + 4, true),
      view.getInt32(offset + 8, true),
      view.getInt32(offset + 12, true),
    );
  }
}
