/**
 * Copying payloads word by word. `TypedArray.prototype.set` with `subarray` would allocate a view per message, and into
 * shared memory it is slower as well (measured for 64 and 1,472 bytes: 43 and 470 ns, against 8 and 190 ns by words).
 * Doubles would halve the loop, but JavaScript may change the bits of a NaN on the way; 64-bit integers are BigInts.
 */

/**
 * Copies bytes from anywhere into words. Little-endian hosts only, as Node's are: a word of `target` holds the bytes
 * in memory order.
 *
 * @param wordIndex where in `target`; the last word is filled up with zeroes
 */
export function copyIn(target: Int32Array, wordIndex: number, source: DataView, offset: number, length: number): void {
  const wholeEnd = offset + (length & ~3);
  const quadEnd = offset + (length & ~15);
  let from = offset;
  let to = wordIndex;
  while (from < quadEnd) {
    target[to] = source.getInt32(from, true);
    target[to + 1] = source.getInt32(from + 4, true);
    target[to + 2] = source.getInt32(from + 8, true);
    target[to + 3] = source.getInt32(from + 12, true);
    from += 16;
    to += 4;
  }
  while (from < wholeEnd) {
    target[to++] = source.getInt32(from, true);
    from += 4;
  }
  const rest = length & 3;
  if (rest !== 0) {
    let word = source.getUint8(from);
    if (rest > 1) word |= source.getUint8(from + 1) << 8;
    if (rest > 2) word |= source.getUint8(from + 2) << 16;
    target[to] = word;
  }
}

/** Copies `count` words. */
export function copyWords(
  target: Int32Array,
  targetIndex: number,
  source: Int32Array,
  sourceIndex: number,
  count: number,
): void {
  const quadEnd = count & ~3;
  let i = 0;
  while (i < quadEnd) {
    target[targetIndex + i] = source[sourceIndex + i]!;
    target[targetIndex + i + 1] = source[sourceIndex + i + 1]!;
    target[targetIndex + i + 2] = source[sourceIndex + i + 2]!;
    target[targetIndex + i + 3] = source[sourceIndex + i + 3]!;
    i += 4;
  }
  while (i < count) {
    target[targetIndex + i] = source[sourceIndex + i]!;
    i++;
  }
}
