/** Numbers that a {@link BroughtBitmap} spans per line. */
export const BROUGHT_SPAN = 1 << 20;
const SPAN_MASK = BROUGHT_SPAN - 1;
const WORDS = BROUGHT_SPAN >>> 5;
/** `line << LINE_SHIFT` is a line's first word. */
const LINE_SHIFT = 31 - Math.clz32(WORDS);
/** Cleared ahead in blocks, so that the usual packet only compares one number. */
const BLOCK = 1024;

/**
 * Which of the last million numbers each line has brought: makes "numbers that a line never brought" exact however a
 * line duplicates and reorders. A copy that comes more than {@link BROUGHT_SPAN} numbers late counts as brought before.
 */
export class BroughtBitmap {
  /** Word of line l and number n: `l * wordsPerLine + ((n & spanMask) >>> 5)`, bit `n & 31`. */
  readonly words: Int32Array;
  /** Cell 0: numbers below this are clear of a previous round. */
  readonly clearedTo = new Float64Array(1);
  private readonly lines: number;

  constructor(lines: number) {
    this.lines = lines;
    this.words = new Int32Array(lines * WORDS);
  }

  /** Makes the places of all numbers up to `cells[cell]` ready. */
  advance(cells: Float64Array, cell: number): void {
    const top = cells[cell];
    let at = this.clearedTo[0];
    if (top < at) return;
    // A jump over the whole span clears the whole of it once.
    if (top - at > BROUGHT_SPAN) at = Math.floor((top - BROUGHT_SPAN) / BLOCK) * BLOCK;
    while (at <= top) {
      const word = ((at % BROUGHT_SPAN) & SPAN_MASK) >>> 5;
      for (let line = 0; line < this.lines; line++) {
        const start = (line << LINE_SHIFT) | word;
        this.words.fill(0, start, start + (BLOCK >>> 5));
      }
      at += BLOCK;
    }
    this.clearedTo[0] = at;
  }

  /** Forgets everything; numbers from `cells[cell]` on will come. */
  restart(cells: Float64Array, cell: number): void {
    this.words.fill(0);
    this.clearedTo[0] = Math.floor(cells[cell] / BLOCK) * BLOCK;
  }

  /**
   * As {@link note}, of `count` numbers in a row.
   * @returns how many of them were new
   */
  noteRun(line: number, low: number, count: number): number {
    const bit = low & 31;
    if (bit + count > 32) return this.noteEach(line, low, count);
    const at = (line << LINE_SHIFT) | ((low & SPAN_MASK) >>> 5);
    const { words } = this;
    const run = (-1 >>> (32 - count)) << bit;
    const word = words[at];
    words[at] = word | run;
    return (word & run) === 0 ? count : countBits(run & ~word);
  }

  private noteEach(line: number, low: number, count: number): number {
    let fresh = 0;
    for (let i = 0; i < count; i++) fresh += this.note(line, (low + i) | 0);
    return fresh;
  }

  /**
   * Notes that a line brought the number whose low 32 bits are given; it must lie within the span.
   * @returns 1 the first time, 0 after
   */
  note(line: number, low: number): number {
    const at = (line << LINE_SHIFT) | ((low & SPAN_MASK) >>> 5);
    const bit = 1 << (low & 31);
    const word = this.words[at];
    if ((word & bit) !== 0) return 0;
    this.words[at] = word | bit;
    return 1;
  }
}

function countBits(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}
