import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HISTOGRAM_CELLS,
  HISTOGRAM_MAX_NS,
  HistogramSnapshot,
  histogramCellNames,
  recordLatency,
} from './histogram.ts';

const ALLOWED_ERROR = 1 / 64;
const values = fc.integer({ min: 0, max: HISTOGRAM_MAX_NS });

function histogramOf(recorded: number[]): HistogramSnapshot {
  const cells = new Float64Array(HISTOGRAM_CELLS);
  for (const value of recorded) recordLatency(cells, value);
  return HistogramSnapshot.of(cells);
}

describe('a latency histogram', () => {
  it('gives any percentile within 1/64 of the true one', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1 }), fc.integer({ min: 0, max: 1000 }), (recorded, permille) => {
        const sorted = [...recorded].sort((a, b) => a - b);
        const rank = Math.max(1, Math.ceil((permille / 1000) * sorted.length));
        const truth = sorted[rank - 1]!;
        const histogram = histogramOf(recorded);
        expect(Math.abs(histogram.percentile(permille / 10) - truth)).toBeLessThanOrEqual(truth * ALLOWED_ERROR);
        expect(histogram.count).toBe(recorded.length);
        expect(histogram.maxNs).toBe(sorted.at(-1));
      }),
    );
  });

  it('takes any number: below 0 as 0, fractions cut off, above 2^31 as the largest', () => {
    const cells = new Float64Array(HISTOGRAM_CELLS);
    for (const odd of [-5, 0.9, 2 ** 31, 1e12, Number.POSITIVE_INFINITY]) recordLatency(cells, odd);
    const histogram = HistogramSnapshot.of(cells);
    expect(histogram.count).toBe(5);
    expect(histogram.percentile(40)).toBe(0);
    expect(histogram.maxNs).toBe(HISTOGRAM_MAX_NS);
  });

  it('gives by difference what came between two looks, and by merging what several saw', () => {
    fc.assert(
      fc.property(fc.array(values), fc.array(values), (before, after) => {
        const between = histogramOf([...before, ...after]).since(histogramOf(before));
        const alone = histogramOf(after);
        expect(between.cells.subarray(0, -1)).toEqual(alone.cells.subarray(0, -1));
        expect(between.percentile(50)).toBeLessThanOrEqual(between.maxNs);
        expect(histogramOf(before).merge(alone).cells).toEqual(histogramOf([...before, ...after]).cells);
      }),
    );
  });

  it('is 0 throughout when empty', () => {
    const empty = histogramOf([]);
    expect([empty.count, empty.percentile(50), empty.maxNs, empty.meanNs]).toEqual([0, 0, 0, 0]);
  });

  it('names a cell for each bucket', () => {
    const names = histogramCellNames();
    expect(names).toHaveLength(HISTOGRAM_CELLS);
    expect(new Set(names).size).toBe(HISTOGRAM_CELLS);
    expect(names.at(-2)).toBe(`upTo${HISTOGRAM_MAX_NS}Ns`);
  });
});
