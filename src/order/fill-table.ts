import { FILL_LAYOUT_VERSION, FILL_MAGIC, FillField, FillHeader } from './fill-layout.ts';

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const COUNT = FillHeader.count;
const SLOT = FillField.slot;
const MATCH_HI = FillField.matchHi;
const MATCH_LO = FillField.matchLo;
const CHAIN = FillField.chain;
const FILL_WORDS = FillField.words;
const FILL_SHIFT = FillField.bits;

const WORD_BYTES = 4;
const LINE_WORDS = 16;
const MIN_BUCKET_BITS = 6;
const MIX_1 = 0x9e3779b1 | 0;
const MIX_2 = 0x85ebca6b | 0;
const MIX_3 = 0xc2b2ae35 | 0;
const WORD_BITS = 32;

/**
 * Every execution of the day. One is identified by port, day, order and match number: an order has one port and the table
 * one day, so the key is slot and match. Both sides of a match may be ours, so the match alone is not enough.
 */
export class FillTable {
  readonly memory: SharedArrayBuffer;
  readonly int32: Int32Array;
  readonly maxFills: number;
  private readonly buckets: number;
  private readonly shift: number;
  private readonly fills: number;

  /** Makes memory for so many executions. @throws {RangeError} where that is no positive integer */
  static memoryFor(maxFills: number): SharedArrayBuffer {
    if (!Number.isSafeInteger(maxFills) || maxFills < 1) {
      throw new RangeError(`fill table: maxFills must be a positive integer, not ${maxFills}`);
    }
    const bucketBits = Math.max(MIN_BUCKET_BITS, Math.ceil(Math.log2(maxFills)));
    const bucketRegion = FillHeader.words;
    const fillRegion = bucketRegion + Math.ceil(2 ** bucketBits / LINE_WORDS) * LINE_WORDS;
    const memory = new SharedArrayBuffer((fillRegion + maxFills * FILL_WORDS) * WORD_BYTES);
    const int32 = new Int32Array(memory);
    int32[FillHeader.layoutVersion] = FILL_LAYOUT_VERSION;
    int32[FillHeader.maxFills] = maxFills;
    int32[FillHeader.bucketBits] = bucketBits;
    int32[FillHeader.bucketRegion] = bucketRegion;
    int32[FillHeader.fillRegion] = fillRegion;
    int32[FillHeader.magic] = FILL_MAGIC;
    return memory;
  }

  /** @param memory made by {@link memoryFor}. @throws {Error} if it was not */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.int32 = new Int32Array(memory);
    const { int32 } = this;
    if (int32[FillHeader.magic] !== FILL_MAGIC || int32[FillHeader.layoutVersion] !== FILL_LAYOUT_VERSION) {
      throw new Error(`fill table: this memory holds no fills of layout ${FILL_LAYOUT_VERSION}`);
    }
    this.maxFills = int32[FillHeader.maxFills];
    this.buckets = int32[FillHeader.bucketRegion];
    this.shift = WORD_BITS - int32[FillHeader.bucketBits];
    this.fills = int32[FillHeader.fillRegion];
  }

  /** Executions so far. */
  get count(): number {
    return this.int32[COUNT];
  }
  /** How many more it can remember: the gateway opens nothing new when few are left. */
  get free(): number {
    return this.maxFills - this.int32[COUNT];
  }
  /** Index of a fill's first int32 ({@link FillField}). */
  base(fill: number): number {
    return (this.fills + (fill << FILL_SHIFT)) | 0;
  }

  /** The fill of that order and match, or -1. */
  find(slot: number, matchHi: number, matchLo: number): number {
    const { int32, fills } = this;
    let link = int32[this.bucket(slot, matchHi, matchLo)];
    while (link !== 0) {
      const base = fills + ((link - 1) << FILL_SHIFT);
      if (int32[base + SLOT] === slot && int32[base + MATCH_LO] === matchLo && int32[base + MATCH_HI] === matchHi)
        break;
      link = int32[base + CHAIN];
    }
    return link - 1;
  }

  /** A new one, its other fields 0. @returns its index, or -1 where there is no room */
  add(slot: number, matchHi: number, matchLo: number): number {
    const { int32 } = this;
    const fill = int32[COUNT];
    if (fill >= this.maxFills) return -1;
    const base = this.base(fill);
    int32[base + SLOT] = slot;
    int32[base + MATCH_HI] = matchHi;
    int32[base + MATCH_LO] = matchLo;
    const bucket = this.bucket(slot, matchHi, matchLo);
    int32[base + CHAIN] = int32[bucket];
    int32[bucket] = fill + 1;
    int32[COUNT] = fill + 1;
    return fill;
  }

  private bucket(slot: number, matchHi: number, matchLo: number): number {
    let mixed = Math.imul(matchLo, MIX_1) ^ Math.imul(matchHi ^ (slot << 1), MIX_2);
    mixed = Math.imul(mixed ^ (mixed >>> 15), MIX_3);
    return (this.buckets + ((mixed ^ (mixed >>> 13)) >>> this.shift)) | 0;
  }
}
