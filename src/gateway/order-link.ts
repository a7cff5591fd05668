import { loadAcquire, storeRelease } from '../ring/memory-order.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { OrderLinkMemory } from './gateway-options.ts';

/**
 * Between a strategy on a thread of its own and the gateway: a mailbox for its requests, one at a time, answered before
 * the call returns, and a ring for what it is told. Layout of the mailbox in int32 words; value and bound of a refusal are
 * doubles behind them.
 */
export const LinkWord = {
  /** Raised by the strategy once a request stands in the words below. */
  asked: 0,
  /** On another cache line: set to `asked` by the gateway once `result` stands. */
  answered: 32,
  result: 33,
  request: 1,
  order: 2,
  instrument: 3,
  side: 4,
  shares: 5,
  price4: 6,
  timeInForce: 7,
  marking: 8,
  tag: 9,
} as const;
/** Index of the last refusal's cells among the doubles: behind the int32 words. */
export const LINK_REFUSAL = 32;
const REFUSAL_CELLS = 16;
/** Index of the double that says when the request was made, on a cache line that the strategy alone writes. */
const LINK_ASKED_NS = LINK_REFUSAL + REFUSAL_CELLS;
const LINK_DOUBLES = LINK_ASKED_NS + 8;
const LINK_BYTES = LINK_DOUBLES * Float64Array.BYTES_PER_ELEMENT;
/**
 * A new order or replace that has waited this long in the mailbox is refused as `late`: by then its strategy may have given
 * up on it. Well below the patience of those who ask, so that what they gave up on is never sent.
 */
export const LATE_NS = 1e9;

export const LinkRequest = { enter: 1, replace: 2, cancel: 3, cancelAll: 4 } as const;

/** Record of the event ring: kind, order, shares, price4 as int32s. */
export const ORDER_EVENT_TYPE = 1;
export const ORDER_EVENT_BYTES = 16;
const EVENT_RING_BYTES = 1 << 18;

export function createOrderLink(): OrderLinkMemory {
  return { requests: new SharedArrayBuffer(LINK_BYTES), events: createSpscRing(EVENT_RING_BYTES) };
}

/** The words and doubles of a mailbox, on either side. */
export class LinkCells {
  readonly words: Int32Array;
  readonly refusal: Float64Array;
  /** Cell 0: monotonic ns at which the request was made. */
  readonly askedNs: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.askedNs = new Float64Array(memory, LINK_ASKED_NS * Float64Array.BYTES_PER_ELEMENT, 1);
    this.refusal = new Float64Array(memory, LINK_REFUSAL * Float64Array.BYTES_PER_ELEMENT, REFUSAL_CELLS);
  }

  /** A request stands there that has not been answered. */
  get waiting(): boolean {
    return loadAcquire(this.words, LinkWord.asked) !== this.words[LinkWord.answered];
  }

  /** The gateway's end: the answer is there. */
  answer(result: number): void {
    this.words[LinkWord.result] = result;
    storeRelease(this.words, LinkWord.answered, this.words[LinkWord.asked]);
  }

  /** The strategy's end: the request stands. @returns its number */
  ask(): number {
    const number = (this.words[LinkWord.asked] + 1) | 0;
    storeRelease(this.words, LinkWord.asked, number);
    return number;
  }

  /** The strategy's end: the mailbox is free for a request. False while one stands there that was given up on. */
  get free(): boolean {
    return loadAcquire(this.words, LinkWord.answered) === this.words[LinkWord.asked];
  }

  isAnswered(number: number): boolean {
    return loadAcquire(this.words, LinkWord.answered) === number;
  }
}
