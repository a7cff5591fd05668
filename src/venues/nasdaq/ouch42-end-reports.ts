import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 4.2 messages from venue to client about orders that are cancelled or refused. The length is fixed by the type.
 * Flyweights as in `itch5-orders.ts`: they own no bytes but read and write a message in place, big-endian. Numbers
 * ending in `4` carry four implied decimals.
 */

/** `C` Canceled. 28 bytes. */
export class Canceled {
  static readonly type = 67; // C
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
    beginMessage(view, offset, Canceled.type, Canceled.bytes);
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

  /** Shares that were taken off. */
  get decrementShares(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set decrementShares(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Why, as a character code; see `CANCEL_REASONS`. */
  get reason(): number {
    return this.view.getUint8((this.offset + 27) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 27) | 0, value);
  }
}

/** `D` AIQ Canceled: taken off because it would have met an order of the same owner. 37 bytes. */
export class AiqCanceled {
  static readonly type = 68; // D
  static readonly bytes = 37;
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Shares that were taken off. */
  get decrementShares(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set decrementShares(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Why, as a character code; see `CANCEL_REASONS`. */
  get reason(): number {
    return this.view.getUint8((this.offset + 27) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 27) | 0, value);
  }

  /** Shares that would have traded. */
  get preventedShares(): number {
    return this.view.getUint32((this.offset + 28) | 0);
  }
  set preventedShares(value: number) {
    this.view.setUint32((this.offset + 28) | 0, value);
  }

  /** Price × 10,000 at which they would have traded. */
  get executionPrice4(): number {
    return this.view.getUint32((this.offset + 32) | 0);
  }
  set executionPrice4(value: number) {
    this.view.setUint32((this.offset + 32) | 0, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 36) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 36) | 0, value);
  }
}

/** `J` Rejected. 24 bytes. */
export class Rejected {
  static readonly type = 74; // J
  static readonly bytes = 24;
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Why, as a character code; see `OUCH42_REJECT_REASONS`. */
  get reason(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }
}

/** `P` Cancel Pending: the cancel waits for a cross. 23 bytes. */
export class CancelPending {
  static readonly type = 80; // P
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }
}

/** `I` Cancel Reject. 23 bytes. */
export class CancelReject {
  static readonly type = 73; // I
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }
}
