import { FillField, FillFlag } from './fill-layout.ts';
import type { FillTable } from './fill-table.ts';
import { Incident as AllIncidents } from './incidents.ts';
import type { OrderChange } from './order-change.ts';
import { SlotField, SlotTime } from './order-layout.ts';
import type { ReportFacts } from './report-facts.ts';
import { OrderFlag, OrderState } from './terms.ts';
import { Fact as AllFacts, Fit } from './transitions.ts';
import { ReportKind as AllReportKinds, type VenueReport } from './venue-report.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const Fact = Object.freeze({ ...AllFacts });
const Incident = Object.freeze({ ...AllIncidents });
const ReportKind = Object.freeze({ ...AllReportKinds });
const STATE = SlotField.state;
const FLAGS = SlotField.flags;
const LEAVES = SlotField.leaves;
const TAKEN = SlotField.taken;
const EXECUTED = SlotField.executed;
const REF = SlotField.ref;
const PENDING_REF = SlotField.pendingRef;
const FILLS = SlotField.fills;
const FIRST_FILL = SlotField.firstFill;
const VALUE = SlotTime.executedValue4;
const F_SHARES = FillField.shares;
const F_PRICE = FillField.price4;
const F_TOLD_SHARES = FillField.toldShares;
const F_TOLD_PRICE = FillField.toldPrice4;
const F_FLAGS = FillField.flags;
const F_LIQUIDITY = FillField.liquidity;
const F_SOURCE = FillField.source;
const F_NEXT = FillField.nextOfOrder;
const TOLD = FillFlag.told;
const BROKEN = FillFlag.broken;
const CORRECTED = FillFlag.corrected;
const PENDING_REPLACE = OrderFlag.pendingReplace;
const FILLED = OrderState.filled;
const LATE = Fit.late;
const MAX_INT32 = 0x7fffffff;

/**
 * What executions, busts and corrections do. Each execution counts once, however often and by whomever it is told; each
 * counts, whatever the order's state; a bust or correction that comes before its execution waits for it.
 */
export class ExecutionFacts {
  private readonly change: OrderChange;
  private readonly fills: FillTable;
  private readonly reports: ReportFacts;

  constructor(change: OrderChange, fills: FillTable, reports: ReportFacts) {
    this.change = change;
    this.fills = fills;
    this.reports = reports;
  }

  /** @param source 0 the port itself, else the number of an evidence source */
  executed(slot: number, report: VenueReport, source: number): void {
    const { change } = this;
    if (report.shares <= 0 || report.price4 < 0) {
      change.incident(Incident.badReport, slot, report.shares);
      return;
    }
    const known = this.fills.find(slot, report.matchHi, report.matchLo);
    if (known >= 0 && (this.fills.int32[this.fills.base(known) + F_FLAGS] & TOLD) !== 0) {
      this.repeated(slot, known, report);
      return;
    }
    const { shares, price4 } = report;
    const base = change.begin(slot);
    const { int32 } = change.store;
    // Under the new reference of a replace: it took effect, though we have not been told.
    const underNew = (int32[base + FLAGS] & PENDING_REPLACE) !== 0 && report.ref === int32[base + PENDING_REF];
    if (underNew && report.ref !== int32[base + REF]) this.reports.promote(slot);
    const fact = this.take(slot, base, shares);
    change.answered(base);
    const booked = known < 0 ? this.add(slot, report, source) : this.tell(known, report, source);
    change.end(slot, fact, true);
    if (booked) change.listener.onFill(slot, shares, price4);
  }

  broken(slot: number, report: VenueReport, source: number): void {
    const { change, fills } = this;
    let fill = fills.find(slot, report.matchHi, report.matchLo);
    const base = change.begin(slot);
    if (fill < 0) {
      change.incident(Incident.unknownMatch, slot, report.matchLo);
      fill = this.note(slot, report, source);
      if (fill >= 0) fills.int32[fills.base(fill) + F_FLAGS] |= BROKEN;
      change.end(slot, Fact.noted, false);
      return;
    }
    const entry = fills.base(fill);
    if ((fills.int32[entry + F_FLAGS] & BROKEN) !== 0) {
      change.incident(Incident.repeatedFill, slot, 0);
      change.end(slot, Fact.noted, false);
      return;
    }
    fills.int32[entry + F_FLAGS] |= BROKEN;
    const shares = fills.int32[entry + F_SHARES];
    const price4 = fills.int32[entry + F_PRICE];
    this.count(base, -shares, price4);
    change.ledger.amend(fill, 0, price4);
    change.end(slot, Fact.noted, true);
    change.listener.onFill(slot, -shares, price4);
  }

  corrected(slot: number, report: VenueReport, source: number): void {
    const { change, fills } = this;
    const { shares, price4 } = report;
    if (shares < 0 || price4 < 0) {
      change.incident(Incident.badReport, slot, shares);
      return;
    }
    if (shares === 0) {
      this.broken(slot, report, source);
      return;
    }
    let fill = fills.find(slot, report.matchHi, report.matchLo);
    const base = change.begin(slot);
    if (fill < 0) {
      change.incident(Incident.unknownMatch, slot, report.matchLo);
      fill = this.note(slot, report, source);
      this.bookCorrected(slot, base, fill, shares, price4);
      change.end(slot, Fact.noted, true);
      change.listener.onFill(slot, shares, price4);
      return;
    }
    const entry = fills.base(fill);
    const before = fills.int32[entry + F_SHARES];
    const priceBefore = fills.int32[entry + F_PRICE];
    if ((fills.int32[entry + F_FLAGS] & BROKEN) !== 0) {
      change.incident(Incident.correctedAfterBust, slot, shares);
      change.end(slot, Fact.noted, false);
      return;
    }
    if (before === shares && priceBefore === price4) {
      change.incident(Incident.repeatedFill, slot, shares);
      change.end(slot, Fact.noted, false);
      return;
    }
    fills.int32[entry + F_FLAGS] |= CORRECTED;
    this.count(base, -before, priceBefore);
    this.count(base, shares, price4);
    change.ledger.amend(fill, shares, price4);
    change.end(slot, Fact.noted, true);
    change.listener.onFill(slot, -before, priceBefore);
    change.listener.onFill(slot, shares, price4);
  }

  /** Takes executed shares off what is open, and moves the state. @returns the `Fact` that it was */
  private take(slot: number, base: number, shares: number): number {
    const { change } = this;
    const { int32 } = change.store;
    const open = change.openShares(base);
    const fact = shares < open ? Fact.partExecuted : Fact.executed;
    const fit = change.transit(slot, fact);
    if (fit === LATE) change.incident(Incident.lateExecution, slot, shares);
    else if (shares > open) change.incident(Incident.overExecuted, slot, shares - open);
    int32[base + TAKEN] = added(int32[base + TAKEN], shares);
    const left = int32[base + LEAVES] - shares;
    int32[base + LEAVES] = left > 0 && int32[base + STATE] < FILLED ? left : 0;
    return fact;
  }

  private repeated(slot: number, fill: number, report: VenueReport): void {
    const entry = this.fills.base(fill);
    const { int32 } = this.fills;
    const same = int32[entry + F_TOLD_SHARES] === report.shares && int32[entry + F_TOLD_PRICE] === report.price4;
    this.change.incident(same ? Incident.repeatedFill : Incident.fillDiffers, slot, report.shares);
  }

  /** An execution that nothing was known of. */
  private add(slot: number, report: VenueReport, source: number): boolean {
    const { change, fills } = this;
    const { shares, price4 } = report;
    const fill = this.note(slot, report, source);
    const base = change.store.base(slot);
    this.count(base, shares, price4);
    if (fill < 0) {
      change.ledger.bookUnlisted(slot, shares, price4);
      return true;
    }
    const entry = fills.base(fill);
    fills.int32[entry + F_SHARES] = shares;
    fills.int32[entry + F_PRICE] = price4;
    this.mark(entry, report);
    change.ledger.book(fill);
    return true;
  }

  /** An execution whose bust or correction came first: it is known how it counts. */
  private tell(fill: number, report: VenueReport, source: number): boolean {
    const entry = this.fills.base(fill);
    this.mark(entry, report);
    this.fills.int32[entry + F_SOURCE] = source;
    return false;
  }

  private mark(entry: number, report: VenueReport): void {
    const { int32 } = this.fills;
    int32[entry + F_FLAGS] |= TOLD;
    int32[entry + F_TOLD_SHARES] = report.shares;
    int32[entry + F_TOLD_PRICE] = report.price4;
    int32[entry + F_LIQUIDITY] = report.liquidity;
  }

  /** A new entry, in the order's list, without shares. @returns -1 where there is no room */
  private note(slot: number, report: VenueReport, source: number): number {
    const { change, fills } = this;
    const { int32 } = change.store;
    const fill = fills.add(slot, report.matchHi, report.matchLo);
    if (fill < 0) {
      change.incident(Incident.fillTableFull, slot, report.shares);
      return fill;
    }
    const base = change.store.base(slot);
    const entry = fills.base(fill);
    fills.int32[entry + F_SOURCE] = source;
    fills.int32[entry + F_NEXT] = int32[base + FIRST_FILL];
    int32[base + FIRST_FILL] = fill + 1;
    int32[base + FILLS]++;
    return fill;
  }

  private bookCorrected(slot: number, base: number, fill: number, shares: number, price4: number): void {
    this.count(base, shares, price4);
    if (fill < 0) {
      this.change.ledger.bookUnlisted(slot, shares, price4);
      return;
    }
    const entry = this.fills.base(fill);
    this.fills.int32[entry + F_SHARES] = shares;
    this.fills.int32[entry + F_PRICE] = price4;
    this.fills.int32[entry + F_FLAGS] |= CORRECTED;
    this.change.ledger.book(fill);
  }

  private count(base: number, shares: number, price4: number): void {
    const { int32, float64 } = this.change.store;
    int32[base + EXECUTED] = added(int32[base + EXECUTED], shares);
    float64[(base >> 1) + VALUE] += shares * price4;
  }
}

/** A sum that stays within int32, whatever a venue says. */
function added(before: number, shares: number): number {
  const sum = before + shares;
  return sum > MAX_INT32 ? MAX_INT32 : Math.max(sum, 0);
}

/** True for the kinds of report that move money. */
export function movesMoney(kind: number): boolean {
  return kind === ReportKind.executed || kind === ReportKind.broken || kind === ReportKind.corrected;
}
