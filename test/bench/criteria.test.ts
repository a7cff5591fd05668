import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absolute, againstTwin } from '../../bench/lib/criteria.ts';
import { interleave, type Turn } from '../../bench/lib/interleave.ts';
import { decodeSamples, encodeSamples, type Program } from '../../bench/lib/program.ts';
import { median, percentiles, quantile, ratioOfPairs } from '../../bench/lib/stats.ts';
import { number } from '../../bench/lib/text.ts';

describe('order statistics', () => {
  test('a quantile is a sample with at least that share of the samples at or below it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const found = quantile(sorted, q);
        const atOrBelow = sorted.filter((v) => v <= found).length;
        expect(sorted).toContain(found);
        expect(atOrBelow).toBeGreaterThanOrEqual(Math.floor(q * sorted.length));
      }),
    );
  });

  test('the median of an even number of values lies half-way', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('nothing has no percentiles', () => {
    expect(percentiles([])).toMatchObject({ n: 0, p50: Number.NaN });
  });

  test('a ratio is taken within pairs, so that a drift of the machine cancels', () => {
    expect(ratioOfPairs([10, 20, 400], [10, 20, 400]).median).toBe(1);
  });

  test('a pair without a value is left out', () => {
    expect(ratioOfPairs([2, Number.NaN, 6], [1, 1, 0])).toMatchObject({ median: 2, pairs: 1 });
  });
});

describe('a criterion', () => {
  const ours = [10, 11, 12];
  const c = [10, 10, 10];

  test('on times holds up to its bound', () => {
    expect(againstTwin({ stat: 's', ours, c, twin: 'c', atMost: 1.1 }).holds).toBe(true);
    expect(againstTwin({ stat: 's', ours, c, twin: 'c', atMost: 1.09 }).holds).toBe(false);
  });

  test('on rates holds down to its bound', () => {
    expect(againstTwin({ stat: 's', ours: [6, 6], c: [10, 10], twin: 'c', atLeast: 0.6 }).holds).toBe(true);
    expect(againstTwin({ stat: 's', ours: [5, 5], c: [10, 10], twin: 'c', atLeast: 0.6 }).holds).toBe(false);
  });

  test('"times faster" divides the other way', () => {
    const criterion = againstTwin({ stat: 's', ours: [2], node: [20], twin: 'node', timesFaster: 6 });
    expect(criterion).toMatchObject({ value: 10, holds: true });
  });

  test('that was not measured does not hold', () => {
    expect(againstTwin({ stat: 's', ours, c: [], twin: 'c', atMost: 2 }).holds).toBe(false);
    expect(absolute('s', Number.NaN, { atMost: 1, text: '≤ 1' }).holds).toBe(false);
  });
});

test('every program has one turn a round, and each round begins with another one', async () => {
  const order: string[] = [];
  const turn = (name: string): Turn => ({
    name,
    program: {} as Program,
    run: async () => {
      order.push(name);
      return { ops: 1, ns: 1 };
    },
  });
  const { samples } = await interleave([turn('a'), turn('b'), turn('c')], 3);
  expect(order.join('')).toBe('abcbcacab');
  expect([...samples.values()].map((s) => s.length)).toEqual([3, 3, 3]);
});

test('raw samples survive their way through a line of text', () => {
  const samples = Float32Array.of(0, 1.5, 1e9, 65.25);
  expect(decodeSamples(encodeSamples(samples))).toEqual(samples);
});

test('numbers are written for people', () => {
  expect([0, 10, 1234567, 0.456, 65.432, 123.4, Number.NaN].map((n) => number(n))).toEqual([
    '0',
    '10',
    '1,235,000',
    '0.46',
    '65.4',
    '123',
    '–',
  ]);
});
