import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 4.2 messages from venue to client about the day and about orders that are accepted or changed. The length is
 * fixed by the type. Flyweights as in `itch5-orders.ts`: they own no bytes but read and write a message in place,
 * big-endian. Numbers ending in `4` carry four implied decimals.
 */

/** `S` System Event. 10 bytes. */
export class SystemEvent {
  static readonly type = 83; // S
  static readonly bytes = 10;
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
    beginMessage(view, offset, SystemEvent.type, SystemEvent.bytes);
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

  /** What happens, as a character code: `S` start of day, `E` end of day. */
  get eventCode(): number {
    return this.view.getUint8((this.offset + 9) | 0);
  }
  set eventCode(value: number) {
    this.view.setUint8((this.offset + 9) | 0, value);
  }
}

/** `A` Accepted. 66 bytes. */
export class Accepted {
  static readonly type = 65; // A
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
    beginMessage(view, offset, Accepted.type, Accepted.bytes);
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }

  /** Open shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 24) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 24) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 28) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 28) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 28, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 28, 8, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. */
  get price4(): number {
    return this.view.getUint32((this.offset + 36) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 36) | 0, value);
  }

  /** Seconds that it stands: 0 immediate or cancel, 99998 market hours, 99999 system hours. */
  get timeInForce(): number {
    return this.view.getUint32((this.offset + 40) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint32((this.offset + 40) | 0, value);
  }

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 44) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 44) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 44, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 44, 4, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 48) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 48) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: high 32 bits, as int32 bits. */
  get orderRefHi(): number {
    return this.view.getInt32((this.offset + 49) | 0);
  }
  set orderRefHi(value: number) {
    this.view.setInt32((this.offset + 49) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: low 32 bits, as int32 bits. */
  get orderRefLo(): number {
    return this.view.getInt32((this.offset + 53) | 0);
  }
  set orderRefLo(value: number) {
    this.view.setInt32((this.offset + 53) | 0, value);
  }

  /**
   * The venue's own number of the order, as its market data shows it. Exact to 2^53 only, and may allocate: not for
   * hot paths.
   */
  get orderRef(): number {
    return readU64(this.view, this.offset + 49);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 49, value);
  }

  /** Capacity, as a character code: `A` agency, `P` principal, `R` riskless, `O` other. */
  get capacity(): number {
    return this.view.getUint8((this.offset + 57) | 0);
  }
  set capacity(value: number) {
    this.view.setUint8((this.offset + 57) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 58) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 58) | 0, value);
  }

  /** Fewest shares that an execution may have; 0 = any. */
  get minQty(): number {
    return this.view.getUint32((this.offset + 59) | 0);
  }
  set minQty(value: number) {
    this.view.setUint32((this.offset + 59) | 0, value);
  }

  /** Cross that it is for, as a character code: `N` none, `O` opening, `C` closing, `H` halt or IPO, and others. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 63) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 63) | 0, value);
  }

  /** State, as a character code: `L` live, `D` dead on arrival. */
  get orderState(): number {
    return this.view.getUint8((this.offset + 64) | 0);
  }
  set orderState(value: number) {
    this.view.setUint8((this.offset + 64) | 0, value);
  }

  /** How it stood to the best price, as a character code. */
  get bboWeight(): number {
    return this.view.getUint8((this.offset + 65) | 0);
  }
  set bboWeight(value: number) {
    this.view.setUint8((this.offset + 65) | 0, value);
  }
}

/** `U` Replaced. 80 bytes. */
export class Replaced {
  static readonly type = 85; // U
  static readonly bytes = 80;
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
    beginMessage(view, offset, Replaced.type, Replaced.bytes);
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

  /** Token of what replaced it. Makes a string: not for hot paths. */
  get replacementToken(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set replacementToken(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }

  /** Open shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 24) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 24) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 28) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 28) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 28, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 28, 8, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. */
  get price4(): number {
    return this.view.getUint32((this.offset + 36) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 36) | 0, value);
  }

  /** Seconds that it stands: 0 immediate or cancel, 99998 market hours, 99999 system hours. */
  get timeInForce(): number {
    return this.view.getUint32((this.offset + 40) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint32((this.offset + 40) | 0, value);
  }

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 44) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 44) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 44, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 44, 4, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 48) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 48) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: high 32 bits, as int32 bits. */
  get orderRefHi(): number {
    return this.view.getInt32((this.offset + 49) | 0);
  }
  set orderRefHi(value: number) {
    this.view.setInt32((this.offset + 49) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: low 32 bits, as int32 bits. */
  get orderRefLo(): number {
    return this.view.getInt32((this.offset + 53) | 0);
  }
  set orderRefLo(value: number) {
    this.view.setInt32((this.offset + 53) | 0, value);
  }

  /**
   * The venue's own number of the order, as its market data shows it. Exact to 2^53 only, and may allocate: not for
   * hot paths.
   */
  get orderRef(): number {
    return readU64(this.view, this.offset + 49);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 49, value);
  }

  /** Capacity, as a character code: `A` agency, `P` principal, `R` riskless, `O` other. */
  get capacity(): number {
    return this.view.getUint8((this.offset + 57) | 0);
  }
  set capacity(value: number) {
    this.view.setUint8((this.offset + 57) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 58) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 58) | 0, value);
  }

  /** Fewest shares that an execution may have; 0 = any. */
  get minQty(): number {
    return this.view.getUint32((this.offset + 59) | 0);
  }
  set minQty(value: number) {
    this.view.setUint32((this.offset + 59) | 0, value);
  }

  /** Cross that it is for, as a character code: `N` none, `O` opening, `C` closing, `H` halt or IPO, and others. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 63) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 63) | 0, value);
  }

  /** State, as a character code: `L` live, `D` dead on arrival. */
  get orderState(): number {
    return this.view.getUint8((this.offset + 64) | 0);
  }
  set orderState(value: number) {
    this.view.setUint8((this.offset + 64) | 0, value);
  }

  /** Token of the order that is no more. Makes a string: not for hot paths. */
  get previousToken(): string {
    return readText(this.view, this.offset + 65, 14);
  }
  set previousToken(value: string) {
    writeText(this.view, this.offset + 65, 14, value);
  }

  /** How it stood to the best price, as a character code. */
  get bboWeight(): number {
    return this.view.getUint8((this.offset + 79) | 0);
  }
  set bboWeight(value: number) {
    this.view.setUint8((this.offset + 79) | 0, value);
  }
}

/** `T` Order Priority Update: the venue moved the order to another price or display. 36 bytes. */
export class OrderPriorityUpdate {
  static readonly type = 84; // T
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Price × 10,000. */
  get price4(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 27) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 27) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: high 32 bits, as int32 bits. */
  get orderRefHi(): number {
    return this.view.getInt32((this.offset + 28) | 0);
  }
  set orderRefHi(value: number) {
    this.view.setInt32((this.offset + 28) | 0, value);
  }

  /** The venue's own number of the order, as its market data shows it: low 32 bits, as int32 bits. */
  get orderRefLo(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set orderRefLo(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /**
   * The venue's own number of the order, as its market data shows it. Exact to 2^53 only, and may allocate: not for
   * hot paths.
   */
  get orderRef(): number {
    return readU64(this.view, this.offset + 28);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 28, value);
  }
}

/** `M` Order Modified. 28 bytes. */
export class OrderModified {
  static readonly type = 77; // M
  static readonly bytes = 28;
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }

  /** Open shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 24) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 24) | 0, value);
  }
}

/** `N` Trade Now, given back. 23 bytes. */
export class TradeNowEcho {
  static readonly type = 78; // N
  static readonly bytes = 23;
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
    beginMessage(view, offset, TradeNowEcho.type, TradeNowEcho.bytes);
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }
}
