import { BookSide, HOUSE } from '../../exchange-book.ts';
import { ExchangeCore } from '../exchange-core.ts';
import type { ExchangePort, PortOptions } from '../exchange-port.ts';
import type { Market } from '../market.ts';
import { orderRefOf, spoken } from './ouch-by-hand.ts';

export const SYMBOLS = ['WARM', 'LINE'];

/** A port's options for tests: OUCH 5.0, account `ours`. */
export function portOptions(name: string, changes: Partial<PortOptions> = {}): PortOptions {
  return {
    name,
    account: 'ours',
    protocol: 'ouch50',
    username: name,
    password: 'secret',
    session: `S-${name}`,
    ...changes,
  };
}

/** A core with its ports, talked to without connections. */
export class CoreRig {
  readonly core: ExchangeCore;
  nowNs = 0;
  readonly #heard = new Map<ExchangePort, number>();

  constructor(ports: readonly PortOptions[], market?: Market) {
    this.core = new ExchangeCore({ symbols: SYMBOLS, ports, market });
    for (const port of this.core.ports) this.#heard.set(port, port.log.next);
  }

  port(index = 0): ExchangePort {
    return this.core.ports[index];
  }

  send(message: Uint8Array, index = 0): void {
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    this.core.onRequest(this.port(index), view, 0, message.length, this.nowNs);
  }

  /** What a port has been told since the last call. */
  hear(index = 0): string[] {
    return this.messages(index).map((message) => spoken(this.port(index).options.protocol, message));
  }

  /** Sends, and hears what comes of it. */
  ask(message: Uint8Array, index = 0): string[] {
    this.send(message, index);
    return this.hear(index);
  }

  messages(index = 0): Uint8Array[] {
    const port = this.port(index);
    const messages: Uint8Array[] = [];
    for (let number = this.#heard.get(port)!; number < port.log.next; number++) {
      messages.push(port.log.read(number, (bytes, offset, length) => bytes.slice(offset, offset + length)));
    }
    this.#heard.set(port, port.log.next);
    return messages;
  }

  /** The venue's number of the order that was accepted or replaced last. */
  lastOrderRef(messages: readonly Uint8Array[], index = 0): number {
    return orderRefOf(this.port(index).options.protocol, messages.at(-1)!);
  }

  /** Somebody else's resting order. */
  house(side: BookSide, price4: number, shares: number, instrument = 0): void {
    const { market } = this.core;
    market.rest(instrument, side, price4, shares, market.takeReference(), 0, HOUSE, true);
  }

  /** Somebody else's order that takes what stands there. */
  sweep(side: BookSide, price4: number, shares: number, instrument = 0): void {
    this.core.market.take(instrument, side, price4, shares, HOUSE);
  }

  position(symbol = 'WARM', account = 'ours'): number {
    const found = this.core.accountTruth(account).positions.find((one) => one.symbol === symbol);
    return found?.shares ?? 0;
  }
}

export { BookSide };
