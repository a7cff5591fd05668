import { DropCopyType } from '../../venues/nasdaq/drop-copy.ts';
import { OuchRefusal } from '../../venues/nasdaq/ouch-refusal.ts';
import { OuchRequest } from '../../venues/nasdaq/ouch-request.ts';
import { DropCopyLog } from './drop-copy-log.ts';
import { CancelReason, ExchangePort, type PortOptions, textKey } from './exchange-port.ts';
import { Halt, Market } from './market.ts';
import { type DeskWitness, OrderDesk, symbolKey } from './order-desk.ts';
import { Truth, type VenueExecution } from './truth.ts';
import { type AccountTruth, describeAccount, describePort, type PortTruth } from './truth-report.ts';
import type { VenueOrder } from './venue-order.ts';

const START_OF_MARKET_HOURS_NS = 9.5 * 3600e9;

export interface ExchangeCoreOptions {
  /** By index, as the market numbers its instruments. */
  readonly symbols: readonly string[];
  readonly ports: readonly PortOptions[];
  /** Where the orders go; by default a market of their own, in which nobody else trades. */
  readonly market?: Market;
  /** Stamps of messages, ns since midnight. Default: market hours begin when the venue's own time is 0. */
  readonly stampNs?: () => number;
}

/**
 * The order side of a simulated exchange, without connections: requests of ports in, numbered messages of ports out, and
 * the truth about who holds what. Pure: time comes in with each call, nothing is random. It shares nothing with the
 * order half that it is used to test.
 */
export class ExchangeCore {
  readonly market: Market;
  readonly symbols: readonly string[];
  readonly ports: readonly ExchangePort[];
  readonly truth = new Truth();
  readonly dropCopies: ReadonlyMap<string, DropCopyLog>;
  readonly desk: OrderDesk;
  readonly #stampNs: () => number;
  readonly #request = new OuchRequest();
  readonly #indexOf = new Map<string, number>();
  #nowNs = 0;

  constructor(options: ExchangeCoreOptions) {
    this.symbols = options.symbols;
    this.market = options.market ?? new Market(options.symbols.length);
    this.#stampNs = options.stampNs ?? (() => START_OF_MARKET_HOURS_NS + this.#nowNs);
    const nowNs = (): number => this.#nowNs;
    this.ports = options.ports.map((port, index) => new ExchangePort(index, port, this.#stampNs, nowNs));
    const instruments = new Map<number, number>();
    for (const [index, symbol] of options.symbols.entries()) {
      instruments.set(symbolKey(textKey(symbol, 0), textKey(symbol, 4)), index);
      this.#indexOf.set(symbol, index);
    }
    this.dropCopies = new Map(options.ports.map(({ account }) => [account, new DropCopyLog(account)]));
    this.desk = new OrderDesk(this.market, this.truth, this.#witness, instruments, this.ports);
    for (const port of this.ports) port.systemEvent('S');
  }

  /** The venue's own time: that of the last call. */
  get nowNs(): number {
    return this.#nowNs;
  }

  /** Lets time pass: orders expire, and those of lost connections are cancelled. Time never goes back. */
  onTime(nowNs: number): void {
    this.#advance(nowNs);
    this.desk.carryOut(nowNs);
    for (const order of this.desk.timed) {
      if (order.expiresNs <= nowNs) this.desk.withdraw(order, CancelReason.timeout);
    }
    for (const port of this.ports) {
      if (port.cancelAtNs > nowNs) continue;
      port.cancelAtNs = Number.POSITIVE_INFINITY;
      this.#cancelLost(port);
    }
  }

  /** When {@link onTime} has something to do next. */
  get nextDueNs(): number {
    let next = this.desk.pendingDueNs;
    for (const { cancelAtNs } of this.ports) next = Math.min(next, cancelAtNs);
    for (const { expiresNs } of this.desk.timed) next = Math.min(next, expiresNs);
    return next;
  }

  /** One message of a port. What it amounts to stands in the ports' logs afterwards. */
  onRequest(port: ExchangePort, view: DataView, offset: number, length: number, nowNs: number): void {
    this.#advance(nowNs);
    if (port.ended) return;
    if (port.protocol.parse(view, offset, length, this.#request) !== OuchRefusal.none) {
      port.malformed++;
      return;
    }
    this.desk.take(port, this.#request, nowNs);
  }

  /** A port's connection is gone. @param orderly it logged out */
  onDisconnect(port: ExchangePort, orderly: boolean, nowNs: number): void {
    this.#advance(nowNs);
    const { logoutCancels, cancelOnDisconnect, cancelOnDisconnectDelayNs } = port.options;
    if (orderly) {
      if (logoutCancels === true) for (const order of [...port.live]) this.desk.withdraw(order, CancelReason.system);
      return;
    }
    if ((cancelOnDisconnect ?? 'off') === 'off') return;
    port.cancelAtNs = nowNs + (cancelOnDisconnectDelayNs ?? 0);
    if (port.cancelAtNs <= nowNs) this.onTime(nowNs);
  }

  /** A port has logged in again in time: its orders stay. */
  onConnect(port: ExchangePort, nowNs: number): void {
    this.#advance(nowNs);
    port.cancelAtNs = Number.POSITIVE_INFINITY;
  }

  /** Breaks a trade: it never was. @returns how many sides were told */
  bust(match: number, nowNs: number): number {
    this.#advance(nowNs);
    const sides = this.truth.sidesOf(match);
    for (const execution of sides) {
      this.truth.break(execution);
      execution.order.port.broken(execution.order, match);
      this.#tell(DropCopyType.broken, execution);
    }
    if (sides.length > 0) this.market.tape.broken(sides[0].order.instrument, match);
    return sides.length;
  }

  /** Corrects a trade's price (and shares, to no more than they were). @returns how many sides were told */
  correct(match: number, price4: number, nowNs: number, shares = Number.POSITIVE_INFINITY): number {
    this.#advance(nowNs);
    const sides = this.truth.sidesOf(match);
    for (const execution of sides) {
      const { order, liquidity } = execution;
      this.truth.correct(execution, Math.min(shares, execution.shares), price4);
      order.port.corrected(order, execution.shares, price4, match, liquidity);
      this.#tell(DropCopyType.corrected, execution);
    }
    return sides.length;
  }

  /** @returns the index of a symbol, -1 if it is not traded here */
  instrumentOf(symbol: string): number {
    return this.#indexOf.get(symbol) ?? -1;
  }

  setHalted(instrument: number, halted: boolean, nowNs: number): void {
    this.#advance(nowNs);
    this.market.setHalted(instrument, halted ? Halt.operator : Halt.none);
  }

  /** The day is over: what still stands expires, and no port is told anything any more. */
  endDay(nowNs: number): void {
    this.#advance(nowNs);
    this.market.open = false;
    for (const port of this.ports) {
      for (const order of [...port.live]) {
        if (port.options.lapse === 'silent') this.desk.lapse(order);
        else this.desk.withdraw(order, CancelReason.closed);
      }
      port.systemEvent('E');
      port.ended = true;
    }
  }

  /** What the venue knows about an account, for people and for tests. */
  accountTruth(account: string): AccountTruth {
    return describeAccount(account, this.symbols, this.ports, this.truth);
  }

  portTruth(port: ExchangePort): PortTruth {
    return describePort(port);
  }

  #advance(nowNs: number): void {
    if (nowNs > this.#nowNs) this.#nowNs = nowNs;
  }

  /** Cancels the resting orders of a port whose connection is lost: all, or those for market hours. */
  #cancelLost(port: ExchangePort): void {
    const all = port.options.cancelOnDisconnect === 'port';
    for (const order of [...port.live]) {
      if (all || !order.staysOverDisconnect) this.desk.withdraw(order, CancelReason.system);
    }
  }

  readonly #witness: DeskWitness = {
    traded: (execution) => this.#tell(DropCopyType.executed, execution),
    ended: (order, shares) => this.#copyOf(order).tellEnd(order, shares, this.#stampNs(), this.#nowNs),
  };

  #tell(type: number, execution: VenueExecution): void {
    this.#copyOf(execution.order).tell(type, execution, this.#stampNs(), this.#nowNs);
  }

  #copyOf(order: VenueOrder): DropCopyLog {
    return this.dropCopies.get(order.port.account)!;
  }
}
