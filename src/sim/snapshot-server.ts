import { createServer, type Server, type Socket } from 'node:net';
import { type EncodedSnapshot, GlimpseServer } from '../venues/nasdaq/glimpse.ts';
import { type SoupLogin, SoupState } from '../venues/nasdaq/soupbintcp.ts';
import { copyOf } from './copy-bytes.ts';
import type { FaultSpec } from './fault-spec.ts';
import { FaultPipeline } from './faults.ts';
import type { FlowSource } from './flow-source.ts';
import { SimulatorError } from './simulator-error.ts';
import type { UnitStore } from './unit-store.ts';

export interface SnapshotStats {
  connections: number;
  /** Connections turned away because too many were open. */
  turnedAway: number;
  logins: number;
  refusedLogins: number;
  /** Broken off or held up by a fault. */
  disturbed: number;
}

/** What a snapshot is made of: it changes when a session is restarted. */
export interface SnapshotContent {
  readonly source: FlowSource;
  readonly store: UnitStore;
}

export interface SnapshotLogin {
  readonly username: string;
  readonly password: string;
}

const FAULT_STREAM = 101;
/** More at once are turned away: each holds a snapshot of its own. */
const MAX_CONNECTIONS = 32;
const TIMER_MS = 100;
const LENGTH_BYTES = 2;
/** SoupBinTCP: length and type in front of each message. */
const SOUP_HEADER_BYTES = 3;
/** The answer to a login, which goes before the first message. */
const LOGIN_ACCEPTED_BYTES = 33;
const USERNAME_BYTES = 6;
const PASSWORD_BYTES = 10;
const FIRST_SNAPSHOT_BYTES = 1 << 20;

/** One client. */
interface Connection {
  readonly socket: Socket;
  readonly glimpse: GlimpseServer;
  /** Bytes that may still leave before a fault breaks off or holds up the connection. */
  allowance: number;
  fault: FaultSpec | undefined;
}

/**
 * The venue's snapshot service: GLIMPSE over SoupBinTCP. Each login gets the state as it stands at that moment, and the
 * number that the feed continues from. Faults: `refuse`, `cut=N` and `stall=N` (after N messages).
 */
export class SnapshotServer {
  readonly stats: SnapshotStats = { connections: 0, turnedAway: 0, logins: 0, refusedLogins: 0, disturbed: 0 };
  readonly faults: FaultPipeline;
  readonly #login: SnapshotLogin;
  readonly #content: () => SnapshotContent;
  readonly #now: () => number;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #nowNs = new Float64Array(1);
  #timer: NodeJS.Timeout | undefined;

  constructor(seed: number, login: SnapshotLogin, content: () => SnapshotContent, now: () => number) {
    this.faults = new FaultPipeline(seed, FAULT_STREAM, () => {});
    this.#login = login;
    this.#content = content;
    this.#now = now;
    this.#server = createServer((socket) => this.#connected(socket));
  }

  /** Opens the socket; port 0 lets the kernel choose. @returns the port */
  listen(address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(new SimulatorError(`snapshot server cannot listen on ${address}:${port}: ${error.message}`));
      });
      this.#server.listen({ host: address, port }, () => {
        this.#timer = setInterval(this.#onTimer, TIMER_MS);
        resolve((this.#server.address() as { port: number }).port);
      });
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#server.close();
    for (const { socket } of this.#connections) socket.destroy();
  }

  #connected(socket: Socket): void {
    this.stats.connections++;
    socket.on('error', () => socket.destroy());
    if (this.#connections.size >= MAX_CONNECTIONS) {
      this.stats.turnedAway++;
      socket.destroy();
      return;
    }
    let snapshot: EncodedSnapshot | undefined;
    const connection: Connection = {
      socket,
      allowance: Number.POSITIVE_INFINITY,
      fault: undefined,
      glimpse: new GlimpseServer(
        () => {
          this.#limit(connection, snapshot!);
          return snapshot!;
        },
        (login) => {
          this.stats.logins++;
          snapshot = this.#admits(login) ? this.#take() : undefined;
          if (snapshot === undefined) this.stats.refusedLogins++;
          return snapshot !== undefined;
        },
      ),
    };
    this.#connections.add(connection);
    socket.setNoDelay(true);
    socket.on('close', () => this.#connections.delete(connection));
    socket.on('data', (bytes) => {
      connection.glimpse.soup.onBytes(bytes, 0, bytes.length);
      this.#move(connection);
    });
    socket.on('drain', () => this.#move(connection));
  }

  #admits(login: SoupLogin): boolean {
    if (this.faults.find('refuse', this.#now()) !== undefined) return false;
    const { username, password } = this.#login;
    // Fields of fixed length without regard to case, as SoupBinTCP has them.
    const same = (given: string, ours: string, length: number): boolean =>
      given.toLowerCase() === ours.slice(0, length).trim().toLowerCase();
    return same(login.username, username, USERNAME_BYTES) && same(login.password, password, PASSWORD_BYTES);
  }

  /** The state as it stands, or undefined where it can't be told any more. */
  #take(): EncodedSnapshot | undefined {
    const { source, store } = this.#content();
    let bytes = new Uint8Array(FIRST_SNAPSHOT_BYTES);
    let length = 0;
    const told = source.writeSnapshot((message, offset, size) => {
      if (length + LENGTH_BYTES + size > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      bytes[length] = size >> 8;
      bytes[length + 1] = size;
      bytes.set(message.subarray(offset, offset + size), length + LENGTH_BYTES);
      length += LENGTH_BYTES + size;
    });
    return told ? { bytes, length, next: store.next } : undefined;
  }

  /** Works out after how many bytes a fault strikes. */
  #limit(connection: Connection, snapshot: EncodedSnapshot): void {
    const nowNs = this.#now();
    const fault = this.faults.find('cut', nowNs) ?? this.faults.find('stall', nowNs);
    if (fault === undefined) return;
    let allowance = LOGIN_ACCEPTED_BYTES;
    let at = 0;
    for (let message = 0; message < fault.count! && at < snapshot.length; message++) {
      const size = (snapshot.bytes[at] << 8) | snapshot.bytes[at + 1];
      at += LENGTH_BYTES + size;
      allowance += SOUP_HEADER_BYTES + size;
    }
    connection.fault = fault;
    connection.allowance = allowance;
  }

  /** Moves what the conversation has to say into the socket, as long as that takes it. */
  #move(connection: Connection): void {
    const { socket, glimpse } = connection;
    const { soup } = glimpse;
    for (;;) {
      glimpse.pump();
      if (soup.outputLength === 0 || socket.writableNeedDrain || socket.destroyed) break;
      const count = Math.min(soup.outputLength, connection.allowance);
      if (count === 0) break;
      connection.allowance -= count;
      socket.write(copyOf(soup.output, 0, count));
      soup.consumed(count);
    }
    if (connection.allowance === 0 && connection.fault !== undefined) {
      const { kind } = connection.fault;
      connection.fault = undefined;
      this.stats.disturbed++;
      // What was allowed still arrives; then the connection is gone (cut) or stays and says nothing more (stall).
      if (kind === 'cut') socket.end(() => socket.destroy());
    } else if (soup.closing) {
      if (soup.state === SoupState.ended) socket.end();
      else socket.destroy();
    }
  }

  readonly #onTimer = (): void => {
    this.#nowNs[0] = this.#now();
    for (const connection of this.#connections) {
      connection.glimpse.soup.onTime(this.#nowNs);
      this.#move(connection);
    }
  };
}
