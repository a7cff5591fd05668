import { OuchReplyKind } from '../../venues/nasdaq/ouch-reply.ts';
import { clientIdText, OuchLifetime, type OuchRequest, OuchRequestKind } from '../../venues/nasdaq/ouch-request.ts';
import { BookSide } from '../exchange-book.ts';
import { badTerms, Display, isBlank, MARKET_PRICE4, whyNotEnter, whyNotReplace } from './entry-rules.ts';
import { CancelReason, type ExchangePort, Liquidity } from './exchange-port.ts';
import { anyLimit, type Market, type MarketListener, SelfMatch } from './market.ts';
import type { Truth, VenueExecution } from './truth.ts';
import { isSellCode, isSideCode, type OrderKey, SideCode, VenueOrder } from './venue-order.ts';

const NS_PER_SECOND = 1e9;
const POST_ONLY = 0x50; // P
/** Shares of a cancelled order that trade all the same where a cancel comes too late. */
const LATE_SHARES = 100;
const AIQ_CODE = { [SelfMatch.newest]: 0x4e, [SelfMatch.oldest]: 0x4f, [SelfMatch.both]: 0x42, [SelfMatch.off]: 0x20 };
const TWO_POW_32 = 0x1_0000_0000;

/** A cancel that is carried out later. */
interface PendingCancel {
  readonly order: VenueOrder;
  /** What may have traded in all afterwards. */
  readonly shares: number;
  readonly dueNs: number;
}

/** Hears what drop copies tell of a member's orders. */
export interface DeskWitness {
  traded(execution: VenueExecution): void;
  /** Nothing of an order is left: so many shares were open and are cancelled. */
  ended(order: VenueOrder, shares: number): void;
}

export function symbolKey(hi: number, lo: number): number {
  return hi * TWO_POW_32 + (lo >>> 0);
}

/**
 * Takes members' requests to the market by the rules of OUCH: what is refused, what is ignored in silence, what a
 * quantity means, in which order things are told.
 */
export class OrderDesk implements MarketListener {
  /** By id - 1. */
  readonly orders: VenueOrder[] = [];
  /** Live orders that end by themselves. */
  readonly timed = new Set<VenueOrder>();
  readonly #market: Market;
  readonly #truth: Truth;
  readonly #witness: DeskWitness;
  readonly #instruments: ReadonlyMap<number, number>;
  readonly #ports: readonly ExchangePort[];
  #pending: PendingCancel[] = [];
  #nowNs = 0;

  /** @param instruments by {@link symbolKey} */
  constructor(
    market: Market,
    truth: Truth,
    witness: DeskWitness,
    instruments: ReadonlyMap<number, number>,
    ports: readonly ExchangePort[],
  ) {
    this.#market = market;
    this.#truth = truth;
    this.#witness = witness;
    this.#instruments = instruments;
    this.#ports = ports;
    market.listener = this;
  }

  /** One request of a port. */
  take(port: ExchangePort, request: OuchRequest, nowNs: number): void {
    this.#nowNs = nowNs;
    switch (request.kind) {
      case OuchRequestKind.enter:
        this.#enter(port, request);
        return;
      case OuchRequestKind.replace:
        this.#replace(port, request);
        return;
      case OuchRequestKind.cancel:
        this.#cancel(port, request);
        return;
      case OuchRequestKind.modify:
        this.#modify(port, request);
        return;
      case OuchRequestKind.tradeNow: {
        const order = this.#liveOrder(port, keyOf(port, request.ref, request.id));
        if (order === undefined) port.ignored++;
        else port.tradeNow(order);
        return;
      }
      case OuchRequestKind.query:
        port.nextRef();
        return;
      default:
        this.#portWide(port, request);
    }
  }

  /** Takes a live order off the book. @param shares of it; default: all that is left */
  withdraw(order: VenueOrder, reason: number, shares = order.leaves): void {
    this.#takeOff(order, shares);
    order.port.cancelled(order, shares, reason);
    if (!order.live) this.#witness.ended(order, shares);
  }

  /** Takes a live order off the book for good, and tells nobody. */
  lapse(order: VenueOrder): void {
    this.#takeOff(order, order.leaves);
  }

  // MarketListener

  executed(owner: number, shares: number, price4: number, match: number, resting: boolean): void {
    const order = this.orders[owner - 1];
    order.leaves -= shares;
    this.#record(order, shares, price4, match, resting ? Liquidity.added : Liquidity.removed);
    if (!order.live) this.#over(order);
  }

  prevented(owner: number, shares: number, prevented: number, price4: number, resting: boolean): void {
    const order = this.orders[owner - 1];
    order.leaves -= shares;
    const liquidity = resting ? Liquidity.added : Liquidity.removed;
    order.port.prevented(order, shares, prevented, price4, liquidity, AIQ_CODE[order.port.selfMatch]);
    if (order.live) return;
    this.#witness.ended(order, shares);
    this.#over(order);
  }

  sameAccount(owner: number, other: number): boolean {
    return this.orders[owner - 1].port.account === this.orders[other - 1].port.account;
  }

  #enter(port: ExchangePort, request: OuchRequest): void {
    const key = this.#newKey(port, request);
    if (key === undefined) {
      port.ignored++;
      return;
    }
    const instrument = this.#instruments.get(symbolKey(request.symbolHi, request.symbolLo)) ?? -1;
    const refusal = whyNotEnter(this.#market, port, request, instrument);
    if (refusal !== 0) {
      this.#refuse(port, request, key, refusal);
      return;
    }
    const order = new VenueOrder(this.orders.length + 1, port, instrument, request.symbolHi, request.symbolLo, key);
    this.orders.push(order);
    order.side = request.side;
    order.capacity = request.capacity;
    order.crossType = request.crossType;
    order.firmKey = request.firmKey;
    this.#name(order, key, request);
    this.#setTerms(order, request, request.shares);
    const dead = this.#isDead(order);
    port.live.add(order);
    port.accepted(order, dead);
    this.#work(order, request.postOnly, dead);
  }

  #replace(port: ExchangePort, request: OuchRequest): void {
    const order = this.#liveOrder(port, keyOf(port, request.previousRef, request.previousId));
    if (order === undefined || !this.#isNew(port, request)) {
      port.ignored++;
      return;
    }
    const refusal = whyNotReplace(this.#market, port, request, order);
    if (refusal !== 0) {
      this.#refuse(port, request, this.#newKey(port, request)!, refusal);
      return;
    }
    const left = request.shares - order.executed;
    if (badTerms(port, request) !== 0 || left <= 0) {
      this.#badReplace(port, request, order, left);
      return;
    }
    const previousRef = order.ref;
    const previousId = order.clientId.slice();
    const { slot, displayed } = order;
    const market = this.#market;
    if (isSellCode(order.side) && isSellCode(request.side)) order.side = request.side;
    this.#name(order, this.#newKey(port, request)!, request);
    this.#setTerms(order, request, left);
    order.shares = request.shares;
    const { instrument, bookSide, price4 } = order;
    const inPlace =
      order.displayed && displayed && !this.#isImmediate(order) && !market.reaches(instrument, bookSide, price4);
    if (inPlace) {
      port.replaced(order, previousRef, previousId, false);
      order.slot = market.replaceDisplayed(slot, price4, left, order.orderRef, this.#attribution(order));
      this.#watchTime(order);
      return;
    }
    market.reduce(slot, market.bookOf(displayed).sharesOf(slot), displayed);
    order.left();
    const dead = this.#isDead(order);
    port.replaced(order, previousRef, previousId, dead);
    this.#work(order, request.postOnly, dead);
  }

  #badReplace(port: ExchangePort, request: OuchRequest, order: VenueOrder, left: number): void {
    // What has traded already leaves nothing of the new quantity: the order is over. The same where the venue is strict.
    const over = left <= 0 && request.shares > 0;
    if (over || port.options.badReplace === 'cancels') {
      if (port.numbered) port.lastRef = request.ref >>> 0;
      this.withdraw(order, CancelReason.user);
    } else if (port.options.badReplace === 'dead') this.#replaceByDead(port, request, order);
    else this.#refuse(port, request, this.#newKey(port, request)!, badTerms(port, request));
  }

  /** The replacement is taken and dead at once: the order goes with it. */
  #replaceByDead(port: ExchangePort, request: OuchRequest, order: VenueOrder): void {
    const previousRef = order.ref;
    const previousId = order.clientId.slice();
    const { leaves } = order;
    this.#name(order, this.#newKey(port, request)!, request);
    port.replaced(order, previousRef, previousId, true);
    this.#takeOff(order, leaves);
    this.#witness.ended(order, leaves);
  }

  #cancel(port: ExchangePort, request: OuchRequest): void {
    const order = this.#liveOrder(port, keyOf(port, request.ref, request.id));
    const off = order === undefined || request.shares < 0 ? 0 : this.#above(order, request.shares);
    if (order === undefined || off <= 0) {
      port.ignored++;
      return;
    }
    if (port.disturbance.deniesCancel()) {
      port.cancelRejected(order);
      return;
    }
    const pendsNs = port.disturbance.cancelPendsNs();
    if (pendsNs > 0) {
      port.cancelPending(order);
      this.#pending.push({ order, shares: request.shares, dueNs: this.#nowNs + pendsNs });
    } else this.#cancelDown(order, request.shares);
  }

  /** Cancels that were put off, and whose time has come. */
  carryOut(nowNs: number): void {
    this.#nowNs = nowNs;
    if (this.#pending.length === 0) return;
    const due = this.#pending.filter(({ dueNs }) => dueNs <= nowNs);
    this.#pending = this.#pending.filter(({ dueNs }) => dueNs > nowNs);
    for (const { order, shares } of due) if (order.live) this.#cancelDown(order, shares);
  }

  /** When {@link carryOut} has something to do next. */
  get pendingDueNs(): number {
    return this.#pending.reduce((next, { dueNs }) => Math.min(next, dueNs), Number.POSITIVE_INFINITY);
  }

  /** Takes off what an order has above `total`. */
  #cancelDown(order: VenueOrder, total: number): void {
    const off = this.#above(order, total);
    if (off <= 0) return;
    const all = off === order.leaves;
    this.withdraw(order, CancelReason.user, off);
    if (all && order.port.disturbance.cancelsTooLate()) this.#tradeLate(order, off);
  }

  /** A few shares had traded when the cancel arrived; the report of it comes behind the confirmation. */
  #tradeLate(order: VenueOrder, cancelled: number): void {
    const match = this.#market.nextMatch++;
    const shares = Math.min(cancelled, LATE_SHARES);
    this.#market.tape.traded(order.instrument, shares, order.price4, match);
    this.#record(order, shares, order.price4, match, Liquidity.added);
  }

  #modify(port: ExchangePort, request: OuchRequest): void {
    const order = this.#liveOrder(port, keyOf(port, request.ref, request.id));
    const sideFits =
      order !== undefined &&
      isSideCode(request.side) &&
      (order.side === SideCode.buy) === (request.side === SideCode.buy);
    const off = order === undefined || request.shares < 0 ? 0 : this.#above(order, request.shares);
    if (order === undefined || !sideFits || off === order.leaves) {
      port.ignored++;
      return;
    }
    if (off > 0) this.#takeOff(order, off);
    order.side = request.side;
    port.modified(order);
  }

  #portWide(port: ExchangePort, request: OuchRequest): void {
    if (!this.#isNew(port, request)) {
      port.ignored++;
      return;
    }
    port.lastRef = request.ref >>> 0;
    if (request.kind === OuchRequestKind.massCancel) {
      port.answered(OuchReplyKind.massCancelled, request);
      this.#cancelMany(port, request);
      return;
    }
    const disable = request.kind === OuchRequestKind.disableEntry;
    port.entryDisabled = disable;
    port.answered(disable ? OuchReplyKind.entryDisabled : OuchReplyKind.entryEnabled, request);
  }

  #cancelMany(port: ExchangePort, request: OuchRequest): void {
    const wide = port.options.massCancelReaches === 'account';
    const ports = wide ? this.#ports.filter(({ account }) => account === port.account) : [port];
    const anySymbol = isBlank(request.symbolHi) && isBlank(request.symbolLo);
    for (const one of ports) {
      for (const order of [...one.live]) {
        if (!isBlank(request.firmKey) && order.firmKey !== request.firmKey && one.firmKey !== request.firmKey) continue;
        if (!anySymbol && (order.symbolHi !== request.symbolHi || order.symbolLo !== request.symbolLo)) continue;
        if (request.side !== 0 && order.side !== request.side) continue;
        this.withdraw(order, CancelReason.user);
      }
    }
  }

  /** Lets an order trade, then rest, as its terms have it. */
  #work(order: VenueOrder, postOnly: number, dead: boolean): void {
    const market = this.#market;
    const { port, instrument, bookSide } = order;
    if (dead) {
      const { leaves } = order;
      order.leaves = 0;
      this.#witness.ended(order, leaves);
      this.#over(order);
      return;
    }
    const limit4 = limitOf(order);
    if (postOnly === POST_ONLY && market.reaches(instrument, bookSide, limit4)) {
      this.withdraw(order, CancelReason.postOnly);
      return;
    }
    const enough =
      order.minShares === 0 || market.available(instrument, bookSide, limit4, order.minShares) >= order.minShares;
    if (enough) market.take(instrument, bookSide, limit4, order.leaves, order.id, port.selfMatch);
    if (!order.live) return;
    if (this.#isImmediate(order)) {
      this.withdraw(order, CancelReason.immediate);
      return;
    }
    order.slot = market.rest(
      instrument,
      bookSide,
      order.price4,
      order.leaves,
      order.orderRef,
      this.#attribution(order),
      order.id,
      order.displayed,
    );
    this.#watchTime(order);
  }

  #record(order: VenueOrder, shares: number, price4: number, match: number, liquidity: number): void {
    order.executed += shares;
    const execution = this.#truth.traded(order, shares, price4, match, liquidity);
    order.port.executed(order, shares, price4, match, liquidity);
    this.#witness.traded(execution);
  }

  #takeOff(order: VenueOrder, shares: number): void {
    if (order.resting) this.#market.reduce(order.slot, shares, order.displayed);
    order.leaves -= shares;
    if (!order.live) this.#over(order);
  }

  #over(order: VenueOrder): void {
    order.left();
    order.port.live.delete(order);
    this.timed.delete(order);
  }

  /** Shares that a live order has above what it may execute in all. */
  #above(order: VenueOrder, total: number): number {
    return order.leaves - Math.max(0, Math.min(order.leaves, total - order.executed));
  }

  #name(order: VenueOrder, key: OrderKey, request: OuchRequest): void {
    order.key = key;
    order.ref = request.ref;
    order.clientId.set(request.id);
    order.orderRef = this.#market.takeReference();
    order.port.orders.set(key, order);
    if (order.port.numbered) order.port.lastRef = key as number;
  }

  #setTerms(order: VenueOrder, request: OuchRequest, leaves: number): void {
    order.price4 = request.price4;
    order.shares = request.shares;
    order.leaves = leaves;
    order.displayed = request.display !== Display.hidden;
    order.display = request.display;
    order.iso = request.iso;
    order.minShares = request.minShares;
    order.lifetime = request.lifetime;
    order.lifetimeSeconds = request.lifetimeSeconds;
    order.expiresNs =
      request.lifetime === OuchLifetime.seconds
        ? this.#nowNs + request.lifetimeSeconds * NS_PER_SECOND
        : Number.POSITIVE_INFINITY;
  }

  #watchTime(order: VenueOrder): void {
    if (order.expiresNs === Number.POSITIVE_INFINITY) this.timed.delete(order);
    else this.timed.add(order);
  }

  #isImmediate(order: VenueOrder): boolean {
    return order.lifetime === OuchLifetime.immediate || order.price4 === MARKET_PRICE4;
  }

  /** An immediate order that meets nothing is told to be dead at once, where the venue does so. */
  #isDead(order: VenueOrder): boolean {
    if (!this.#isImmediate(order) || order.port.options.unmarketable === 'cancelled') return false;
    return !this.#market.reaches(order.instrument, order.bookSide, limitOf(order));
  }

  #attribution(order: VenueOrder): number {
    return order.display === Display.attributable ? order.firmKey || order.port.firmKey : 0;
  }

  #liveOrder(port: ExchangePort, key: OrderKey): VenueOrder | undefined {
    const order = port.orders.get(key);
    return order?.live === true && order.key === key ? order : undefined;
  }

  #isNew(port: ExchangePort, request: OuchRequest): boolean {
    if (port.numbered) return request.ref >>> 0 > port.lastRef;
    const token = clientIdText(request.id);
    return !port.orders.has(token) && !port.refused.has(token);
  }

  #newKey(port: ExchangePort, request: OuchRequest): OrderKey | undefined {
    if (!this.#isNew(port, request)) return undefined;
    return keyOf(port, request.ref, request.id);
  }

  #refuse(port: ExchangePort, request: OuchRequest, key: OrderKey, reason: number): void {
    if (port.numbered) port.lastRef = key as number;
    else port.refused.add(key as string);
    port.rejected(request, reason);
  }
}

function keyOf(port: ExchangePort, ref: number, id: Uint8Array): OrderKey {
  return port.numbered ? ref >>> 0 : clientIdText(id);
}

function limitOf(order: VenueOrder): number {
  return order.price4 === MARKET_PRICE4
    ? anyLimit(order.side === SideCode.buy ? BookSide.buy : BookSide.sell)
    : order.price4;
}
