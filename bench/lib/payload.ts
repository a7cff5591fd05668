/**
 * The 64-byte payload of the ring figures, all of it written and all of it read. Unrolled by hand, as the ring's own
 * copying is: the C compiler does the same for the twins.
 */
export const PAYLOAD_BYTES = 64;

export function writePayload(words: Int32Array, at: number, n: number): void {
  words[at] = n;
  words[at + 1] = n + 1;
  words[at + 2] = n + 2;
  words[at + 3] = n + 3;
  words[at + 4] = n + 4;
  words[at + 5] = n + 5;
  words[at + 6] = n + 6;
  words[at + 7] = n + 7;
  words[at + 8] = n + 8;
  words[at + 9] = n + 9;
  words[at + 10] = n + 10;
  words[at + 11] = n + 11;
  words[at + 12] = n + 12;
  words[at + 13] = n + 13;
  words[at + 14] = n + 14;
  words[at + 15] = n + 15;
}

/** The sum of its words, modulo 2^32. */
export function readPayload(words: Int32Array, at: number): number {
  const a = (words[at]! + words[at + 1]! + words[at + 2]! + words[at + 3]!) | 0;
  const b = (words[at + 4]! + words[at + 5]! + words[at + 6]! + words[at + 7]!) | 0;
  const c = (words[at + 8]! + words[at + 9]! + words[at + 10]! + words[at + 11]!) | 0;
  const d = (words[at + 12]! + words[at + 13]! + words[at + 14]! + words[at + 15]!) | 0;
  return (a + b + c + d) | 0;
}
