import { NO_VIEW, readText, readU64, writeText } from './wire.ts';

/**
 * The appendage of OUCH 5.0: optional fields behind the fixed part of a message. A u16 says how many bytes of elements
 * follow; each element is `length u8 | tag u8 | value`, the length counting tag and value. Unknown tags are skipped.
 */

/** Tags, and what their values are. */
export const Tag = {
  /** u64: the number that shows up when a reserve order is refreshed. */
  secondaryOrderRef: 1,
  firm: 2,
  minQty: 3,
  customerType: 4,
  maxFloor: 5,
  priceType: 6,
  /** i32, four implied decimals. */
  pegOffset: 7,
  /** u64, four implied decimals. */
  discretionPrice: 9,
  discretionPriceType: 10,
  /** i32, four implied decimals. */
  discretionPegOffset: 11,
  postOnly: 12,
  randomReserves: 13,
  route: 14,
  /** u32: seconds to live, below 86,400. */
  expireTime: 15,
  tradeNow: 16,
  handleInst: 17,
  bboWeight: 18,
  displayQuantity: 22,
  /** u64, four implied decimals. */
  displayPrice: 23,
  /** u16 */
  groupId: 24,
  sharesLocated: 25,
  locateBroker: 26,
  side: 27,
  userRefIdx: 28,
  aiqStrategy: 29,
  aiqGroupId: 30,
} as const;
export type Tag = (typeof Tag)[keyof typeof Tag];

/** Bytes of each tag's value; 0 where there is no such tag. */
export const TAG_VALUE_BYTES: Uint8Array = tagValueBytes();

/** Bytes of the u16 before the elements. */
export const APPENDAGE_LENGTH_BYTES = 2;
/** Bytes of length and tag before a value. */
const ELEMENT_HEADER_BYTES = 2;
const TAG_BYTES = 1;

function tagValueBytes(): Uint8Array {
  const table = new Uint8Array(256);
  const ofLength: Readonly<Record<number, readonly Tag[]>> = {
    1: [
      Tag.customerType,
      Tag.priceType,
      Tag.discretionPriceType,
      Tag.postOnly,
      Tag.tradeNow,
      Tag.handleInst,
      Tag.bboWeight,
      Tag.sharesLocated,
      Tag.side,
      Tag.userRefIdx,
      Tag.aiqStrategy,
    ],
    2: [Tag.groupId, Tag.aiqGroupId],
    4: [
      Tag.firm,
      Tag.minQty,
      Tag.maxFloor,
      Tag.pegOffset,
      Tag.discretionPegOffset,
      Tag.randomReserves,
      Tag.route,
      Tag.expireTime,
      Tag.displayQuantity,
      Tag.locateBroker,
    ],
    8: [Tag.secondaryOrderRef, Tag.discretionPrice, Tag.displayPrice],
  };
  for (const [bytes, tags] of Object.entries(ofLength)) for (const tag of tags) table[tag] = Number(bytes);
  return table;
}

/** True if the elements fill `length` bytes exactly. */
export function elementsFit(view: DataView, offset: number, length: number): boolean {
  const end = offset + length;
  let at = offset;
  while (at < end) {
    const size = view.getUint8(at);
    if (size < TAG_BYTES) return false;
    at += TAG_BYTES + size;
  }
  return at === end;
}

/** Reads elements one after the other, or by tag. Only over elements that {@link elementsFit}. */
export class AppendageReader {
  /** The element that {@link next} or {@link find} stands at. */
  tag = 0;
  valueOffset = 0;
  valueLength = 0;
  private view: DataView = NO_VIEW;
  private start = 0;
  private at = 0;
  private end = 0;

  /** @param offset of the first element, behind the u16; @param length of all elements */
  wrap(view: DataView, offset: number, length: number): this {
    this.view = view;
    this.start = offset;
    this.at = offset;
    this.end = offset + length;
    return this;
  }

  /** Moves to the next element. @returns false where there is none */
  next(): boolean {
    if (this.at >= this.end) return false;
    const size = this.view.getUint8(this.at);
    this.tag = this.view.getUint8(this.at + 1);
    this.valueOffset = this.at + ELEMENT_HEADER_BYTES;
    this.valueLength = size - TAG_BYTES;
    this.at += TAG_BYTES + size;
    return true;
  }

  /** Moves to the first element of that tag whose value has the length that the tag's values have. */
  find(tag: Tag): boolean {
    this.at = this.start;
    while (this.next()) if (this.tag === tag && this.valueLength === TAG_VALUE_BYTES[tag]) return true;
    return false;
  }

  /** The value as a number of its length: u8, u16 or int32 bits; of a u64 the low half. */
  get int32(): number {
    switch (this.valueLength) {
      case 1:
        return this.view.getUint8(this.valueOffset);
      case 2:
        return this.view.getUint16(this.valueOffset);
      case 4:
        return this.view.getInt32(this.valueOffset);
      case 8:
        return this.view.getInt32(this.valueOffset + 4);
      default:
        return 0;
    }
  }

  /** High half of a u64. */
  get int32Hi(): number {
    return this.valueLength === 8 ? this.view.getInt32(this.valueOffset) : 0;
  }

  /** A u64 as a double: may allocate. */
  get u64(): number {
    return this.valueLength === 8 ? readU64(this.view, this.valueOffset) : 0;
  }

  /** Makes a string: not for hot paths. */
  get text(): string {
    return readText(this.view, this.valueOffset, this.valueLength);
  }
}

/** Writes an appendage: {@link begin}, elements, {@link end}. */
export class AppendageWriter {
  private view: DataView = NO_VIEW;
  private start = 0;
  private at = 0;

  /** @param offset right behind the fixed part of the message */
  begin(view: DataView, offset: number): this {
    this.view = view;
    this.start = offset;
    this.at = offset + APPENDAGE_LENGTH_BYTES;
    return this;
  }

  /** Writes the length before the elements. @returns bytes of the appendage, that length included */
  end(): number {
    const bytes = this.at - this.start;
    this.view.setUint16(this.start, bytes - APPENDAGE_LENGTH_BYTES);
    return bytes;
  }

  /** A number as large as the tag's values are; a u64 has high half 0. */
  number(tag: Tag, value: number): this {
    const bytes = TAG_VALUE_BYTES[tag];
    const at = this.header(tag, bytes);
    if (bytes === 1) this.view.setUint8(at, value);
    else if (bytes === 2) this.view.setUint16(at, value);
    else if (bytes === 4) this.view.setInt32(at, value);
    else {
      this.view.setInt32(at, 0);
      this.view.setInt32(at + 4, value);
    }
    return this;
  }

  u64(tag: Tag, hi: number, lo: number): this {
    const at = this.header(tag, TAG_VALUE_BYTES[tag]);
    this.view.setInt32(at, hi);
    this.view.setInt32(at + 4, lo);
    return this;
  }

  text(tag: Tag, value: string): this {
    const bytes = TAG_VALUE_BYTES[tag];
    writeText(this.view, this.header(tag, bytes), bytes, value);
    return this;
  }

  private header(tag: Tag, bytes: number): number {
    const at = this.at;
    this.view.setUint8(at, bytes + TAG_BYTES);
    this.view.setUint8(at + 1, tag);
    this.at = at + ELEMENT_HEADER_BYTES + bytes;
    return at + ELEMENT_HEADER_BYTES;
  }
}
