import { explainRefusal } from '../order/explain-refusal.ts';
import { type RefusalFacts, refusalFacts } from '../order/refusal-facts.ts';
import type { ScopeRows } from '../order/risk-shape.ts';
import type { Marking, Side, TimeInForce } from '../order/terms.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Orders } from '../strategy/order-api.ts';
import { type LinkCells, LinkRequest, LinkWord } from './order-link.ts';

/** What of the order half can be read from shared memory without asking the gateway. */
export type OrderReads = Pick<Orders, 'instrument' | 'view' | 'position' | 'open' | 'route'>;

/** What a request came to. */
export interface OrderOutcome {
  /** As {@link Orders} has it: a number, 0, or minus a `RefusalReason`. */
  readonly result: number;
  /** Of a refusal: in words, and for a limit's what it measured. */
  readonly why?: string;
  readonly facts?: RefusalFacts;
}

/** A request that was given up before it reached the gateway's mailbox: nothing was sent, and nothing will be. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

interface Waiting {
  readonly request: number;
  readonly write: (words: Int32Array) => void;
  readonly atNs: number;
  settle(outcome: OrderOutcome): void;
  fail(error: Error): void;
}

/** Requests that may wait for the mailbox. */
const MOST_WAITING = 1000;
/** What waited so long for those before it is given up. */
const PATIENCE_NS = 1e9;
/** Looked at for so long in place: a gateway that spins answers within it. Then the event loop has its turn. */
const LOOK_NS = 30_000;
const LOOKS_PER_CLOCK = 64;
/** After so long a wait it is looked at only now and then: the gateway's thread idles, or stands still. */
const EAGER_NS = 2e6;
const PAUSE_MS = 1;

/**
 * The requests of a thread that must never stand still: the main thread's, for the API. One request at a time stands in the
 * mailbox, others queue behind it, and each answer is a promise. Order is kept.
 */
export class QueuedOrders {
  readonly reads: OrderReads;
  private readonly cells: LinkCells;
  private readonly clock: Clock;
  private readonly rows: ScopeRows;
  private readonly waiting: Waiting[] = [];
  private asked: { readonly number: number; readonly by: Waiting } | undefined = undefined;
  private looking = false;

  constructor(reads: OrderReads, cells: LinkCells, clock: Clock, rows: ScopeRows) {
    this.reads = reads;
    this.cells = cells;
    this.clock = clock;
    this.rows = rows;
  }

  /** As `Orders.enter`. Rejects with a {@link NotSentError} if it never reached the gateway. */
  enter(
    instrument: number,
    side: Side,
    shares: number,
    price4: number,
    timeInForce: TimeInForce,
    marking: Marking,
    tag: number,
  ): Promise<OrderOutcome> {
    return this.ask(LinkRequest.enter, (words) => {
      words[LinkWord.instrument] = instrument;
      words[LinkWord.side] = side;
      words[LinkWord.shares] = shares;
      words[LinkWord.price4] = price4;
      words[LinkWord.timeInForce] = timeInForce;
      words[LinkWord.marking] = marking;
      words[LinkWord.tag] = tag;
    });
  }

  /** As `Orders.replace`. */
  replace(order: number, shares: number, price4: number): Promise<OrderOutcome> {
    return this.ask(LinkRequest.replace, (words) => {
      words[LinkWord.order] = order;
      words[LinkWord.shares] = shares;
      words[LinkWord.price4] = price4;
    });
  }

  /** As `Orders.cancel`. */
  cancel(order: number): Promise<OrderOutcome> {
    return this.ask(LinkRequest.cancel, (words) => {
      words[LinkWord.order] = order;
    });
  }

  private ask(request: number, write: (words: Int32Array) => void): Promise<OrderOutcome> {
    return new Promise((settle, fail) => {
      if (this.waiting.length >= MOST_WAITING) {
        fail(new NotSentError(`${MOST_WAITING} requests wait for the gateway already`));
        return;
      }
      this.waiting.push({ request, write, atNs: this.now(), settle, fail });
      this.pump();
    });
  }

  /** Takes answers and makes requests, as far as it goes without waiting long. */
  private pump(): void {
    const until = this.now() + LOOK_NS;
    while (this.looked(until)) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.post(next);
    }
    this.dropStale();
    this.lookLater();
  }

  /** @returns true once nothing stands in the mailbox; false if that takes longer */
  private looked(until: number): boolean {
    const { asked, cells } = this;
    if (asked === undefined) return cells.free;
    do {
      for (let looks = 0; looks < LOOKS_PER_CLOCK; looks++) {
        if (!cells.isAnswered(asked.number)) continue;
        this.asked = undefined;
        asked.by.settle(this.outcome());
        return true;
      }
    } while (this.now() < until);
    return false;
  }

  private post(waiting: Waiting): void {
    const { cells } = this;
    waiting.write(cells.words);
    cells.words[LinkWord.request] = waiting.request;
    // counted from the client's request: one that has waited here long is late for the gateway too
    cells.askedNs[0] = waiting.atNs;
    this.asked = { number: cells.ask(), by: waiting };
  }

  private dropStale(): void {
    const since = this.now() - PATIENCE_NS;
    while (this.waiting.length > 0 && this.waiting[0].atNs < since) {
      this.waiting.shift()?.fail(new NotSentError('the gateway’s thread does not answer'));
    }
  }

  private lookLater(): void {
    if (this.looking) return;
    this.looking = true;
    const again = () => {
      this.looking = false;
      this.pump();
    };
    // neither keeps a process alive: a gateway that has ended answers nothing
    if (this.now() - (this.asked?.by.atNs ?? 0) < EAGER_NS) setImmediate(again).unref();
    else setTimeout(again, PAUSE_MS).unref();
  }

  private outcome(): OrderOutcome {
    const result = this.cells.words[LinkWord.result];
    if (result >= 0) return { result };
    const { refusal } = this.cells;
    return { result, why: explainRefusal(refusal, this.rows), facts: refusalFacts(refusal, this.rows) };
  }

  private now(): number {
    this.clock.read();
    return this.clock.nowNs[0];
  }
}
