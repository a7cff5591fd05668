import { type ArbiterMemory, COPY_DOUBLES, MemoryPart } from './arbiter-memory.ts';

const FIRST_DOUBLE = MemoryPart.copyDouble;
const DOUBLES = COPY_DOUBLES;

/**
 * What is remembered of the first copy of each recent unit, to compare further copies with: its hash, when it came and
 * from where. A ring in the arbiter's memory, indexed by the unit's number; an entry lasts until the number
 * `copyMask + 1` further on takes its place.
 *
 * Double 0 of an entry is the unit's number, whole: it tells the entry from an older one in the same place, however far
 * apart they are. Double 1 is when the copy was received (ns). Word 4 is its hash, word 5 its {@link CopyFlag}s.
 */
export const CopyCell = { number: 0, stamp: 1, hash: 4, flags: 5 } as const;

export const CopyFlag = {
  /** Who brought the copy. */
  sourceMask: 0x3f,
  /** A second line has brought it: the race for this unit is decided. */
  decided: 0x40,
  /** Its first copy came after it had been declared lost. */
  late: 0x80,
  /** How a source that is not a line is written in `sourceMask`. */
  notALine: 0x3f,
} as const;

/** First double of the entry of the number whose low 32 bits these are; its first word is twice as far on. */
export function copyDouble(low: number, mask: number): number {
  return (FIRST_DOUBLE + Math.imul(low & mask, DOUBLES)) | 0;
}

/** Forgets all copies: no number matches any entry. */
export function forgetCopies(memory: ArbiterMemory): void {
  memory.doubles.fill(Number.NaN, FIRST_DOUBLE);
}
