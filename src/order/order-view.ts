import { loadAcquire, loadAfterLoads } from '../ring/memory-order.ts';
import { SLOT_BYTES, SLOT_INT32, SlotField } from './order-layout.ts';
import type { OrderStore } from './order-store.ts';
import { isDone, OrderFlag, type OrderState, type Side } from './terms.ts';

const VERSION = SlotField.version;
const NUMBER = SlotField.number;
const SLOT_WORDS = SLOT_INT32;
/** Tries of a consistent read before it gives up: the writer holds a slot for well under a microsecond. */
const READ_TRIES = 1000;

/**
 * One order, as the `OrderView` that strategies know: a view that {@link moveTo} moves, fields read at each access. On the
 * gateway's thread it looks at the store itself; elsewhere at a copy of a slot ({@link OrderReader}).
 */
export class SlotView {
  private readonly int32: Int32Array;
  private readonly sessionNames: readonly string[];
  private at: number;

  /**
   * @param int32 the store's, or a copy of one slot
   * @param at index of the slot's first int32
   * @param sessionNames by session's number
   */
  constructor(int32: Int32Array, at: number, sessionNames: readonly string[]) {
    this.int32 = int32;
    this.at = at;
    this.sessionNames = sessionNames;
  }

  /** @param at index of another slot's first int32 */
  moveTo(at: number): this {
    this.at = at;
    return this;
  }

  get number(): number {
    return this.int32[this.at + NUMBER];
  }
  get state(): OrderState {
    return this.int32[this.at + SlotField.state] as OrderState;
  }
  get done(): boolean {
    return isDone(this.int32[this.at + SlotField.state]);
  }
  get unknown(): boolean {
    return (this.int32[this.at + SlotField.flags] & OrderFlag.unknown) !== 0;
  }
  get blind(): boolean {
    return (this.int32[this.at + SlotField.flags] & OrderFlag.blind) !== 0;
  }
  get pendingCancel(): boolean {
    return (this.int32[this.at + SlotField.flags] & OrderFlag.pendingCancel) !== 0;
  }
  get pendingReplace(): boolean {
    return (this.int32[this.at + SlotField.flags] & OrderFlag.pendingReplace) !== 0;
  }
  get strategy(): number {
    return this.int32[this.at + SlotField.strategy];
  }
  get account(): number {
    return this.int32[this.at + SlotField.account];
  }
  get instrument(): number {
    return this.int32[this.at + SlotField.instrument];
  }
  get side(): Side {
    return this.int32[this.at + SlotField.side] as Side;
  }
  get price4(): number {
    return this.int32[this.at + SlotField.price4];
  }
  get shares(): number {
    return this.int32[this.at + SlotField.shares];
  }
  get executed(): number {
    return this.int32[this.at + SlotField.executed];
  }
  get leaves(): number {
    return this.int32[this.at + SlotField.leaves];
  }
  get port(): number {
    return this.int32[this.at + SlotField.port];
  }
  get session(): number {
    return this.int32[this.at + SlotField.session];
  }
  get sessionName(): string {
    return this.sessionNames[this.int32[this.at + SlotField.session]] ?? '';
  }
  /** `ReportReason`, or minus the `RefusalReason` where we took it back before it was sent. */
  get reason(): number {
    return this.int32[this.at + SlotField.reason];
  }
  get tag(): number {
    return this.int32[this.at + SlotField.tag];
  }
}

/**
 * Reads whole orders from any thread. {@link read} copies a slot and checks its version before and after: the writer makes
 * it odd, changes the slot, and makes it even again.
 */
export class OrderReader {
  /** The copy: fields by `SlotField`. */
  readonly int32: Int32Array;
  /** The copy: fields by `SlotTime`. */
  readonly float64: Float64Array;
  /** The copy as an order. */
  readonly view: SlotView;
  private readonly store: OrderStore;

  constructor(store: OrderStore, sessionNames: readonly string[] = []) {
    const copy = new ArrayBuffer(SLOT_BYTES);
    this.store = store;
    this.int32 = new Int32Array(copy);
    this.float64 = new Float64Array(copy);
    this.view = new SlotView(this.int32, 0, sessionNames);
  }

  /**
   * Copies an order.
   * @returns false where there is no such order, or the writer did not leave it alone long enough; the copy is then not to
   * be used
   */
  read(slot: number): boolean {
    const { store } = this;
    if (slot < 0 || slot >= store.count) return false;
    const cells = store.int32;
    const base = store.base(slot);
    for (let attempt = 0; attempt < READ_TRIES; attempt++) {
      const before = loadAcquire(cells, base + VERSION);
      for (let field = 0; field < SLOT_WORDS; field++) this.int32[field] = cells[base + field];
      if ((before & 1) === 0 && loadAfterLoads(cells, base + VERSION) === before) return true;
    }
    return false;
  }
}
