const SPACE = 0x20;
const DIGIT_0 = 0x30;
const TEN = 10;

/** Writes text into a field of fixed length, padded with spaces; what does not fit is cut. @returns where the next goes */
export function writePadded(bytes: Uint8Array, offset: number, length: number, text: string, left: boolean): number {
  const fitted = text.slice(0, length);
  const padded = left ? fitted.padStart(length, ' ') : fitted.padEnd(length, ' ');
  for (let i = 0; i < length; i++) bytes[offset + i] = padded.charCodeAt(i);
  return offset + length;
}

export function readPadded(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[offset + i]);
  return text.trim();
}

/** Writes a whole number as digits padded with spaces on the left, without making a string. @returns where the next goes */
export function writeNumber(bytes: Uint8Array, offset: number, length: number, value: number): number {
  let rest = value;
  let at = offset + length - 1;
  do {
    const tens = Math.floor(rest / TEN);
    bytes[at--] = DIGIT_0 + (rest - tens * TEN);
    rest = tens;
  } while (rest > 0 && at >= offset);
  while (at >= offset) bytes[at--] = SPACE;
  return offset + length;
}

/** Reads a number of ASCII digits padded with spaces. @returns it, or -1 where there is none or it exceeds 2^53 - 1 */
export function readNumber(bytes: Uint8Array, offset: number, length: number): number {
  let start = offset;
  let end = offset + length;
  while (start < end && bytes[start] === SPACE) start++;
  while (end > start && bytes[end - 1] === SPACE) end--;
  if (start === end) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - DIGIT_0;
    if (digit < 0 || digit >= TEN) return -1;
    value = value * TEN + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}
