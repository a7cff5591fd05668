import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 4.2 messages from venue to client about executions. The length is fixed by the type. Flyweights as in
 * `itch5-orders.ts`: they own no bytes but read and write a message in place, big-endian. Numbers ending in `4` carry
 * four implied decimals.
 */

/** `E` Executed. 40 bytes. */
export class Executed {
  static readonly type = 69; // E
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
    beginMessage(view, offset, Executed.type, Executed.bytes);
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

  /** Shares of this execution. */
  get executedShares(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set executedShares(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Price × 10,000. */
  get executionPrice4(): number {
    return this.view.getUint32((this.offset + 27) | 0);
  }
  set executionPrice4(value: number) {
    this.view.setUint32((this.offset + 27) | 0, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 32);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 32, value);
  }
}

/** `G` Executed with Reference Price. 45 bytes. */
export class ExecutedWithReferencePrice {
  static readonly type = 71; // G
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
    beginMessage(view, offset, ExecutedWithReferencePrice.type, ExecutedWithReferencePrice.bytes);
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

  /** Shares of this execution. */
  get executedShares(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set executedShares(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Price × 10,000. */
  get executionPrice4(): number {
    return this.view.getUint32((this.offset + 27) | 0);
  }
  set executionPrice4(value: number) {
    this.view.setUint32((this.offset + 27) | 0, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 32);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 32, value);
  }

  /** Price × 10,000 that the execution refers to. */
  get referencePrice4(): number {
    return this.view.getUint32((this.offset + 40) | 0);
  }
  set referencePrice4(value: number) {
    this.view.setUint32((this.offset + 40) | 0, value);
  }

  /** Which price that is, as a character code. */
  get referencePriceType(): number {
    return this.view.getUint8((this.offset + 44) | 0);
  }
  set referencePriceType(value: number) {
    this.view.setUint8((this.offset + 44) | 0, value);
  }
}

/** `B` Broken Trade: an execution is taken back. 32 bytes. */
export class BrokenTrade {
  static readonly type = 66; // B
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 27) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 27) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 23);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 23, value);
  }

  /** Why, as a character code: `E` erroneous, `C` consent, `S` supervisory, `X` external. */
  get reason(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }
}

/** `F` Trade Correction: an execution is amended. 41 bytes. */
export class TradeCorrection {
  static readonly type = 70; // F
  static readonly bytes = 41;
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

  /** Token: the client's name of the order, unique for the day. Makes a string: not for hot paths. */
  get token(): string {
    return readText(this.view, this.offset + 9, 14);
  }
  set token(value: string) {
    writeText(this.view, this.offset + 9, 14, value);
  }

  /** Shares of this execution. */
  get executedShares(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set executedShares(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Price × 10,000. */
  get executionPrice4(): number {
    return this.view.getUint32((this.offset + 27) | 0);
  }
  set executionPrice4(value: number) {
    this.view.setUint32((this.offset + 27) | 0, value);
  }

  /** Liquidity flag, as a character code. */
  get liquidity(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set liquidity(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }

  /** Number of the match: both sides of a match share it: high 32 bits, as int32 bits. */
  get matchHi(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set matchHi(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /** Number of the match: both sides of a match share it: low 32 bits, as int32 bits. */
  get matchLo(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set matchLo(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** Number of the match: both sides of a match share it. Exact to 2^53 only, and may allocate: not for hot paths. */
  get matchNumber(): number {
    return readU64(this.view, this.offset + 32);
  }
  set matchNumber(value: number) {
    writeU64(this.view, this.offset + 32, value);
  }

  /** Why, as a character code. */
  get reason(): number {
    return this.view.getUint8((this.offset + 40) | 0);
  }
  set reason(value: number) {
    this.view.setUint8((this.offset + 40) | 0, value);
  }
}
