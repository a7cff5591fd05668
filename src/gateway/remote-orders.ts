import type { LedgerCells } from '../order/ledger-cells.ts';
import { TotalCell } from '../order/ledger-layout.ts';
import { SLOT_INT32, SlotField } from '../order/order-layout.ts';
import type { OrderStore } from '../order/order-store.ts';
import { OrderReader, SlotView } from '../order/order-view.ts';
import { isDone, type LostRoutePolicy, Marking, type Side, TimeInForce } from '../order/terms.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Orders, OrderView, RouteView } from '../strategy/order-api.ts';
import type { InstrumentMap } from './instrument-map.ts';
import { LinkCells, LinkRequest, LinkWord } from './order-link.ts';

/** Looks at the answer before the clock is asked how long it has been. */
const LOOKS_PER_CLOCK = 64;
/** After so long a wait the thread sleeps between looks: the gateway's thread idles, or stands still. */
const SPIN_NS = 20_000;
const SLEEP_MS = 0.05;
/** A gateway that does not answer for so long is not going to. */
const PATIENCE_NS = 5e9;

/**
 * The gateway's thread does not answer. A new order or replace that it finds later is refused as late; what became of any
 * other request is in the store. Until then nothing else can be asked: its words must not change under the gateway's eyes.
 */
export class GatewayStallError extends Error {
  override readonly name = 'GatewayStallError';
}

/** What a strategy's thread knows of the order half. */
export interface RemoteOrderParts {
  readonly store: OrderStore;
  readonly ledger: LedgerCells;
  readonly map: InstrumentMap;
  readonly sessionNames: readonly string[];
  readonly clock: Clock;
  explain(refusal: Float64Array): string;
}

/**
 * The orders of a strategy on a thread of its own. A request waits for the gateway's answer, so that the strategy knows
 * its order's number, or why it was refused, when the call returns, just as in place; orders and positions are read from
 * shared memory.
 */
export class RemoteOrders implements Orders {
  readonly refusal: Float64Array;
  readonly route: RouteView;
  readonly lostRoutePolicy: LostRoutePolicy;
  private readonly parts: RemoteOrderParts;
  private readonly strategy: number;
  private readonly account: number;
  private readonly cells: LinkCells;
  private readonly words: Int32Array;
  private readonly feeds: readonly number[];
  private readonly reader: OrderReader;
  private readonly sleepCell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  constructor(
    parts: RemoteOrderParts,
    link: SharedArrayBuffer,
    strategy: number,
    account: number,
    lostRoute: LostRoutePolicy,
    feeds: readonly number[],
    route: RouteView,
  ) {
    this.parts = parts;
    this.cells = new LinkCells(link);
    this.words = this.cells.words;
    this.refusal = this.cells.refusal;
    this.strategy = strategy;
    this.account = account;
    this.lostRoutePolicy = lostRoute;
    this.feeds = feeds;
    this.route = route;
    this.reader = new OrderReader(parts.store, parts.sessionNames);
  }

  instrument(symbol: string): number {
    return this.parts.map.number(symbol);
  }

  instrumentOf(feed: number, locate: number): number {
    return this.parts.map.numberOf(this.feeds[feed], locate);
  }

  enter(
    instrument: number,
    side: Side,
    shares: number,
    price4: number,
    timeInForce: TimeInForce = TimeInForce.day,
    marking: Marking = Marking.long,
    tag = 0,
  ): number {
    this.demandFree();
    const { words } = this;
    words[LinkWord.instrument] = instrument;
    words[LinkWord.side] = side;
    words[LinkWord.shares] = shares;
    words[LinkWord.price4] = price4;
    words[LinkWord.timeInForce] = timeInForce;
    words[LinkWord.marking] = marking;
    words[LinkWord.tag] = tag;
    return this.ask(LinkRequest.enter);
  }

  replace(order: number, shares: number, price4: number): number {
    this.demandFree();
    const { words } = this;
    words[LinkWord.order] = order;
    words[LinkWord.shares] = shares;
    words[LinkWord.price4] = price4;
    return this.ask(LinkRequest.replace);
  }

  cancel(order: number): number {
    this.demandFree();
    this.words[LinkWord.order] = order;
    return this.ask(LinkRequest.cancel);
  }

  cancelAll(): number {
    this.demandFree();
    return this.ask(LinkRequest.cancelAll);
  }

  view(order: number): OrderView {
    return this.reader.read(order - 1) ? this.reader.view : NOTHING;
  }

  position(instrument: number): number {
    return this.parts.ledger.position(this.account, instrument);
  }

  /** Looks through the day's orders from the newest back, until as many open ones are found as the ledger counts. */
  open(into: Int32Array): number {
    const { store, ledger } = this.parts;
    const most = Math.min(into.length, ledger.cells[ledger.total(STRATEGY, this.strategy) + TotalCell.openOrders]);
    let count = 0;
    for (let slot = store.count - 1; slot >= 0 && count < most; slot--) {
      if (!this.reader.read(slot)) continue;
      const { int32 } = this.reader;
      if (int32[SlotField.strategy] !== this.strategy || isDone(int32[SlotField.state])) continue;
      into[count++] = slot + 1;
    }
    into.subarray(0, count).reverse(); // oldest first
    return count;
  }

  explainRefusal(): string {
    return this.parts.explain(this.refusal);
  }

  private demandFree(): void {
    if (!this.cells.free) throw stalled();
  }

  private ask(request: number): number {
    const { clock } = this.parts;
    clock.read();
    this.cells.askedNs[0] = clock.nowNs[0];
    this.words[LinkWord.request] = request;
    const number = this.cells.ask();
    for (let looks = 0; looks < LOOKS_PER_CLOCK; looks++) {
      if (this.cells.isAnswered(number)) return this.words[LinkWord.result];
    }
    this.wait(number);
    return this.words[LinkWord.result];
  }

  private wait(number: number): void {
    const { clock } = this.parts;
    for (;;) {
      for (let looks = 0; looks < LOOKS_PER_CLOCK; looks++) if (this.cells.isAnswered(number)) return;
      clock.read();
      const waitedNs = clock.nowNs[0] - this.cells.askedNs[0];
      if (waitedNs > PATIENCE_NS) throw stalled();
      if (waitedNs > SPIN_NS) Atomics.wait(this.sleepCell, 0, 0, SLEEP_MS);
    }
  }
}

function stalled(): GatewayStallError {
  return new GatewayStallError('the gateway’s thread has not answered a request: its orders are in the store');
}

const NOTHING = new SlotView(new Int32Array(SLOT_INT32), 0, []);
/** Scope of the ledger's totals. */
const STRATEGY = 3;
