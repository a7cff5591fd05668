import { MAX_REPLY_BYTES, OuchReply, OuchReplyKind, type OuchServer } from '../../venues/nasdaq/ouch-reply.ts';
import type { OuchRequest } from '../../venues/nasdaq/ouch-request.ts';
import { Ouch42Server } from '../../venues/nasdaq/ouch42-server.ts';
import { Ouch50Server } from '../../venues/nasdaq/ouch50-server.ts';
import { type Disturbance, UNDISTURBED } from './disturbance.ts';
import { SelfMatch } from './market.ts';
import { MessageLog } from './message-log.ts';
import type { OrderKey, VenueOrder } from './venue-order.ts';

/** What a port is and how the venue treats it. */
export interface PortOptions {
  readonly name: string;
  /** Orders of one account may be kept from trading with each other; positions are counted by it. */
  readonly account: string;
  readonly protocol: 'ouch50' | 'ouch42';
  readonly username: string;
  readonly password: string;
  /** Name of its numbering of sequenced messages: up to ten characters. */
  readonly session: string;
  /** Orders in another firm's name are refused. Default: any firm's are taken. */
  readonly firm?: string;
  readonly selfMatch?: keyof typeof SelfMatch;
  /** What becomes of resting orders when the connection is lost: nothing, all go, or those for market hours alone. */
  readonly cancelOnDisconnect?: 'off' | 'port' | 'order';
  readonly cancelOnDisconnectDelayNs?: number;
  /** An orderly logout takes its orders off the book. */
  readonly logoutCancels?: boolean;
  /** A second login while the first looks alive. */
  readonly secondLogin?: 'displaces' | 'refused';
  /** An immediate order that meets nothing: accepted as dead, or accepted and cancelled. */
  readonly unmarketable?: 'dead' | 'cancelled';
  /** A replace that asks for the impossible is refused, takes the order off the book, or is taken as dead at once. */
  readonly badReplace?: 'refused' | 'cancels' | 'dead';
  /** Orders that end with the day are told cancelled before it ends, or end in silence. */
  readonly lapse?: 'told' | 'silent';
  /** A mass cancel reaches this port's orders, or those of every port of the account. */
  readonly massCancelReaches?: 'port' | 'account';
  readonly heartbeatIntervalNs?: number;
  readonly silenceNs?: number;
  readonly loginDeadlineNs?: number;
}

/** Character codes of why an order was cancelled; both versions of OUCH have the same. */
export const CancelReason = {
  user: 0x55, // U
  immediate: 0x49, // I
  timeout: 0x54, // T
  supervisory: 0x53, // S
  selfMatch: 0x51, // Q
  /** The venue's system did it: a port lost its connection. */
  system: 0x5a, // Z
  halted: 0x48, // H
  closed: 0x45, // E
  postOnly: 0x46, // F
} as const;

export const Liquidity = { added: 0x41, removed: 0x52 } as const;

/** Why a trade was broken or corrected: it was clearly erroneous. */
const ERRONEOUS = 0x45; // E
const TWO_POW_32 = 0x1_0000_0000;

/**
 * A port: one login with its own orders, its own references and one numbered sequence of what it was told. It writes what
 * the venue says about its orders; who is connected to it, and over which host, is not its concern.
 */
export class ExchangePort {
  readonly index: number;
  readonly options: PortOptions;
  readonly protocol: OuchServer;
  readonly log = new MessageLog();
  readonly selfMatch: SelfMatch;
  readonly firmKey: number;
  /** Orders by every name that they had. */
  readonly orders = new Map<OrderKey, VenueOrder>();
  /** Those that may still trade, by id. */
  readonly live = new Set<VenueOrder>();
  /** OUCH 4.2: tokens of orders that were refused; they are used up too. */
  readonly refused = new Set<string>();
  /** OUCH 5.0: the highest reference that was taken. */
  lastRef = 0;
  entryDisabled = false;
  /** No more is said after the day's end. */
  ended = false;
  /** When its resting orders are cancelled because its connection is lost; Infinity = they are not. */
  cancelAtNs = Number.POSITIVE_INFINITY;
  /** Requests ignored in silence, and requests that could not be read. */
  ignored = 0;
  malformed = 0;
  /** What faults make of its requests and answers. */
  disturbance: Disturbance = UNDISTURBED;
  readonly #stampNs: () => number;
  readonly #nowNs: () => number;
  readonly #reply = new OuchReply();
  readonly #bytes = new Uint8Array(MAX_REPLY_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);

  /**
   * @param stampNs ns since midnight, for messages
   * @param nowNs monotonic time, for the log
   */
  constructor(index: number, options: PortOptions, stampNs: () => number, nowNs: () => number) {
    this.index = index;
    this.options = options;
    this.protocol = options.protocol === 'ouch50' ? new Ouch50Server() : new Ouch42Server();
    this.selfMatch = SelfMatch[options.selfMatch ?? 'off'];
    this.firmKey = options.firm === undefined ? 0 : textKey(options.firm, 0);
    this.#stampNs = stampNs;
    this.#nowNs = nowNs;
  }

  get account(): string {
    return this.options.account;
  }

  /** True if references are numbers that must rise (OUCH 5.0); else they are tokens that must be new. */
  get numbered(): boolean {
    return this.protocol.name === 'ouch50';
  }

  accepted(order: VenueOrder, dead: boolean): void {
    const reply = this.#describe(OuchReplyKind.accepted, order);
    reply.dead = dead;
    this.#say();
  }

  /** @param ref @param id what the order was called before */
  replaced(order: VenueOrder, ref: number, id: Uint8Array, dead: boolean): void {
    const reply = this.#describe(OuchReplyKind.replaced, order);
    reply.previousRef = ref;
    reply.previousId.set(id);
    reply.dead = dead;
    this.#say();
  }

  executed(order: VenueOrder, shares: number, price4: number, match: number, liquidity: number): void {
    this.#trade(OuchReplyKind.executed, order, shares, price4, match, liquidity);
    this.#say();
    if (this.disturbance.repeatsExecution()) this.#say();
  }

  broken(order: VenueOrder, match: number): void {
    this.#trade(OuchReplyKind.brokenTrade, order, 0, 0, match, 0).reason = ERRONEOUS;
    this.#say();
  }

  corrected(order: VenueOrder, shares: number, price4: number, match: number, liquidity: number): void {
    this.#trade(OuchReplyKind.tradeCorrection, order, shares, price4, match, liquidity).reason = ERRONEOUS;
    this.#say();
  }

  /** @param shares that were taken off */
  cancelled(order: VenueOrder, shares: number, reason: number): void {
    const reply = this.#about(OuchReplyKind.canceled, order);
    reply.shares = shares;
    reply.reason = reason;
    this.#say();
  }

  prevented(
    order: VenueOrder,
    shares: number,
    prevented: number,
    price4: number,
    liquidity: number,
    strategy: number,
  ): void {
    const reply = this.#about(OuchReplyKind.aiqCanceled, order);
    reply.shares = shares;
    reply.preventedShares = prevented;
    reply.price4 = price4;
    reply.liquidity = liquidity;
    reply.reason = CancelReason.selfMatch;
    reply.aiqStrategy = strategy;
    this.#say();
  }

  rejected(request: OuchRequest, reason: number): void {
    const reply = this.#begin(OuchReplyKind.rejected).echo(request);
    reply.reason = reason;
    this.#say();
  }

  cancelPending(order: VenueOrder): void {
    this.#about(OuchReplyKind.cancelPending, order);
    this.#say();
  }

  cancelRejected(order: VenueOrder): void {
    this.#about(OuchReplyKind.cancelReject, order);
    this.#say();
  }

  modified(order: VenueOrder): void {
    const reply = this.#about(OuchReplyKind.modified, order);
    reply.side = order.side;
    reply.shares = order.leaves;
    this.#say();
  }

  tradeNow(order: VenueOrder): void {
    this.#about(OuchReplyKind.tradeNow, order);
    this.#say();
  }

  /** Answers a request that is not about one order. @param kind {@link OuchReplyKind} */
  answered(kind: number, request: OuchRequest): void {
    this.#begin(kind).echo(request);
    this.#say();
  }

  nextRef(): void {
    this.#begin(OuchReplyKind.nextRef).ref = this.lastRef + 1;
    this.#say();
  }

  /** @param event `S` start, `E` end of day */
  systemEvent(event: string): void {
    this.#begin(OuchReplyKind.systemEvent).eventCode = event.charCodeAt(0);
    this.#say();
  }

  /** Says something about an order that is not this port's, as a confused venue would. */
  foreign(ref: number, shares: number, price4: number): void {
    const reply = this.#begin(OuchReplyKind.executed);
    reply.ref = ref;
    reply.id.fill(0x20);
    const text = `X${ref}`;
    for (let i = 0; i < text.length; i++) reply.id[i] = text.charCodeAt(i);
    reply.shares = shares;
    reply.price4 = price4;
    reply.matchHi = 0;
    reply.matchLo = ref;
    reply.liquidity = Liquidity.added;
    this.#say();
  }

  /** Adds a message that was meant for another port. */
  misdirected(bytes: Uint8Array, offset: number, length: number): void {
    this.log.append(bytes, offset, length, this.#nowNs());
  }

  #begin(kind: number): OuchReply {
    const reply = this.#reply;
    const stampNs = this.#stampNs();
    const hi = Math.floor(stampNs / TWO_POW_32);
    reply.kind = kind;
    reply.timestampHi = hi;
    reply.timestampLo = (stampNs - hi * TWO_POW_32) | 0;
    return reply;
  }

  #about(kind: number, order: VenueOrder): OuchReply {
    const reply = this.#begin(kind);
    reply.ref = order.ref;
    reply.id.set(order.clientId);
    return reply;
  }

  #describe(kind: number, order: VenueOrder): OuchReply {
    const reply = this.#about(kind, order);
    reply.side = order.side;
    reply.shares = order.leaves;
    reply.symbolHi = order.symbolHi;
    reply.symbolLo = order.symbolLo;
    reply.price4 = order.price4;
    reply.lifetime = order.lifetime;
    reply.lifetimeSeconds = order.lifetimeSeconds;
    reply.display = order.display;
    reply.capacity = order.capacity;
    reply.iso = order.iso;
    reply.crossType = order.crossType;
    reply.minShares = order.minShares;
    reply.firmKey = order.firmKey;
    reply.orderRefHi = Math.floor(order.orderRef / TWO_POW_32);
    reply.orderRefLo = (order.orderRef % TWO_POW_32) | 0;
    return reply;
  }

  #trade(kind: number, order: VenueOrder, shares: number, price4: number, match: number, liquidity: number): OuchReply {
    const reply = this.#about(kind, order);
    reply.shares = shares;
    reply.price4 = price4;
    reply.matchHi = Math.floor(match / TWO_POW_32);
    reply.matchLo = (match % TWO_POW_32) | 0;
    reply.liquidity = liquidity;
    return reply;
  }

  #say(): void {
    if (this.ended) return;
    const length = this.protocol.write(this.#view, 0, this.#reply);
    if (length === 0) return;
    this.log.append(this.#bytes, 0, length, this.#nowNs());
    this.disturbance.said(this, this.#bytes, length);
  }
}

/** Four characters from `at` as a big-endian int32, padded with spaces. */
export function textKey(text: string, at: number): number {
  let key = 0;
  for (let i = at; i < at + 4; i++) key = (key << 8) | (i < text.length ? text.charCodeAt(i) & 0xff : 0x20);
  return key;
}
