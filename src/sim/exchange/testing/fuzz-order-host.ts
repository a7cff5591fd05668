import { enter, massCancel, query, replace } from './ouch-by-hand.ts';
import { login, packet } from './soup-by-hand.ts';
import { SECOND, VenueRig, venuePort } from './venue-rig.ts';

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const LOGIN_50 = login('P1', 'secret');
const LOGIN_42 = login('P2', 'secret');
/** A venue that was told this much begins anew, so that it does not grow without end. */
const INPUTS_PER_VENUE = 2000;

let rig = newRig();
let inputs = 0;

function newRig(): VenueRig {
  return new VenueRig([venuePort('P1', ['a']), venuePort('P2', ['b'], { protocol: 'ouch42' })]);
}

/**
 * Any bytes to a host of an order port, before and after a login: nothing thrown, and the books and what ports were told
 * go on to make sense.
 */
export const target = {
  name: 'order-host',
  seeds: [
    joined(LOGIN_50, packet('U', enter({ key: 1 })), packet('U', replace(1, { key: 2 })), packet('U', query())),
    joined(packet('U', enter({ key: 7, life: 60, minShares: 3, firm: 'WLNE' })), packet('U', massCancel(8, 'WARM'))),
    joined(LOGIN_42, packet('U', enter({ key: 'ONE' })), packet('U', replace('ONE', { key: 'TWO' }))),
    joined(packet('R'), packet('+', Uint8Array.of(65)), packet('O')),
  ],
  run(bytes: Uint8Array): void {
    if (++inputs % INPUTS_PER_VENUE === 0) rig = newRig();
    for (const [host, known] of [
      ['a', LOGIN_50],
      ['b', LOGIN_42],
    ] as const) {
      for (const first of [new Uint8Array(0), known]) {
        const connection = rig.venue.host(host).connect(rig.nowNs)!;
        connection.onBytes(first, 0, first.length, rig.nowNs);
        connection.onBytes(bytes, 0, bytes.length >> 1, rig.nowNs);
        connection.onBytes(bytes, bytes.length >> 1, bytes.length - (bytes.length >> 1), rig.nowNs);
        connection.consumed(connection.outputLength);
        connection.onClosed(rig.nowNs);
      }
    }
    rig.nowNs += SECOND;
    rig.venue.onTime(rig.nowNs);
    const { market, desk } = rig.venue.core;
    for (const instrument of [0, 1]) {
      const bid4 = market.book.best(instrument, 0);
      const ask4 = market.book.best(instrument, 1);
      if (bid4 !== 0 && ask4 !== 0 && bid4 >= ask4) throw new Error(`crossed: ${bid4} bid, ${ask4} asked`);
    }
    const last = desk.orders.at(-1);
    if (last !== undefined && last.executed + last.leaves > last.shares) throw new Error('an order grew');
  },
};
