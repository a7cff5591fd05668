import { parseFaultSpec } from '../../fault-spec.ts';
import { ConnectionEnd, type HostConnection } from '../host-connection.ts';
import { OrderVenue, type VenuePortOptions } from '../order-venue.ts';
import { portOptions, SYMBOLS } from './core-rig.ts';
import { login, packet, SoupEar } from './soup-by-hand.ts';

export const MS = 1e6;
export const SECOND = 1e9;

/** A port with hosts, for tests; its password is `secret`. */
export function venuePort(
  name: string,
  hosts: readonly string[],
  changes: Partial<VenuePortOptions> = {},
): VenuePortOptions {
  return { ...portOptions(name, changes), ...changes, hosts };
}

/** A client on an in-memory connection: what it sends arrives at once, what it is sent too. */
export class RigClient {
  readonly ear: SoupEar;
  readonly connection: HostConnection;
  /** How the venue ended the connection. */
  ended: 'closed' | 'reset' | undefined = undefined;
  readonly #rig: VenueRig;

  constructor(rig: VenueRig, connection: HostConnection, protocol: 'ouch50' | 'ouch42') {
    this.#rig = rig;
    this.connection = connection;
    this.ear = new SoupEar(protocol);
  }

  send(bytes: Uint8Array): this {
    this.connection.onBytes(bytes, 0, bytes.length, this.#rig.nowNs);
    this.#rig.settle();
    return this;
  }

  login(username: string, session = '', sequence = 1): this {
    return this.send(login(username, 'secret', session, sequence));
  }

  order(message: Uint8Array): this {
    return this.send(packet('U', message));
  }

  /** What was heard since the last call. */
  take(): string[] {
    return this.ear.take();
  }

  /** The client goes away without a word. */
  drop(): void {
    this.connection.onClosed(this.#rig.nowNs);
  }

  move(): void {
    const { connection, ear } = this;
    if (this.ended !== undefined) return;
    while (connection.outputLength > 0) {
      const { outputLength } = connection;
      ear.hear(connection.output.slice(0, outputLength));
      connection.consumed(outputLength);
    }
    if (connection.end === ConnectionEnd.none) return;
    this.ended = connection.end === ConnectionEnd.reset ? 'reset' : 'closed';
    connection.onClosed(this.#rig.nowNs);
  }
}

/** An order venue in memory, with a clock that a test moves. */
export class VenueRig {
  readonly venue: OrderVenue;
  nowNs = 0;
  readonly #clients: RigClient[] = [];
  #ids = 0;

  constructor(ports: readonly VenuePortOptions[], seed = 1) {
    const account = ports[0].account;
    const copy = { name: 'copy', account, username: 'copy', password: 'secret', session: 'COPY' };
    this.venue = new OrderVenue({ seed, symbols: SYMBOLS, ports, dropCopies: [copy] });
  }

  connect(host: string, protocol: 'ouch50' | 'ouch42' = 'ouch50'): RigClient {
    const connection = this.venue.host(host).connect(this.nowNs);
    if (connection === undefined) throw new Error(`connection refused by ${host}`);
    const client = new RigClient(this, connection, protocol);
    this.#clients.push(client);
    return client;
  }

  /** Lets time pass in steps, heartbeats of the clients included. */
  pass(ns: number, silent: readonly RigClient[] = []): void {
    const untilNs = this.nowNs + ns;
    while (this.nowNs < untilNs) {
      this.nowNs = Math.min(untilNs, this.nowNs + 100 * MS);
      for (const client of this.#clients) {
        if (client.ended === undefined && client.connection.loggedIn && !silent.includes(client))
          client.send(packet('R'));
      }
      this.venue.onTime(this.nowNs);
      this.settle();
    }
  }

  fault(text: string): number {
    const id = ++this.#ids;
    this.venue.addFault(parseFaultSpec(text), this.nowNs, id);
    this.settle();
    return id;
  }

  clear(target?: string): number {
    const cleared = this.venue.clearFaults(target, undefined, this.nowNs);
    this.settle();
    return cleared;
  }

  settle(): void {
    this.venue.pump();
    for (const client of this.#clients) client.move();
  }
}
