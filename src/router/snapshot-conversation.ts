import type { FeedProtocol, SnapshotClient, SnapshotSink } from '../feed/protocol.ts';
import { type StreamOptions, type StreamSocket, StreamState } from '../io/stream.ts';

/** The venue's snapshot service. */
export interface SnapshotService {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** How long a snapshot may take, connection included. */
  readonly timeoutNs: number;
}

/** Opens a connection; injected so that it can be native, portable or a test's. */
export type Connect = (options: StreamOptions) => StreamSocket;

const RECEIVE_BYTES = 65536;
/** Reads in one turn: bounded, so that a snapshot never starves the lines. */
const READS_PER_TURN = 16;

/**
 * Takes one snapshot after another: moves the bytes between a connection and the protocol's client, in the router's
 * duty cycle. The sink hears of the end or the failure, never from inside {@link begin}.
 */
export class SnapshotConversation {
  private readonly connect: Connect;
  private readonly service: SnapshotService;
  private readonly sink: SnapshotSink;
  private readonly receiveBytes = new Uint8Array(RECEIVE_BYTES);
  private readonly deadlineNs = new Float64Array(1);
  private readonly makeClient: () => SnapshotClient;
  private client: SnapshotClient | undefined = undefined;
  private stream: StreamSocket | undefined = undefined;
  private opened = false;
  private pendingFailure = '';
  /** Cell 0: number from which the feed continues after the last snapshot. */
  readonly nextId = new Float64Array(1);

  /** @throws {Error} if the protocol has no snapshot service */
  constructor(protocol: FeedProtocol, service: SnapshotService, connect: Connect, sink: SnapshotSink) {
    if (protocol.createSnapshotClient === undefined) {
      throw new Error(`feed protocol ${protocol.name} has no snapshot service: remove the key snapshot`);
    }
    this.connect = connect;
    this.service = service;
    this.sink = sink;
    const { username, password } = service;
    const relay: SnapshotSink = {
      snapshotBegin: () => this.sink.snapshotBegin(),
      snapshotUnit: (bytes, view, offset, length) => this.sink.snapshotUnit(bytes, view, offset, length),
      snapshotEnd: () => {
        this.nextId[0] = this.client!.nextId[0];
        this.drop();
        this.sink.snapshotEnd();
      },
      snapshotFailed: (reason) => this.fail(reason),
    };
    this.makeClient = () => protocol.createSnapshotClient!({ username, password }, relay);
  }

  /** A snapshot is under way. */
  get running(): boolean {
    return this.client !== undefined || this.pendingFailure !== '';
  }

  /** Starts a snapshot; one under way is dropped. */
  begin(): void {
    const { address, port } = this.service;
    this.drop();
    this.client = this.makeClient();
    try {
      this.stream = this.connect({ address, port });
    } catch (error) {
      this.drop();
      this.pendingFailure = `could not connect to ${address}:${port}: ${(error as Error).message}`;
    }
  }

  /** @param nowNs cell 0: monotonic ns @returns how much was done */
  doWork(nowNs: Float64Array): number {
    if (this.pendingFailure !== '') {
      const reason = this.pendingFailure;
      this.pendingFailure = '';
      this.fail(reason);
      return 1;
    }
    const { stream, client } = this;
    if (stream === undefined || client === undefined) return 0;
    if (this.deadlineNs[0] === 0) this.deadlineNs[0] = nowNs[0] + this.service.timeoutNs;
    const state = stream.state();
    if (state === StreamState.failed) {
      this.fail(`the connection failed: ${stream.error}`);
      return 1;
    }
    let work = 0;
    if (state !== StreamState.connecting) {
      work = this.exchange(stream, client);
      if (this.client !== client) return work;
      client.onTime(nowNs);
      if (this.client !== client) return work;
      if (state === StreamState.closedByPeer && work === 0) client.onClosed('the server closed the connection');
    }
    if (this.client === client && nowNs[0] > this.deadlineNs[0]) this.fail('the snapshot was not complete in time');
    return work;
  }

  /** Ends a snapshot under way without a word. May be called twice. */
  drop(): void {
    this.stream?.close();
    this.stream = undefined;
    this.client = undefined;
    this.opened = false;
    this.deadlineNs[0] = 0;
    this.pendingFailure = '';
  }

  private exchange(stream: StreamSocket, client: SnapshotClient): number {
    if (!this.opened) {
      this.opened = true;
      client.onOpen();
    }
    let work = 0;
    if (client.outputLength > 0) {
      work = stream.send(client.output, 0, client.outputLength);
      client.consumed(work);
    }
    for (let reads = 0; reads < READS_PER_TURN && this.client === client; reads++) {
      const received = stream.receive(this.receiveBytes, 0, RECEIVE_BYTES);
      if (received === 0) break;
      work++;
      client.onBytes(this.receiveBytes, 0, received);
    }
    return work;
  }

  private fail(reason: string): void {
    this.drop();
    this.sink.snapshotFailed(reason);
  }
}
