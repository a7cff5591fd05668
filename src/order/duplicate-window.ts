import { Limit, MOST_REMEMBERED_ORDERS } from './limit-table.ts';
import { RefusalCell } from './refusal.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';

const DUPLICATES = Limit.duplicateOrder;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const KEPT = MOST_REMEMBERED_ORDERS;
const MASK = KEPT - 1;
const BUCKETS = 4 * MOST_REMEMBERED_ORDERS;
const NONE = -1;
/** Words of a remembered order. */
const STRATEGY = 0;
const INSTRUMENT_AND_SIDE = 1;
const SHARES = 2;
const PRICE4 = 3;
/** Place of the next older order in the same bucket, or NONE; and the bucket. */
const OLDER = 4;
const BUCKET = 5;
const WORD_BITS = 3;

/**
 * Orders of a strategy that are alike within a window, exact: the last {@link MOST_REMEMBERED_ORDERS} orders of all
 * strategies, in a ring, found by hash. Should that many be younger than the window nothing is sent: whether it was a
 * duplicate could not be told.
 */
export class DuplicateWindow extends RiskCheck {
  private readonly windowNs: number;
  private readonly nowNs: Float64Array;
  private readonly orders: Int32Array;
  private readonly enteredNs: Float64Array;
  /** By bucket: place of the newest order in it, or NONE. */
  private readonly newest: Int32Array;
  private next = 0;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.windowNs = parts.windows.duplicatesNs;
    this.nowNs = parts.nowNs;
    this.orders = new Int32Array(KEPT << WORD_BITS);
    this.enteredNs = new Float64Array(KEPT).fill(Number.NEGATIVE_INFINITY);
    this.newest = new Int32Array(BUCKETS).fill(NONE);
    for (let place = 0; place < KEPT; place++) this.orders[(place << WORD_BITS) + BUCKET] = NONE;
  }

  check(): number {
    const { request, last, enteredNs } = this;
    const bound = this.limits[request.tightest + DUPLICATES];
    if (bound > KEPT) return 0;
    const sinceNs = this.nowNs[0] - this.windowNs;
    const { strategy, instrument, side, shares, price4 } = request;
    const found =
      enteredNs[this.next] > sinceNs ? KEPT : this.count(strategy, (instrument << 1) | side, shares, price4, bound | 0);
    if (found < bound) return 0;
    last[VALUE] = found + 1;
    last[BOUND] = bound;
    return this.refusals.ofTightest(DUPLICATES, request);
  }

  /** Such an order is entered now. */
  entered(strategy: number, instrument: number, side: number, shares: number, price4: number): void {
    const { orders, newest, next } = this;
    const at = next << WORD_BITS;
    const instrumentAndSide = (instrument << 1) | side;
    const bucket = bucketOf(strategy, instrumentAndSide, shares, price4);
    orders[at + STRATEGY] = strategy;
    orders[at + INSTRUMENT_AND_SIDE] = instrumentAndSide;
    orders[at + SHARES] = shares;
    orders[at + PRICE4] = price4;
    orders[at + OLDER] = newest[bucket];
    orders[at + BUCKET] = bucket;
    this.enteredNs[next] = this.nowNs[0];
    newest[bucket] = next;
    this.next = (next + 1) & MASK;
  }

  /** How many such orders are younger than the window; stops counting at `bound`. */
  private count(strategy: number, instrumentAndSide: number, shares: number, price4: number, bound: number): number {
    const { orders, enteredNs } = this;
    const sinceNs = this.nowNs[0] - this.windowNs;
    const bucket = bucketOf(strategy, instrumentAndSide, shares, price4);
    let place = this.newest[bucket];
    // A bucket whose newest place was used again has nothing left: all its others are older still.
    if (place === NONE || orders[(place << WORD_BITS) + BUCKET] !== bucket) return 0;
    let found = 0;
    // Newest first: behind one that is too old all are.
    while (found < bound && enteredNs[place] > sinceNs) {
      const at = place << WORD_BITS;
      if (
        orders[at + SHARES] === shares &&
        orders[at + PRICE4] === price4 &&
        orders[at + INSTRUMENT_AND_SIDE] === instrumentAndSide &&
        orders[at + STRATEGY] === strategy
      )
        found++;
      const older = orders[at + OLDER];
      // A place that was used again is younger than the one that points to it: the chain ends here.
      if (older === NONE || this.age(older) <= this.age(place)) break;
      place = older;
    }
    return found;
  }

  /** How many orders were entered after the one at a place. */
  private age(place: number): number {
    return (this.next - 1 - place) & MASK;
  }
}

function bucketOf(strategy: number, instrumentAndSide: number, shares: number, price4: number): number {
  let hash = Math.imul(shares, 0x9e3779b1) ^ Math.imul(price4, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ instrumentAndSide, 0xc2b2ae35) ^ strategy;
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}
