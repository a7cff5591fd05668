import { SlotField, SlotTime } from './order-layout.ts';
import type { OrderStore } from './order-store.ts';
import { RequestKind } from './refusal.ts';
import type { Risk } from './risk.ts';

/**
 * Tells a new risk what a store that recovery filled holds: which orders are open, and what was sent and executed when, so
 * that the windows of rates and repetitions begin where they stood. Of replaces and cancels only the last change of each
 * order is known, of its executions one: a window may count less than was sent in the second before a restart.
 */
export function rebuildRisk(risk: Risk, store: OrderStore): void {
  const orders = store.count;
  for (let slot = 0; slot < orders; slot++) {
    risk.reflect(slot);
    const base = store.base(slot);
    const half = base >> 1;
    const sentNs = store.float64[half + SlotTime.sentNs];
    if (sentNs === 0) continue;
    risk.nowNs[0] = sentNs;
    risk.onSent(slot, RequestKind.enter);
    if (store.int32[base + SlotField.executed] === 0) continue;
    risk.nowNs[0] = store.float64[half + SlotTime.changedNs];
    risk.onExecuted(slot);
  }
}
