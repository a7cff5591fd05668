import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 5.0 messages from venue to client about executions. Flyweights as in `itch5-orders.ts`: they own no bytes but
 * read and write a message in place, big-endian. Numbers ending in `4` carry four implied decimals.
 */

/** `E` Order Executed; an appendage follows. 34 bytes. */
export class OrderExecuted {
  static readonly type = 69; // E
  static readonly bytes = 34;
  view: DataView = NO_VIEW;
  offset = 0;

  /** Points at a message to be read. */
  wrap(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    return this;
  }

  /** Points at room for a new message: writes its type and zeroes the rest. */
  begin(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    beginMessage(view, offset, OrderExecuted.type, OrderExecuted.bytes);
    return this;
  }

  /** Nanoseconds since midnight Eastern: high 32 bits, as int32 bits. */
  get timestampHi(): number {
    return this.view.getInt32((this.offset + 1) | 0);
  }
  set timestampHi(value: number) {
    this.view.setInt32((this.offset + 1) | 0, value);
  }

  /** Nanoseconds since midnight Eastern: low 32 bits, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 5) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 5) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. Exact to 2^53 only, and may allocate: not for hot paths. */
  get timestampNs(): number {
    return readU64(this.view, this.offset + 1);
  }
  set timestampNs(value: number) {
    writeU64(this.view, this.offset + 1, value);
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 9) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 9) | 0, value);
  }

  /** Shares of this execution. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 13) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 13) | 0, value);
  }

  /** Price × 10,000: high 32 bits, as int32 bits; 0 for every price below 429,496.7296. */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 17) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 17) | 0, value);
  }

  /** Price × 10,000: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 21) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 21) | 0, value);
  }

  /** Price × 10,000. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 17);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 17, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 25) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 25) | 0, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 26) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 26) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 30) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 30) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 26);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 26, value);
  }
}

/** `B` Broken Trade; an appendage may follow. An execution is taken back. 36 bytes. */
export class BrokenTrade {
  static readonly type = 66; // B
  static readonly bytes = 36;
  view: DataView = NO_VIEW;
  offset = 0;

  /** Points at a message to be read. */
  wrap(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    return this;
  }

  /** Points at room for a new message: writes its type and zeroes the rest. */
  begin(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    beginMessage(view, offset, BrokenTrade.type, BrokenTrade.bytes);
    return this;
  }

  /** Nanoseconds since midnight Eastern: high 32 bits, as int32 bits. */
  get timestampHi(): number {
    return this.view.getInt32((this.offset + 1) | 0);
  }
  set timestampHi(value: number) {
    this.view.setInt32((this.offset + 1) | 0, value);
  }

  /** Nanoseconds since midnight Eastern: low 32 bits, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 5) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 5) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. Exact to 2^53 only, and may allocate: not for hot paths. */
  get timestampNs(): number {
    return readU64(this.view, this.offset + 1);
  }
  set timestampNs(value: number) {
    writeU64(this.view, this.offset + 1, value);
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 9) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 9) | 0, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 17) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 17) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 13);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 13, value);
  }

  /** Why, as a character code: `E` erroneous, `C` consent, `S` supervisory, `X` external. */
  get reason(): number {
    return this.view.getUint8((this.offset + 21) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 21) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 22, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 22, 14, value);
  }
}

/** `F` Trade Correction; an appendage may follow. An execution is amended. Only in revisions up to 2023. 49 bytes. */
export class TradeCorrection {
  static readonly type = 70; // F
  static readonly bytes = 49;
  view: DataView = NO_VIEW;
  offset = 0;

  /** Points at a message to be read. */
  wrap(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    return this;
  }

  /** Points at room for a new message: writes its type and zeroes the rest. */
  begin(view: DataView, offset: number): this {
    this.view = view;
    this.offset = offset;
    beginMessage(view, offset, TradeCorrection.type, TradeCorrection.bytes);
    return this;
  }

  /** Nanoseconds since midnight Eastern: high 32 bits, as int32 bits. */
  get timestampHi(): number {
    return this.view.getInt32((this.offset + 1) | 0);
  }
  set timestampHi(value: number) {
    this.view.setInt32((this.offset + 1) | 0, value);
  }

  /** Nanoseconds since midnight Eastern: low 32 bits, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 5) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 5) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. Exact to 2^53 only, and may allocate: not for hot paths. */
  get timestampNs(): number {
    return readU64(this.view, this.offset + 1);
  }
  set timestampNs(value: number) {
    writeU64(this.view, this.offset + 1, value);
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 9) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 9) | 0, value);
  }

  /** Shares of the execution as it stands now. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 13) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 13) | 0, value);
  }

  /** Price × 10,000 as it stands now: high 32 bits, as int32 bits; 0 for every price below 429,496.7296. */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 17) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 17) | 0, value);
  }

  /** Price × 10,000 as it stands now: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 21) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 21) | 0, value);
  }

  /** Price × 10,000 as it stands now. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 17);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 17, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 25) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 25) | 0, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 26) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 26) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 30) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 30) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 26);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 26, value);
  }

  /** Why, as a character code. */
  get reason(): number {
    return this.view.getUint8((this.offset + 34) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 34) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 35, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 35, 14, value);
  }
}
