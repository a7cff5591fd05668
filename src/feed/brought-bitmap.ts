import { Cell } from './arbiter-cell.ts';
import { type ArbiterMemory, BROUGHT_SPAN, BROUGHT_WORDS, MemoryPart } from './arbiter-memory.ts';

const SPAN_MASK = BROUGHT_SPAN - 1;
const FIRST_WORD = MemoryPart.broughtWord;
/** `line << LINE_SHIFT` is a line's first word. */
const LINE_SHIFT = 31 - Math.clz32(BROUGHT_WORDS);
/**
 * Cleared ahead in blocks, so that the usual packet only compares one number. Small ones: clearing has to be frequent
 * enough to be compiled soon after the start, and short enough to go unnoticed.
 */
const BLOCK = 256;

/**
 * Which of the last million numbers each line has brought: makes "numbers that a line never brought" exact however a
 * line duplicates and reorders. A copy that comes more than {@link BROUGHT_SPAN} numbers late counts as brought before.
 * The bits lie in the arbiter's memory; numbers below `at[clearedTo]` are clear of a previous round.
 */
export class BroughtBitmap {
  private readonly at: Float64Array;
  private readonly words: Int32Array;
  private readonly lines: number;

  constructor(memory: ArbiterMemory, lines: number) {
    this.at = memory.doubles;
    this.words = memory.words;
    this.lines = lines;
  }

  /** Makes the places of all numbers up to `at[cell]` ready. */
  advance(cell: number): void {
    const top = this.at[cell];
    let number = this.at[Cell.clearedTo];
    if (top < number) return;
    // A jump over the whole span clears the whole of it once.
    if (top - number > BROUGHT_SPAN) number = Math.floor((top - BROUGHT_SPAN) / BLOCK) * BLOCK;
    while (number <= top) {
      this.clearBlock((FIRST_WORD + (((number % BROUGHT_SPAN) & SPAN_MASK) >>> 5)) | 0);
      number += BLOCK;
    }
    this.at[Cell.clearedTo] = number;
  }

  /** @param word the block's first word of line 0 */
  private clearBlock(word: number): void {
    const { words } = this;
    for (let line = 0; line < this.lines; line++) {
      const start = (word + (line << LINE_SHIFT)) | 0;
      for (let i = 0; i < BLOCK >>> 5; i++) words[(start + i) | 0] = 0;
    }
  }

  /** Forgets everything; numbers from `at[cell]` on will come. */
  restart(cell: number): void {
    this.words.fill(0, FIRST_WORD, FIRST_WORD + this.lines * BROUGHT_WORDS);
    this.at[Cell.clearedTo] = Math.floor(this.at[cell] / BLOCK) * BLOCK;
  }
}

/**
 * Notes in the arbiter's memory that a line brought the number whose low 32 bits are given; it must lie within the span.
 * @returns 1 the first time, 0 after
 */
export function noteBrought(words: Int32Array, line: number, low: number): number {
  const at = (FIRST_WORD + ((line << LINE_SHIFT) | ((low & SPAN_MASK) >>> 5))) | 0;
  const bit = 1 << (low & 31);
  const word = words[at];
  if ((word & bit) !== 0) return 0;
  words[at] = word | bit;
  return 1;
}

/**
 * As {@link noteBrought}, of `count` numbers in a row.
 * @returns how many of them were new
 */
export function noteBroughtRun(words: Int32Array, line: number, low: number, count: number): number {
  let fresh = 0;
  for (let i = 0; i < count; i++) fresh += noteBrought(words, line, (low + i) | 0);
  return fresh;
}
