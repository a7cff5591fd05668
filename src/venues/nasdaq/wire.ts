/** Reading and writing the field types of ITCH and OUCH: 48- and 64-bit numbers, padded text. */

const TWO_POW_32 = 4294967296;
const SPACE = 0x20;
/** Bytes of the type byte, which `begin` writes apart from the fields. */
const TYPE_BYTES = 1;

/** What a flyweight points at before its first `wrap`. */
export const NO_VIEW = new DataView(new ArrayBuffer(0));

/** Writes the type byte and zeroes the other `length - 1` bytes of a message. */
export function beginMessage(view: DataView, offset: number, type: number, length: number): void {
  view.setUint8(offset, type);
  for (let i = TYPE_BYTES; i < length; i++) view.setUint8(offset + i, 0);
}

export function readU48(view: DataView, offset: number): number {
  return view.getUint16(offset) * TWO_POW_32 + view.getUint32(offset + 2);
}

export function writeU48(view: DataView, offset: number, value: number): void {
  const high = Math.floor(value / TWO_POW_32);
  view.setUint16(offset, high);
  view.setUint32(offset + 2, value - high * TWO_POW_32);
}

/** Exact up to 2^53. */
export function readU64(view: DataView, offset: number): number {
  return view.getUint32(offset) * TWO_POW_32 + view.getUint32(offset + 4);
}

export function writeU64(view: DataView, offset: number, value: number): void {
  const high = Math.floor(value / TWO_POW_32);
  view.setUint32(offset, high);
  view.setUint32(offset + 4, value - high * TWO_POW_32);
}

/** ASCII text without the spaces that pad it on the right. */
export function readText(view: DataView, offset: number, length: number): string {
  let end = length;
  while (end > 0 && view.getUint8(offset + end - 1) === SPACE) end--;
  let text = '';
  for (let i = 0; i < end; i++) text += String.fromCharCode(view.getUint8(offset + i));
  return text;
}

/** Writes ASCII text, padded with spaces on the right; what does not fit is cut. */
export function writeText(view: DataView, offset: number, length: number, value: string): void {
  for (let i = 0; i < length; i++) view.setUint8(offset + i, i < value.length ? value.charCodeAt(i) : SPACE);
}
