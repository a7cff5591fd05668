import { Cell } from './arbiter-cell.ts';
import { MAX_LINES } from './arbiter-config.ts';

/** Numbers for which it is known which lines have brought them. */
export const BROUGHT_SPAN = 1 << 20;
/** Words of one line's bits. */
export const BROUGHT_WORDS = BROUGHT_SPAN >>> 5;

/** Doubles of one remembered copy. */
export const COPY_DOUBLES = 3;

/** Where the parts of an {@link ArbiterMemory} begin. */
export const MemoryPart = {
  /** Word: which line has brought which numbers, see brought-bitmap.ts. */
  broughtWord: Cell.number * 2,
  /** Double: what is remembered of first copies, see copy-window.ts. */
  copyDouble: Cell.number + (MAX_LINES * BROUGHT_WORDS) / 2,
} as const;

/**
 * The memory that an arbiter and its parts work in, as doubles and as words. It is one piece, because an engine looks up
 * address and length of each array that a packet's path touches: with one of each sort it does so once. Only what is
 * used of it is ever touched.
 *
 * ```
 *  | Cell.… | brought: MAX_LINES × BROUGHT_WORDS words | copies: compareWindowUnits × COPY_DOUBLES doubles |
 * ```
 */
export class ArbiterMemory {
  readonly doubles: Float64Array;
  readonly words: Int32Array;
  /** Copies remembered, minus one. */
  readonly copyMask: number;

  /** @param copies numbers for which first copies are remembered; a power of two, at least 2 */
  constructor(copies: number) {
    this.doubles = new Float64Array(MemoryPart.copyDouble + copies * COPY_DOUBLES);
    this.words = new Int32Array(this.doubles.buffer);
    this.copyMask = copies - 1;
  }
}
