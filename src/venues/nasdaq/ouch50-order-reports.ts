import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 5.0 messages from venue to client about orders that are accepted or replaced, and about changes that the venue
 * makes. Flyweights as in `itch5-orders.ts`: they own no bytes but read and write a message in place, big-endian.
 * Numbers ending in `4` carry four implied decimals.
 */

/** `A` Order Accepted; an appendage follows. 62 bytes. */
export class OrderAccepted {
  static readonly type = 65; // A
  static readonly bytes = 62;
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
    beginMessage(view, offset, OrderAccepted.type, OrderAccepted.bytes);
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

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 13) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 13) | 0, value);
  }

  /** Open shares. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 14) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 14) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get symbolHi(): number {
    return this.view.getInt32((this.offset + 18) | 0);
  }
  set symbolHi(value: number) {
    this.view.setInt32((this.offset + 18) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get symbolLo(): number {
    return this.view.getInt32((this.offset + 22) | 0);
  }
  set symbolLo(value: number) {
    this.view.setInt32((this.offset + 22) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get symbol(): string {
    return readText(this.view, this.offset + 18, 8);
  }
  set symbol(value: string) {
    writeText(this.view, this.offset + 18, 8, value);
  }

  /**
   * Limit price × 10,000; 0x7FFFFFFF = at the market: high 32 bits, as int32 bits; 0 for every price below
   * 429,496.7296.
   */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 26) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 26) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 30) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 30) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 26);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 26, value);
  }

  /**
   * How long it stands, as a character code: `0` day, `3` immediate or cancel, `5` extended hours, `6` for
   * `Tag.expireTime` seconds.
   */
  get timeInForce(): number {
    return this.view.getUint8((this.offset + 34) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint8((this.offset + 34) | 0, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 35) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 35) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: high 32 bits, as int32 bits. */
  get orderRefHi(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set orderRefHi(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: low 32 bits, as int32 bits. */
  get orderRefLo(): number {
    return this.view.getInt32((this.offset + 40) | 0);
  }
  set orderRefLo(value: number) {
    this.view.setInt32((this.offset + 40) | 0, value);
  }

  /**
   * The venue's own number of the order, as its market data shows it. Exact to 2^53 only, and may allocate: not for
   * hot paths.
   */
  get orderRef(): number {
    return readU64(this.view, this.offset + 36);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 36, value);
  }

  /** Capacity, as a character code: `A` agency, `P` principal, `R` riskless, `O` other. */
  get capacity(): number {
    return this.view.getUint8((this.offset + 44) | 0);
  }
  set capacity(value: number) {
    this.view.setUint8((this.offset + 44) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 45) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 45) | 0, value);
  }

  /** Cross that it is for, as a character code: `N` none, `O` opening, `C` closing, `H` halt or IPO, and others. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 46) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 46) | 0, value);
  }

  /** State, as a character code: `L` live, `D` dead on arrival. */
  get orderState(): number {
    return this.view.getUint8((this.offset + 47) | 0);
  }
  set orderState(value: number) {
    this.view.setUint8((this.offset + 47) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 48, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 48, 14, value);
  }
}

/** `U` Order Replaced; an appendage follows. 66 bytes. */
export class OrderReplaced {
  static readonly type = 85; // U
  static readonly bytes = 66;
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
    beginMessage(view, offset, OrderReplaced.type, OrderReplaced.bytes);
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

  /** Reference of the order that is no more. */
  get origUserRefNum(): number {
    return this.view.getUint32((this.offset + 9) | 0);
  }
  set origUserRefNum(value: number) {
    this.view.setUint32((this.offset + 9) | 0, value);
  }

  /** Reference of what replaced it. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 13) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 13) | 0, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 17) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 17) | 0, value);
  }

  /** Open shares. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 18) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 18) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get symbolHi(): number {
    return this.view.getInt32((this.offset + 22) | 0);
  }
  set symbolHi(value: number) {
    this.view.setInt32((this.offset + 22) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get symbolLo(): number {
    return this.view.getInt32((this.offset + 26) | 0);
  }
  set symbolLo(value: number) {
    this.view.setInt32((this.offset + 26) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get symbol(): string {
    return readText(this.view, this.offset + 22, 8);
  }
  set symbol(value: string) {
    writeText(this.view, this.offset + 22, 8, value);
  }

  /**
   * Limit price × 10,000; 0x7FFFFFFF = at the market: high 32 bits, as int32 bits; 0 for every price below
   * 429,496.7296.
   */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 30) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 30) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 34) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 34) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 30);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 30, value);
  }

  /**
   * How long it stands, as a character code: `0` day, `3` immediate or cancel, `5` extended hours, `6` for
   * `Tag.expireTime` seconds.
   */
  get timeInForce(): number {
    return this.view.getUint8((this.offset + 38) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint8((this.offset + 38) | 0, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 39) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 39) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: high 32 bits, as int32 bits. */
  get orderRefHi(): number {
    return this.view.getInt32((this.offset + 40) | 0);
  }
  set orderRefHi(value: number) {
    this.view.setInt32((this.offset + 40) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: low 32 bits, as int32 bits. */
  get orderRefLo(): number {
    return this.view.getInt32((this.offset + 44) | 0);
  }
  set orderRefLo(value: number) {
    this.view.setInt32((this.offset + 44) | 0, value);
  }

  /**
   * The venue's own number of the order, as its market data shows it. Exact to 2^53 only, and may allocate: not for
   * hot paths.
   */
  get orderRef(): number {
    return readU64(this.view, this.offset + 40);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 40, value);
  }

  /** Capacity, as a character code: `A` agency, `P` principal, `R` riskless, `O` other. */
  get capacity(): number {
    return this.view.getUint8((this.offset + 48) | 0);
  }
  set capacity(value: number) {
    this.view.setUint8((this.offset + 48) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 49) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 49) | 0, value);
  }

  /** Cross that it is for, as a character code: `N` none, `O` opening, `C` closing, `H` halt or IPO, and others. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 50) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 50) | 0, value);
  }

  /** State, as a character code: `L` live, `D` dead on arrival. */
  get orderState(): number {
    return this.view.getUint8((this.offset + 51) | 0);
  }
  set orderState(value: number) {
    this.view.setUint8((this.offset + 51) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 52, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 52, 14, value);
  }
}

/**
 * `T` Order Priority Update; an appendage may follow. The venue moved the order to another price or display. 30
 * bytes.
 */
export class OrderPriorityUpdate {
  static readonly type = 84; // T
  static readonly bytes = 30;
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
    beginMessage(view, offset, OrderPriorityUpdate.type, OrderPriorityUpdate.bytes);
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

  /** Price × 10,000: high 32 bits, as int32 bits; 0 for every price below 429,496.7296. */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Price × 10,000: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 17) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 17) | 0, value);
  }

  /** Price × 10,000. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 13);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 13, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 21) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 21) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: high 32 bits, as int32 bits. */
  get orderRefHi(): number {
    return this.view.getInt32((this.offset + 22) | 0);
  }
  set orderRefHi(value: number) {
    this.view.setInt32((this.offset + 22) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: low 32 bits, as int32 bits. */
  get orderRefLo(): number {
    return this.view.getInt32((this.offset + 26) | 0);
  }
  set orderRefLo(value: number) {
    this.view.setInt32((this.offset + 26) | 0, value);
  }

  /**
   * The venue's own number of the order, as its market data shows it. Exact to 2^53 only, and may allocate: not for
   * hot paths.
   */
  get orderRef(): number {
    return readU64(this.view, this.offset + 22);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 22, value);
  }
}

/** `M` Order Modified; an appendage may follow. 18 bytes. */
export class OrderModified {
  static readonly type = 77; // M
  static readonly bytes = 18;
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
    beginMessage(view, offset, OrderModified.type, OrderModified.bytes);
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

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 13) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 13) | 0, value);
  }

  /** Open shares. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 14) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 14) | 0, value);
  }
}

/** `R` Order Restated; an appendage follows. What is shown of a reserve order changed. 14 bytes. */
export class OrderRestated {
  static readonly type = 82; // R
  static readonly bytes = 14;
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
    beginMessage(view, offset, OrderRestated.type, OrderRestated.bytes);
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

  /** Why, as a character code: `R` refreshed, `P` price. */
  get reason(): number {
    return this.view.getUint8((this.offset + 13) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 13) | 0, value);
  }
}
