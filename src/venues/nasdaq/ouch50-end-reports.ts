import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 5.0 messages from venue to client about orders that are cancelled or refused. Flyweights as in
 * `itch5-orders.ts`: they own no bytes but read and write a message in place, big-endian. Numbers ending in `4` carry
 * four implied decimals.
 */

/** `C` Order Canceled; an appendage may follow. 18 bytes. */
export class OrderCanceled {
  static readonly type = 67; // C
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
    beginMessage(view, offset, OrderCanceled.type, OrderCanceled.bytes);
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

  /** Shares that were taken off. */
  get quantity(): number {
    return this.view.getUint32((this.offset + 13) | 0);
  }
  set quantity(value: number) {
    this.view.setUint32((this.offset + 13) | 0, value);
  }

  /** Why, as a character code; see `CANCEL_REASONS`. */
  get reason(): number {
    return this.view.getUint8((this.offset + 17) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 17) | 0, value);
  }
}

/**
 * `D` AIQ Canceled; an appendage may follow. Taken off because it would have met an order of the same owner.
 * Revisions up to 2023 end before {@link aiqStrategy}, at 31 bytes. Whole. 32 bytes.
 */
export class AiqCanceled {
  static readonly type = 68; // D
  static readonly bytes = 32;
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
    beginMessage(view, offset, AiqCanceled.type, AiqCanceled.bytes);
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

  /** Shares that were taken off. */
  get decrementShares(): number {
    return this.view.getUint32((this.offset + 13) | 0);
  }
  set decrementShares(value: number) {
    this.view.setUint32((this.offset + 13) | 0, value);
  }

  /** Why, as a character code; see `CANCEL_REASONS`. */
  get reason(): number {
    return this.view.getUint8((this.offset + 17) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 17) | 0, value);
  }

  /** Shares that would have traded. */
  get preventedQuantity(): number {
    return this.view.getUint32((this.offset + 18) | 0);
  }
  set preventedQuantity(value: number) {
    this.view.setUint32((this.offset + 18) | 0, value);
  }

  /**
   * Price × 10,000 at which they would have traded: high 32 bits, as int32 bits; 0 for every price below
   * 429,496.7296.
   */
  get executionPriceHi(): number {
    return this.view.getInt32((this.offset + 22) | 0);
  }
  set executionPriceHi(value: number) {
    this.view.setInt32((this.offset + 22) | 0, value);
  }

  /** Price × 10,000 at which they would have traded: low 32 bits, as int32 bits. */
  get executionPriceLo(): number {
    return this.view.getInt32((this.offset + 26) | 0);
  }
  set executionPriceLo(value: number) {
    this.view.setInt32((this.offset + 26) | 0, value);
  }

  /** Price × 10,000 at which they would have traded. A double: may allocate, the halves never do. */
  get executionPrice4(): number {
    return readU64(this.view, this.offset + 22);
  }
  set executionPrice4(value: number) {
    writeU64(this.view, this.offset + 22, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 30) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 30) | 0, value);
  }

  /** Which of the two goes, as a character code. Not in messages of 31 bytes. */
  get aiqStrategy(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set aiqStrategy(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }
}

/** `J` Rejected; an appendage may follow. 29 bytes. */
export class Rejected {
  static readonly type = 74; // J
  static readonly bytes = 29;
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
    beginMessage(view, offset, Rejected.type, Rejected.bytes);
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

  /** Why; see `OUCH50_REJECT_REASONS`. */
  get reason(): number {
    return this.view.getUint16((this.offset + 13) | 0);
  }
  set reason(value: number) {
    this.view.setUint16((this.offset + 13) | 0, value);
  }

  /** What the client calls it; the venue gives it back and does nothing with it. Makes a string: not for hot paths. */
  get clOrdId(): string {
    return readText(this.view, this.offset + 15, 14);
  }
  set clOrdId(value: string) {
    writeText(this.view, this.offset + 15, 14, value);
  }
}

/** `P` Cancel Pending; an appendage may follow. The cancel waits for a cross. 13 bytes. */
export class CancelPending {
  static readonly type = 80; // P
  static readonly bytes = 13;
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
    beginMessage(view, offset, CancelPending.type, CancelPending.bytes);
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
}

/** `I` Cancel Reject; an appendage may follow. 13 bytes. */
export class CancelReject {
  static readonly type = 73; // I
  static readonly bytes = 13;
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
    beginMessage(view, offset, CancelReject.type, CancelReject.bytes);
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
}
