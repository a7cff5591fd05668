import { beginMessage, NO_VIEW, readText, writeText } from './wire.ts';

/**
 * OUCH 4.2 messages from client to venue. The length is fixed by the type, but for `O`. Flyweights as in
 * `itch5-orders.ts`: they own no bytes but read and write a message in place, big-endian. Numbers ending in `4` carry
 * four implied decimals.
 */

/** `O` Enter Order; without {@link customerType} 48 bytes. 49 bytes. */
export class EnterOrder {
  static readonly type = 79; // O
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
    beginMessage(view, offset, EnterOrder.type, EnterOrder.bytes);
    return this;
  }

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 1, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 1, 14, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 15) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 15) | 0, value);
  }

  /** Shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 16) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 16) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 20) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 20) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 24) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 24) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 20, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 20, 8, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. */
  get price4(): number {
    return this.view.getUint32((this.offset + 28) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 28) | 0, value);
  }

  /** Seconds that it stands: 0 immediate or cancel, 99998 market hours, 99999 system hours. */
  get timeInForce(): number {
    return this.view.getUint32((this.offset + 32) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint32((this.offset + 32) | 0, value);
  }

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 36, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 36, 4, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 40) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 40) | 0, value);
  }

  /** Capacity, as a character code: `A` agency, `P` principal, `R` riskless, `O` other. */
  get capacity(): number {
    return this.view.getUint8((this.offset + 41) | 0);
  }
  set capacity(value: number) {
    this.view.setUint8((this.offset + 41) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 42) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 42) | 0, value);
  }

  /** Fewest shares that an execution may have; 0 = any. */
  get minQty(): number {
    return this.view.getUint32((this.offset + 43) | 0);
  }
  set minQty(value: number) {
    this.view.setUint32((this.offset + 43) | 0, value);
  }

  /** Cross that it is for, as a character code: `N` none, `O` opening, `C` closing, `H` halt or IPO, and others. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 47) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 47) | 0, value);
  }

  /** Customer type, as a character code. Not in messages of 48 bytes. */
  get customerType(): number {
    return this.view.getUint8((this.offset + 48) | 0);
  }
  set customerType(value: number) {
    this.view.setUint8((this.offset + 48) | 0, value);
  }
}

/** `U` Replace Order. 47 bytes. */
export class ReplaceOrder {
  static readonly type = 85; // U
  static readonly bytes = 47;
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

  /** Token of the order that is to be replaced. Makes a string: not for hot paths. */
  get existingToken(): string {
    return readText(this.view, this.offset + 1, 14);
  }
  set existingToken(value: string) {
    writeText(this.view, this.offset + 1, 14, value);
  }

  /** Token of what replaces it. Makes a string: not for hot paths. */
  get replacementToken(): string {
    return readText(this.view, this.offset + 15, 14);
  }
  set replacementToken(value: string) {
    writeText(this.view, this.offset + 15, 14, value);
  }

  /** Shares of the whole chain, executed ones included. */
  get shares(): number {
    return this.view.getUint32((this.offset + 29) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 29) | 0, value);
  }

  /** Limit price × 10,000; 0x7FFFFFFF = at the market. */
  get price4(): number {
    return this.view.getUint32((this.offset + 33) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 33) | 0, value);
  }

  /** Seconds that it stands: 0 immediate or cancel, 99998 market hours, 99999 system hours. */
  get timeInForce(): number {
    return this.view.getUint32((this.offset + 37) | 0);
  }
  set timeInForce(value: number) {
    this.view.setUint32((this.offset + 37) | 0, value);
  }

  /** Display, as a character code: `Y` visible, `N` hidden, `A` attributable; from the venue also `Z` conformant. */
  get display(): number {
    return this.view.getUint8((this.offset + 41) | 0);
  }
  set display(value: number) {
    this.view.setUint8((this.offset + 41) | 0, value);
  }

  /** Intermarket sweep: `Y` or `N`, as a character code. */
  get iso(): number {
    return this.view.getUint8((this.offset + 42) | 0);
  }
  set iso(value: number) {
    this.view.setUint8((this.offset + 42) | 0, value);
  }

  /** Fewest shares that an execution may have; 0 = any. */
  get minQty(): number {
    return this.view.getUint32((this.offset + 43) | 0);
  }
  set minQty(value: number) {
    this.view.setUint32((this.offset + 43) | 0, value);
  }
}

/** `X` Cancel Order. 19 bytes. */
export class CancelOrder {
  static readonly type = 88; // X
  static readonly bytes = 19;
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 1, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 1, 14, value);
  }

  /** Shares in all that may trade afterwards, executed ones included; 0 cancels what is left. */
  get shares(): number {
    return this.view.getUint32((this.offset + 15) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 15) | 0, value);
  }
}

/** `M` Modify Order: marks a sale differently or makes it smaller, in place. 20 bytes. */
export class ModifyOrder {
  static readonly type = 77; // M
  static readonly bytes = 20;
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 1, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 1, 14, value);
  }

  /** Side, as a character code: `B` buy, `S` sell, `T` sell short, `E` sell short exempt. */
  get side(): number {
    return this.view.getUint8((this.offset + 15) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 15) | 0, value);
  }

  /** Shares of the whole chain, executed ones included. */
  get shares(): number {
    return this.view.getUint32((this.offset + 16) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 16) | 0, value);
  }
}

/** `N` Trade Now: a resting midpoint order may take. 15 bytes. */
export class TradeNow {
  static readonly type = 78; // N
  static readonly bytes = 15;
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
    beginMessage(view, offset, TradeNow.type, TradeNow.bytes);
    return this;
  }

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 1, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 1, 14, value);
  }
}
