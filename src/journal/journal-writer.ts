import type { JournalOutput } from './journal-ring.ts';
import { writeRecordTime } from './record-time.ts';
import { cellsOf, JournalRecord } from './record-types.ts';

/** A venue's report as the journal keeps it; `VenueReport` of src/order is one. */
export interface JournalledReport {
  readonly kind: number;
  readonly ref: number;
  readonly previousRef: number;
  readonly side: number;
  readonly shares: number;
  readonly price4: number;
  readonly orderRefHi: number;
  readonly orderRefLo: number;
  readonly matchHi: number;
  readonly matchLo: number;
  readonly reason: number;
  readonly venueReason: number;
  readonly liquidity: number;
  /** Sequence and the venue's ns since midnight. */
  readonly cells: Float64Array;
}

/** Cells of {@link JournalWriter.measure}. */
export const MeasureCell = { value: 0, bound: 1 } as const;

/** `sendResult.result` of what the last check took back. */
export const WITHDRAWN = 2;
/** `RefusalReason.journalFull` of src/order, which this folder doesn't know. */
export const JOURNAL_FULL = 10;

const ENTER = cellsOf(JournalRecord.enterIntent);
const REPLACE = cellsOf(JournalRecord.replaceIntent);
const CANCEL = cellsOf(JournalRecord.cancelIntent);
const RESULT = cellsOf(JournalRecord.sendResult);
const REFUSED = cellsOf(JournalRecord.refused);
const REPORT = cellsOf(JournalRecord.report);
const RESOLVED = cellsOf(JournalRecord.resolved);
const EVIDENCE = cellsOf(JournalRecord.evidence);
const SESSION = cellsOf(JournalRecord.session);
const PORT_LOST = cellsOf(JournalRecord.portLost);
const PORT_RECOVERED = cellsOf(JournalRecord.portRecovered);
const ROUTED = cellsOf(JournalRecord.routed);
const BARRIER = cellsOf(JournalRecord.barrier);
const LOST = cellsOf(JournalRecord.lost);

/**
 * Writes the journal's records: one method for each, all int32 arguments, nothing allocated. What a method takes as a
 * measure (what was reached, and its bound) stands in {@link measure}; times come from cells.
 *
 * Each returns whether the record is in the journal, as safe as was configured. Where the intent of an order or replace is
 * not, nothing may be sent (`RefusalReason.journalFull`); a cancel may go out all the same. Where another is not, the fact is lost to recovery: it is counted, and the next record
 * that finds room is preceded by one that says how many.
 *
 * Records that the day begins and ends with are written by {@link JournalDayWriter}.
 */
export class JournalWriter {
  /** {@link MeasureCell}: value and bound of the next `refused`, `session` or `routed`. */
  readonly measure = new Float64Array(2);
  /** Facts that found no room since the last record that was written. */
  private lostRecords = 0;
  private firstLostType = 0;
  private ended = false;

  private readonly output: JournalOutput;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly nowNs: Float64Array;
  private readonly utcOffset: Float64Array;

  /**
   * @param nowNs cell 0: monotonic ns
   * @param utcOffset cells: whole seconds, and ns from 0 to 999,999,999, from monotonic time to UTC; see `splitUtcOffset`
   */
  constructor(output: JournalOutput, nowNs: Float64Array, utcOffset: Float64Array) {
    this.output = output;
    this.words = output.int32;
    this.doubles = output.float64;
    this.nowNs = nowNs;
    this.utcOffset = utcOffset;
  }

  /** Before `send`. */
  enterIntent(
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
    clientHash: number,
  ): boolean {
    const at = this.beginOpening(JournalRecord.enterIntent.type, JournalRecord.enterIntent.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + ENTER.number] = number;
    words[at + ENTER.strategy] = strategy;
    words[at + ENTER.account] = account;
    words[at + ENTER.port] = port;
    words[at + ENTER.session] = session;
    words[at + ENTER.instrument] = instrument;
    words[at + ENTER.ref] = ref;
    words[at + ENTER.side] = side;
    words[at + ENTER.marking] = marking;
    words[at + ENTER.timeInForce] = timeInForce;
    words[at + ENTER.shares] = shares;
    words[at + ENTER.price4] = price4;
    words[at + ENTER.tag] = tag;
    words[at + ENTER.clientHash] = clientHash;
    return this.output.commit() || this.withdraw(number, JournalRecord.enterIntent.type, session);
  }

  /** Before `send`. */
  replaceIntent(number: number, session: number, ref: number, shares: number, price4: number): boolean {
    const at = this.beginOpening(JournalRecord.replaceIntent.type, JournalRecord.replaceIntent.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + REPLACE.number] = number;
    words[at + REPLACE.session] = session;
    words[at + REPLACE.ref] = ref;
    words[at + REPLACE.shares] = shares;
    words[at + REPLACE.price4] = price4;
    return this.output.commit() || this.withdraw(number, JournalRecord.replaceIntent.type, session);
  }

  /** Before `send`. Finds room when new orders don't. */
  cancelIntent(number: number, session: number, ref: number, shares: number, cause: number): boolean {
    const at = this.begin(JournalRecord.cancelIntent.type, JournalRecord.cancelIntent.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + CANCEL.number] = number;
    words[at + CANCEL.session] = session;
    words[at + CANCEL.ref] = ref;
    words[at + CANCEL.shares] = shares;
    words[at + CANCEL.cause] = cause;
    return this.output.commit();
  }

  /** After `send`. @param intent the intent's record type */
  sendResult(number: number, intent: number, session: number, result: number, reason: number, bytes: number): boolean {
    const at = this.begin(JournalRecord.sendResult.type, JournalRecord.sendResult.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + RESULT.number] = number;
    words[at + RESULT.intent] = intent;
    words[at + RESULT.session] = session;
    words[at + RESULT.result] = result;
    words[at + RESULT.reason] = reason;
    words[at + RESULT.bytes] = bytes;
    return this.output.commit();
  }

  /** Takes value and bound from {@link measure}. Gives way when room is short: nothing was done that recovery needs. */
  refused(
    strategy: number,
    account: number,
    instrument: number,
    number: number,
    request: number,
    reason: number,
    side: number,
    shares: number,
    price4: number,
    scope: number,
  ): boolean {
    const at = this.beginOpening(JournalRecord.refused.type, JournalRecord.refused.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + REFUSED.strategy] = strategy;
    words[at + REFUSED.account] = account;
    words[at + REFUSED.instrument] = instrument;
    words[at + REFUSED.number] = number;
    words[at + REFUSED.request] = request;
    words[at + REFUSED.reason] = reason;
    words[at + REFUSED.side] = side;
    words[at + REFUSED.shares] = shares;
    words[at + REFUSED.price4] = price4;
    words[at + REFUSED.scope] = scope;
    this.putMeasure(at, REFUSED.value, REFUSED.bound);
    return this.output.commit();
  }

  /** A venue's report, with the order number that it was found to belong to (0 = none). */
  report(port: number, session: number, number: number, report: JournalledReport): boolean {
    const at = this.begin(JournalRecord.report.type, JournalRecord.report.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + REPORT.port] = port;
    words[at + REPORT.session] = session;
    words[at + REPORT.kind] = report.kind;
    words[at + REPORT.ref] = report.ref;
    words[at + REPORT.previousRef] = report.previousRef;
    words[at + REPORT.side] = report.side;
    words[at + REPORT.shares] = report.shares;
    words[at + REPORT.price4] = report.price4;
    words[at + REPORT.orderRefHi] = report.orderRefHi;
    words[at + REPORT.orderRefLo] = report.orderRefLo;
    words[at + REPORT.matchHi] = report.matchHi;
    words[at + REPORT.matchLo] = report.matchLo;
    words[at + REPORT.reason] = report.reason;
    words[at + REPORT.venueReason] = report.venueReason;
    words[at + REPORT.liquidity] = report.liquidity;
    words[at + REPORT.number] = number;
    this.doubles[(at + REPORT.sequence) >> 1] = report.cells[0]!;
    this.doubles[(at + REPORT.venueNs) >> 1] = report.cells[1]!;
    return this.output.commit();
  }

  resolved(number: number, row: number, before: number, after: number, port: number, nextRef: number): boolean {
    const at = this.begin(JournalRecord.resolved.type, JournalRecord.resolved.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + RESOLVED.number] = number;
    words[at + RESOLVED.row] = row;
    words[at + RESOLVED.before] = before;
    words[at + RESOLVED.after] = after;
    words[at + RESOLVED.port] = port;
    words[at + RESOLVED.nextRef] = nextRef;
    return this.output.commit();
  }

  evidence(
    source: number,
    port: number,
    kind: number,
    ref: number,
    shares: number,
    price4: number,
    matchHi: number,
    matchLo: number,
    number: number,
    side: number,
  ): boolean {
    const at = this.begin(JournalRecord.evidence.type, JournalRecord.evidence.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + EVIDENCE.source] = source;
    words[at + EVIDENCE.port] = port;
    words[at + EVIDENCE.kind] = kind;
    words[at + EVIDENCE.ref] = ref;
    words[at + EVIDENCE.shares] = shares;
    words[at + EVIDENCE.price4] = price4;
    words[at + EVIDENCE.matchHi] = matchHi;
    words[at + EVIDENCE.matchLo] = matchLo;
    words[at + EVIDENCE.number] = number;
    words[at + EVIDENCE.side] = side;
    return this.output.commit();
  }

  /** Takes value and bound from {@link measure}. */
  session(port: number, session: number, before: number, after: number, evidence: number, errno: number): boolean {
    const at = this.begin(JournalRecord.session.type, JournalRecord.session.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + SESSION.port] = port;
    words[at + SESSION.session] = session;
    words[at + SESSION.before] = before;
    words[at + SESSION.after] = after;
    words[at + SESSION.evidence] = evidence;
    words[at + SESSION.errno] = errno;
    this.putMeasure(at, SESSION.value, SESSION.bound);
    return this.output.commit();
  }

  portLost(port: number, session: number, unknown: number, blind: number, evidence: number): boolean {
    const at = this.begin(JournalRecord.portLost.type, JournalRecord.portLost.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + PORT_LOST.port] = port;
    words[at + PORT_LOST.session] = session;
    words[at + PORT_LOST.unknown] = unknown;
    words[at + PORT_LOST.blind] = blind;
    words[at + PORT_LOST.evidence] = evidence;
    return this.output.commit();
  }

  portRecovered(port: number, session: number, stillUnknown: number, nextRef: number): boolean {
    const at = this.begin(JournalRecord.portRecovered.type, JournalRecord.portRecovered.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + PORT_RECOVERED.port] = port;
    words[at + PORT_RECOVERED.session] = session;
    words[at + PORT_RECOVERED.stillUnknown] = stillUnknown;
    words[at + PORT_RECOVERED.nextRef] = nextRef;
    return this.output.commit();
  }

  /** Takes value and bound from {@link measure}. */
  routed(group: number, instrument: number, fromSession: number, toSession: number, evidence: number): boolean {
    const at = this.begin(JournalRecord.routed.type, JournalRecord.routed.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + ROUTED.group] = group;
    words[at + ROUTED.instrument] = instrument;
    words[at + ROUTED.fromSession] = fromSession;
    words[at + ROUTED.toSession] = toSession;
    words[at + ROUTED.evidence] = evidence;
    words[at + ROUTED.reserved] = 0;
    this.putMeasure(at, ROUTED.value, ROUTED.bound);
    return this.output.commit();
  }

  barrier(port: number, session: number, ref: number, number: number): boolean {
    const at = this.begin(JournalRecord.barrier.type, JournalRecord.barrier.bytes);
    if (at < 0) return false;
    const words = this.words;
    words[at + BARRIER.port] = port;
    words[at + BARRIER.session] = session;
    words[at + BARRIER.ref] = ref;
    words[at + BARRIER.number] = number;
    return this.output.commit();
  }

  /**
   * Begins a record that a `JournalDayWriter` or a test fills itself; end it with {@link commit}.
   * @returns int32 index of its payload, times written, or -1
   */
  begin(type: number, bytes: number): number {
    if (this.lostRecords !== 0 && !this.tellLost()) {
      this.lostRecords = (this.lostRecords + 1) | 0;
      return -1;
    }
    const at = this.output.claim(type, bytes);
    if (at < 0) {
      if (this.lostRecords === 0) this.firstLostType = type;
      this.lostRecords = (this.lostRecords + 1) | 0;
      return -1;
    }
    writeRecordTime(this.words, this.doubles, at >> 2, this.nowNs, this.utcOffset);
    return at >> 2;
  }

  commit(): boolean {
    return this.output.commit();
  }

  /** The day is sealed: whatever is still to be written is not. */
  end(): void {
    this.ended = true;
    this.lostRecords = 1; // what every record looks at anyway
  }

  private beginOpening(type: number, bytes: number): number {
    if (this.lostRecords !== 0 && !this.tellLost()) return -1;
    const at = this.output.claimOpening(type, bytes);
    if (at < 0) return -1;
    writeRecordTime(this.words, this.doubles, at >> 2, this.nowNs, this.utcOffset);
    return at >> 2;
  }

  /** The intent stands in the journal, but isn't as safe as it must be: it is taken back, and nothing is sent. */
  private withdraw(number: number, intent: number, session: number): boolean {
    this.sendResult(number, intent, session, WITHDRAWN, JOURNAL_FULL, 0);
    return false;
  }

  private putMeasure(at: number, value: number, bound: number): void {
    this.doubles[(at + value) >> 1] = this.measure[MeasureCell.value]!;
    this.doubles[(at + bound) >> 1] = this.measure[MeasureCell.bound]!;
  }

  private tellLost(): boolean {
    if (this.ended) return false;
    const at = this.output.claim(JournalRecord.lost.type, JournalRecord.lost.bytes);
    if (at < 0) return false;
    const cell = at >> 2;
    writeRecordTime(this.words, this.doubles, cell, this.nowNs, this.utcOffset);
    this.words[cell + LOST.records] = this.lostRecords;
    this.words[cell + LOST.firstType] = this.firstLostType;
    this.lostRecords = 0;
    return this.output.commit();
  }
}
