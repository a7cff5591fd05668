import { beginMessage, NO_VIEW, readText, readU48, readU64, writeText, writeU48, writeU64 } from './wire.ts';

/**
 * ITCH 5.0 messages about the market: its day, its securities, their state, auctions.
 *
 * Each class is a flyweight: it owns no bytes but points at a message (`wrap` to read, `begin` to write) and reads or
 * writes fields in place, big-endian as on the wire. Fields after `type` in every message: locate, tracking, timestamp.
 * Every class has accessors of its own, with no base class, so that each keeps a monomorphic inline cache; `| 0` keeps
 * the sum an int32 where the compiler would otherwise check it for overflow.
 * Numbers ending in `4` or `8` carry that many implied decimals.
 */

/** System Event `S`: the milestones of the trading day. 12 bytes. */
export class SystemEvent {
  static readonly type = 83; // S
  static readonly bytes = 12;
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

  /** Event code, as a character code: `O` start of messages, `S` start of system hours, `Q` start of market hours, `M` end of market hours, `E` end of system hours, `C` end of messages. */
  get eventCode(): number {
    return this.view.getUint8((this.offset + 11) | 0);
  }
  set eventCode(value: number) {
    this.view.setUint8((this.offset + 11) | 0, value);
  }
}

/** Stock Directory `R`: which symbol a stock locate stands for today, and what kind of security it is. 39 bytes. */
export class StockDirectory {
  static readonly type = 82; // R
  static readonly bytes = 39;
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
    beginMessage(view, offset, StockDirectory.type, StockDirectory.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Market category, as a character code: `Q` Global Select, `G` Global Market, `S` Capital Market, `N` NYSE, `A` NYSE American, `P` NYSE Arca, `Z` BATS, `V` IEX, space = not available. */
  get marketCategory(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set marketCategory(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Financial status, as a character code: `N` normal, `D` deficient, `E` delinquent, `Q` bankrupt, `S` suspended and combinations. */
  get financialStatus(): number {
    return this.view.getUint8((this.offset + 20) | 0);
  }
  set financialStatus(value: number) {
    this.view.setUint8((this.offset + 20) | 0, value);
  }

  /** Shares in a round lot. */
  get roundLotSize(): number {
    return this.view.getUint32((this.offset + 21) | 0);
  }
  set roundLotSize(value: number) {
    this.view.setUint32((this.offset + 21) | 0, value);
  }

  /** Round lots only, as a character code: `Y` only round lots are accepted, `N` odd lots too. */
  get roundLotsOnly(): number {
    return this.view.getUint8((this.offset + 25) | 0);
  }
  set roundLotsOnly(value: number) {
    this.view.setUint8((this.offset + 25) | 0, value);
  }

  /** Issue classification, as a character code: kind of security, for example `C` common stock, `Q` exchange-traded fund. */
  get issueClassification(): number {
    return this.view.getUint8((this.offset + 26) | 0);
  }
  set issueClassification(value: number) {
    this.view.setUint8((this.offset + 26) | 0, value);
  }

  /** Subtype of the security, two bytes as a number. */
  get issueSubtypeKey(): number {
    return this.view.getUint16((this.offset + 27) | 0);
  }
  set issueSubtypeKey(value: number) {
    this.view.setUint16((this.offset + 27) | 0, value);
  }

  /** Subtype of the security, without its padding. Makes a string: not for hot paths. */
  get issueSubtype(): string {
    return readText(this.view, this.offset + 27, 2);
  }
  set issueSubtype(value: string) {
    writeText(this.view, this.offset + 27, 2, value);
  }

  /** Authenticity, as a character code: `P` live production, `T` test. */
  get authenticity(): number {
    return this.view.getUint8((this.offset + 29) | 0);
  }
  set authenticity(value: number) {
    this.view.setUint8((this.offset + 29) | 0, value);
  }

  /** Short sale threshold, as a character code: `Y` restricted by Rule 203(b)(3), `N` not, space = not available. */
  get shortSaleThreshold(): number {
    return this.view.getUint8((this.offset + 30) | 0);
  }
  set shortSaleThreshold(value: number) {
    this.view.setUint8((this.offset + 30) | 0, value);
  }

  /** Ipo flag, as a character code: `Y` new issue, `N` not, space = not available. */
  get ipoFlag(): number {
    return this.view.getUint8((this.offset + 31) | 0);
  }
  set ipoFlag(value: number) {
    this.view.setUint8((this.offset + 31) | 0, value);
  }

  /** Luld tier, as a character code: `1`, `2`, space = not applicable. */
  get luldTier(): number {
    return this.view.getUint8((this.offset + 32) | 0);
  }
  set luldTier(value: number) {
    this.view.setUint8((this.offset + 32) | 0, value);
  }

  /** Etp flag, as a character code: `Y` exchange-traded product, `N` not, space = not available. */
  get etpFlag(): number {
    return this.view.getUint8((this.offset + 33) | 0);
  }
  set etpFlag(value: number) {
    this.view.setUint8((this.offset + 33) | 0, value);
  }

  /** Leverage factor of an exchange-traded product, as an integer. */
  get etpLeverage(): number {
    return this.view.getUint32((this.offset + 34) | 0);
  }
  set etpLeverage(value: number) {
    this.view.setUint32((this.offset + 34) | 0, value);
  }

  /** Inverse, as a character code: `Y` inverse product, `N` not. */
  get inverseIndicator(): number {
    return this.view.getUint8((this.offset + 38) | 0);
  }
  set inverseIndicator(value: number) {
    this.view.setUint8((this.offset + 38) | 0, value);
  }
}

/** Stock Trading Action `H`: a security is halted, paused, quotation only or trading again. 25 bytes. */
export class TradingAction {
  static readonly type = 72; // H
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
    beginMessage(view, offset, TradingAction.type, TradingAction.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Trading state, as a character code: `H` halted, `P` paused, `Q` quotation only, `T` trading. */
  get tradingState(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set tradingState(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Reserved. */
  get reserved(): number {
    return this.view.getUint8((this.offset + 20) | 0);
  }
  set reserved(value: number) {
    this.view.setUint8((this.offset + 20) | 0, value);
  }

  /** Reason code of the trading action, four bytes as an int32 key. */
  get reasonKey(): number {
    return this.view.getInt32((this.offset + 21) | 0);
  }
  set reasonKey(value: number) {
    this.view.setInt32((this.offset + 21) | 0, value);
  }

  /** Reason code of the trading action, without its padding. Makes a string: not for hot paths. */
  get reason(): string {
    return readText(this.view, this.offset + 21, 4);
  }
  set reason(value: string) {
    writeText(this.view, this.offset + 21, 4, value);
  }
}

/** Reg SHO Restriction `Y`: the short sale price test of a security. 20 bytes. */
export class RegShoRestriction {
  static readonly type = 89; // Y
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
    beginMessage(view, offset, RegShoRestriction.type, RegShoRestriction.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Action, as a character code: `0` none, `1` restricted, `2` restriction remains. */
  get action(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set action(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }
}

/** Market Participant Position `L`: a market maker in a security. 26 bytes. */
export class MarketParticipantPosition {
  static readonly type = 76; // L
  static readonly bytes = 26;
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
    beginMessage(view, offset, MarketParticipantPosition.type, MarketParticipantPosition.bytes);
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

  /** Market participant, four bytes as an int32 key. */
  get mpidKey(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set mpidKey(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Market participant, without its padding. Makes a string: not for hot paths. */
  get mpid(): string {
    return readText(this.view, this.offset + 11, 4);
  }
  set mpid(value: string) {
    writeText(this.view, this.offset + 11, 4, value);
  }

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 19) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 19) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 15, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 15, 8, value);
  }

  /** Primary market maker, as a character code: `Y` primary market maker, `N` not. */
  get primaryMarketMaker(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set primaryMarketMaker(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }

  /** Market maker mode, as a character code: `N` normal, `P` passive, `S` syndicate, `R` pre-syndicate, `L` penalty. */
  get marketMakerMode(): number {
    return this.view.getUint8((this.offset + 24) | 0);
  }
  set marketMakerMode(value: number) {
    this.view.setUint8((this.offset + 24) | 0, value);
  }

  /** Participant state, as a character code: `A` active, `E` excused, `W` withdrawn, `S` suspended, `D` deleted. */
  get participantState(): number {
    return this.view.getUint8((this.offset + 25) | 0);
  }
  set participantState(value: number) {
    this.view.setUint8((this.offset + 25) | 0, value);
  }
}

/** MWCB Decline Level `V`: the index levels at which the market-wide circuit breakers trip today. 35 bytes. */
export class MwcbDeclineLevel {
  static readonly type = 86; // V
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
    beginMessage(view, offset, MwcbDeclineLevel.type, MwcbDeclineLevel.bytes);
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

  /** Index level of the first breaker, 8 decimals: high 32 bits, as int32 bits. */
  get level1Hi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set level1Hi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Index level of the first breaker, 8 decimals: low 32 bits, as int32 bits. */
  get level1Lo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set level1Lo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Index level of the first breaker × 10^8 (8 implied decimals). Exact to 2^53 only, and may allocate: not for hot paths. */
  get level18(): number {
    return readU64(this.view, this.offset + 11);
  }
  set level18(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Index level of the second breaker, 8 decimals: high 32 bits, as int32 bits. */
  get level2Hi(): number {
    return this.view.getInt32((this.offset + 19) | 0);
  }
  set level2Hi(value: number) {
    this.view.setInt32((this.offset + 19) | 0, value);
  }

  /** Index level of the second breaker, 8 decimals: low 32 bits, as int32 bits. */
  get level2Lo(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set level2Lo(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Index level of the second breaker × 10^8 (8 implied decimals). Exact to 2^53 only, and may allocate: not for hot paths. */
  get level28(): number {
    return readU64(this.view, this.offset + 19);
  }
  set level28(value: number) {
    writeU64(this.view, this.offset + 19, value);
  }

  /** Index level of the third breaker, 8 decimals: high 32 bits, as int32 bits. */
  get level3Hi(): number {
    return this.view.getInt32((this.offset + 27) | 0);
  }
  set level3Hi(value: number) {
    this.view.setInt32((this.offset + 27) | 0, value);
  }

  /** Index level of the third breaker, 8 decimals: low 32 bits, as int32 bits. */
  get level3Lo(): number {
    return this.view.getInt32((this.offset + 31) | 0);
  }
  set level3Lo(value: number) {
    this.view.setInt32((this.offset + 31) | 0, value);
  }

  /** Index level of the third breaker × 10^8 (8 implied decimals). Exact to 2^53 only, and may allocate: not for hot paths. */
  get level38(): number {
    return readU64(this.view, this.offset + 27);
  }
  set level38(value: number) {
    writeU64(this.view, this.offset + 27, value);
  }
}

/** MWCB Status `W`: a market-wide circuit breaker has tripped. 12 bytes. */
export class MwcbStatus {
  static readonly type = 87; // W
  static readonly bytes = 12;
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
    beginMessage(view, offset, MwcbStatus.type, MwcbStatus.bytes);
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

  /** Breached level, as a character code: `1`, `2` or `3`. */
  get breachedLevel(): number {
    return this.view.getUint8((this.offset + 11) | 0);
  }
  set breachedLevel(value: number) {
    this.view.setUint8((this.offset + 11) | 0, value);
  }
}

/** Quoting Period Update `K`: when quotation of an IPO security is to be released. 28 bytes. */
export class QuotingPeriodUpdate {
  static readonly type = 75; // K
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
    beginMessage(view, offset, QuotingPeriodUpdate.type, QuotingPeriodUpdate.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** When quotation is released, in seconds since midnight Eastern. */
  get releaseTimeSeconds(): number {
    return this.view.getUint32((this.offset + 19) | 0);
  }
  set releaseTimeSeconds(value: number) {
    this.view.setUint32((this.offset + 19) | 0, value);
  }

  /** Release qualifier, as a character code: `A` anticipated, `C` cancelled or postponed. */
  get releaseQualifier(): number {
    return this.view.getUint8((this.offset + 23) | 0);
  }
  set releaseQualifier(value: number) {
    this.view.setUint8((this.offset + 23) | 0, value);
  }

  /** IPO price × 10,000 (4 implied decimals). */
  get ipoPrice4(): number {
    return this.view.getUint32((this.offset + 24) | 0);
  }
  set ipoPrice4(value: number) {
    this.view.setUint32((this.offset + 24) | 0, value);
  }
}

/** LULD Auction Collar `J`: price limits within which a paused security's auction may execute. 35 bytes. */
export class LuldAuctionCollar {
  static readonly type = 74; // J
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
    beginMessage(view, offset, LuldAuctionCollar.type, LuldAuctionCollar.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Reference price × 10,000 (4 implied decimals). */
  get referencePrice4(): number {
    return this.view.getUint32((this.offset + 19) | 0);
  }
  set referencePrice4(value: number) {
    this.view.setUint32((this.offset + 19) | 0, value);
  }

  /** Upper price limit × 10,000 (4 implied decimals). */
  get upperPrice4(): number {
    return this.view.getUint32((this.offset + 23) | 0);
  }
  set upperPrice4(value: number) {
    this.view.setUint32((this.offset + 23) | 0, value);
  }

  /** Lower price limit × 10,000 (4 implied decimals). */
  get lowerPrice4(): number {
    return this.view.getUint32((this.offset + 27) | 0);
  }
  set lowerPrice4(value: number) {
    this.view.setUint32((this.offset + 27) | 0, value);
  }

  /** How often the auction has been extended. */
  get extension(): number {
    return this.view.getUint32((this.offset + 31) | 0);
  }
  set extension(value: number) {
    this.view.setUint32((this.offset + 31) | 0, value);
  }
}

/** Operational Halt `h`: one market center halts or resumes a security for operational reasons. 21 bytes. */
export class OperationalHalt {
  static readonly type = 104; // h
  static readonly bytes = 21;
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
    beginMessage(view, offset, OperationalHalt.type, OperationalHalt.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Market code, as a character code: `Q` Nasdaq, `B` BX, `X` PSX. */
  get marketCode(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set marketCode(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Action, as a character code: `H` halted, `T` trading resumed. */
  get action(): number {
    return this.view.getUint8((this.offset + 20) | 0);
  }
  set action(value: number) {
    this.view.setUint8((this.offset + 20) | 0, value);
  }
}

/** Net Order Imbalance `I`: the state of an auction before it crosses. 50 bytes. */
export class NetOrderImbalance {
  static readonly type = 73; // I
  static readonly bytes = 50;
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
    beginMessage(view, offset, NetOrderImbalance.type, NetOrderImbalance.bytes);
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

  /** Shares paired at the current reference price: high 32 bits, as int32 bits. */
  get pairedSharesHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set pairedSharesHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Shares paired at the current reference price: low 32 bits, as int32 bits. */
  get pairedSharesLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set pairedSharesLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Shares paired at the current reference price. Exact to 2^53 only, and may allocate: not for hot paths. */
  get pairedShares(): number {
    return readU64(this.view, this.offset + 11);
  }
  set pairedShares(value: number) {
    writeU64(this.view, this.offset + 11, value);
  }

  /** Shares not paired at the current reference price: high 32 bits, as int32 bits. */
  get imbalanceSharesHi(): number {
    return this.view.getInt32((this.offset + 19) | 0);
  }
  set imbalanceSharesHi(value: number) {
    this.view.setInt32((this.offset + 19) | 0, value);
  }

  /** Shares not paired at the current reference price: low 32 bits, as int32 bits. */
  get imbalanceSharesLo(): number {
    return this.view.getInt32((this.offset + 23) | 0);
  }
  set imbalanceSharesLo(value: number) {
    this.view.setInt32((this.offset + 23) | 0, value);
  }

  /** Shares not paired at the current reference price. Exact to 2^53 only, and may allocate: not for hot paths. */
  get imbalanceShares(): number {
    return readU64(this.view, this.offset + 19);
  }
  set imbalanceShares(value: number) {
    writeU64(this.view, this.offset + 19, value);
  }

  /** Imbalance direction, as a character code: `B` buy, `S` sell, `N` none, `O` not enough orders to tell, `P` paused. */
  get imbalanceDirection(): number {
    return this.view.getUint8((this.offset + 27) | 0);
  }
  set imbalanceDirection(value: number) {
    this.view.setUint8((this.offset + 27) | 0, value);
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

  /** Price at which cross orders alone would clear × 10,000 (4 implied decimals). */
  get farPrice4(): number {
    return this.view.getUint32((this.offset + 36) | 0);
  }
  set farPrice4(value: number) {
    this.view.setUint32((this.offset + 36) | 0, value);
  }

  /** Price at which cross and continuous orders would clear × 10,000 (4 implied decimals). */
  get nearPrice4(): number {
    return this.view.getUint32((this.offset + 40) | 0);
  }
  set nearPrice4(value: number) {
    this.view.setUint32((this.offset + 40) | 0, value);
  }

  /** Reference price × 10,000 (4 implied decimals). */
  get referencePrice4(): number {
    return this.view.getUint32((this.offset + 44) | 0);
  }
  set referencePrice4(value: number) {
    this.view.setUint32((this.offset + 44) | 0, value);
  }

  /** Cross type, as a character code: `O` opening, `C` closing, `H` halt or pause, `A` extended trading close. */
  get crossType(): number {
    return this.view.getUint8((this.offset + 48) | 0);
  }
  set crossType(value: number) {
    this.view.setUint8((this.offset + 48) | 0, value);
  }

  /** Price variation, as a character code: how far the near indicative price is from the reference price (`L` under 1 %, `1`…`9`, `A`…`C`, space). */
  get priceVariation(): number {
    return this.view.getUint8((this.offset + 49) | 0);
  }
  set priceVariation(value: number) {
    this.view.setUint8((this.offset + 49) | 0, value);
  }
}

/** Retail Price Improvement `N`: retail interest on a side. 20 bytes. */
export class RetailPriceImprovement {
  static readonly type = 78; // N
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
    beginMessage(view, offset, RetailPriceImprovement.type, RetailPriceImprovement.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Interest flag, as a character code: `B` buy side, `S` sell side, `A` both, `N` none. */
  get interestFlag(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set interestFlag(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }
}

/** Direct Listing with Capital Raise `O`: price range of a direct listing. 48 bytes. */
export class DirectListing {
  static readonly type = 79; // O
  static readonly bytes = 48;
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
    beginMessage(view, offset, DirectListing.type, DirectListing.bytes);
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

  /** Symbol, first four bytes as an int32 key. */
  get stockHi(): number {
    return this.view.getInt32((this.offset + 11) | 0);
  }
  set stockHi(value: number) {
    this.view.setInt32((this.offset + 11) | 0, value);
  }

  /** Symbol, last four bytes as an int32 key. */
  get stockLo(): number {
    return this.view.getInt32((this.offset + 15) | 0);
  }
  set stockLo(value: number) {
    this.view.setInt32((this.offset + 15) | 0, value);
  }

  /** Symbol, without its padding. Makes a string: not for hot paths. */
  get stock(): string {
    return readText(this.view, this.offset + 11, 8);
  }
  set stock(value: string) {
    writeText(this.view, this.offset + 11, 8, value);
  }

  /** Open eligibility, as a character code: `Y` eligible for release, `N` not. */
  get openEligibility(): number {
    return this.view.getUint8((this.offset + 19) | 0);
  }
  set openEligibility(value: number) {
    this.view.setUint8((this.offset + 19) | 0, value);
  }

  /** Lowest price at which the security may open × 10,000 (4 implied decimals). */
  get minPrice4(): number {
    return this.view.getUint32((this.offset + 20) | 0);
  }
  set minPrice4(value: number) {
    this.view.setUint32((this.offset + 20) | 0, value);
  }

  /** Highest price at which the security may open × 10,000 (4 implied decimals). */
  get maxPrice4(): number {
    return this.view.getUint32((this.offset + 24) | 0);
  }
  set maxPrice4(value: number) {
    this.view.setUint32((this.offset + 24) | 0, value);
  }

  /** Near execution price × 10,000 (4 implied decimals). */
  get nearExecutionPrice4(): number {
    return this.view.getUint32((this.offset + 28) | 0);
  }
  set nearExecutionPrice4(value: number) {
    this.view.setUint32((this.offset + 28) | 0, value);
  }

  /** When the near execution price was last computed, in ns since midnight Eastern: high 32 bits, as int32 bits. */
  get nearExecutionTimeNsHi(): number {
    return this.view.getInt32((this.offset + 32) | 0);
  }
  set nearExecutionTimeNsHi(value: number) {
    this.view.setInt32((this.offset + 32) | 0, value);
  }

  /** When the near execution price was last computed, in ns since midnight Eastern: low 32 bits, as int32 bits. */
  get nearExecutionTimeNsLo(): number {
    return this.view.getInt32((this.offset + 36) | 0);
  }
  set nearExecutionTimeNsLo(value: number) {
    this.view.setInt32((this.offset + 36) | 0, value);
  }

  /** When the near execution price was last computed, in ns since midnight Eastern. Exact to 2^53 only, and may allocate: not for hot paths. */
  get nearExecutionTimeNs(): number {
    return readU64(this.view, this.offset + 32);
  }
  set nearExecutionTimeNs(value: number) {
    writeU64(this.view, this.offset + 32, value);
  }

  /** Lower auction collar × 10,000 (4 implied decimals). */
  get lowerCollar4(): number {
    return this.view.getUint32((this.offset + 40) | 0);
  }
  set lowerCollar4(value: number) {
    this.view.setUint32((this.offset + 40) | 0, value);
  }

  /** Upper auction collar × 10,000 (4 implied decimals). */
  get upperCollar4(): number {
    return this.view.getUint32((this.offset + 44) | 0);
  }
  set upperCollar4(value: number) {
    this.view.setUint32((this.offset + 44) | 0, value);
  }
}
