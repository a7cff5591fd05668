import { LIMIT_TABLE, Limit, NO_LIMIT } from '../../src/order/limit-table.ts';
import type { Scope } from '../../src/order/scope.ts';
import { RiskRig } from '../../src/order/testing/risk-rig.ts';

/** Bounds that nothing in the bench reaches, so that every check is made to its end. */
const WIDE: Partial<Record<number, number>> = {
  [Limit.priceCollar]: 500,
  [Limit.messageRate]: 8192,
  [Limit.duplicateOrder]: 8192,
  [Limit.feedNotLive]: 1e9,
  [Limit.feedSilent]: 1e18,
  // Nothing is restricted: a switch that is on refuses everything.
  [Limit.restricted]: NO_LIMIT,
};
const SWITCH_ON = 0;
const FAR = 1e15;
const CASH4 = 1e15;

/** Risk with every limit set at every scope that it has, and some orders of ours on the book. */
export function riskWithAllChecksOn(): RiskRig {
  const rig = new RiskRig();
  for (const { id, unit, scopes } of LIMIT_TABLE) {
    const value = WIDE[id] ?? (unit === 'switch' ? SWITCH_ON : FAR);
    rig.limits.load(
      scopes.flatMap((scope: Scope) =>
        Array.from({ length: rig.limits.rows.size(scope) }, (_, index) => ({ limit: id, scope, index, value })),
      ),
    );
  }
  rig.exposure.cash4.fill(CASH4);
  rig.hold(0, 0, 1_000_000);
  for (let i = 1; i <= 20; i++) rig.place({ price4: 1_000_000 - i * 100, shares: 100 + i });
  return rig;
}
