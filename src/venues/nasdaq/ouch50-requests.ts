import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 5.0 messages from client to venue: entering, changing and cancelling orders, and questions about the port.
 * Flyweights as in `itch5-orders.ts`: they own no bytes but read and write a message in place, big-endian. Numbers
 * ending in `4` carry four implied decimals.
 */

/** `O` Enter Order; an appendage follows. 45 bytes. */
export class EnterOrder {
  static readonly type = 79; // O
  static readonly bytes = 45;
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
    beginMessage(view, offset, EnterOrder.type, EnterOrder.bytes);
    return this;
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 5) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 5) | 0, value);
  }

  /** Shares. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 6) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 6) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get symbolHi(): number {
    return this.view.getInt32((this.offset + 10) | 0);
  }
  set symbolHi(value: number) {
    this.view.setInt32((this.offset + 10) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get symbolLo(): number {
    return this.view.getInt32((this.offset + 14) | 0);
  }
  set symbolLo(value: number) {
    this.view.setInt32((this.offset + 14) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get symbol(): string {
    return readText(this.view, this.offset + 10, 8);
  }
  set symbol(value: string) {
    writeText(this.view, this.offset + 10, 8, value);
  }

  /**
   * Limit price × 10,000; 0x7FFFFFFF = at the market: high 32 bits, as int32 bits; 0 for every price below
   * 429,496.7296.
   */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 18) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 18) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 22) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 22) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 18);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 18, value);
  }

  /**
   * How long it stands, as a character code: `0` day, `3` immediate or cancel, `5` extended hours, `6` for
   * `Tag.expireTime` seconds.
   */
  get timeInForce(): number {
    return this.view.getUint8((this.offset + 26) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint8((this.offset + 26) | 0, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 27) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 27) | 0, value);
  }

  /** Capacity, as a character code: `A` agency, `P` principal, `R` riskless, `O` other. */
  get capacity(): number {
    return this.view.getUint8((this.offset + 28) | 0);
  }
  set capacity(value: number) {
    this.view.setUint8((this.offset + 28) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 29) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 29) | 0, value);
  }

  /** Cross that it is for, as a character code: `N` none, `O` opening, `C` closing, `H` halt or IPO, and others. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 30) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 30) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 31, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 31, 14, value);
  }
}

/** `U` Replace Order; an appendage follows. 38 bytes. */
export class ReplaceOrder {
  static readonly type = 85; // U
  static readonly bytes = 38;
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
    beginMessage(view, offset, ReplaceOrder.type, ReplaceOrder.bytes);
    return this;
  }

  /** Reference of the order that is to be replaced. */
  get origUserRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set origUserRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Reference of what replaces it. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 5) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 5) | 0, value);
  }

  /** Shares of the whole chain, executed ones included. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 9) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 9) | 0, value);
  }

  /**
   * Limit price × 10,000; 0x7FFFFFFF = at the market: high 32 bits, as int32 bits; 0 for every price below
   * 429,496.7296.
   */
  get priceHi(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set priceHi(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market: low 32 bits, as int32 bits. */
  get priceLo(): number {
    return this.view.getInt32((this.offset + 17) | 0);
  }
  set priceLo(value: number) {
    this.view.setInt32((this.offset + 17) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. A double: may allocate, the halves never do. */
  get price4(): number {
    return readU64(this.view, this.offset + 13);
  }
  set price4(value: number) {
    writeU64(this.view, this.offset + 13, value);
  }

  /**
   * How long it stands, as a character code: `0` day, `3` immediate or cancel, `5` extended hours, `6` for
   * `Tag.expireTime` seconds.
   */
  get timeInForce(): number {
    return this.view.getUint8((this.offset + 21) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint8((this.offset + 21) | 0, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 22) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 22) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 24, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 24, 14, value);
  }
}

/** `X` Cancel Order; an appendage may follow. 9 bytes. */
export class CancelOrder {
  static readonly type = 88; // X
  static readonly bytes = 9;
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
    beginMessage(view, offset, CancelOrder.type, CancelOrder.bytes);
    return this;
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Shares in all that may trade afterwards, executed ones included; 0 cancels what is left. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 5) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 5) | 0, value);
  }
}

/** `M` Modify Order; an appendage may follow. Marks a sale differently or makes it smaller, in place. 10 bytes. */
export class ModifyOrder {
  static readonly type = 77; // M
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
    beginMessage(view, offset, ModifyOrder.type, ModifyOrder.bytes);
    return this;
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 5) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 5) | 0, value);
  }

  /** Shares of the whole chain, executed ones included. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 6) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 6) | 0, value);
  }
}

/** `C` Mass Cancel; an appendage follows. 17 bytes. */
export class MassCancel {
  static readonly type = 67; // C
  static readonly bytes = 17;
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
    beginMessage(view, offset, MassCancel.type, MassCancel.bytes);
    return this;
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Firm whose orders go, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 5) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 5) | 0, value);
  }

  /** Firm whose orders go, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 5, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 5, 4, value);
  }

  /** Symbol whose orders go; blank = all, first four bytes as an int32 key. */
  get symbolHi(): number {
    return this.view.getInt32((this.offset + 9) | 0);
  }
  set symbolHi(value: number) {
    this.view.setInt32((this.offset + 9) | 0, value);
  }

  /** Symbol whose orders go; blank = all, last four bytes as an int32 key. */
  get symbolLo(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set symbolLo(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Symbol whose orders go; blank = all, without its padding. Makes a string: not for hot paths. */
  get symbol(): string {
    return readText(this.view, this.offset + 9, 8);
  }
  set symbol(value: string) {
    writeText(this.view, this.offset + 9, 8, value);
  }
}

/** `D` Disable Order Entry; an appendage follows. Orders of a firm are refused from then on. 9 bytes. */
export class DisableOrderEntry {
  static readonly type = 68; // D
  static readonly bytes = 9;
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
    beginMessage(view, offset, DisableOrderEntry.type, DisableOrderEntry.bytes);
    return this;
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 5) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 5) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 5, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 5, 4, value);
  }
}

/** `E` Enable Order Entry; an appendage follows. Orders of a firm are taken again. 9 bytes. */
export class EnableOrderEntry {
  static readonly type = 69; // E
  static readonly bytes = 9;
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
    beginMessage(view, offset, EnableOrderEntry.type, EnableOrderEntry.bytes);
    return this;
  }

  /** Reference of the order: the client's UserRefNum, rising from message to message. */
  get userRefNum(): number {
    return this.view.getUint32((this.offset + 1) | 0);
  }
  set userRefNum(value: number) {
    this.view.setUint32((this.offset + 1) | 0, value);
  }

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 5) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 5) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 5, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 5, 4, value);
  }
}

/** `Q` Account Query; an appendage may follow. Asks which reference comes next. 1 byte. */
export class AccountQuery {
  static readonly type = 81; // Q
  static readonly bytes = 1;
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
    beginMessage(view, offset, AccountQuery.type, AccountQuery.bytes);
    return this;
  }
}
