import { LoginReject, type SoupLogin, SoupServer, type SoupServerSink } from '../../venues/nasdaq/soupbintcp.ts';
import type { FaultSpec } from '../fault-spec.ts';
import { Random } from '../random.ts';
import { type FaultActor, FaultSchedule } from './fault-schedule.ts';
import { HostConnection } from './host-connection.ts';
import type { MessageLog } from './message-log.ts';

/** What a host is logged in to with, and how long it waits. */
export interface HostOptions {
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly session: string;
  readonly heartbeatIntervalNs?: number;
  readonly silenceNs?: number;
  readonly loginDeadlineNs?: number;
}

export interface HostStats {
  connections: number;
  logins: number;
  rejectedLogins: number;
}

const USERNAME_BYTES = 6;
const PASSWORD_BYTES = 10;
const DEFAULT_GARBAGE_BYTES = 64;
/** How often time is to be told to connections, as a share of the heartbeat interval. */
const TICKS_PER_HEARTBEAT = 4;
const DEFAULT_HEARTBEAT_NS = 1e9;
const OUTPUT_BYTES = 1 << 16;

/**
 * One address of the venue at which something can be logged in to: a host of an order port, or a drop copy. It keeps
 * the connections and does to them what faults ask for; it owns no socket.
 */
export abstract class VenueHost implements FaultActor {
  readonly name: string;
  readonly session: string;
  readonly faults: FaultSchedule;
  readonly connections = new Set<HostConnection>();
  readonly stats: HostStats = { connections: 0, logins: 0, rejectedLogins: 0 };
  nowNs = Number.NEGATIVE_INFINITY;
  abstract readonly log: MessageLog;
  readonly #options: HostOptions;
  /** Servers whose connection is over: their buffers serve the next. */
  readonly #spare: { readonly soup: SoupServer; readonly relay: SinkRelay }[] = [];
  readonly #relays = new Map<SoupServer, SinkRelay>();

  constructor(options: HostOptions, seed: number, stream: number) {
    this.name = options.name;
    this.session = options.session;
    this.#options = options;
    this.faults = new FaultSchedule(seed, stream, this);
  }

  /** Nothing more will be said: a client that has heard everything is told end of session. */
  abstract get over(): boolean;

  /** @returns 0, or why the login is rejected */
  protected abstract admit(connection: HostConnection, login: SoupLogin): number;

  /** A request of a client that is logged in. */
  abstract requested(connection: HostConnection, view: DataView, offset: number, length: number): void;

  protected abstract lost(connection: HostConnection, orderly: boolean): void;

  /** A host that is killed refuses connections. */
  get listening(): boolean {
    return this.faults.find('kill') === undefined;
  }

  get frozen(): boolean {
    return this.faults.find('freeze') !== undefined;
  }

  get blackholed(): boolean {
    return this.faults.find('blackhole') !== undefined;
  }

  /** Answers leave, and requests are processed, so much later. */
  get delayNs(): number {
    return this.faults.find('delay')?.durationNs ?? 0;
  }

  get slowNs(): number {
    return this.faults.find('slow')?.durationNs ?? 0;
  }

  /** A client has connected. @returns undefined where nobody listens */
  connect(nowNs: number): HostConnection | undefined {
    this.advance(nowNs);
    if (!this.listening) return undefined;
    this.stats.connections++;
    const connection = new HostConnection(this);
    this.connections.add(connection);
    return connection;
  }

  advance(nowNs: number): void {
    if (nowNs > this.nowNs) this.nowNs = nowNs;
    this.faults.advance(this.nowNs);
  }

  /** Lets time pass: heartbeats, deadlines, what was put off. */
  onTime(nowNs: number): void {
    this.advance(nowNs);
    for (const connection of this.connections) connection.onTime();
  }

  /** Sends what has been said since. */
  pump(): void {
    for (const connection of this.connections) connection.pump();
  }

  /** When {@link onTime} should be called at the latest. */
  get nextDueNs(): number {
    let next = this.faults.nextDueNs;
    for (const connection of this.connections) next = Math.min(next, connection.nextDueNs);
    if (this.connections.size === 0) return next;
    return Math.min(
      next,
      this.nowNs + (this.#options.heartbeatIntervalNs ?? DEFAULT_HEARTBEAT_NS) / TICKS_PER_HEARTBEAT,
    );
  }

  /** A login is to be answered. */
  loggingIn(connection: HostConnection, login: SoupLogin): void {
    const reason = this.#whyReject(login) || this.admit(connection, login);
    if (reason !== 0) {
      this.stats.rejectedLogins++;
      connection.soup.reject(reason);
      return;
    }
    this.stats.logins++;
    const newest = this.log.next;
    const wanted = login.sequence === 0 ? Math.max(1, newest - 1) : login.sequence;
    const jump = this.faults.find('jump')?.count ?? 1;
    const told = this.faults.strikes('jump') ? wanted + jump : Math.min(wanted, newest);
    connection.accept(told, Math.min(told, newest));
  }

  gone(connection: HostConnection, orderly: boolean): void {
    this.lost(connection, orderly);
  }

  /** The owner has no more use for a connection. */
  forget(connection: HostConnection): void {
    this.connections.delete(connection);
    const relay = this.#relays.get(connection.soup);
    if (relay === undefined) return;
    this.#relays.delete(connection.soup);
    this.#spare.push({ soup: connection.soup, relay });
  }

  /** A conversation for a new connection, in buffers of one that is over where there are any. */
  takeSoup(sink: SoupServerSink): SoupServer {
    const spare = this.#spare.pop();
    const relay = spare?.relay ?? new SinkRelay();
    relay.sink = sink;
    const { heartbeatIntervalNs, silenceNs, loginDeadlineNs: loginTimeoutNs } = this.#options;
    const timers = { heartbeatIntervalNs, silenceNs, loginTimeoutNs, outputBytes: OUTPUT_BYTES };
    const soup = spare?.soup ?? new SoupServer(relay, timers);
    this.#relays.set(soup, relay);
    return soup;
  }

  faultBegins(spec: FaultSpec): void {
    for (const connection of [...this.connections]) {
      switch (spec.kind) {
        case 'kill':
        case 'reset':
          connection.reset();
          break;
        case 'close':
          connection.close();
          break;
        case 'end':
          connection.endSession();
          break;
        case 'withhold':
          connection.withheld = true;
          break;
        case 'half':
          connection.armHalf();
          break;
        case 'garbage':
          connection.garbage(spec.count ?? DEFAULT_GARBAGE_BYTES, this.faults.randomOf('garbage') ?? new Random(0));
          break;
      }
    }
  }

  faultEnds(spec: FaultSpec): void {
    for (const connection of [...this.connections]) {
      switch (spec.kind) {
        case 'freeze':
        case 'unread':
          connection.resume();
          break;
        case 'blackhole':
          connection.reset();
          break;
        case 'withhold':
          connection.withheld = false;
          connection.pump();
          break;
        case 'delay':
          connection.pump();
          break;
        case 'blackout':
          connection.answerLogin();
          break;
      }
    }
  }

  #whyReject({ username, password, session }: SoupLogin): number {
    const fault = this.faults.find('reject');
    if (fault !== undefined) return fault.word === 'S' ? LoginReject.sessionNotAvailable : LoginReject.notAuthorised;
    const options = this.#options;
    const known =
      sameField(username, options.username, USERNAME_BYTES) && sameField(password, options.password, PASSWORD_BYTES);
    if (!known) return LoginReject.notAuthorised;
    return session === '' || session === this.session ? 0 : LoginReject.sessionNotAvailable;
  }
}

/** Lets a conversation's buffers serve one connection after another. */
class SinkRelay implements SoupServerSink {
  sink!: SoupServerSink;

  login(login: SoupLogin): void {
    this.sink.login(login);
  }
  unsequenced(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    this.sink.unsequenced(bytes, view, offset, length);
  }
  logout(): void {
    this.sink.logout();
  }
  failed(reason: string): void {
    this.sink.failed(reason);
  }
}

/** Fields of fixed length without regard to case, as SoupBinTCP has them. */
function sameField(given: string, ours: string, length: number): boolean {
  return given.toLowerCase() === ours.slice(0, length).trim().toLowerCase();
}
