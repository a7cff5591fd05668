import { Limit, NO_LIMIT } from './limit-table.ts';
import { RefusalCell } from './refusal.ts';
import { LIMIT_ROW_BITS, type RiskLimits } from './risk-limits.ts';
import { RiskCheck, type RiskParts, type RiskRequest } from './risk-request.ts';

const EXECUTIONS = Limit.repeatedExecutions;
const ROW_BITS = LIMIT_ROW_BITS;
const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
/** Cells of a bucket: how full it was, and when that was (ns). */
const CELLS = 2;

/**
 * Repeated executions of a strategy in one instrument on one side: a bucket that each execution fills by one and that
 * empties evenly within the window. A strategy that buys again and again without end is stopped by it, whatever its
 * other limits still allow.
 */
export class ExecutionThrottle extends RiskCheck {
  private readonly windowNs: number;
  private readonly nowNs: Float64Array;
  private readonly buckets: Float64Array;
  private readonly instruments: number;
  private readonly firstTightest: number;

  constructor(parts: RiskParts, request: RiskRequest) {
    super(parts, request);
    const limits: RiskLimits = parts.limits;
    const { shape } = limits.rows;
    this.windowNs = parts.windows.executionsNs;
    this.nowNs = parts.nowNs;
    this.instruments = shape.instruments.length;
    this.firstTightest = limits.tightest;
    this.buckets = new Float64Array(shape.strategies.length * this.instruments * 2 * CELLS);
  }

  check(): number {
    const { request, last } = this;
    const limits = this.limits;
    const bound = limits[request.tightest + EXECUTIONS];
    if (bound === NO_LIMIT) return 0;
    const bucket = this.bucket(request.strategy, request.instrument, request.side);
    const fill = this.buckets[bucket];
    if (fill + 1 <= bound) return 0;
    // Both sides times the window's length: a division less.
    const emptied = (this.nowNs[0] - this.buckets[bucket + 1]) * bound;
    if ((fill + 1 - bound) * this.windowNs <= emptied) return 0;
    last[VALUE] = Math.ceil(fill - emptied / this.windowNs) + 1;
    last[BOUND] = bound;
    return this.refusals.ofTightest(EXECUTIONS, request);
  }

  /** An execution of the strategy happened now. */
  executed(strategy: number, instrument: number, side: number): void {
    const { limits, buckets } = this;
    const tightest = (this.firstTightest + Math.imul(strategy, this.instruments) + instrument) << ROW_BITS;
    const bound = limits[tightest + EXECUTIONS];
    const bucket = this.bucket(strategy, instrument, side);
    // A limit that is off empties its bucket at once.
    const emptied = bound === NO_LIMIT ? bound : ((this.nowNs[0] - buckets[bucket + 1]) * bound) / this.windowNs;
    buckets[bucket] = Math.max(0, buckets[bucket] - emptied) + 1;
    buckets[bucket + 1] = this.nowNs[0];
  }

  private bucket(strategy: number, instrument: number, side: number): number {
    return Math.imul(((Math.imul(strategy, this.instruments) + instrument) << 1) + side, CELLS);
  }
}
