import { beginMessage, NO_VIEW, readText, readU64, writeText, writeU64 } from './wire.ts';

/**
 * OUCH 5.0 messages from venue to client about the day and the port as a whole. Flyweights as in `itch5-orders.ts`:
 * they own no bytes but read and write a message in place, big-endian. Numbers ending in `4` carry four implied
 * decimals.
 */

/** `S` System Event, never with an appendage. 10 bytes. */
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

/** `X` Mass Cancel Response; an appendage follows. 25 bytes. */
export class MassCancelResponse {
  static readonly type = 88; // X
  static readonly bytes = 25;
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
    beginMessage(view, offset, MassCancelResponse.type, MassCancelResponse.bytes);
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

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 13, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 13, 4, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get symbolHi(): number {
    return this.view.getInt32((this.offset + 17) | 0);
  }
  set symbolHi(value: number) {
    this.view.setInt32((this.offset + 17) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get symbolLo(): number {
    return this.view.getInt32((this.offset + 21) | 0);
  }
  set symbolLo(value: number) {
    this.view.setInt32((this.offset + 21) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get symbol(): string {
    return readText(this.view, this.offset + 17, 8);
  }
  set symbol(value: string) {
    writeText(this.view, this.offset + 17, 8, value);
  }
}

/** `G` Disable Order Entry Response; an appendage follows. 17 bytes. */
export class DisableOrderEntryResponse {
  static readonly type = 71; // G
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
    beginMessage(view, offset, DisableOrderEntryResponse.type, DisableOrderEntryResponse.bytes);
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

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 13, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 13, 4, value);
  }
}

/** `K` Enable Order Entry Response; an appendage follows. 17 bytes. */
export class EnableOrderEntryResponse {
  static readonly type = 75; // K
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
    beginMessage(view, offset, EnableOrderEntryResponse.type, EnableOrderEntryResponse.bytes);
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

  /** Firm, as an int32 key. */
  get firmKey(): number {
    return this.view.getInt32((this.offset + 13) | 0);
  }
  set firmKey(value: number) {
    this.view.setInt32((this.offset + 13) | 0, value);
  }

  /** Firm, without its padding. Makes a string: not for hot paths. */
  get firm(): string {
    return readText(this.view, this.offset + 13, 4);
  }
  set firm(value: string) {
    writeText(this.view, this.offset + 13, 4, value);
  }
}

/** `Q` Account Query Response; an appendage may follow. 13 bytes. */
export class AccountQueryResponse {
  static readonly type = 81; // Q
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
    beginMessage(view, offset, AccountQueryResponse.type, AccountQueryResponse.bytes);
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

  /** The next reference: this one and higher ones have not arrived. */
  get nextUserRefNum(): number {
    return this.view.getUint32((this.offset + 9) | 0);
  }
  set nextUserRefNum(value: number) {
    this.view.setUint32((this.offset + 9) | 0, value);
  }
}
