import type { OrdersView, StatusModel } from './status-model.ts';

/** A status with its order half: a strategy that runs and is paused is shown as paused. */
export function withOrders(model: StatusModel, orders: OrdersView): StatusModel {
  const strategies = model.strategies.map((one) =>
    one.state === 'running' && orders.paused.includes(one.name) ? { ...one, state: 'paused' } : one,
  );
  return { ...model, strategies, orders };
}
