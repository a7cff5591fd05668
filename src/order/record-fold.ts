import { cellsOf, JournalRecord } from '../journal/record-types.ts';
import { SendResult } from './intents.ts';
import type { OrderFacts } from './order-facts.ts';
import { RequestKind } from './refusal.ts';
import { resolutionEffect } from './resolution-table.ts';
import type { Risk } from './risk.ts';
import { DayPhase } from './trading-day.ts';
import { ReportCell, ReportKind, VenueReport } from './venue-report.ts';

const COMMON = cellsOf(JournalRecord.opened);
const OPENED = cellsOf(JournalRecord.opened);
const POSITION = cellsOf(JournalRecord.position);
const BALANCE = cellsOf(JournalRecord.balance);
const ENTER = cellsOf(JournalRecord.enterIntent);
const REPLACE = cellsOf(JournalRecord.replaceIntent);
const CANCEL = cellsOf(JournalRecord.cancelIntent);
const RESULT = cellsOf(JournalRecord.sendResult);
const REPORT = cellsOf(JournalRecord.report);
const RESOLVED = cellsOf(JournalRecord.resolved);
const EVIDENCE = cellsOf(JournalRecord.evidence);
const LOST = cellsOf(JournalRecord.portLost);
const RECOVERED = cellsOf(JournalRecord.portRecovered);
const BARRIER = cellsOf(JournalRecord.barrier);
const LOGIN = cellsOf(JournalRecord.login);
const LIMIT = cellsOf(JournalRecord.limit);
const DAY_PHASE = cellsOf(JournalRecord.dayPhase);

/** The journal's `report.number` of an answer to a probe: it is not news of the order whose reference it names. */
export const PROBE_ANSWER = -1;
const NAME_BYTES = 12;

/** A `limit` record: a limit, as its `RefusalReason`, at one scope from then on. */
export interface LimitChange {
  readonly reason: number;
  readonly scope: number;
  readonly index: number;
  readonly value: number;
}

/** Memory that a record is read from: `journal/segment-scan.ts` has it. */
export interface FoldBuffer {
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly bytes: Uint8Array;
}

/**
 * Folds a journal's records over an empty store and ledger by the very calls that the gateway made after it wrote them:
 * afterwards both are as they were, bit for bit. What is not about orders is kept for whoever starts the gateway.
 */
export class RecordFold {
  /** Session of each port as the venue last named it, and the next number expected there. */
  readonly sessionNames: string[] = [];
  /** Trading day and epoch of the last start that is written. */
  day = 0;
  epoch = 0;
  /** The venue, the clock or an operator has ended it. */
  dayEnded = false;
  /** Changes of limits during the day, in order. */
  readonly limitChanges: LimitChange[] = [];
  private readonly facts: OrderFacts;
  private readonly risk: Risk | undefined;
  private readonly report = new VenueReport();
  private readonly expected = new Float64Array(1);

  /** @param risk is told what was sent and executed, where the same thread goes on with it */
  constructor(facts: OrderFacts, risk?: Risk) {
    this.facts = facts;
    this.risk = risk;
  }

  /** @param offset of the payload, in bytes */
  onRecord(type: number, buffer: FoldBuffer, offset: number, _length: number): void {
    const { int32, float64 } = buffer;
    const at = offset >> 2;
    const half = offset >> 3;
    const { facts } = this;
    facts.nowNs[0] = float64[half + (COMMON.monotonicNs >> 1)];
    switch (type) {
      case JournalRecord.opened.type:
        this.day = int32[at + OPENED.day];
        this.epoch = int32[at + OPENED.epoch];
        facts.opened(this.day, this.epoch);
        return;
      case JournalRecord.position.type:
        facts.position(
          int32[at + POSITION.account],
          int32[at + POSITION.strategy],
          int32[at + POSITION.instrument],
          int32[at + POSITION.shares],
          float64[half + (POSITION.averagePrice4 >> 1)],
          float64[half + (POSITION.realised4 >> 1)],
        );
        return;
      case JournalRecord.balance.type:
        facts.balance(int32[at + BALANCE.account], float64[half + (BALANCE.cash4 >> 1)]);
        return;
      case JournalRecord.enterIntent.type:
        this.enter(int32, at);
        return;
      case JournalRecord.replaceIntent.type:
        facts.replaceAsked(
          int32[at + REPLACE.number] - 1,
          int32[at + REPLACE.session],
          int32[at + REPLACE.ref],
          int32[at + REPLACE.shares],
          int32[at + REPLACE.price4],
        );
        return;
      case JournalRecord.cancelIntent.type:
        facts.cancelAsked(
          int32[at + CANCEL.number] - 1,
          int32[at + CANCEL.session],
          int32[at + CANCEL.ref],
          int32[at + CANCEL.shares],
          int32[at + CANCEL.cause],
        );
        return;
      case JournalRecord.sendResult.type:
        this.sent(int32, at);
        return;
      case JournalRecord.report.type:
        this.reported(int32, float64, at);
        return;
      case JournalRecord.resolved.type: {
        const row = int32[at + RESOLVED.row];
        facts.resolved(int32[at + RESOLVED.number] - 1, row, resolutionEffect(row));
        return;
      }
      case JournalRecord.evidence.type:
        this.evidence(int32, at);
        return;
      case JournalRecord.portLost.type:
        facts.portLost(int32[at + LOST.port], int32[at + LOST.session], int32[at + LOST.evidence]);
        return;
      case JournalRecord.portRecovered.type:
        facts.portRecovered(int32[at + RECOVERED.port], int32[at + RECOVERED.session], int32[at + RECOVERED.nextRef]);
        return;
      case JournalRecord.barrier.type:
        facts.barrierSent(
          int32[at + BARRIER.port],
          int32[at + BARRIER.session],
          int32[at + BARRIER.ref],
          int32[at + BARRIER.number],
        );
        return;
      case JournalRecord.login.type:
        this.login(buffer, at);
        return;
      case JournalRecord.dayPhase.type:
        if (int32[at + DAY_PHASE.phase] === DayPhase.ending) this.dayEnded = true;
        return;
      case JournalRecord.limit.type:
        this.limitChanges.push({
          reason: int32[at + LIMIT.limit],
          scope: int32[at + LIMIT.scope],
          index: int32[at + LIMIT.index],
          value: float64[half + (LIMIT.after >> 1)],
        });
    }
  }

  private enter(int32: Int32Array, at: number): void {
    this.facts.entered(
      int32[at + ENTER.number],
      int32[at + ENTER.strategy],
      int32[at + ENTER.account],
      int32[at + ENTER.port],
      int32[at + ENTER.session],
      int32[at + ENTER.instrument],
      int32[at + ENTER.ref],
      int32[at + ENTER.side],
      int32[at + ENTER.marking],
      int32[at + ENTER.timeInForce],
      int32[at + ENTER.shares],
      int32[at + ENTER.price4],
      int32[at + ENTER.tag],
    );
  }

  private sent(int32: Int32Array, at: number): void {
    const slot = int32[at + RESULT.number] - 1;
    const intent = int32[at + RESULT.intent];
    const result = int32[at + RESULT.result];
    this.facts.sendResult(
      slot,
      intent,
      int32[at + RESULT.session],
      result,
      int32[at + RESULT.reason],
      int32[at + RESULT.bytes],
    );
    if (this.risk === undefined || result === SendResult.withdrawn || this.facts.store.slotOfNumber(slot + 1) < 0)
      return;
    this.risk.nowNs[0] = this.facts.nowNs[0];
    this.risk.onSent(slot, requestOf(intent));
  }

  private reported(int32: Int32Array, float64: Float64Array, at: number): void {
    const { report, facts } = this;
    report.kind = int32[at + REPORT.kind];
    report.ref = int32[at + REPORT.ref];
    report.previousRef = int32[at + REPORT.previousRef];
    report.side = int32[at + REPORT.side];
    report.shares = int32[at + REPORT.shares];
    report.price4 = int32[at + REPORT.price4];
    report.orderRefHi = int32[at + REPORT.orderRefHi];
    report.orderRefLo = int32[at + REPORT.orderRefLo];
    report.matchHi = int32[at + REPORT.matchHi];
    report.matchLo = int32[at + REPORT.matchLo];
    report.reason = int32[at + REPORT.reason];
    report.venueReason = int32[at + REPORT.venueReason];
    report.liquidity = int32[at + REPORT.liquidity];
    report.cells[ReportCell.sequence] = float64[(at + REPORT.sequence) >> 1];
    report.cells[ReportCell.venueNs] = float64[(at + REPORT.venueNs) >> 1];
    const port = int32[at + REPORT.port];
    if (int32[at + REPORT.number] === PROBE_ANSWER) {
      facts.probeAnswered(port, report);
      return;
    }
    const slot = facts.reported(port, int32[at + REPORT.session], report);
    if (report.kind === ReportKind.endOfDay) this.dayEnded = true;
    if (slot >= 0 && report.kind === ReportKind.executed && this.risk !== undefined) {
      this.risk.nowNs[0] = facts.nowNs[0];
      this.risk.onExecuted(slot);
    }
  }

  private evidence(int32: Int32Array, at: number): void {
    const { report } = this;
    report.clear();
    report.kind = int32[at + EVIDENCE.kind];
    report.ref = int32[at + EVIDENCE.ref];
    report.shares = int32[at + EVIDENCE.shares];
    report.price4 = int32[at + EVIDENCE.price4];
    report.matchHi = int32[at + EVIDENCE.matchHi];
    report.matchLo = int32[at + EVIDENCE.matchLo];
    report.side = int32[at + EVIDENCE.side];
    this.facts.evidence(int32[at + EVIDENCE.source], int32[at + EVIDENCE.port], report);
  }

  private login(buffer: FoldBuffer, at: number): void {
    const port = buffer.int32[at + LOGIN.port];
    let name = '';
    const first = (at + LOGIN.name) << 2;
    for (let i = 0; i < NAME_BYTES && buffer.bytes[first + i] !== 0; i++) {
      name += String.fromCharCode(buffer.bytes[first + i]);
    }
    this.expected[0] = buffer.float64[(at + LOGIN.expected) >> 1];
    this.facts.login(port, buffer.int32[at + LOGIN.session], this.expected, buffer.int32[at + LOGIN.gap]);
    if (port >= 0 && port < this.facts.store.ports) this.sessionNames[port] = name.trimEnd();
  }
}

function requestOf(intent: number): number {
  if (intent === JournalRecord.enterIntent.type) return RequestKind.enter;
  return intent === JournalRecord.replaceIntent.type ? RequestKind.replace : RequestKind.cancel;
}
