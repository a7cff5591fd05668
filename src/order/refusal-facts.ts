import { limitOfReason } from './limit-table.ts';
import { RefusalCell } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import type { ScopeRows } from './risk-shape.ts';
import { SCOPE_NAMES, Scope } from './scope.ts';

/** A limit's refusal for programs: which limit of whom, what the request would have come to, and the bound. */
export interface RefusalFacts {
  /** Name of the limit, as the config has it. */
  readonly limit: string;
  readonly scope: (typeof SCOPE_NAMES)[number];
  /** Which account, strategy, instrument…; '' for `global`. */
  readonly of: string;
  /** In shares, orders, ticks, amounts of money, or ms, as the limit counts. */
  readonly value: number;
  /** null: no bound, where there is a reference price missing or a switch is on. */
  readonly bound: number | null;
}

const UNITS_OF_AMOUNT = 10_000;
const NS_PER_MS = 1e6;
/** What is measured as price4 or value4, and in ns; the rest is counted. */
const AMOUNTS = new Set<number>([
  RefusalReason.maxOrderNotional,
  RefusalReason.priceCollar,
  RefusalReason.noReferencePrice,
  RefusalReason.tickSize,
  RefusalReason.maxGrossExposure,
  RefusalReason.maxNetExposure,
  RefusalReason.buyingPower,
  RefusalReason.margin,
  RefusalReason.selfTrade,
]);
const TIMES = new Set<number>([RefusalReason.feedNotLive, RefusalReason.feedSilent]);

/** @param cells {@link RefusalCell}. @returns undefined for a refusal that is no limit's */
export function refusalFacts(cells: Float64Array, rows: ScopeRows): RefusalFacts | undefined {
  const reason = cells[RefusalCell.reason];
  const limit = limitOfReason(reason);
  if (limit === undefined) return undefined;
  const unit = AMOUNTS.has(reason) ? UNITS_OF_AMOUNT : TIMES.has(reason) ? NS_PER_MS : 1;
  const scope = cells[RefusalCell.scope] as Scope;
  const bound = cells[RefusalCell.bound];
  return {
    limit: limit.name,
    scope: SCOPE_NAMES[scope],
    of: scope === Scope.global ? '' : rows.name(scope, cells[RefusalCell.index]),
    value: cells[RefusalCell.value] / unit,
    bound: Number.isFinite(bound) ? bound / unit : null,
  };
}
