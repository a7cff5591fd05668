import { SlotField, SlotTime } from '../order/order-layout.ts';
import type { OrderStore } from '../order/order-store.ts';
import { PortDouble } from '../order/store-layout.ts';
import { OrderFlag } from '../order/terms.ts';

/** For how long the oldest of the orders in doubt has been in it, in ns; 0 where none is. */
export interface DoubtAges {
  readonly unknownNs: number;
  readonly blindNs: number;
}

/**
 * Walks the open orders of every port. Reads while the gateway writes: an order that changes meanwhile may be missed or seen
 * twice, and is right at the next look; it never loops for longer than there are orders.
 */
export function doubtAges(store: OrderStore, nowNs: number): DoubtAges {
  let unknownNs = 0;
  let blindNs = 0;
  for (let port = 0; port < store.ports; port++) {
    const lostNs = store.isLost(port)
      ? store.float64[(store.port(port) >> 1) + PortDouble.lostNs]
      : Number.POSITIVE_INFINITY;
    let slot = store.firstOfPort(port);
    for (let seen = 0; slot >= 0 && seen < store.maxOrders; seen++) {
      const base = store.base(slot);
      const flags = store.int32[base + SlotField.flags];
      if ((flags & (OrderFlag.unknown | OrderFlag.blind)) !== 0) {
        // the loss is older than what befell the order since, a cancel that can't arrive for one
        const sinceNs = Math.min(lostNs, store.float64[(base >> 1) + SlotTime.changedNs]);
        const ageNs = Math.max(0, nowNs - sinceNs);
        if ((flags & OrderFlag.unknown) !== 0) unknownNs = Math.max(unknownNs, ageNs);
        if ((flags & OrderFlag.blind) !== 0) blindNs = Math.max(blindNs, ageNs);
      }
      slot = store.nextOfPort(slot);
    }
  }
  return { unknownNs, blindNs };
}
