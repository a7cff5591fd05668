import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { OrderRig } from './testing/order-rig.ts';
import { ReportKind, ReportReason } from './venue-report.ts';

const MAX_ORDERS = 60_000;
const LEAST_ORDERS = 20_000;
const LEAST_READS = 20_000;

describe('orders and positions read by another thread', () => {
  it('are never seen half changed', async () => {
    const ignore = { onOrder() {}, onFill() {}, onIncident() {} };
    const rig = new OrderRig({ maxOrders: MAX_ORDERS, maxFills: 2 * MAX_ORDERS, listener: ignore });
    const control = new Int32Array(new SharedArrayBuffer(8));
    rig.enter();
    const thread = new Worker(new URL('./testing/order-reader-thread.ts', import.meta.url), {
      workerData: { orders: rig.store.memory, positions: rig.ledger.memory, control },
    });
    const answer = once(thread, 'message');
    while (Atomics.load(control, 1) === 0) Atomics.wait(control, 1, 0, 10);
    for (let n = 1; n < MAX_ORDERS && (n < LEAST_ORDERS || Atomics.load(control, 1) < LEAST_READS); n++) {
      const slot = rig.enter();
      rig.accept(slot);
      rig.execute(slot, 30, 100_000, n);
      rig.execute(slot, 20, 100_000, n + MAX_ORDERS);
      rig.hear(slot, ReportKind.cancelled, { shares: 50, reason: ReportReason.byUser });
    }
    Atomics.store(control, 0, 1);
    const [{ torn, changes }] = await answer;
    expect(torn).toBe(0);
    expect(changes).toBeGreaterThan(1);
  });
});
