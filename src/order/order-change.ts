import type { SlotReflector } from './exposure.ts';
import type { FactListener } from './fact-listener.ts';
import { ENDED_COUNTERS, INCIDENT_COUNTERS, Incident } from './incidents.ts';
import type { Ledger } from './ledger.ts';
import { SlotField, SlotTime } from './order-layout.ts';
import type { OrderStore } from './order-store.ts';
import { PortField } from './store-layout.ts';
import { OrderFlag, OrderState } from './terms.ts';
import { FIT_SHIFT, Fit, OPEN, PACKED_TRANSITIONS, SAME, STATE_MASK, STATES } from './transitions.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const STATE = SlotField.state;
const FLAGS = SlotField.flags;
const PORT = SlotField.port;
const SHARES = SlotField.shares;
const LEAVES = SlotField.leaves;
const TAKEN = SlotField.taken;
const CANCELLED = SlotField.cancelled;
const PENDING_REF = SlotField.pendingRef;
const PENDING_SHARES = SlotField.pendingShares;
const PENDING_PRICE = SlotField.pendingPrice4;
const REASON = SlotField.reason;
const VENUE_REASON = SlotField.venueReason;
const ANSWERED_NS = SlotTime.answeredNs;
const CHANGED_NS = SlotTime.changedNs;
const LOST = PortField.lost;
const SENT = OrderState.sent;
const LIVE = OrderState.live;
const PART_FILLED = OrderState.partFilled;
const FILLED = OrderState.filled;
const REJECTED = OrderState.rejected;
const UNKNOWN = OrderFlag.unknown;
const BLIND = OrderFlag.blind;
const PENDING = OrderFlag.pendingCancel | OrderFlag.pendingReplace;
const PROBED = OrderFlag.probed;
const KEPT_WHEN_DONE = OrderFlag.systemCancel | PROBED;
const MISSED = OrderFlag.missed;
const ILLEGAL = Fit.illegal;
const REPEATED = Fit.repeated;
const REVIVES = Fit.revives;
const TABLE_STATES = STATES;
const TO_SAME = SAME;
const TO_OPEN = OPEN;
const TO_STATE = STATE_MASK;
const SHIFT = FIT_SHIFT;
const MATRIX = INCIDENT_COUNTERS;
const ENDED = ENDED_COUNTERS;
const IS_ILLEGAL = Incident.illegal;
const IS_REPEATED = Incident.repeated;
const IS_REVIVED = Incident.revived;
const NO_REFLECTOR: SlotReflector = { reflect() {} };

/**
 * How a fact changes a slot: {@link begin}, {@link transit} by the table, whatever fields the fact brings, {@link end}.
 * The end sees to what follows from the state: lists of open orders, flags, the ledger, the listener.
 */
export class OrderChange {
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly listener: FactListener;
  /** Cell 0: monotonic ns of the fact. Set by the caller before each. */
  readonly nowNs = new Float64Array(1);
  /** Keeps figures of its own after the ledger has. */
  reflector: SlotReflector = NO_REFLECTOR;
  private readonly table: Int32Array = PACKED_TRANSITIONS;
  /** The change under way has changed something. */
  private touched = 0;

  constructor(store: OrderStore, ledger: Ledger, listener: FactListener) {
    this.store = store;
    this.ledger = ledger;
    this.listener = listener;
  }

  /** Index of the slot's first int32; readers elsewhere are kept out from here on. */
  begin(slot: number): number {
    this.touched = 0;
    this.store.beginWrite(slot);
    return this.store.base(slot);
  }

  /**
   * Takes the order to where the table says. The caller applies what the fact brings unless the fit says otherwise.
   * @returns {@link Fit}; `revives` has been seen to: the fact then counts as legal
   */
  transit(slot: number, fact: number): number {
    const { int32 } = this.store;
    const base = this.store.base(slot);
    const cell = this.table[this.cellOf(fact, int32[base + STATE])];
    const fit = cell >> SHIFT;
    if (fit !== ILLEGAL && fit !== REPEATED) this.touched = 1;
    if (fit === REVIVES) return this.revive(slot, fact, cell & TO_STATE);
    if (fit === ILLEGAL) this.incident(IS_ILLEGAL, slot, fact);
    else if (fit === REPEATED) this.incident(IS_REPEATED, slot, fact);
    else this.move(base, cell & TO_STATE);
    return fit;
  }

  /** What can still trade: of an order taken for rejected, what it would have if it were revived. */
  openShares(base: number): number {
    const { int32 } = this.store;
    if (int32[base + STATE] !== REJECTED) return int32[base + LEAVES];
    const open = int32[base + SHARES] - int32[base + TAKEN] - int32[base + CANCELLED];
    return Math.max(open, 0);
  }

  /** The venue has said something of the order. */
  answered(base: number): void {
    const { float64 } = this.store;
    if (float64[(base >> 1) + ANSWERED_NS] === 0) float64[(base >> 1) + ANSWERED_NS] = this.nowNs[0];
  }

  /**
   * The slot holds what it should: publishes it, and tells whoever has to know.
   * @param told false: not the listener, which hears of changes only anyway
   */
  end(slot: number, fact: number, told: boolean): void {
    const { int32, float64 } = this.store;
    const base = this.store.base(slot);
    const state = int32[base + STATE];
    if (state >= FILLED) this.finish(slot, base);
    else this.reflag(base, state);
    if (this.touched !== 0) float64[(base >> 1) + CHANGED_NS] = this.nowNs[0];
    this.store.endWrite(slot);
    this.ledger.reflect(slot);
    this.reflector.reflect(slot);
    if (told && this.touched !== 0) this.listener.onOrder(slot, fact);
  }

  /** The same of a change that touches neither what the order may still do nor its flags. */
  endUnheld(slot: number, fact: number): void {
    const { touched } = this;
    if (touched !== 0) this.store.float64[(this.store.base(slot) >> 1) + CHANGED_NS] = this.nowNs[0];
    this.store.endWrite(slot);
    if (touched !== 0) this.listener.onOrder(slot, fact);
  }

  /** Forgets a replace or cancel under way: bits of `flag`. */
  dropPending(base: number, flag: number): void {
    const { int32 } = this.store;
    int32[base + FLAGS] &= ~flag;
    if ((flag & OrderFlag.pendingReplace) === 0) return;
    int32[base + PENDING_REF] = 0;
    int32[base + PENDING_SHARES] = 0;
    int32[base + PENDING_PRICE] = 0;
  }

  incident(incident: number, slot: number, value: number): void {
    const port = slot < 0 ? -1 : this.store.int32[this.store.base(slot) + PORT];
    this.portIncident(incident, port, slot, value);
  }
  portIncident(incident: number, port: number, slot: number, value: number): void {
    this.store.float64[this.store.counters + incident]++;
    this.listener.onIncident(incident, port, slot, value);
  }

  /** Finds the cell and counts that it was hit. */
  private cellOf(fact: number, state: number): number {
    const cell = fact * TABLE_STATES + state;
    this.store.float64[this.store.counters + MATRIX + cell]++;
    return cell;
  }

  private move(base: number, to: number): void {
    if (to === TO_SAME) return;
    const { int32 } = this.store;
    this.enter(base, to === TO_OPEN ? (int32[base + TAKEN] > 0 ? PART_FILLED : LIVE) : to);
  }

  /** Changes the state, and keeps count of how orders have ended. */
  private enter(base: number, state: number): void {
    const { int32, float64, counters } = this.store;
    const before = int32[base + STATE];
    int32[base + STATE] = state;
    if (before === state) return;
    if (before >= FILLED) float64[counters + ENDED + before]--;
    if (state >= FILLED) float64[counters + ENDED + state]++;
  }

  /** Opens an order again that was taken for dead, with all that it may still do. */
  private revive(slot: number, fact: number, to: number): number {
    const { int32 } = this.store;
    const base = this.store.base(slot);
    this.incident(IS_REVIVED, slot, fact);
    int32[base + REASON] = 0;
    int32[base + VENUE_REASON] = 0;
    // its life proves that the reference is its own: the venue took no probe under it
    int32[base + FLAGS] &= ~PROBED;
    this.store.link(slot);
    if (to !== TO_SAME) {
      this.move(base, to);
      return REVIVES;
    }
    int32[base + LEAVES] = this.openShares(base);
    this.enter(base, SENT);
    return this.transit(slot, fact);
  }

  private finish(slot: number, base: number): void {
    const { int32 } = this.store;
    int32[base + LEAVES] = 0;
    this.dropPending(base, PENDING);
    int32[base + FLAGS] &= KEPT_WHEN_DONE;
    if (this.store.isLinked(slot)) this.store.unlink(slot);
  }

  /**
   * Unknown ends when the venue has told the order's state and no request is under way; an order known live is blind as
   * long as its port is lost.
   */
  private reflag(base: number, state: number): void {
    const { int32 } = this.store;
    let flags = int32[base + FLAGS];
    if (state > SENT && (flags & (PENDING | MISSED)) === 0) flags &= ~UNKNOWN;
    if (int32[this.store.port(int32[base + PORT]) + LOST] === 0) flags &= ~BLIND;
    else if (state > SENT) flags |= BLIND;
    int32[base + FLAGS] = flags;
  }
}
