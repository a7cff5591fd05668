import { describe, expect, it } from 'vitest';
import { Incident } from './incidents.ts';
import { OrderStore } from './order-store.ts';
import { OrderRig } from './testing/order-rig.ts';
import { ReportKind } from './venue-report.ts';

describe('order store', () => {
  it('numbers the orders of a day from 1 and finds them by number and by reference', () => {
    const rig = new OrderRig();
    const slots = [rig.enter(), rig.enter({ port: 1 }), rig.enter()];
    expect(slots).toEqual([0, 1, 2]);
    expect(slots.map((slot) => rig.slot(slot, 'number'))).toEqual([1, 2, 3]);
    expect(slots.map((slot) => rig.slot(slot, 'ref'))).toEqual([1, 1, 2]); // each port counts its own
    expect([rig.store.slotOfRef(0, 1), rig.store.slotOfRef(1, 1), rig.store.slotOfRef(0, 2)]).toEqual(slots);
    expect([0, 1, 3, 4].map((number) => rig.store.slotOfNumber(number))).toEqual([-1, 0, 2, -1]);
  });

  it('takes any reference that a venue may name', () => {
    const { store } = new OrderRig({ maxRefs: 8 });
    for (const ref of [0, -1, 9, 0x7fffffff, -0x80000000]) expect(store.slotOfRef(0, ref)).toBe(-1);
    for (const port of [-1, 2, 0x7fffffff]) expect(store.slotOfRef(port, 1)).toBe(-1);
    expect(store.bindRef(0, 9, 0)).toBe(false);
    expect(store.bindRef(2, 1, 0)).toBe(false);
  });

  it('is full when the day has no more slots, and a port when it has no more references', () => {
    const rig = new OrderRig({ maxOrders: 3, maxRefs: 2 });
    rig.enter();
    rig.enter();
    expect(rig.store.nextRef(0)).toBe(0);
    expect(rig.store.nextRef(1)).toBe(1);
    rig.enter({ port: 1 });
    expect(rig.store.allocate()).toBe(-1);
    expect(rig.intend({ port: 1 })).toBe(-1);
    expect(rig.facts.incidents(Incident.badFact)).toBe(1);
    expect(rig.store.count).toBe(3);
  });

  it('lists the open orders of a port, strategy and instrument, oldest first', () => {
    const rig = new OrderRig();
    const slots = [0, 1, 0, 1, 0].map((port, n) => rig.enter({ port, strategy: n % 3, instrument: n & 1 }));
    const walk = (first: number, next: (slot: number) => number): number[] => {
      const found: number[] = [];
      for (let slot = first; slot >= 0; slot = next(slot)) found.push(slot);
      return found;
    };
    const { store } = rig;
    expect(walk(store.firstOfPort(0), (slot) => store.nextOfPort(slot))).toEqual([0, 2, 4]);
    expect(walk(store.firstOfStrategy(0), (slot) => store.nextOfStrategy(slot))).toEqual([0, 3]);
    expect(walk(store.firstOfInstrument(1), (slot) => store.nextOfInstrument(slot))).toEqual([1, 3]);
    for (const slot of [slots[2], slots[0], slots[4]]) rig.hear(slot, ReportKind.rejected);
    expect(walk(store.firstOfPort(0), (slot) => store.nextOfPort(slot))).toEqual([]);
    expect(store.openOfPort(0)).toBe(0);
    expect(walk(store.firstOfStrategy(0), (slot) => store.nextOfStrategy(slot))).toEqual([3]);
    expect(store.openOfStrategy(0)).toBe(1);
    expect(walk(store.firstOfInstrument(0), (slot) => store.nextOfInstrument(slot))).toEqual([]);
  });

  it('refuses sizes and memory that are none', () => {
    const shape = { maxOrders: 1, ports: 1, strategies: 1, instruments: 1 };
    expect(() => OrderStore.memoryFor({ ...shape, ports: 0 })).toThrow('ports must be a positive integer, not 0');
    expect(() => OrderStore.memoryFor({ ...shape, maxOrders: 2 ** 31 })).toThrow('8 GiB');
    expect(() => new OrderStore(new SharedArrayBuffer(1024))).toThrow('no orders of layout');
  });

  it('goes on with the numbers where they ended when the memory is attached to again', () => {
    const rig = new OrderRig();
    rig.enter();
    const again = new OrderStore(rig.store.memory);
    expect(again.allocate()).toBe(1);
    expect(again.nextRef(0)).toBe(2);
  });
});
