/** Below this a loop beats a view made for `set`. */
const LOOP_COPY_BYTES = 96;

export function copyBytes(
  from: Uint8Array,
  fromOffset: number,
  length: number,
  to: Uint8Array,
  toOffset: number,
): void {
  if (length <= LOOP_COPY_BYTES) for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i];
  else to.set(from.subarray(fromOffset, fromOffset + length), toOffset);
}

/** A copy in memory of its own. (`slice` is none where the bytes are a Buffer.) */
export function copyOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copyBytes(bytes, offset, length, copy, 0);
  return copy;
}
