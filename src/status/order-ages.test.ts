import { describe, expect, it } from 'vitest';
import { OrderRig } from '../order/testing/order-rig.ts';
import { doubtAges } from './order-ages.ts';

const SECOND_NS = 1e9;

describe('the age of doubt', () => {
  it('is nothing while every order can be reached', () => {
    const rig = new OrderRig();
    rig.accept(rig.enter());
    rig.enter();
    expect(doubtAges(rig.store, rig.facts.nowNs[0] + SECOND_NS)).toEqual({ unknownNs: 0, blindNs: 0 });
  });

  it('counts from the loss of the port: unknown what was in flight, blind what rested', () => {
    const rig = new OrderRig();
    rig.accept(rig.enter());
    rig.enter();
    rig.lose(0);
    const lostNs = rig.facts.nowNs[0];
    expect(doubtAges(rig.store, lostNs + 3 * SECOND_NS)).toEqual({ unknownNs: 3 * SECOND_NS, blindNs: 3 * SECOND_NS });
  });

  it('is not made younger by what befalls an order afterwards', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ shares: 100 });
    rig.accept(slot);
    rig.lose(0);
    const lostNs = rig.facts.nowNs[0];
    rig.execute(slot, 10, 100_000, 1);
    expect(rig.facts.nowNs[0]).toBeGreaterThan(lostNs);
    expect(doubtAges(rig.store, lostNs + 60 * SECOND_NS).blindNs).toBe(60 * SECOND_NS);
  });
});
