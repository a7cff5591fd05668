import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddOrder } from '../venues/nasdaq/itch5-orders.ts';
import { type GeneratorOptions, ItchGenerator } from './generator.ts';
import { ItchState, type LiveOrder } from './itch-state.ts';
import { UnitStore } from './unit-store.ts';

const BUY = 'B'.charCodeAt(0);

function run(options: GeneratorOptions, units: number): { store: UnitStore; generator: ItchGenerator } {
  const store = new UnitStore('S');
  const generator = new ItchGenerator(options);
  generator.produce(store, units);
  return { store, generator };
}

/** Calls back for each unit in turn. */
function forEachUnit(store: UnitStore, visit: (bytes: Uint8Array, view: DataView, length: number) => void): void {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  for (let unit = store.firstUnit; unit < store.next; unit++) visit(bytes, view, store.copy(unit, bytes, 0));
}

/** Best bid and ask of each security. */
function tops(state: ItchState): Map<number, { bid: number; ask: number }> {
  const best = new Map<number, { bid: number; ask: number }>();
  for (const { locate, side, price4 } of state.orders.values()) {
    const top = best.get(locate) ?? { bid: 0, ask: Number.POSITIVE_INFINITY };
    if (side === BUY) top.bid = Math.max(top.bid, price4);
    else top.ask = Math.min(top.ask, price4);
    best.set(locate, top);
  }
  return best;
}

const sorted = (orders: Iterable<LiveOrder>): LiveOrder[] => [...orders].sort((a, b) => a.ref - b.ref);

const anyOptions = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  symbols: fc.integer({ min: 1, max: 30 }),
  messagesPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
  ordersPerSymbol: fc.integer({ min: 10, max: 200 }),
  firstReference: fc.constantFrom(1, 2 ** 32 - 500, 2 ** 40),
});

describe('the generated market', () => {
  it('is the same, byte for byte, for the same seed however it is asked for, and another for another seed', () => {
    const options = { seed: 11, symbols: 20, messagesPerSecond: 20_000 };
    const whole = run(options, 20_000).store;
    const pieces = new UnitStore('S');
    const generator = new ItchGenerator(options);
    while (pieces.next <= 20_000) generator.produce(pieces, 7);
    const length = Math.min(whole.next, pieces.next) - 1;
    const [a, b] = [new Uint8Array(64), new Uint8Array(64)];
    for (let unit = 1; unit <= length; unit++) {
      expect(whole.copy(unit, a, 0)).toBe(pieces.copy(unit, b, 0));
      expect(a).toEqual(b);
    }
    expect(run({ ...options, seed: 12 }, 20_000).store.truth().sha256).not.toBe(whole.truth().sha256);
  });

  it('names only live orders, never takes more shares than there are, and never crosses a book', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { store } = run(options, 6000);
        const state = new ItchState();
        let seen = 0;
        forEachUnit(store, (bytes, view, length) => {
          state.apply(bytes, view, 0, length);
          if (++seen % 500 === 0) {
            for (const { bid, ask } of tops(state).values()) expect(bid).toBeLessThan(ask);
          }
        });
        expect(state.unknownOrders).toBe(0);
        expect(state.malformed).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('adds no order at or beyond the best price of the other side, at any moment', () => {
    const { store } = run({ seed: 5, symbols: 3, messagesPerSecond: 1000, ordersPerSymbol: 40 }, 15_000);
    const state = new ItchState();
    forEachUnit(store, (bytes, view, length) => {
      state.apply(bytes, view, 0, length);
      if (bytes[0] !== AddOrder.type) return;
      for (const { bid, ask } of tops(state).values()) expect(bid).toBeLessThan(ask);
    });
  });

  it('keeps the books that its messages describe', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer({ min: 1, max: 8000 }), (options, units) => {
        const { store, generator } = run(options, units);
        const told = new ItchState();
        forEachUnit(store, (bytes, view, length) => told.apply(bytes, view, 0, length));
        const snapshot = new ItchState();
        generator.writeSnapshot((bytes, offset, length) => {
          snapshot.apply(bytes, new DataView(bytes.buffer), offset, length);
        });
        expect(snapshot.malformed).toBe(0);
        expect(sorted(snapshot.orders.values())).toEqual(sorted(told.orders.values()));
      }),
      { numRuns: 30 },
    );
  });

  it('takes no snapshot message for a unit', () => {
    const { store, generator } = run({ seed: 1, symbols: 4, messagesPerSecond: 1000 }, 3000);
    const before = store.truth();
    generator.writeSnapshot(() => {});
    expect(store.truth()).toEqual(before);
    generator.produce(store, 10);
    expect(store.next).toBeGreaterThanOrEqual(before.nextUnit + 10);
  });

  it('has the type mix of a real day: mostly adds and deletes, a few percent executions', () => {
    const { store } = run({ seed: 42, symbols: 50, messagesPerSecond: 20_000 }, 300_000);
    const share = new Map<string, number>();
    forEachUnit(store, (bytes) => {
      const type = String.fromCharCode(bytes[0]);
      share.set(type, (share.get(type) ?? 0) + 100 / store.units);
    });
    const of = (type: string): number => share.get(type) ?? 0;
    expect(of('A') + of('F')).toBeGreaterThan(38);
    expect(of('D')).toBeGreaterThan(30);
    expect(of('U')).toBeGreaterThan(4);
    expect(of('E')).toBeGreaterThan(2);
    expect(of('E')).toBeLessThan(12);
    for (const type of 'SRHYLVFCXPQIJNBh') expect(of(type), type).toBeGreaterThan(0);
  });

  it('begins with the start of messages and ends with the end of messages', () => {
    const { store, generator } = run({ seed: 1, symbols: 5, messagesPerSecond: 1000 }, 2000);
    generator.close(store);
    expect(generator.finished).toBe(true);
    expect(generator.produce(store, 100)).toBe(0);
    const events: string[] = [];
    forEachUnit(store, (bytes) => {
      if (bytes[0] === 'S'.charCodeAt(0)) events.push(String.fromCharCode(bytes[11]));
    });
    expect(events.join('')).toBe('OSQMEC');
  });

  it('stamps its messages in order of time', () => {
    const { store } = run({ seed: 9, symbols: 10, messagesPerSecond: 100_000 }, 20_000);
    let last = 0;
    forEachUnit(store, (_, view) => {
      const ns = view.getUint16(5) * 2 ** 32 + view.getUint32(7);
      expect(ns).toBeGreaterThanOrEqual(last);
      last = ns;
    });
  });

  it('refuses more symbols than a stock locate can number', () => {
    expect(() => new ItchGenerator({ seed: 1, symbols: 70_000, messagesPerSecond: 1 })).toThrow(/65535/);
  });
});
