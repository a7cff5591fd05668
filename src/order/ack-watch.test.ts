import { describe, expect, it } from 'vitest';
import { AckWatch, Asked } from './ack-watch.ts';
import { SLOT_INT32, SlotField } from './order-layout.ts';
import { OrderFlag, OrderState } from './terms.ts';

const int32 = new Int32Array(8 * SLOT_INT32);
const store = { int32, base: (slot: number) => slot * SLOT_INT32 };
const set = (slot: number, state: number, flags = 0) => {
  int32[store.base(slot) + SlotField.state] = state;
  int32[store.base(slot) + SlotField.flags] = flags;
};

/** Seeds 1298 and 1738 of the simulation: an order that no barrier could resolve made its session suspect each turn anew. */
describe('requests about orders that a barrier could not resolve', () => {
  it('are waited for no more; others still are, in their order', () => {
    const watch = new AckWatch(4);
    const into = new Float64Array(1);
    for (let slot = 0; slot < 3; slot++) {
      set(slot, OrderState.sent);
      watch.push(slot, Asked.enter, slot + 1, Float64Array.of(100 + slot));
    }
    set(0, OrderState.sent, OrderFlag.unknown);
    set(1, OrderState.sent);
    set(2, OrderState.sent, OrderFlag.blind);
    watch.forgetDoubtful(store);
    expect(watch.count).toBe(1);
    expect(watch.oldestNs(into, 0)).toBe(true);
    expect(into[0]).toBe(101);
    set(1, OrderState.live);
    watch.settle(store);
    expect(watch.count).toBe(0);
  });

  it('leave room for as many again, wherever the ring stands', () => {
    const watch = new AckWatch(4);
    for (let round = 0; round < 5; round++) {
      for (let slot = 0; slot < 4; slot++) {
        set(slot, OrderState.sent, slot === 3 ? 0 : OrderFlag.unknown);
        watch.push(slot, Asked.enter, slot + 1, Float64Array.of(slot));
      }
      watch.forgetDoubtful(store);
      expect([watch.count, watch.dropped]).toEqual([1, 0]);
      set(3, OrderState.live);
      watch.settle(store);
    }
  });
});
