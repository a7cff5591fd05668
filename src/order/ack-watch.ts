import { SlotField } from './order-layout.ts';
import { OrderFlag, OrderState } from './terms.ts';

/** What was asked of the venue. */
export const Asked = { enter: 0, replace: 1, cancel: 2 } as const;

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Field = Object.freeze({ ...SlotField });
const State = Object.freeze({ ...OrderState });
const Flag = Object.freeze({ ...OrderFlag });
const Kind = Object.freeze({ ...Asked });
/** Flags of an order whose fate nobody but the venue knows. */
const DOUBTFUL = OrderFlag.unknown | OrderFlag.blind;

/** Where the watch reads orders. */
export interface SlotReader {
  readonly int32: Int32Array;
  /** Index of a slot's first int32. */
  base(slot: number): number;
}

/**
 * Requests that a session has sent, in the order in which it did, until the venue has answered: the oldest one's age is
 * the fastest evidence there is that a gateway stands still, since a frozen gateway's kernel goes on acknowledging TCP.
 * Whether a request is answered is read from the order itself, so late answers and answers over another way count too.
 */
export class AckWatch {
  private readonly slots: Int32Array;
  private readonly refs: Int32Array;
  private readonly kinds: Int32Array;
  private readonly sentNs: Float64Array;
  private readonly mask: number;
  private head = 0;
  private tail = 0;
  /** Requests that could not be watched because too many were unanswered. */
  dropped = 0;

  /** @param capacity requests watched at once; a power of two */
  constructor(capacity: number) {
    this.slots = new Int32Array(capacity);
    this.refs = new Int32Array(capacity);
    this.kinds = new Int32Array(capacity);
    this.sentNs = new Float64Array(capacity);
    this.mask = capacity - 1;
  }

  get count(): number {
    return (this.tail - this.head) | 0;
  }

  /** @param nowNs cell 0: when it was sent */
  push(slot: number, kind: number, ref: number, nowNs: Float64Array): void {
    if (this.count > this.mask) {
      this.dropped++;
      return;
    }
    const at = this.tail & this.mask;
    this.slots[at] = slot;
    this.kinds[at] = kind;
    this.refs[at] = ref;
    this.sentNs[at] = nowNs[0];
    this.tail = (this.tail + 1) | 0;
  }

  /** Forgets what has been answered from the oldest on. Call before {@link oldestNs}. */
  settle(store: SlotReader): void {
    while (this.head !== this.tail && this.answered(store, this.head & this.mask)) this.head = (this.head + 1) | 0;
  }

  /** Writes to `into[cell]` when the oldest unanswered request was sent. @returns false if there is none */
  oldestNs(into: Float64Array, cell: number): boolean {
    if (this.head === this.tail) return false;
    into[cell] = this.sentNs[this.head & this.mask];
    return true;
  }

  clear(): void {
    this.head = this.tail;
  }

  /**
   * Forgets requests about orders that are in doubt: a barrier has been answered and has not told their fate, so waiting
   * longer for them says nothing about the session any more. Cold.
   */
  forgetDoubtful(store: SlotReader): void {
    let kept = this.head;
    for (let from = this.head; from !== this.tail; from = (from + 1) | 0) {
      const at = from & this.mask;
      if ((store.int32[store.base(this.slots[at]) + Field.flags] & DOUBTFUL) !== 0) continue;
      const to = kept & this.mask;
      this.slots[to] = this.slots[at];
      this.kinds[to] = this.kinds[at];
      this.refs[to] = this.refs[at];
      this.sentNs[to] = this.sentNs[at];
      kept = (kept + 1) | 0;
    }
    this.tail = kept;
  }

  private answered(store: SlotReader, at: number): boolean {
    const base = store.base(this.slots[at]);
    const state = store.int32[base + Field.state];
    if (this.kinds[at] === Kind.enter) return state > State.sent;
    if (state >= State.filled) return true;
    const flags = store.int32[base + Field.flags];
    // under another reference by now: a replace made it void
    if (this.kinds[at] === Kind.cancel)
      return (flags & Flag.pendingCancel) === 0 || store.int32[base + Field.ref] !== this.refs[at];
    return (flags & Flag.pendingReplace) === 0 || store.int32[base + Field.pendingRef] !== this.refs[at];
  }
}
