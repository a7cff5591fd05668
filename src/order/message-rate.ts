import { Limit, MOST_MESSAGES } from './limit-table.ts';
import { RefusalCell } from './refusal.ts';
import { LIMIT_ROW_BITS } from './risk-limits.ts';
import { RefusalReason } from './risk-reason.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';
import type { ScopeRows } from './risk-shape.ts';

const RATE = Limit.messageRate;
const ROW_BITS = LIMIT_ROW_BITS;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const REASON = RefusalReason.messageRate;
const SCOPES = 4;
/** Stamps kept per row: a power of two. */
const KEPT = MOST_MESSAGES;
const KEPT_BITS = 31 - Math.clz32(KEPT);
const MASK = KEPT - 1;

/**
 * How many messages each scope sent within a sliding window, exact to the nanosecond: the stamps of the last
 * {@link MOST_MESSAGES} are kept, and one more is within a limit of n unless the n-th last is younger than the window.
 */
export class MessageRate extends RiskCheck {
  private readonly rows: ScopeRows;
  private readonly windowNs: number;
  private readonly nowNs: Float64Array;
  private readonly stampNs: Float64Array;
  /** By row: how many were sent, modulo 2^31. */
  private readonly sent: Int32Array;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    this.rows = parts.limits.rows;
    this.windowNs = parts.windows.messagesNs;
    this.nowNs = parts.nowNs;
    this.stampNs = new Float64Array(this.rows.firstInstrument * KEPT).fill(Number.NEGATIVE_INFINITY);
    this.sent = new Int32Array(this.rows.firstInstrument);
  }

  check(): number {
    const { limits, sent, stampNs } = this;
    const { rows } = this.request;
    const sinceNs = this.nowNs[0] - this.windowNs;
    for (let scope = 0; scope < SCOPES; scope++) {
      const row = rows[scope];
      const bound = limits[(row << ROW_BITS) + RATE];
      if (bound > KEPT) continue;
      // As int32 arithmetic modulo 2^32: the count may have wrapped.
      const nthLast = (sent[row] - (bound | 0)) & MASK;
      if (stampNs[(row << KEPT_BITS) + nthLast] > sinceNs || bound < 1) return this.refuse(scope);
    }
    return 0;
  }

  /** A message of these scopes leaves now. */
  sentBy(venue: number, account: number, strategy: number): void {
    const { rows } = this;
    this.stamp(0);
    this.stamp((rows.firstVenue + venue) | 0);
    this.stamp((rows.firstAccount + account) | 0);
    this.stamp((rows.firstStrategy + strategy) | 0);
  }

  private refuse(scope: number): number {
    const row = this.request.rows[scope];
    const bound = this.limits[(row << ROW_BITS) + RATE];
    this.last[VALUE] = bound + 1;
    this.last[BOUND] = bound;
    return this.refusals.of(REASON, scope, this.rows.indexOf(row));
  }

  private stamp(row: number): void {
    const number = this.sent[row];
    this.stampNs[(row << KEPT_BITS) + (number & MASK)] = this.nowNs[0];
    this.sent[row] = (number + 1) | 0;
  }
}
