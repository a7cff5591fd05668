import { describe, expect, it } from 'vitest';
import type { OrderView } from '../strategy/order-api.ts';
import { SlotField } from './order-layout.ts';
import { OrderReader, SlotView } from './order-view.ts';
import { OrderState, Side } from './terms.ts';
import { OrderRig } from './testing/order-rig.ts';

describe('an order as others see it', () => {
  it('is the view that strategies know, read from the slot at each access', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ side: Side.sell, instrument: 2, tag: 99 });
    const view: OrderView = new SlotView(rig.store.int32, rig.store.base(slot), ['alpha', 'beta']);
    expect(view.state).toBe(OrderState.sent);
    rig.accept(slot);
    rig.execute(slot, 30, 100_000, 1);
    rig.cancel(slot);
    rig.replace(slot, 200, 99_000);
    rig.lose(0);
    const { number, state, done, unknown, blind, pendingCancel, pendingReplace } = view;
    expect({ number, state, done, unknown, blind, pendingCancel, pendingReplace }).toEqual({
      number: 1,
      state: OrderState.partFilled,
      done: false,
      unknown: true,
      blind: true,
      pendingCancel: true,
      pendingReplace: true,
    });
    const { instrument, side, price4, shares, executed, leaves, session, sessionName, reason, tag } = view;
    expect({ instrument, side, price4, shares, executed, leaves, session, sessionName, reason, tag }).toEqual({
      instrument: 2,
      side: Side.sell,
      price4: 100_000,
      shares: 100,
      executed: 30,
      leaves: 70,
      session: 0,
      sessionName: 'alpha',
      reason: 0,
      tag: 99,
    });
  });

  it('moves to another order without a new object', () => {
    const rig = new OrderRig();
    const first = rig.enter({ tag: 1 });
    const second = rig.enter({ tag: 2, port: 1 });
    const view = new SlotView(rig.store.int32, rig.store.base(first), ['alpha']);
    expect(view.moveTo(rig.store.base(second)).tag).toBe(2);
    expect(view.sessionName).toBe(''); // no name is known of it
  });

  it('is copied whole for a reader, and not while it is being written', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    const reader = new OrderReader(rig.store);
    expect(reader.read(slot)).toBe(true);
    expect(reader.view.number).toBe(1);
    expect(reader.int32[SlotField.version] & 1).toBe(0);
    rig.store.beginWrite(slot);
    expect(reader.read(slot)).toBe(false);
    rig.store.endWrite(slot);
    expect(reader.read(slot)).toBe(true);
    expect(reader.read(slot + 1)).toBe(false);
    expect(reader.read(-1)).toBe(false);
  });
});
