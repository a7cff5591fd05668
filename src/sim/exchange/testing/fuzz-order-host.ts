import { ExchangeCore } from '../exchange-core.ts';
import type { HostConnection } from '../host-connection.ts';
import { PortHost } from '../port-host.ts';
import { portOptions, SYMBOLS } from './core-rig.ts';
import { enter, massCancel, query, replace } from './ouch-by-hand.ts';
import { login, packet } from './soup-by-hand.ts';

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const LOGINS = { ouch50: login('P1', 'secret'), ouch42: login('P2', 'secret') };
const NOTHING = new Uint8Array(0);
const PORTS = [portOptions('P1'), portOptions('P2', { protocol: 'ouch42' })];
const SECOND_NS = 1e9;

/** A venue of this input alone, so that it fails again alone. */
function converse(protocol: 'ouch50' | 'ouch42', first: Uint8Array, bytes: Uint8Array): ExchangeCore {
  const core = new ExchangeCore({ symbols: SYMBOLS, ports: [PORTS[protocol === 'ouch50' ? 0 : 1]] });
  const host = new PortHost('host', core, core.ports[0], { holder: undefined }, 1, 1);
  const connection: HostConnection = host.connect(0)!;
  connection.onBytes(first, 0, first.length, 0);
  const half = bytes.length >> 1;
  connection.onBytes(bytes, 0, half, 0);
  connection.onBytes(bytes, half, bytes.length - half, 0);
  connection.consumed(connection.outputLength);
  core.onTime(SECOND_NS);
  host.onTime(SECOND_NS);
  connection.onClosed(SECOND_NS);
  return core;
}

/**
 * Any bytes to a host of an order port, before and after a login: nothing thrown, and the books and orders go on to make
 * sense.
 */
export const target = {
  name: 'order-host',
  seeds: [
    joined(packet('U', enter({ key: 1 })), packet('U', replace(1, { key: 2 })), packet('U', query())),
    joined(packet('U', enter({ key: 7, life: 60, minShares: 3, firm: 'WLNE' })), packet('U', massCancel(8, 'WARM'))),
    joined(packet('U', enter({ key: 'ONE' })), packet('U', replace('ONE', { key: 'TWO' }))),
    joined(LOGINS.ouch50, packet('U', enter({ key: 1 })), packet('R'), packet('+', Uint8Array.of(65)), packet('O')),
  ],
  run(bytes: Uint8Array): void {
    const protocol = bytes.length % 2 === 0 ? 'ouch50' : 'ouch42';
    const { market, desk } = converse(protocol, bytes[2] === LOGINS.ouch50[2] ? NOTHING : LOGINS[protocol], bytes);
    const bid4 = market.book.best(0, 0);
    const ask4 = market.book.best(0, 1);
    if (bid4 !== 0 && ask4 !== 0 && bid4 >= ask4) throw new Error(`crossed: ${bid4} bid, ${ask4} asked`);
    for (const { executed, leaves, shares } of desk.orders) {
      if (executed + leaves > shares) throw new Error('an order grew');
    }
  },
};
