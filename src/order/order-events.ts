/** What strategies are told of, as int32s in a queue. */
export const OrderEvent = {
  /** Its state, flags or shares changed. */
  order: 1,
  /** Shares were executed (negative: taken back) at a price. */
  fill: 2,
  /** The way of the strategy's orders changed. */
  route: 3,
  /** Events were lost: every open order is to be looked at again. */
  lookAgain: 4,
} as const;

/** Takes events out of the queue, on the gateway's thread, after what caused them has been dealt with. */
export interface OrderEventSink {
  /** @param order its number, 0 for `route` and `lookAgain`. Shares and price4 of a fill, else 0 */
  orderEvent(strategy: number, kind: number, order: number, shares: number, price4: number): void;
}

const WORDS = 5;

/**
 * Events for strategies between the moment they happen (inside a venue's message, or inside a strategy's own call) and
 * the moment at which a strategy may be called: after everything is sent, and never from within itself. A strategy that
 * lost events because the queue was full is told to look again; what it sees there is the store, which loses nothing.
 */
export class OrderEventQueue {
  private readonly words: Int32Array;
  private readonly mask: number;
  private readonly overrun: Uint8Array;
  private head = 0;
  private tail = 0;
  private draining = false;
  private overruns = false;
  /** Events that found no room. */
  lost = 0;

  /** @param capacity events held; a power of two */
  constructor(capacity: number, strategies: number) {
    this.words = new Int32Array(capacity * WORDS);
    this.mask = capacity - 1;
    this.overrun = new Uint8Array(strategies);
  }

  push(strategy: number, kind: number, order: number, shares: number, price4: number): void {
    if (((this.tail - this.head) | 0) > this.mask) {
      this.lost++;
      this.overruns = true;
      this.overrun[strategy] = 1;
      return;
    }
    const at = (this.tail & this.mask) * WORDS;
    const { words } = this;
    words[at] = strategy;
    words[at + 1] = kind;
    words[at + 2] = order;
    words[at + 3] = shares;
    words[at + 4] = price4;
    this.tail = (this.tail + 1) | 0;
  }

  /**
   * Hands out what is there, and what comes of it meanwhile, up to the queue's length. Does nothing when a strategy's own
   * call causes it from within.
   * @returns how many
   */
  drain(sink: OrderEventSink): number {
    if (this.draining || this.head === this.tail) return 0;
    this.draining = true;
    let count = 0;
    const { words, mask } = this;
    while (this.head !== this.tail && count <= mask) {
      const at = (this.head & mask) * WORDS;
      this.head = (this.head + 1) | 0;
      sink.orderEvent(words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
      count++;
    }
    if (this.overruns) this.tellOverruns(sink);
    this.draining = false;
    return count;
  }

  private tellOverruns(sink: OrderEventSink): void {
    this.overruns = false;
    for (let strategy = 0; strategy < this.overrun.length; strategy++) {
      if (this.overrun[strategy] === 0) continue;
      this.overrun[strategy] = 0;
      sink.orderEvent(strategy, OrderEvent.lookAgain, 0, 0, 0);
    }
  }
}
