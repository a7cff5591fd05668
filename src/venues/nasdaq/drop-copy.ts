import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * The drop copy of the simulated venue: every execution of an account, over whichever of its ports, with breaks and
 * corrections, and every end of an order that was not filled. Real venues have layouts of their own; this one is made up here and kept as simple as theirs. It travels
 * as sequenced messages of a SoupBinTCP session, so it is numbered and replayed like an order port's.
 *
 * One layout for all types, big-endian: `E` executed, `B` broken, `F` corrected (shares and price are the new ones), `C`
 * cancelled (shares are all that was open: nothing of the order is left; price, match number and liquidity are 0).
 *
 * | off | len | type | field |
 * |--:|--:|---|---|
 * | 0 | 1 | a | type |
 * | 1 | 8 | u64 | ns since midnight |
 * | 9 | 6 | a | username of the port |
 * | 15 | 4 | u32 | UserRefNum of the order (OUCH 5.0), 0 = it has none |
 * | 19 | 14 | a | token of the order (OUCH 4.2) or its ClOrdID |
 * | 33 | 1 | a | side: `B` `S` `T` `E` |
 * | 34 | 4 | u32 | shares |
 * | 38 | 8 | a | symbol |
 * | 46 | 8 | u64.4 | price |
 * | 54 | 8 | u64 | match number |
 * | 62 | 8 | u64 | the venue's number of the order |
 * | 70 | 1 | a | liquidity: `A` added, `R` removed |
 */
export const DropCopyType = { executed: 0x45, broken: 0x42, corrected: 0x46, cancelled: 0x43 } as const;

const USERNAME_BYTES = 6;
const ID_BYTES = 14;
const SYMBOL_BYTES = 8;

/** Reads and writes one record in place, as in `itch5-orders.ts`. */
export class DropCopyRecord {
  static readonly bytes = 71;
  view: DataView = NO_VIEW;
  offset = 0;

  wrap(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    return this;
  }

  begin(view: DataView, offset: number, type: number): this {
    beginMessage(view, offset, type, DropCopyRecord.bytes);
    return this.wrap(view, offset);
  }

  /** {@link DropCopyType} */
  get type(): number {
    return this.view.getUint8(this.offset);
  }

  get timestampNs(): number {
    return readU64(this.view, this.offset + 1);
  }
  set timestampNs(value: number) {
    writeU64(this.view, this.offset + 1, value);
  }

  get username(): string {
    return readText(this.view, this.offset + 9, USERNAME_BYTES);
  }
  set username(value: string) {
    writeText(this.view, this.offset + 9, USERNAME_BYTES, value);
  }

  get userRefNum(): number {
    return this.view.getUint32(this.offset + 15);
  }
  set userRefNum(value: number) {
    this.view.setUint32(this.offset + 15, value);
  }

  get id(): string {
    return readText(this.view, this.offset + 19, ID_BYTES);
  }
  set id(value: string) {
    writeText(this.view, this.offset + 19, ID_BYTES, value);
  }

  get side(): number {
    return this.view.getUint8(this.offset + 33);
  }
  set side(value: number) {
    this.view.setUint8(this.offset + 33, value);
  }

  get shares(): number {
    return this.view.getUint32(this.offset + 34);
  }
  set shares(value: number) {
    this.view.setUint32(this.offset + 34, value);
  }

  get symbol(): string {
    return readText(this.view, this.offset + 38, SYMBOL_BYTES);
  }
  get symbolHi(): number {
    return this.view.getInt32(this.offset + 38);
  }
  set symbolHi(value: number) {
    this.view.setInt32(this.offset + 38, value);
  }
  get symbolLo(): number {
    return this.view.getInt32(this.offset + 42);
  }
  set symbolLo(value: number) {
    this.view.setInt32(this.offset + 42, value);
  }

  get price4(): number {
    return readU64(this.view, this.offset + 46);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 46, value);
  }

  get matchNumber(): number {
    return readU64(this.view, this.offset + 54);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 54, value);
  }
  get matchHi(): number {
    return this.view.getInt32(this.offset + 54);
  }
  get matchLo(): number {
    return this.view.getInt32(this.offset + 58);
  }

  get orderRef(): number {
    return readU64(this.view, this.offset + 62);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 62, value);
  }

  get liquidity(): number {
    return this.view.getUint8(this.offset + 70);
  }
  set liquidity(value: number) {
    this.view.setUint8(this.offset + 70, value);
  }
}
