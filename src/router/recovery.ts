import type { Arbiter } from '../feed/arbiter.ts';
import { EventNumber, type FeedEvent, FeedEventKind } from '../feed/events.ts';
import type { FeedHandler, FeedProtocol, SnapshotClient, SnapshotSink } from '../feed/protocol.ts';
import { ipv4ToInt } from '../io/address.ts';
import type { DatagramPoller } from '../io/datagram.ts';
import { type StreamOptions, type StreamSocket, StreamState } from '../io/stream.ts';
import { SnapshotBuffer } from './snapshot-buffer.ts';

/** The venue's services for one feed, as far as it has them. */
export interface RecoveryConfig {
  readonly retransmitServers: readonly { readonly address: string; readonly port: number }[];
  readonly snapshot?: {
    readonly address: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    readonly timeoutNs: number;
  };
}

/** Cells of a feed's recovery counters. */
export const RecoveryCell = {
  requestsSent: 0,
  requestsFailed: 1,
  snapshotsStarted: 2,
  snapshotsApplied: 3,
  snapshotsFailed: 4,
  snapshotUnits: 5,
} as const;
export const RECOVERY_CELLS = 8;

/** Bytes of a request packet: no protocol here needs more. */
const REQUEST_BYTES = 64;
const RECEIVE_BYTES = 65536;
/** Reads from a snapshot connection in one turn: bounded, so that a snapshot never starves the lines. */
const READS_PER_TURN = 16;

/** How a recovery opens its snapshot connection; injected so that it can be portable, native or a test's. */
export type Connect = (options: StreamOptions) => StreamSocket;

/**
 * Carries out what the arbiter asks for: requests to the retransmit servers, and snapshots. The arbiter decides when
 * and how often; this only moves bytes.
 */
export class FeedRecovery implements SnapshotSink {
  private readonly protocol: FeedProtocol;
  private readonly config: RecoveryConfig;
  private readonly arbiter: Arbiter;
  private readonly handler: FeedHandler | undefined;
  private readonly poller: DatagramPoller;
  private readonly connect: Connect;
  private readonly cells: Float64Array;
  private readonly session: Int32Array;
  private readonly request = new Uint8Array(REQUEST_BYTES);
  private readonly requestView = new DataView(this.request.buffer);
  private readonly first = new Float64Array(1);
  private readonly serverAddress: Int32Array;
  private readonly serverPort: Int32Array;
  /** Socket the requests leave from, and their answers come to; -1 where the feed has no retransmit servers. */
  readonly socket: number;
  private client: SnapshotClient | undefined;
  private stream: StreamSocket | undefined;
  private opened = false;
  private readonly deadlineNs = new Float64Array(1);
  private readonly receiveBytes = new Uint8Array(RECEIVE_BYTES);
  private readonly buffer = new SnapshotBuffer();
  /** A failure found while the arbiter was calling: told to it in the next turn, never from inside its own event. */
  private pendingFailure = '';
  /** Why the last snapshot failed, for the log. */
  lastFailure = '';

  constructor(
    protocol: FeedProtocol,
    config: RecoveryConfig,
    arbiter: Arbiter,
    handler: FeedHandler | undefined,
    poller: DatagramPoller,
    connect: Connect,
    cells: Float64Array,
  ) {
    this.protocol = protocol;
    this.config = config;
    this.arbiter = arbiter;
    this.handler = handler;
    this.poller = poller;
    this.connect = connect;
    this.cells = cells;
    this.session = arbiter.session;
    const servers = protocol.retransmit === undefined ? [] : config.retransmitServers;
    this.serverAddress = Int32Array.from(servers, (server) => ipv4ToInt(server.address));
    this.serverPort = Int32Array.from(servers, (server) => server.port);
    this.socket = servers.length === 0 ? -1 : poller.open({ address: '0.0.0.0', port: 0 });
  }

  /** Hears every event of the feed; acts on the two that ask for something. */
  onEvent(event: FeedEvent): void {
    if (event.kind === FeedEventKind.retransmitWanted) this.sendRequest(event);
    else if (event.kind === FeedEventKind.snapshotWanted) this.startSnapshot();
  }

  /** Moves the bytes of a snapshot under way. @returns how much was done */
  doWork(nowNs: Float64Array): number {
    if (this.pendingFailure !== '') {
      const reason = this.pendingFailure;
      this.pendingFailure = '';
      this.snapshotFailed(reason);
      return 1;
    }
    const stream = this.stream;
    const client = this.client;
    if (stream === undefined || client === undefined) return 0;
    const state = stream.state();
    if (state === StreamState.connecting) {
      if (nowNs[0] > this.deadlineOf(nowNs)) this.snapshotFailed('the connection was not made in time');
      return 0;
    }
    if (state === StreamState.failed) {
      this.snapshotFailed(`the connection failed: ${stream.error}`);
      return 1;
    }
    if (!this.opened) {
      this.opened = true;
      client.onOpen();
    }
    let work = this.flush(stream, client);
    for (let reads = 0; reads < READS_PER_TURN && this.client === client; reads++) {
      const received = stream.receive(this.receiveBytes, 0, RECEIVE_BYTES);
      if (received === 0) break;
      work++;
      client.onBytes(this.receiveBytes, 0, received);
    }
    if (this.client !== client) return work;
    client.onTime(nowNs);
    if (this.client !== client) return work;
    if (state === StreamState.closedByPeer && work === 0) client.onClosed('the server closed the connection');
    else if (nowNs[0] > this.deadlineOf(nowNs)) this.snapshotFailed('the snapshot was not complete in time');
    return work;
  }

  snapshotBegin(): void {
    this.buffer.clear();
  }

  snapshotUnit(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (!this.buffer.append(view, offset, length))
      this.snapshotFailed('the snapshot is larger than its buffer may grow');
  }

  /** The snapshot is whole: only now are the books replaced, so that nobody ever sees half of it. */
  snapshotEnd(): void {
    const client = this.client!;
    const handler = this.handler;
    this.arbiter.snapshotBegin();
    if (handler !== undefined) {
      handler.reset();
      this.buffer.forEach(handler);
    }
    this.cells[RecoveryCell.snapshotUnits] += this.buffer.count;
    this.cells[RecoveryCell.snapshotsApplied]++;
    this.arbiter.snapshotNext[0] = client.nextId[0];
    this.drop();
    this.arbiter.snapshotEnd();
  }

  snapshotFailed(reason: string): void {
    this.lastFailure = reason;
    this.cells[RecoveryCell.snapshotsFailed]++;
    this.drop();
    this.arbiter.snapshotFailed();
  }

  close(): void {
    this.drop();
  }

  private sendRequest(event: FeedEvent): void {
    const codec = this.protocol.retransmit;
    const servers = this.serverPort.length;
    if (codec === undefined || servers === 0) return;
    const from = event.numbers[EventNumber.from];
    const count = event.numbers[EventNumber.to] - from + 1;
    this.first[0] = from;
    const length = codec.encodeRequest(this.requestView, 0, this.session, this.first, count);
    // each further attempt asks the next server: the first may be the one that is down
    const server = (event.detail - 1) % servers;
    const errno = this.poller.send(
      this.socket,
      this.request,
      0,
      length,
      this.serverAddress[server],
      this.serverPort[server],
    );
    this.cells[errno === 0 ? RecoveryCell.requestsSent : RecoveryCell.requestsFailed]++;
  }

  private startSnapshot(): void {
    const config = this.config.snapshot;
    if (config === undefined || this.protocol.createSnapshotClient === undefined) {
      this.pendingFailure = 'no snapshot service is configured';
      return;
    }
    this.drop();
    this.cells[RecoveryCell.snapshotsStarted]++;
    this.opened = false;
    this.deadlineNs[0] = 0;
    this.client = this.protocol.createSnapshotClient({ username: config.username, password: config.password }, this);
    try {
      this.stream = this.connect({ address: config.address, port: config.port });
    } catch (error) {
      this.pendingFailure = `could not connect to ${config.address}:${config.port}: ${(error as Error).message}`;
    }
  }

  private flush(stream: StreamSocket, client: SnapshotClient): number {
    if (client.outputLength === 0) return 0;
    const sent = stream.send(client.output, 0, client.outputLength);
    client.consumed(sent);
    return sent;
  }

  private deadlineOf(nowNs: Float64Array): number {
    if (this.deadlineNs[0] === 0) this.deadlineNs[0] = nowNs[0] + (this.config.snapshot?.timeoutNs ?? 0);
    return this.deadlineNs[0];
  }

  private drop(): void {
    this.stream?.close();
    this.stream = undefined;
    this.client = undefined;
    this.opened = false;
  }
}
