/**
 * Tokens of OUCH 4.2: 14 characters that name an order and must be new every day. Ours are `W`, the day as five digits
 * of base 36, and the reference as eight hexadecimal digits: `W` `C1WXY` `0000002A`. Any other token is not ours, or not
 * of today.
 */
const PREFIX = 'W';
const DAY_DIGITS = 5;
const DAY_BASE = 36;
const REF_AT = PREFIX.length + DAY_DIGITS;
const REF_DIGITS = 8;
const HALF_DIGITS = 4;
const HEX_BASE = 16;
/** How far `A` stands from where the digits end. */
const LETTER_STEP = 7;
const NOT_A_DIGIT = -1;
/** Value of each hexadecimal digit, by its character code. */
const HEX_VALUES: Int8Array = hexValues();

function hexValues(): Int8Array {
  const values = new Int8Array(256).fill(NOT_A_DIGIT);
  for (let value = 0; value < HEX_BASE; value++) values[value.toString(HEX_BASE).toUpperCase().charCodeAt(0)] = value;
  return values;
}

/** Names orders of one day. */
export class OuchTokens {
  /** First four and next two characters of every token. */
  private readonly prefixHead: number;
  private readonly prefixTail: number;
  private readonly prefix: Uint8Array;

  /** @param day yyyymmdd */
  constructor(day: number) {
    const text = PREFIX + day.toString(DAY_BASE).toUpperCase().padStart(DAY_DIGITS, '0').slice(-DAY_DIGITS);
    this.prefix = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const view = new DataView(this.prefix.buffer);
    this.prefixHead = view.getInt32(0);
    this.prefixTail = view.getUint16(4);
  }

  /** Writes the token of an order. @param ref above 0 */
  write(view: DataView, offset: number, ref: number): void {
    view.setInt32(offset, this.prefixHead);
    view.setInt16((offset + 4) | 0, this.prefixTail);
    this.writeRef(view, offset, ref);
  }

  /** Writes what differs from one token to the next, where the rest stands already. */
  writeRef(view: DataView, offset: number, ref: number): void {
    view.setInt32((offset + REF_AT) | 0, hexDigits(ref >>> 16));
    view.setInt32((offset + REF_AT + HALF_DIGITS) | 0, hexDigits(ref & 0xffff));
  }

  /** @returns the reference, or 0 where the token is none of ours today */
  read(view: DataView, offset: number): number {
    if (view.getInt32(offset) !== this.prefixHead || view.getUint16((offset + 4) | 0) !== this.prefixTail) return 0;
    let ref = 0;
    let wrong = 0;
    for (let i = 0; i < REF_DIGITS; i++) {
      const value = HEX_VALUES[view.getUint8((offset + REF_AT + i) | 0)];
      wrong |= value;
      ref = (ref << 4) | value;
    }
    return wrong < 0 || ref < 0 ? 0 : ref;
  }
}

/** Sixteen bits as four hexadecimal digits, as a big-endian int32: one digit a byte, and 7 more for those above 9. */
function hexDigits(bits: number): number {
  const bytes = ((bits << 8) | bits) & 0x00ff00ff;
  const digits = ((bytes << 4) | bytes) & 0x0f0f0f0f;
  const letters = ((digits + 0x06060606) >>> 4) & 0x01010101;
  return (digits + 0x30303030 + Math.imul(letters, LETTER_STEP)) | 0;
}
