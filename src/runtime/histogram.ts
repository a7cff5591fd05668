/**
 * Latency histogram over Float64 cells (of a counter block, or of its own), recorded without allocation by one thread
 * and read by any other at any time.
 *
 * Log-linear, as HdrHistogram is: values below 32 ns each have a bucket, and every power of two above is cut into 32.
 * A value is reported as the middle of its bucket, so it is wrong by 1/64 = 1.6 % at most.
 *
 * Nobody resets it. A reader that wants "the last second" keeps a copy of the cells and takes the difference.
 */

const SUB_BUCKET_BITS = 5;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
/** Largest value that is told apart, in ns; what is above is recorded as this (2.1 s). */
export const HISTOGRAM_MAX_NS = 2 ** 31 - 1;
const VALUE_BITS = 31;
const BUCKETS = SUB_BUCKETS * (VALUE_BITS - SUB_BUCKET_BITS + 1);

/** Cells behind the buckets. */
const MAX_CELL = BUCKETS;
/** How many cells a histogram needs. */
export const HISTOGRAM_CELLS = BUCKETS + 1;

/** Names for the cells when they are allocated as a counter block. */
export function histogramCellNames(): string[] {
  return [...Array.from({ length: BUCKETS }, (_, bucket) => `upTo${highestOf(bucket)}Ns`), 'maxNs'];
}

/** Records one value. Negative values (clocks that disagree) count as 0. */
export function recordLatency(cells: Float64Array, ns: number): void {
  // A double above 2^31 - 1 must not be truncated to a negative int.
  const value = ns >= HISTOGRAM_MAX_NS ? HISTOGRAM_MAX_NS : ns <= 0 ? 0 : ns | 0;
  cells[bucketOf(value)]! += 1;
  if (value > cells[MAX_CELL]!) cells[MAX_CELL] = value;
}

/** A copy of a histogram at one moment, and what can be asked of it. Not for the hot path. */
export class HistogramSnapshot {
  readonly cells: Float64Array;
  readonly count: number;

  private constructor(cells: Float64Array) {
    this.cells = cells;
    let count = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) count += cells[bucket]!;
    this.count = count;
  }

  static of(cells: Float64Array): HistogramSnapshot {
    return new HistogramSnapshot(cells.slice(0, HISTOGRAM_CELLS));
  }

  /** What was recorded between an earlier snapshot and this one. Its maximum is that of the highest bucket touched. */
  since(earlier: HistogramSnapshot): HistogramSnapshot {
    const cells = new Float64Array(HISTOGRAM_CELLS);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const added = this.cells[bucket]! - earlier.cells[bucket]!;
      if (added <= 0) continue;
      cells[bucket] = added;
      cells[MAX_CELL] = Math.min(highestOf(bucket), this.cells[MAX_CELL]!);
    }
    return new HistogramSnapshot(cells);
  }

  /** Several histograms as one. */
  merge(other: HistogramSnapshot): HistogramSnapshot {
    const cells = new Float64Array(HISTOGRAM_CELLS);
    for (let bucket = 0; bucket < BUCKETS; bucket++) cells[bucket] = this.cells[bucket]! + other.cells[bucket]!;
    cells[MAX_CELL] = Math.max(this.cells[MAX_CELL]!, other.cells[MAX_CELL]!);
    return new HistogramSnapshot(cells);
  }

  /** @param percent 0 to 100 @returns ns; 0 if nothing was recorded */
  percentile(percent: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil((percent / 100) * this.count));
    if (rank >= this.count) return this.maxNs;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.cells[bucket]!;
      if (seen >= rank) return Math.min((lowestOf(bucket) + highestOf(bucket)) / 2, this.maxNs);
    }
    return this.maxNs;
  }

  get maxNs(): number {
    return this.cells[MAX_CELL]!;
  }

  get meanNs(): number {
    if (this.count === 0) return 0;
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      sum += (this.cells[bucket]! * (lowestOf(bucket) + highestOf(bucket))) / 2;
    }
    return sum / this.count;
  }
}

function bucketOf(value: number): number {
  // Values below 2 * SUB_BUCKETS fall into buckets one wide; above, the top six bits choose the bucket.
  const shift = VALUE_BITS - SUB_BUCKET_BITS - Math.clz32(value | SUB_BUCKETS);
  return shift * SUB_BUCKETS + (value >> shift);
}

function lowestOf(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const shift = (bucket >> SUB_BUCKET_BITS) - 1;
  return (bucket - shift * SUB_BUCKETS) * 2 ** shift;
}

function highestOf(bucket: number): number {
  return lowestOf(bucket + 1) - 1;
}
