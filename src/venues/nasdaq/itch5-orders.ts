import { beginMessage, NO_VIEW, readText, readU48, readU64, writeText, writeU48, writeU64 } from './wire.ts';

/**
 * ITCH 5.0 messages about orders and trades.
 *
 * Each class is a flyweight: it owns no bytes but points at a message (`wrap` to read, `begin` to write) and reads or
 * writes fields in place, big-endian as on the wire. Fields after `type` in every message: locate, tracking, timestamp.
 * Every class has accessors of its own, with no base class, so that each keeps a monomorphic inline cache; `| 0` keeps
 * the sum an int32 where the compiler would otherwise check it for overflow.
 * Numbers ending in `4` or `8` carry that many implied decimals.
 */

/** Add Order without attribution `A`. 36 bytes. */
export class AddOrder {
  static readonly type = 65; // A
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
    beginMessage(view, offset, AddOrder.type, AddOrder.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Side, as a character code: `B` buy, `S` sell. */
  get side(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 20) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 20) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 24) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 24) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 28) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 28) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 24, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 24, 8, value);
  }

  /** Price × 10,000 (4 implied decimals). */
  get price4(): number {
    return this.view.getUint32((this.offset + 32) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 32) | 0, value);
  }
}

/** Add Order with attribution `F`: as `A`, and who placed it. 40 bytes. */
export class AddOrderMpid {
  static readonly type = 70; // F
  static readonly bytes = 40;
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
    beginMessage(view, offset, AddOrderMpid.type, AddOrderMpid.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Side, as a character code: `B` buy, `S` sell. */
  get side(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 20) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 20) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 24) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 24) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 28) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 28) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 24, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 24, 8, value);
  }

  /** Price × 10,000 (4 implied decimals). */
  get price4(): number {
    return this.view.getUint32((this.offset + 32) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 32) | 0, value);
  }

  /** Market participant that placed the order, four bytes as an int32 key. */
  get attributionKey(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set attributionKey(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** Market participant that placed the order, without its padding. Makes a string: not for hot paths. */
  get attribution(): string {
    return readText(this.view, this.offset + 36, 4);
  }
  set attribution(value: string) {
    writeText(this.view, this.offset + 36, 4, value);
  }
}

/** Order Executed `E`: an order on the book executed, in part or whole, at its own price. 31 bytes. */
export class OrderExecuted {
  static readonly type = 69; // E
  static readonly bytes = 31;
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

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Shares executed. */
  get executedShares(): number {
    return this.view.getUint32((this.offset + 19) | 0);
  }
  set executedShares(value: number) {
    this.view.setUint32((this.offset + 19) | 0, value);
  }

  /** Number of the match, shared by both sides of it: high 32 bits, as int32 bits. */
  get matchNumberHi(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set matchNumberHi(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Number of the match, shared by both sides of it: low 32 bits, as int32 bits. */
  get matchNumberLo(): number {
    return this.view.getInt32((this.offset + 27) | 0);
  }
  set matchNumberLo(value: number) {
    this.view.setInt32((this.offset + 27) | 0, value);
  }

  /** Number of the match, shared by both sides of it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 23);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 23, value);
  }
}

/** Order Executed With Price `C`: as `E`, but printed at another price than the order's own. 36 bytes. */
export class OrderExecutedWithPrice {
  static readonly type = 67; // C
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
    beginMessage(view, offset, OrderExecutedWithPrice.type, OrderExecutedWithPrice.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Shares executed. */
  get executedShares(): number {
    return this.view.getUint32((this.offset + 19) | 0);
  }
  set executedShares(value: number) {
    this.view.setUint32((this.offset + 19) | 0, value);
  }

  /** Number of the match, shared by both sides of it: high 32 bits, as int32 bits. */
  get matchNumberHi(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set matchNumberHi(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Number of the match, shared by both sides of it: low 32 bits, as int32 bits. */
  get matchNumberLo(): number {
    return this.view.getInt32((this.offset + 27) | 0);
  }
  set matchNumberLo(value: number) {
    this.view.setInt32((this.offset + 27) | 0, value);
  }

  /** Number of the match, shared by both sides of it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 23);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 23, value);
  }

  /** Printable, as a character code: `Y` counts for volume, `N` does not. */
  get printable(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set printable(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }

  /** Price of the execution × 10,000 (4 implied decimals). */
  get executionPrice4(): number {
    return this.view.getUint32((this.offset + 32) | 0);
  }
  set executionPrice4(value: number) {
    this.view.setUint32((this.offset + 32) | 0, value);
  }
}

/** Order Cancel `X`: part of an order is cancelled; the rest stays where it is. 23 bytes. */
export class OrderCancel {
  static readonly type = 88; // X
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
    beginMessage(view, offset, OrderCancel.type, OrderCancel.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Shares cancelled; what is left stays in place. */
  get cancelledShares(): number {
    return this.view.getUint32((this.offset + 19) | 0);
  }
  set cancelledShares(value: number) {
    this.view.setUint32((this.offset + 19) | 0, value);
  }
}

/** Order Delete `D`: an order leaves the book. 19 bytes. */
export class OrderDelete {
  static readonly type = 68; // D
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
    beginMessage(view, offset, OrderDelete.type, OrderDelete.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }
}

/** Order Replace `U`: an order leaves the book and another takes its place: same side, stock and attribution, new priority. 35 bytes. */
export class OrderReplace {
  static readonly type = 85; // U
  static readonly bytes = 35;
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
    beginMessage(view, offset, OrderReplace.type, OrderReplace.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Reference of the order that is replaced: high 32 bits, as int32 bits. */
  get origRefHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set origRefHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Reference of the order that is replaced: low 32 bits, as int32 bits. */
  get origRefLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set origRefLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Reference of the order that is replaced. Exact to 2^53 only, and may allocate: not for hot paths. */
  get origRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set origRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Reference of the order that takes its place: high 32 bits, as int32 bits. */
  get newRefHi(): number {
    return this.view.getInt32((this.offset + 19) | 0);
  }
  set newRefHi(value: number) {
    this.view.setInt32((this.offset + 19) | 0, value);
  }

  /** Reference of the order that takes its place: low 32 bits, as int32 bits. */
  get newRefLo(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set newRefLo(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Reference of the order that takes its place. Exact to 2^53 only, and may allocate: not for hot paths. */
  get newRef(): number {
    return readU64(this.view, this.offset + 19);
  }
  set newRef(value: number) {
    writeU64(this.view, this.offset + 19, value);
  }

  /** Shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 27) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 27) | 0, value);
  }

  /** Price × 10,000 (4 implied decimals). */
  get price4(): number {
    return this.view.getUint32((this.offset + 31) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 31) | 0, value);
  }
}

/** Trade, non-cross `P`: an execution against a hidden order. Does not change the book. 44 bytes. */
export class Trade {
  static readonly type = 80; // P
  static readonly bytes = 44;
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
    beginMessage(view, offset, Trade.type, Trade.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Order reference number: unique on this feed and day: high 32 bits, as int32 bits. */
  get refHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set refHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Order reference number: unique on this feed and day: low 32 bits, as int32 bits. */
  get refLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set refLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Order reference number: unique on this feed and day. Exact to 2^53 only, and may allocate: not for hot paths. */
  get orderRef(): number {
    return readU64(this.view, this.offset + 11);
  }
  set orderRef(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Side, as a character code: `B` buy, `S` sell. */
  get side(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set side(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Shares. */
  get shares(): number {
    return this.view.getUint32((this.offset + 20) | 0);
  }
  set shares(value: number) {
    this.view.setUint32((this.offset + 20) | 0, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 24) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 24) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 28) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 28) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 24, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 24, 8, value);
  }

  /** Price × 10,000 (4 implied decimals). */
  get price4(): number {
    return this.view.getUint32((this.offset + 32) | 0);
  }
  set price4(value: number) {
    this.view.setUint32((this.offset + 32) | 0, value);
  }

  /** Number of the match, shared by both sides of it: high 32 bits, as int32 bits. */
  get matchNumberHi(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set matchNumberHi(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** Number of the match, shared by both sides of it: low 32 bits, as int32 bits. */
  get matchNumberLo(): number {
    return this.view.getInt32((this.offset + 40) | 0);
  }
  set matchNumberLo(value: number) {
    this.view.setInt32((this.offset + 40) | 0, value);
  }

  /** Number of the match, shared by both sides of it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 36);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 36, value);
  }
}

/** Cross Trade `Q`: the bulk print of an opening, closing, halt or IPO cross. Does not change the book. 40 bytes. */
export class CrossTrade {
  static readonly type = 81; // Q
  static readonly bytes = 40;
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
    beginMessage(view, offset, CrossTrade.type, CrossTrade.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Shares: high 32 bits, as int32 bits. */
  get sharesHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set sharesHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Shares: low 32 bits, as int32 bits. */
  get sharesLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set sharesLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Shares. Exact to 2^53 only, and may allocate: not for hot paths. */
  get shares(): number {
    return readU64(this.view, this.offset + 11);
  }
  set shares(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 19) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 19) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 19, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 19, 8, value);
  }

  /** Price of the cross × 10,000 (4 implied decimals). */
  get crossPrice4(): number {
    return this.view.getUint32((this.offset + 27) | 0);
  }
  set crossPrice4(value: number) {
    this.view.setUint32((this.offset + 27) | 0, value);
  }

  /** Number of the match, shared by both sides of it: high 32 bits, as int32 bits. */
  get matchNumberHi(): number {
    return this.view.getInt32((this.offset + 31) | 0);
  }
  set matchNumberHi(value: number) {
    this.view.setInt32((this.offset + 31) | 0, value);
  }

  /** Number of the match, shared by both sides of it: low 32 bits, as int32 bits. */
  get matchNumberLo(): number {
    return this.view.getInt32((this.offset + 35) | 0);
  }
  set matchNumberLo(value: number) {
    this.view.setInt32((this.offset + 35) | 0, value);
  }

  /** Number of the match, shared by both sides of it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 31);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 31, value);
  }

  /** Cross type, as a character code: `O` opening, `C` closing, `H` halt or pause, `A` extended trading close. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 39) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 39) | 0, value);
  }
}

/** Broken Trade `B`: an earlier execution is void. Does not change the book. 19 bytes. */
export class BrokenTrade {
  static readonly type = 66; // B
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
    beginMessage(view, offset, BrokenTrade.type, BrokenTrade.bytes);
    return this;
  }

  /** Stock locate: index of the security, today only; 0 where a message is about none. */
  get locate(): number {
    return this.view.getUint16((this.offset + 1) | 0);
  }
  set locate(value: number) {
    this.view.setUint16((this.offset + 1) | 0, value);
  }

  /** Nasdaq internal tracking number. */
  get tracking(): number {
    return this.view.getUint16((this.offset + 3) | 0);
  }
  set tracking(value: number) {
    this.view.setUint16((this.offset + 3) | 0, value);
  }

  /** High 16 bits of {@link timestampNs}. */
  get timestampHi(): number {
    return this.view.getUint16((this.offset + 5) | 0);
  }
  set timestampHi(value: number) {
    this.view.setUint16((this.offset + 5) | 0, value);
  }

  /** Low 32 bits of {@link timestampNs}, as int32 bits. */
  get timestampLo(): number {
    return this.view.getInt32((this.offset + 7) | 0);
  }
  set timestampLo(value: number) {
    this.view.setInt32((this.offset + 7) | 0, value);
  }

  /** Nanoseconds since midnight Eastern. A double: allocates where the call is not inlined; the halves never do. */
  get timestampNs(): number {
    return readU48(this.view, this.offset + 5);
  }
  set timestampNs(value: number) {
    writeU48(this.view, this.offset + 5, value);
  }

  /** Number of the match, shared by both sides of it: high 32 bits, as int32 bits. */
  get matchNumberHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set matchNumberHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Number of the match, shared by both sides of it: low 32 bits, as int32 bits. */
  get matchNumberLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set matchNumberLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Number of the match, shared by both sides of it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 11);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }
}
