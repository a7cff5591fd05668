import { LIMIT_TABLE } from './limit-table.ts';
import { LIMIT_ROW_BITS, type RiskLimits } from './risk-limits.ts';
import { RefusalReason } from './risk-reason.ts';
import type { RiskRequest } from './risk-request.ts';
import { Scope } from './scope.ts';

/** Cells of the last refusal, as the `refused` record of the journal wants them. */
export const RefusalCell = {
  /** What the order would have come to, and the bound that this breaks; in the limit's unit. */
  value: 0,
  bound: 1,
  /** {@link Scope} of that bound, and which member. */
  scope: 2,
  index: 3,
  reason: 4,
  /** The request: who asked for what. `number`: order number of a replace or cancel, 0 of a new order. */
  strategy: 5,
  account: 6,
  instrument: 7,
  side: 8,
  shares: 9,
  price4: 10,
  number: 11,
  /** {@link RequestKind} */
  request: 12,
  cells: 16,
} as const;

/** What was asked for. Part of the journal's format (`refused.request`). */
export const RequestKind = { enter: 0, replace: 1, cancel: 2 } as const;
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind];

/** Columns of the counters: a refusal's reason, and in column 0 the requests that passed. */
export const REFUSAL_COLUMN_BITS = 6;
const COLUMNS = 1 << REFUSAL_COLUMN_BITS;

const VALUE = RefusalCell.value;
const BOUND = RefusalCell.bound;
const SCOPE = RefusalCell.scope;
const INDEX = RefusalCell.index;
const REASON = RefusalCell.reason;

/**
 * The last refusal, and the counters of all: a row per scope member (those of instruments share the last one), a column
 * per reason. A refusal counts at the scope whose bound it broke; a request that passed counts for its strategy.
 *
 * Who refuses writes value and bound into the cells (a double handed through a call would be boxed) and then says where
 * the bound came from.
 */
export class Refusals {
  readonly last: Float64Array = new Float64Array(RefusalCell.cells);
  readonly counters: Float64Array;
  readonly limits: RiskLimits;
  private readonly instrumentRow: number;

  /** @param counters {@link countersFor} cells */
  constructor(limits: RiskLimits, counters: Float64Array = new Float64Array(Refusals.countersFor(limits))) {
    this.limits = limits;
    this.counters = counters;
    this.instrumentRow = limits.rows.firstInstrument;
  }

  static countersFor(limits: RiskLimits): number {
    return (limits.rows.firstInstrument + 1) * COLUMNS;
  }

  /** Names of the counters' cells, in order: `account.main.maxPosition`, `strategy.mm.passed`; '' = not used. */
  static counterNames(limits: RiskLimits): string[] {
    const reasons = Object.entries(RefusalReason);
    const columns = Array.from({ length: COLUMNS }, (_, column) =>
      column === 0 ? 'passed' : (reasons.find(([, code]) => code === column)?.[0] ?? ''),
    );
    const names = [];
    for (const scope of [Scope.global, Scope.venue, Scope.account, Scope.strategy] as const) {
      for (let index = 0; index < limits.rows.size(scope); index++) {
        const member = ['global', 'venue.', 'account.', 'strategy.'][scope] + limits.rows.name(scope, index);
        for (const column of columns) names.push(column === '' ? '' : `${member}.${column}`);
      }
    }
    for (const column of columns) names.push(column === '' ? '' : `instrument.${column}`);
    return names;
  }

  /** Counts a request that no check refused. */
  passed(strategyRow: number): number {
    this.counters[strategyRow << REFUSAL_COLUMN_BITS] += 1;
    return 0;
  }

  /** A limit of one scope member was broken; value and bound stand in the cells. @returns the reason */
  of(reason: number, scope: number, index: number): number {
    const { last, counters } = this;
    last[SCOPE] = scope;
    last[INDEX] = index;
    last[REASON] = reason;
    const row = scope === Scope.instrument ? this.instrumentRow : this.limits.rows.row(scope, index);
    counters[(Math.max(0, row) << REFUSAL_COLUMN_BITS) + reason] += 1;
    return reason;
  }

  /**
   * A limit was broken that the tightest of all scopes rules: finds whose value that is, the widest scope first.
   * @param request whose scopes they are
   * @returns the limit's reason
   */
  ofTightest(limit: number, request: RiskRequest): number {
    const { cells, rows } = this.limits;
    const { venue, account, strategy, instrument } = request;
    const { reason } = LIMIT_TABLE[limit];
    const tightest = cells[request.tightest + limit];
    if (cells[limit] === tightest) return this.of(reason, Scope.global, 0);
    if (cells[((rows.firstVenue + venue) << LIMIT_ROW_BITS) + limit] === tightest)
      return this.of(reason, Scope.venue, venue);
    if (cells[((rows.firstAccount + account) << LIMIT_ROW_BITS) + limit] === tightest)
      return this.of(reason, Scope.account, account);
    if (cells[((rows.firstStrategy + strategy) << LIMIT_ROW_BITS) + limit] === tightest)
      return this.of(reason, Scope.strategy, strategy);
    return this.of(reason, Scope.instrument, instrument);
  }

  /** A refusal that is no limit's: its strategy's to count. @returns the reason */
  plain(reason: number, strategy: number): number {
    this.last[VALUE] = 0;
    this.last[BOUND] = 0;
    return this.of(reason, Scope.strategy, strategy);
  }
}
