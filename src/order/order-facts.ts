import { ExecutionFacts, movesMoney } from './execution-facts.ts';
import type { SlotReflector } from './exposure.ts';
import { deaf, type FactListener } from './fact-listener.ts';
import type { FillTable } from './fill-table.ts';
import { Incident as AllIncidents } from './incidents.ts';
import { CancelCause, Intent, SendResult } from './intents.ts';
import type { Ledger } from './ledger.ts';
import { OrderChange } from './order-change.ts';
import { SlotField as AllSlotFields, SlotTime as AllSlotTimes } from './order-layout.ts';
import type { OrderStore } from './order-store.ts';
import { PortFacts } from './port-facts.ts';
import { ReportFacts } from './report-facts.ts';
import { Effect } from './resolution-effect.ts';
import { Doubt, resolutionEffect, resolutionRow, VenueEvidence } from './resolution-table.ts';
import { PortDouble, PortField, StoreHeader } from './store-layout.ts';
import { OrderState as AllOrderStates, isDone, OrderFlag } from './terms.ts';
import { Fact as AllFacts, Fit as AllFits } from './transitions.ts';
import { ReportKind as AllReportKinds, ReportCell, ReportReason, type VenueReport } from './venue-report.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const SlotField = Object.freeze({ ...AllSlotFields });
const SlotTime = Object.freeze({ ...AllSlotTimes });
const Fact = Object.freeze({ ...AllFacts });
const Fit = Object.freeze({ ...AllFits });
const OrderState = Object.freeze({ ...AllOrderStates });
const ReportKind = Object.freeze({ ...AllReportKinds });
const Incident = Object.freeze({ ...AllIncidents });
const STATE = SlotField.state;
const FLAGS = SlotField.flags;
const PENDING_CANCEL = OrderFlag.pendingCancel;
const PENDING_REPLACE = OrderFlag.pendingReplace;
const UNKNOWN = OrderFlag.unknown;
const MISSED = OrderFlag.missed;
const QUERIES = PortField.queries;
const SYSTEM_CANCEL = OrderFlag.systemCancel;
const CANCEL_OWED = OrderFlag.cancelOwed;
const PROBED = OrderFlag.probed;
const WITHDRAWN = SendResult.withdrawn;
const INTENT_ENTER = Intent.enter;
const INTENT_REPLACE = Intent.replace;
const EXPECTED = PortDouble.expected;
const SEQUENCE = ReportCell.sequence;
const NO_ROW = -1;

export interface OrderFactsOptions {
  /** Ports whose replaces state what is to remain (`replaceShares: 'remaining'`). Default: none. */
  readonly remainingPorts?: readonly number[];
  /** Default: nobody. */
  readonly listener?: FactListener;
  /** Keeps figures of its own after the ledger has: risk. */
  readonly reflector?: SlotReflector;
}

/**
 * Everything that changes orders, one method per kind of journal record. The gateway calls a method after its record is
 * in the journal; recovery reads records and calls the same methods. The same facts give the same memory, bit for bit.
 *
 * Before each call {@link nowNs} holds the record's monotonic ns. No call throws: what can't be is counted
 * ({@link Incident}) and survived.
 */
export class OrderFacts {
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly fills: FillTable;
  /** Cell 0: monotonic ns of the fact that follows. */
  readonly nowNs: Float64Array;
  private readonly change: OrderChange;
  private readonly reports: ReportFacts;
  private readonly executions: ExecutionFacts;
  private readonly ports: PortFacts;

  constructor(store: OrderStore, ledger: Ledger, fills: FillTable, options: OrderFactsOptions = {}) {
    this.store = store;
    this.ledger = ledger;
    this.fills = fills;
    const remaining = new Int32Array(store.ports);
    for (const port of options.remainingPorts ?? []) remaining[port] = 1;
    this.change = new OrderChange(store, ledger, options.listener ?? deaf);
    if (options.reflector !== undefined) this.change.reflector = options.reflector;
    this.nowNs = this.change.nowNs;
    const reports = new ReportFacts(this.change, remaining);
    this.reports = reports;
    this.executions = new ExecutionFacts(this.change, fills, reports);
    this.ports = new PortFacts(this.change);
  }

  /** A gateway begins to write on this trading day (yyyymmdd). @returns false: the memory holds another day's orders */
  opened(day: number, epoch: number): boolean {
    const { int32 } = this.store;
    if (int32[StoreHeader.day] !== 0 && int32[StoreHeader.day] !== day) {
      this.bad(-1, day);
      return false;
    }
    int32[StoreHeader.day] = day;
    int32[StoreHeader.epoch] = epoch;
    return true;
  }

  /** A position as stated: start of day, or an operator. @param strategy -1: the account as a whole */
  position(
    account: number,
    strategy: number,
    instrument: number,
    shares: number,
    averagePrice4: number,
    realised4: number,
  ): void {
    const { ledger } = this;
    const known = within(account, ledger.accounts) && within(instrument, ledger.instruments);
    if (!known || strategy < -1 || strategy >= ledger.strategies) {
      this.bad(-1, instrument);
      return;
    }
    // The average of exact sums, times its shares, is the exact cost again once rounded (up to 2^51).
    ledger.setPosition(account, strategy, instrument, shares, Math.round(averagePrice4 * shares) + 0, realised4);
  }

  /** Cash that an account begins the day with. */
  balance(account: number, cash4: number): void {
    if (within(account, this.ledger.accounts)) this.ledger.setBalance(account, cash4);
    else this.bad(-1, account);
  }

  /**
   * The intent to send a new order is in the journal.
   * @param number of the order: `store.allocate() + 1`
   * @param ref `store.nextRef(port)`
   * @returns its slot, or -1 where that can't be
   */
  entered(
    number: number,
    strategy: number,
    account: number,
    port: number,
    session: number,
    instrument: number,
    ref: number,
    side: number,
    marking: number,
    timeInForce: number,
    shares: number,
    price4: number,
    tag: number,
  ): number {
    const { store, ledger, change } = this;
    const slot = number - 1;
    const fits =
      slot >= 0 &&
      slot === store.allocate() &&
      within(port, store.ports) &&
      within(instrument, store.instruments) &&
      within(instrument, ledger.instruments) &&
      within(strategy, store.strategies) &&
      within(strategy, ledger.strategies) &&
      within(account, ledger.accounts) &&
      shares > 0 &&
      price4 >= 0;
    if (!fits) {
      this.bad(port, number);
      return -1;
    }
    this.ports.settle(port);
    const base = change.begin(slot);
    const { int32, float64 } = store;
    int32[base + STATE] = OrderState.new;
    int32[base + SlotField.number] = number;
    int32[base + SlotField.strategy] = strategy;
    int32[base + SlotField.account] = account;
    int32[base + SlotField.instrument] = instrument;
    int32[base + SlotField.side] = side;
    int32[base + SlotField.marking] = marking;
    int32[base + SlotField.timeInForce] = timeInForce;
    int32[base + SlotField.port] = port;
    int32[base + SlotField.session] = session;
    int32[base + SlotField.ref] = ref;
    int32[base + SlotField.firstRef] = ref;
    int32[base + SlotField.price4] = price4;
    int32[base + SlotField.shares] = shares;
    int32[base + SlotField.leaves] = shares;
    int32[base + SlotField.tag] = tag;
    float64[(base >> 1) + SlotTime.intentNs] = this.nowNs[0];
    float64[(base >> 1) + SlotTime.changedNs] = this.nowNs[0];
    store.publishCount(number);
    if (!store.bindRef(port, ref, slot)) this.bad(port, ref);
    store.useRef(port, ref);
    store.link(slot);
    ledger.entered(slot);
    change.end(slot, Fact.sent, false);
    return slot;
  }

  /** The intent to replace is in the journal. @param shares as the port's `replaceShares` rule means them */
  replaceAsked(slot: number, session: number, ref: number, shares: number, price4: number): boolean {
    const { store, change } = this;
    if (!this.known(slot)) return false;
    const { int32 } = store;
    const base = this.settled(slot);
    const free = (int32[base + FLAGS] & PENDING_REPLACE) === 0;
    if (!free || shares <= 0 || price4 < 0) {
      this.change.incident(Incident.illegal, slot, Fact.replaceAsked);
      return false;
    }
    change.begin(slot);
    const legal = change.transit(slot, Fact.replaceAsked) === Fit.legal;
    const port = int32[base + SlotField.port];
    if (!store.bindRef(port, ref, slot)) this.bad(port, ref);
    store.useRef(port, ref);
    if (legal) {
      int32[base + FLAGS] |= PENDING_REPLACE;
      int32[base + SlotField.session] = session;
      int32[base + SlotField.pendingRef] = ref;
      int32[base + SlotField.pendingShares] = shares;
      int32[base + SlotField.pendingPrice4] = price4;
    }
    change.end(slot, Fact.replaceAsked, false);
    return legal;
  }

  /** The intent to cancel is in the journal. @param cause {@link CancelCause} */
  cancelAsked(slot: number, session: number, _ref: number, _shares: number, cause: number): boolean {
    const { change } = this;
    if (!this.known(slot)) return false;
    const base = this.settled(slot);
    change.begin(slot);
    const legal = change.transit(slot, Fact.cancelAsked) === Fit.legal;
    if (legal) {
      this.store.int32[base + SlotField.session] = session;
      const byStrategy = cause === CancelCause.strategy || cause === CancelCause.again;
      this.store.int32[base + FLAGS] |= PENDING_CANCEL | (byStrategy ? 0 : SYSTEM_CANCEL);
    }
    change.end(slot, Fact.cancelAsked, false);
    return legal;
  }

  /**
   * What came of an intent. @param intent {@link Intent}, @param result {@link SendResult}
   * @param reason `RefusalReason` where it was withdrawn
   */
  sendResult(slot: number, intent: number, _session: number, result: number, reason: number, _bytes: number): void {
    const { change } = this;
    if (!this.known(slot)) return;
    const base = this.settled(slot);
    const { int32, float64 } = this.store;
    const withdrawn = result === WITHDRAWN;
    if (intent !== INTENT_ENTER && !withdrawn) return; // what was asked is asked: nothing changes
    change.begin(slot);
    if (intent === INTENT_ENTER) {
      const fact = withdrawn ? Fact.withdrawn : Fact.sent;
      if (change.transit(slot, fact) === Fit.legal) {
        if (withdrawn) int32[base + SlotField.reason] = -reason;
        else float64[(base >> 1) + SlotTime.sentNs] = this.nowNs[0];
      }
      if (withdrawn) change.end(slot, fact, true);
      else change.endUnheld(slot, fact);
    } else {
      change.transit(slot, Fact.requestVoid);
      change.dropPending(base, intent === INTENT_REPLACE ? PENDING_REPLACE : PENDING_CANCEL);
      change.end(slot, Fact.requestVoid, true);
    }
  }

  /**
   * A venue's report, as a session of the port heard it.
   * @returns the slot of the order it is about, or -1
   */
  reported(port: number, _session: number, report: VenueReport): number {
    if (!within(port, this.store.ports)) {
      this.bad(port, report.ref);
      return -1;
    }
    this.follow(port, report);
    const block = this.store.port(port);
    if (this.store.int32[block + QUERIES] > 0) this.ports.heard(block, report.kind === ReportKind.nextRef, report.ref);
    if (!isAboutOrder(report.kind)) return -1;
    this.ports.settle(port);
    const slot = this.find(port, report);
    if (slot < 0) {
      const money = report.kind === ReportKind.executed;
      this.change.portIncident(money ? Incident.unknownExecution : Incident.unknownRef, port, -1, report.ref);
      return -1;
    }
    if (movesMoney(report.kind)) this.execution(slot, report, 0);
    else if (this.reports.endsProbe(slot, report.kind)) return -1;
    else this.reports.apply(slot, report);
    return slot;
  }

  /**
   * The answer to a probe: it takes a number of the port's sequence, and proves that what was sent under that reference
   * before never arrived. That counts at once: the reference is used up now, and can't be probed a second time.
   * @returns the row of the resolution table that it comes to; -1: nothing was in doubt under that reference
   */
  probeAnswered(port: number, report: VenueReport): number {
    if (!within(port, this.store.ports)) {
      this.bad(port, report.ref);
      return NO_ROW;
    }
    this.follow(port, report);
    this.ports.settle(port);
    const slot = this.store.slotOfRef(port, report.ref);
    if (slot < 0) return NO_ROW;
    const { int32 } = this.store;
    const base = this.store.base(slot);
    const ofReplace =
      (int32[base + FLAGS] & PENDING_REPLACE) !== 0 && int32[base + SlotField.pendingRef] === report.ref;
    const ofEntered = int32[base + STATE] <= OrderState.sent && int32[base + SlotField.ref] === report.ref;
    if (!ofReplace && !ofEntered) return NO_ROW;
    const row = resolutionRow(ofReplace ? Doubt.replace : Doubt.entered, VenueEvidence.probeAnswered);
    this.resolved(slot, row, resolutionEffect(row));
    return row;
  }

  /**
   * An execution, bust, correction or end learned from another source than the port.
   *
   * A cancel counts only if it ends the order: the port will tell the same again, and a part taken off twice would leave
   * the order smaller than it is.
   * @param source its number, from 1
   * @returns the slot of the order that it counts for, -1: none
   */
  evidence(source: number, port: number, report: VenueReport): number {
    const money = movesMoney(report.kind);
    const end = report.kind === ReportKind.cancelled || report.kind === ReportKind.selfMatchCancelled;
    if (!within(port, this.store.ports) || !(money || end)) {
      this.bad(port, report.ref);
      return -1;
    }
    this.ports.settle(port);
    const slot = this.find(port, report);
    if (slot < 0)
      this.change.portIncident(money ? Incident.unknownExecution : Incident.unknownRef, port, -1, report.ref);
    else if (money) this.execution(slot, report, source);
    else if (!this.endsOpen(slot, report)) return -1;
    else this.reports.apply(slot, report);
    return slot;
  }

  /**
   * An order's fate, or that of a request about it, was concluded from the venue's evidence.
   * @param row of the resolution table, @param effect {@link Effect} of that row
   */
  resolved(slot: number, row: number, effect: number): boolean {
    const { change } = this;
    if (!this.known(slot)) return false;
    const base = this.settled(slot);
    const { int32 } = this.store;
    const fact = factOf(effect);
    change.begin(slot);
    int32[base + SlotField.resolution] = row + 1;
    const legal = change.transit(slot, fact) === Fit.legal;
    if (legal) {
      if (effect === Effect.replaceDropped) change.dropPending(base, PENDING_REPLACE);
      else if (effect === Effect.cancelDropped) {
        change.dropPending(base, PENDING_CANCEL);
        // no strategy waits for it: the gateway itself sees to it
        if ((int32[base + FLAGS] & SYSTEM_CANCEL) !== 0) int32[base + FLAGS] |= CANCEL_OWED;
      } else if (effect === Effect.sentAgain) {
        int32[base + FLAGS] &= ~UNKNOWN;
        this.store.float64[(base >> 1) + SlotTime.sentNs] = this.nowNs[0];
      } else if (effect === Effect.expired) {
        int32[base + SlotField.cancelled] += int32[base + SlotField.leaves];
        int32[base + SlotField.leaves] = 0;
        int32[base + SlotField.reason] = ReportReason.closed;
      } else if (effect === Effect.unknown) int32[base + FLAGS] |= UNKNOWN | MISSED;
    }
    change.end(slot, fact, true);
    return legal;
  }

  /**
   * The session of a port is lost: what is in flight is unknown, what rests is blind.
   * @param evidence `Evidence`
   */
  portLost(port: number, session: number, evidence: number): void {
    this.noteLost(port, session, evidence);
    this.markLost(port, this.store.maxOrders);
  }

  /**
   * The same in two steps: the loss counts at once, {@link markLost} writes it to the orders, as many as there is time
   * for. Their exposure does not change by it, so what is waiting may be sent elsewhere first.
   */
  noteLost(port: number, session: number, evidence: number): void {
    if (within(port, this.store.ports)) this.ports.lost(port, session, evidence);
    else this.bad(port, session);
  }

  /** Writes a port's loss to at most so many orders, oldest first. @returns true once all have it */
  markLost(port: number, atMost: number): boolean {
    return within(port, this.store.ports) ? this.ports.markLost(port, atMost) : true;
  }

  /** A port's orders can be reached again. @param nextRef what the venue expects next, 0 = not told */
  portRecovered(port: number, _session: number, nextRef: number): void {
    if (within(port, this.store.ports)) this.ports.recovered(port, nextRef);
    else this.bad(port, nextRef);
  }

  /** A question was sent under a reference of the port (0: it took none). */
  barrierSent(port: number, _session: number, ref: number, _number: number): void {
    if (!within(port, this.store.ports)) this.bad(port, ref);
    else if (ref > 0) {
      this.store.useRef(port, ref);
      const slot = this.store.slotOfRef(port, ref);
      if (slot >= 0) this.probed(slot);
    } else this.ports.asked(port);
  }

  private probed(slot: number): void {
    const base = this.settled(slot);
    this.change.begin(slot);
    this.store.int32[base + FLAGS] |= PROBED;
    this.change.end(slot, Fact.noted, false);
  }

  /**
   * A login was accepted.
   * @param expected cell 0: number of the next sequenced message
   * @param gap {@link Gap}: what is missing before it
   */
  login(port: number, _session: number, expected: Float64Array, gap: number): void {
    if (!within(port, this.store.ports)) {
      this.bad(port, 0);
      return;
    }
    this.store.float64[(this.store.port(port) >> 1) + EXPECTED] = expected[0];
    this.store.int32[this.store.port(port) + PortField.gap] = gap;
  }

  /** Orders that the last loss of a port has made unknown, and blind. */
  foundUnknown(port: number): number {
    return this.store.int32[this.store.port(port) + PortField.foundUnknown];
  }
  foundBlind(port: number): number {
    return this.store.int32[this.store.port(port) + PortField.foundBlind];
  }

  /** How often an {@link Incident} was counted. Cold. */
  incidents(incident: number): number {
    return this.store.float64[this.store.counters + incident];
  }

  private execution(slot: number, report: VenueReport, source: number): void {
    if (report.kind === ReportKind.executed) this.executions.executed(slot, report, source);
    else if (report.kind === ReportKind.broken) this.executions.broken(slot, report, source);
    else this.executions.corrected(slot, report, source);
  }

  /**
   * That of an order which is done already, or one of whose references is being probed, may be the end of a probe: it says
   * nothing of the order. (Of one that is being probed the port itself is about to tell.)
   */
  private endsOpen(slot: number, report: VenueReport): boolean {
    const { int32 } = this.store;
    const base = this.store.base(slot);
    if (isDone(int32[base + STATE]) || (int32[base + FLAGS] & PROBED) !== 0) return false;
    return report.shares >= this.reports.openUnder(slot, report.ref);
  }

  /** Keeps what the port's next number is; what was heard before is kept out by the port. */
  private follow(port: number, report: VenueReport): void {
    const sequence = report.cells[SEQUENCE];
    if (sequence > 0) this.store.float64[(this.store.port(port) >> 1) + EXPECTED] = sequence + 1;
  }

  private find(port: number, report: VenueReport): number {
    const slot = this.store.slotOfRef(port, report.ref);
    if (slot >= 0) return slot;
    const replaces = report.kind === ReportKind.replaced || report.kind === ReportKind.replacedDead;
    return replaces ? this.store.slotOfRef(port, report.previousRef) : -1;
  }

  private known(slot: number): boolean {
    if (this.store.slotOfNumber(slot + 1) >= 0) return true;
    this.bad(-1, slot);
    return false;
  }

  /** Index of the slot's first int32, once a marking of its port under way is finished. */
  private settled(slot: number): number {
    const base = this.store.base(slot);
    this.ports.settle(this.store.int32[base + SlotField.port]);
    return base;
  }

  private bad(port: number, value: number): void {
    this.change.portIncident(Incident.badFact, port, -1, value);
  }
}

function factOf(effect: number): number {
  if (effect === Effect.rejected) return Fact.resolvedNever;
  if (effect === Effect.trusted) return Fact.resolvedOpen;
  if (effect === Effect.expired) return Fact.expired;
  return effect === Effect.replaceDropped || effect === Effect.cancelDropped ? Fact.requestVoid : Fact.noted;
}

function within(index: number, count: number): boolean {
  return index >= 0 && index < count;
}

function isAboutOrder(kind: number): boolean {
  return kind >= ReportKind.accepted && kind < ReportKind.nextRef;
}
