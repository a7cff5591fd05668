import { Incident } from './incidents.ts';
import type { OrderChange } from './order-change.ts';
import { SlotField, SlotTime } from './order-layout.ts';
import { PortDouble as AllPortDoubles, PortField as AllPortFields, Gap } from './store-layout.ts';
import { OrderFlag, OrderState } from './terms.ts';
import { Fact as AllFacts } from './transitions.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const Fact = Object.freeze({ ...AllFacts });
const PortField = Object.freeze({ ...AllPortFields });
const PortDouble = Object.freeze({ ...AllPortDoubles });
const STATE = SlotField.state;
const FLAGS = SlotField.flags;
const PORT = SlotField.port;
const NEXT_REF = PortField.nextRef;
const QUERIES = PortField.queries;
const QUERY_REF = PortField.queryRef;
const UNMARKED = PortField.unmarked;
const FOUND_UNKNOWN = PortField.foundUnknown;
const FOUND_BLIND = PortField.foundBlind;
const SENT = OrderState.sent;
const UNKNOWN = OrderFlag.unknown;
const PROBED = OrderFlag.probed;
const PENDING = OrderFlag.pendingCancel | OrderFlag.pendingReplace;
const CHANGED_NS = SlotTime.changedNs;
const ALL = 0x7fffffff;

/**
 * What the loss of a port's session does to its orders, and its return. The loss itself is one store; writing it to the
 * orders takes time, and their exposure stays what it was, so the gateway may send what is waiting over the peer first
 * and {@link markLost} after. Whatever else touches the port's orders meanwhile has the marking finished before.
 */
export class PortFacts {
  private readonly change: OrderChange;

  constructor(change: OrderChange) {
    this.change = change;
  }

  lost(port: number, session: number, evidence: number): void {
    const { store } = this.change;
    const { int32 } = store;
    this.settle(port);
    const block = store.port(port);
    int32[block + PortField.lost] = 1;
    int32[block + PortField.lostSession] = session;
    int32[block + PortField.lostEvidence] = evidence;
    int32[block + UNMARKED] = int32[block + PortField.firstOpen];
    int32[block + FOUND_UNKNOWN] = 0;
    int32[block + FOUND_BLIND] = 0;
    store.float64[(block >> 1) + PortDouble.lostNs] = this.change.nowNs[0];
  }

  /** Writes the loss to so many of the port's open orders, oldest first. @returns true once all have it */
  markLost(port: number, atMost: number): boolean {
    const { store } = this.change;
    const block = store.port(port);
    for (let n = 0; n < atMost; n++) {
      const slot = store.int32[block + UNMARKED] - 1;
      if (slot < 0) return true;
      store.int32[block + UNMARKED] = store.nextOfPort(slot) + 1;
      this.mark(block, slot);
    }
    return store.int32[block + UNMARKED] === 0;
  }

  /** Finishes a marking under way. */
  settle(port: number): void {
    const { store } = this.change;
    if (store.int32[store.port(port) + UNMARKED] !== 0) this.markLost(port, ALL);
  }

  /** Its orders can be reached again. Those whose fate is still unknown stay so. */
  recovered(port: number, nextRef: number): void {
    const { change } = this;
    const { store } = change;
    this.settle(port);
    const block = store.port(port);
    store.int32[block + PortField.lost] = 0;
    if (store.int32[block + PortField.gap] === Gap.once) store.int32[block + PortField.gap] = Gap.none;
    for (let slot = store.firstOfPort(port); slot >= 0; slot = store.nextOfPort(slot)) {
      store.int32[change.begin(slot) + FLAGS] &= ~PROBED;
      change.transit(slot, Fact.recovered);
      change.end(slot, Fact.recovered, true);
    }
    const next = store.port(port) + PortField.nextRef;
    if (nextRef > store.int32[next]) {
      change.portIncident(Incident.refsAhead, port, -1, nextRef);
      store.int32[next] = nextRef;
    }
  }

  /** A barrier by query has gone out. */
  asked(port: number): void {
    const { int32 } = this.change.store;
    const block = this.change.store.port(port);
    int32[block + QUERIES]++;
    int32[block + QUERY_REF] = int32[block + NEXT_REF];
  }

  /**
   * The port's own stream says something while answers to barriers may still come. About what was sent behind the last of
   * them: none will any more, as what is answered is answered in order.
   * @param ref that it names, or the next one where it is the answer itself
   */
  heard(block: number, answer: boolean, ref: number): void {
    const { int32 } = this.change.store;
    if (answer) int32[block + QUERIES]--;
    else if (ref >= int32[block + QUERY_REF] && ref < int32[block + NEXT_REF]) int32[block + QUERIES] = 0;
  }

  /** In flight: unknown. Resting: blind, and unknown as well if a replace or cancel was under way. */
  private mark(block: number, slot: number): void {
    const { change } = this;
    const { int32, float64 } = change.store;
    const base = change.begin(slot);
    change.transit(slot, Fact.lost);
    const flags = int32[base + FLAGS];
    if (int32[base + STATE] <= SENT || (flags & PENDING) !== 0) {
      int32[base + FLAGS] = flags | UNKNOWN;
      int32[block + FOUND_UNKNOWN]++;
    } else int32[block + FOUND_BLIND]++;
    change.end(slot, Fact.lost, true);
    float64[(base >> 1) + CHANGED_NS] = float64[(change.store.port(int32[base + PORT]) >> 1) + PortDouble.lostNs];
  }
}
