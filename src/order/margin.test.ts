import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HaircutMargin } from './haircut-margin.ts';
import { LinearMargin } from './linear-margin.ts';
import { atRate, type MarginModel, marginInput, marginOutput } from './margin.ts';

const ACCOUNTS = 2;
const INSTRUMENTS = 5;
const GROUPS = [0, 0, 1, 1, 2];
const HAIRCUTS = [1500, 2000, 800, 10_000, 0];

function bound(model: MarginModel): Float64Array {
  const cells = new Float64Array(3 + model.cells(ACCOUNTS, INSTRUMENTS));
  model.bind(cells, 3, ACCOUNTS, INSTRUMENTS);
  return cells;
}
function require(
  model: MarginModel,
  account: number,
  instrument: number,
  low: number,
  high: number,
  keep = true,
): number {
  marginInput[0] = low;
  marginInput[1] = high;
  model.require(account, instrument, keep);
  return marginOutput[0];
}

const changes = fc.array(
  fc.tuple(
    fc.nat(ACCOUNTS - 1),
    fc.nat(INSTRUMENTS - 1),
    fc.integer({ min: -1e9, max: 1e9 }),
    fc.integer({ min: 0, max: 1e9 }),
    fc.boolean(),
  ),
  { maxLength: 40 },
);
type Ranges = Map<string, readonly [number, number]>;

/** Haircut computed anew for one account: {@link HaircutMargin} by its definition. */
function naiveHaircut(ranges: Ranges, account: number, offsetBp: number): number {
  let sum = 0;
  for (let group = 0; group < 3; group++) {
    let [long, short] = [0, 0];
    for (let instrument = 0; instrument < INSTRUMENTS; instrument++) {
      if (GROUPS[instrument] !== group) continue;
      const [low, high] = ranges.get(`${account}/${instrument}`) ?? [0, 0];
      long += Math.ceil((Math.max(high, 0) * HAIRCUTS[instrument]) / 10_000);
      short += Math.ceil((Math.max(-low, 0) * HAIRCUTS[instrument]) / 10_000);
    }
    sum += Math.max(long, short) + Math.ceil((Math.min(long, short) * (10_000 - offsetBp)) / 10_000);
  }
  return sum;
}

describe('a portfolio haircut', () => {
  it('is what its definition says after any changes, and a probe leaves no trace', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 0, max: 10_000 }), (list, offsetBp) => {
        const model = new HaircutMargin({ haircutsBp: HAIRCUTS, groups: GROUPS, offsetBp });
        const cells = bound(model);
        const ranges: Ranges = new Map();
        for (const [account, instrument, low, width, keep] of list) {
          const before = Float64Array.from(cells);
          const range = [low, low + width] as const;
          const told = require(model, account, instrument, low, low + width, keep);
          const next = new Map(ranges).set(`${account}/${instrument}`, range);
          expect(told).toBe(naiveHaircut(next, account, offsetBp));
          if (keep) ranges.set(`${account}/${instrument}`, range);
          else expect(cells).toEqual(before);
        }
      }),
    );
  });

  it('never needs less than any outcome of the orders would', () => {
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.integer({ min: 0, max: 1e9 })), (list, draws) => {
        const model = new HaircutMargin({ haircutsBp: HAIRCUTS, groups: GROUPS, offsetBp: 6000 });
        bound(model);
        const outcomes: Ranges = new Map();
        let needed = 0;
        for (const [, instrument, low, width] of list) {
          needed = require(model, 0, instrument, low, low + width);
          const outcome = low + Math.min(width, draws.next().value as number);
          outcomes.set(`0/${instrument}`, [outcome, outcome]);
        }
        if (list.length > 0) expect(needed).toBeGreaterThanOrEqual(naiveHaircut(outcomes, 0, 6000));
      }),
    );
  });

  it('offsets long and short of a group, not of two', () => {
    const model = new HaircutMargin({ haircutsBp: [1000, 1000, 1000], groups: [0, 0, 1], offsetBp: 10_000 });
    const cells = new Float64Array(model.cells(1, 3));
    model.bind(cells, 0, 1, 3);
    expect(require(model, 0, 0, 1000, 1000)).toBe(100);
    expect(require(model, 0, 1, -1000, -1000)).toBe(100);
    expect(require(model, 0, 2, -1000, -1000)).toBe(200);
  });

  it('refuses rates, groups and offsets that are none', () => {
    const options = { haircutsBp: [100], groups: [0], offsetBp: 0 };
    expect(() => new HaircutMargin({ ...options, offsetBp: 10_001 })).toThrow('offset 10001');
    expect(() => new HaircutMargin({ ...options, haircutsBp: [-1] })).toThrow('rate -1 of instrument 0');
    expect(() => new HaircutMargin({ ...options, groups: [-1] })).toThrow('groups are numbered from 0');
    const model = new HaircutMargin(options);
    expect(() => model.bind(new Float64Array(99), 0, 1, 2)).toThrow('for 2 instruments');
  });
});

describe('linear margin', () => {
  it('is the sum over instruments of the larger side at its rate, after any changes', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const model = new LinearMargin(HAIRCUTS);
        bound(model);
        const ranges: Ranges = new Map();
        for (const [account, instrument, low, width] of list) {
          const told = require(model, account, instrument, low, low + width);
          ranges.set(`${account}/${instrument}`, [low, low + width]);
          let sum = 0;
          for (let each = 0; each < INSTRUMENTS; each++) {
            const [from, to] = ranges.get(`${account}/${each}`) ?? [0, 0];
            sum += Math.ceil((Math.max(-from, to, 0) * HAIRCUTS[each]) / 10_000);
          }
          expect(told).toBe(sum);
        }
      }),
    );
  });

  it('refuses too few rates', () => {
    expect(() => new LinearMargin([1]).bind(new Float64Array(9), 0, 1, 2)).toThrow('1 rates for 2 instruments');
  });
});

describe('a rate', () => {
  it('is rounded up to the unit, exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 10_000 }), (value4, rateBp) => {
        const exact = (BigInt(value4) * BigInt(rateBp) + 9_999n) / 10_000n;
        expect(BigInt(atRate(value4, rateBp))).toBe(exact);
      }),
    );
  });
});
