import { Incident as AllIncidents } from './incidents.ts';
import type { OrderChange } from './order-change.ts';
import { SlotField } from './order-layout.ts';
import { OrderState as AllOrderStates, OrderFlag } from './terms.ts';
import { Fact as AllFacts, Fit as AllFits } from './transitions.ts';
import { ReportKind as AllReportKinds, ReportReason as AllReportReasons, type VenueReport } from './venue-report.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const Fact = Object.freeze({ ...AllFacts });
const Fit = Object.freeze({ ...AllFits });
const ReportKind = Object.freeze({ ...AllReportKinds });
const ReportReason = Object.freeze({ ...AllReportReasons });
const Incident = Object.freeze({ ...AllIncidents });
const OrderState = Object.freeze({ ...AllOrderStates });
const STATE = SlotField.state;
const FLAGS = SlotField.flags;
const PORT = SlotField.port;
const REF = SlotField.ref;
const PRICE = SlotField.price4;
const SHARES = SlotField.shares;
const LEAVES = SlotField.leaves;
const TAKEN = SlotField.taken;
const CANCELLED = SlotField.cancelled;
const CONFIRMED = SlotField.confirmed;
const PENDING_REF = SlotField.pendingRef;
const PENDING_SHARES = SlotField.pendingShares;
const PENDING_PRICE = SlotField.pendingPrice4;
const REASON = SlotField.reason;
const VENUE_REASON = SlotField.venueReason;
const ORDER_REF_HI = SlotField.orderRefHi;
const ORDER_REF_LO = SlotField.orderRefLo;
const PENDING_CANCEL = OrderFlag.pendingCancel;
const PENDING_REPLACE = OrderFlag.pendingReplace;
const CANCEL_OWED = OrderFlag.cancelOwed;
const PROBED = OrderFlag.probed;
const SENT = OrderState.sent;
const FILLED = OrderState.filled;
const REJECTED = OrderState.rejected;
const LEGAL = Fit.legal;

/** What a venue's reports do to an order, executions and what concerns them aside. */
export class ReportFacts {
  private readonly change: OrderChange;
  /** Ports whose replaces state what is to remain: 1. */
  private readonly remaining: Int32Array;

  constructor(change: OrderChange, remaining: Int32Array) {
    this.change = change;
    this.remaining = remaining;
  }

  /** Takes one report about a known order. */
  apply(slot: number, report: VenueReport): void {
    const { change } = this;
    const base = change.begin(slot);
    const fact = this.take(slot, base, report);
    change.answered(base);
    change.end(slot, fact, true);
  }

  /**
   * A cancel of an order that was probed and is taken for rejected: the end of the probe, told to a connection that has
   * not read its beginning (the one before was cut between the two), and no news of the order. Had that come to life
   * after all, the venue would have told its life first.
   */
  endsProbe(slot: number, kind: number): boolean {
    if (kind !== ReportKind.cancelled) return false;
    const { int32 } = this.change.store;
    const base = this.change.store.base(slot);
    return int32[base + STATE] === REJECTED && (int32[base + FLAGS] & PROBED) !== 0;
  }

  /** Shares that are open under a reference of the order: of a replace under way, what it would leave open. */
  openUnder(slot: number, ref: number): number {
    const { int32 } = this.change.store;
    const base = this.change.store.base(slot);
    const isNext = (int32[base + FLAGS] & PENDING_REPLACE) !== 0 && ref === int32[base + PENDING_REF];
    if (!isNext || ref === int32[base + REF]) return int32[base + LEAVES];
    return this.totalAsked(base) - int32[base + TAKEN];
  }

  /**
   * Puts the replace under way into effect: the order goes on under its new reference, with what is left of the new
   * shares.
   */
  promote(slot: number): void {
    const { int32 } = this.change.store;
    const base = this.change.store.base(slot);
    const total = this.totalAsked(base);
    int32[base + SHARES] = total;
    int32[base + PRICE] = int32[base + PENDING_PRICE];
    const before = int32[base + REF];
    const ref = int32[base + PENDING_REF];
    int32[base + REF] = ref;
    const open = total - int32[base + TAKEN];
    int32[base + LEAVES] = Math.max(open, 0);
    this.change.dropPending(base, PENDING_REPLACE);
    if (ref !== before && (int32[base + FLAGS] & PENDING_CANCEL) !== 0) {
      // One that had arrived before the replace would have ended the order: it came after, under a dead reference.
      this.change.incident(Incident.cancelVoid, slot, before);
      this.change.dropPending(base, PENDING_CANCEL);
      int32[base + FLAGS] |= CANCEL_OWED;
    }
  }

  /** Shares of the whole chain that a replace under way asks for. */
  private totalAsked(base: number): number {
    const { int32 } = this.change.store;
    const asked = int32[base + PENDING_SHARES];
    return this.remaining[int32[base + PORT]] !== 0 ? asked + int32[base + TAKEN] : asked;
  }

  private take(slot: number, base: number, report: VenueReport): number {
    switch (report.kind) {
      case ReportKind.accepted:
        return this.accepted(slot, base, report);
      case ReportKind.acceptedDead:
        this.confirm(base, report);
        return this.dead(slot, base, report, Fact.acceptedDead);
      case ReportKind.replaced:
        return report.shares > 0 ? this.replaced(slot, base, report) : this.replacedDead(slot, base, report);
      case ReportKind.replacedDead:
        return this.replacedDead(slot, base, report);
      case ReportKind.cancelled:
      case ReportKind.selfMatchCancelled:
        return this.cancelled(slot, base, report);
      case ReportKind.rejected:
        return this.rejected(slot, base, report);
      case ReportKind.cancelRejected:
        return this.requestRejected(slot, base, report);
      default:
        return this.noted(slot, base, report);
    }
  }

  private accepted(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    const { int32 } = change.store;
    if (int32[base + CONFIRMED] !== 0 && int32[base + STATE] !== REJECTED) {
      change.incident(Incident.repeated, slot, Fact.accepted);
      return Fact.accepted;
    }
    change.transit(slot, Fact.accepted);
    this.confirm(base, report);
    // After a replace it says what was once.
    if (report.ref !== int32[base + REF] || int32[base + STATE] >= FILLED) return Fact.accepted;
    if (report.price4 > 0) int32[base + PRICE] = report.price4;
    if (report.shares > 0 && report.shares !== int32[base + SHARES]) this.resize(slot, base, report.shares);
    return Fact.accepted;
  }

  /** The venue took another number of shares than was asked: its word counts. */
  private resize(slot: number, base: number, shares: number): void {
    const { change } = this;
    const { int32 } = change.store;
    change.incident(Incident.sharesDiffer, slot, shares);
    const open = int32[base + LEAVES] + shares - int32[base + SHARES];
    int32[base + SHARES] = shares;
    int32[base + LEAVES] = Math.max(open, 0);
    if (open <= 0) change.transit(slot, Fact.executed); // told before: nothing is left of what it took
  }

  private confirm(base: number, report: VenueReport): void {
    const { int32 } = this.change.store;
    int32[base + CONFIRMED] = 1;
    if (report.orderRefHi === 0 && report.orderRefLo === 0) return;
    int32[base + ORDER_REF_HI] = report.orderRefHi;
    int32[base + ORDER_REF_LO] = report.orderRefLo;
  }

  /** Accepted or replaced, and on no book. */
  private dead(slot: number, base: number, report: VenueReport, fact: number): number {
    const { change } = this;
    const { int32 } = change.store;
    const fit = change.transit(slot, fact);
    if (fit !== LEGAL) return fact;
    int32[base + CANCELLED] += int32[base + LEAVES];
    int32[base + LEAVES] = 0;
    this.because(base, report.reason, report.venueReason);
    return fact;
  }

  /**
   * It says that nothing rests, and not how much was executed before. Where messages are missing that may be any part of what
   * we held for open: it stays reserved and unknown, as after a cancel of fewer shares than that.
   */
  private replacedDead(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    if ((change.store.int32[base + FLAGS] & OrderFlag.missed) === 0) {
      return this.dead(slot, base, report, Fact.replacedDead);
    }
    if (change.transit(slot, Fact.requestVoid) === LEGAL) change.dropPending(base, PENDING_REPLACE | PENDING_CANCEL);
    return Fact.requestVoid;
  }

  private replaced(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    const { int32 } = change.store;
    if (report.ref !== int32[base + PENDING_REF] && this.wasReplaced(slot, base, report.ref)) {
      change.incident(Incident.repeated, slot, Fact.replaced);
      return Fact.replaced;
    }
    if ((int32[base + FLAGS] & PENDING_REPLACE) !== 0 && report.ref === int32[base + PENDING_REF]) {
      this.promote(slot);
    } else {
      change.incident(Incident.unaskedReplace, slot, report.ref);
      this.change.store.bindRef(int32[base + PORT], report.ref, slot);
      int32[base + SHARES] = report.shares + int32[base + TAKEN];
      int32[base + LEAVES] = report.shares;
      int32[base + REF] = report.ref;
    }
    const left = int32[base + LEAVES];
    const fit = change.transit(slot, Fact.replaced);
    if (fit === Fit.illegal) return Fact.replaced;
    if (report.price4 > 0) int32[base + PRICE] = report.price4;
    // Fewer open at the venue than by our count: executions that we have not been told yet may account for the rest.
    int32[base + LEAVES] = Math.max(left, report.shares);
    if (left !== report.shares) change.incident(Incident.sharesDiffer, slot, report.shares);
    this.confirm(base, report);
    return Fact.replaced;
  }

  /**
   * The reference is the order's present one, or one that it had before: evidence from elsewhere was faster than the port,
   * which tells now what has long been so. (A replace that was taken for lost has a reference above the present one.)
   */
  private wasReplaced(slot: number, base: number, ref: number): boolean {
    const { store } = this.change;
    const present = store.int32[base + REF];
    return ref === present || (ref < present && store.slotOfRef(store.int32[base + PORT], ref) === slot);
  }

  private cancelled(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    const { int32 } = change.store;
    if (report.shares <= 0) {
      change.incident(Incident.badReport, slot, report.shares);
      return Fact.noted;
    }
    // Under the new reference of a replace: it took effect, though we have not been told.
    const underNew = (int32[base + FLAGS] & PENDING_REPLACE) !== 0 && report.ref === int32[base + PENDING_REF];
    if (underNew && report.ref !== int32[base + REF]) this.promote(slot);
    // Of a leg that a replace has taken the place of, which we learned by another way: the new leg has its own shares.
    if (report.ref !== int32[base + REF]) return this.noted(slot, base, report);
    const open = change.openShares(base);
    const timeOver = report.reason === ReportReason.timeout || report.reason === ReportReason.closed;
    const fact = report.shares < open ? Fact.reduced : timeOver ? Fact.expired : Fact.cancelled;
    const fit = change.transit(slot, fact);
    if (fit !== LEGAL) return fact;
    if (report.shares > open) change.incident(Incident.overCancelled, slot, report.shares - open);
    const taken = Math.min(report.shares, open);
    int32[base + CANCELLED] += taken;
    int32[base + LEAVES] = open - taken;
    if (report.reason === ReportReason.byUser) change.dropPending(base, PENDING_CANCEL);
    if (taken === open) this.because(base, report.reason, report.venueReason);
    return fact;
  }

  private rejected(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    const { int32 } = change.store;
    const ofReplace = (int32[base + FLAGS] & PENDING_REPLACE) !== 0 && report.ref === int32[base + PENDING_REF];
    if (ofReplace && (report.ref !== int32[base + REF] || int32[base + STATE] > SENT)) {
      return this.requestRejected(slot, base, report);
    }
    if (report.ref !== int32[base + REF]) {
      // The reference of a replace that is settled: nothing hangs on it any more.
      change.incident(Incident.repeated, slot, Fact.requestRejected);
      return Fact.requestRejected;
    }
    if (report.reason === ReportReason.duplicate) {
      // An earlier copy arrived: that one has the order's fate, and this answer says nothing of it.
      return this.noted(slot, base, report);
    }
    const fit = change.transit(slot, Fact.rejected);
    if (fit !== LEGAL) return Fact.rejected;
    int32[base + LEAVES] = 0;
    this.because(base, report.reason, report.venueReason);
    return Fact.rejected;
  }

  private requestRejected(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    const { int32 } = change.store;
    change.transit(slot, Fact.requestRejected);
    const flags = int32[base + FLAGS];
    const ofReplace =
      (flags & PENDING_REPLACE) !== 0 &&
      report.ref === int32[base + PENDING_REF] &&
      (report.ref !== int32[base + REF] || (flags & PENDING_CANCEL) === 0);
    // whoever wanted it cancelled is told that the venue did not: no more is owed
    change.dropPending(base, ofReplace ? PENDING_REPLACE : PENDING_CANCEL | CANCEL_OWED);
    return Fact.requestRejected;
  }

  private noted(slot: number, base: number, report: VenueReport): number {
    const { change } = this;
    const fit = change.transit(slot, Fact.noted);
    const current = report.ref === change.store.int32[base + REF];
    if (report.kind === ReportKind.repriced && fit === LEGAL && current && report.price4 > 0) {
      change.store.int32[base + PRICE] = report.price4;
    }
    return Fact.noted;
  }

  private because(base: number, reason: number, venueReason: number): void {
    const { int32 } = this.change.store;
    int32[base + REASON] = reason;
    int32[base + VENUE_REASON] = venueReason;
  }
}
