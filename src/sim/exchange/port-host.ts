import { LoginReject, SILENCE_NS, type SoupLogin } from '../../venues/nasdaq/soupbintcp.ts';
import type { FaultSpec } from '../fault-spec.ts';
import type { ExchangeCore } from './exchange-core.ts';
import type { ExchangePort } from './exchange-port.ts';
import type { HostConnection } from './host-connection.ts';
import type { MessageLog } from './message-log.ts';
import { VenueHost } from './venue-host.ts';

/** Who is logged in to a port. Its mirror hosts share it: one client at a time. */
export interface PortSeat {
  holder: HostConnection | undefined;
}

/** Fault `foreign`: references that no client of ours gets to within a day. */
const FOREIGN_REF = 3_000_000_000;
const FOREIGN_SHARES = 100;
const FOREIGN_PRICE4 = 100_000;

/** One of the addresses at which an order port can be logged in to. */
export class PortHost extends VenueHost {
  readonly port: ExchangePort;
  readonly #core: ExchangeCore;
  readonly #seat: PortSeat;
  #foreign = 0;

  constructor(name: string, core: ExchangeCore, port: ExchangePort, seat: PortSeat, seed: number, stream: number) {
    super({ ...port.options, name }, seed, stream);
    this.port = port;
    this.#core = core;
    this.#seat = seat;
  }

  get log(): MessageLog {
    return this.port.log;
  }

  get over(): boolean {
    return this.port.ended;
  }

  requested(connection: HostConnection, view: DataView, offset: number, length: number): void {
    // A connection that was displaced meanwhile has lost its say.
    if (this.#seat.holder !== connection || this.faults.strikes('lose')) return;
    this.#core.onRequest(this.port, view, offset, length, this.nowNs);
  }

  override faultBegins(spec: FaultSpec): void {
    super.faultBegins(spec);
    if (spec.kind !== 'foreign') return;
    for (let i = 0; i < (spec.count ?? 1); i++) {
      this.port.foreign(FOREIGN_REF + ++this.#foreign, FOREIGN_SHARES, FOREIGN_PRICE4);
    }
  }

  protected admit(connection: HostConnection, _login: SoupLogin): number {
    const { secondLogin, silenceNs } = this.port.options;
    const { holder } = this.#seat;
    const looksAlive = holder !== undefined && this.nowNs - holder.heardNs < (silenceNs ?? SILENCE_NS);
    if (looksAlive && (secondLogin ?? 'refused') === 'refused') return LoginReject.sessionNotAvailable;
    // The seat is taken first: the port is not left by the one that is displaced.
    this.#seat.holder = connection;
    holder?.reset();
    this.#core.onConnect(this.port, this.nowNs);
    return 0;
  }

  protected lost(connection: HostConnection, orderly: boolean): void {
    if (this.#seat.holder !== connection) return;
    this.#seat.holder = undefined;
    this.#core.onDisconnect(this.port, orderly, this.nowNs);
  }
}
