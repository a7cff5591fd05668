import type { Arbiter } from '../feed/arbiter.ts';
import { EventNumber, type FeedEvent, FeedEventKind as SharedFeedEventKind } from '../feed/events.ts';
import type { FeedHandler, FeedProtocol, SnapshotSink } from '../feed/protocol.ts';
import { ipv4ToInt } from '../io/address.ts';
import type { DatagramPoller } from '../io/datagram.ts';
import { SnapshotBuffer } from './snapshot-buffer.ts';
import { type Connect, SnapshotConversation, type SnapshotService } from './snapshot-conversation.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const FeedEventKind = Object.freeze({ ...SharedFeedEventKind });

/** The venue's services for one feed, as far as it has them. */
export interface RecoveryConfig {
  readonly retransmitServers: readonly { readonly address: string; readonly port: number }[];
  readonly snapshot?: SnapshotService;
  /** How often the books are compared with a snapshot; undefined = never. */
  readonly auditEveryNs?: number;
}

/** Cells of a feed's recovery counters. */
export const RecoveryCell = {
  requestsSent: 0,
  requestsFailed: 1,
  snapshotsStarted: 2,
  snapshotsApplied: 3,
  snapshotsFailed: 4,
  snapshotUnits: 5,
  /** Books compared with a snapshot: audits that ended, that could not be made, and instruments found to differ. */
  auditsDone: 6,
  auditsFailed: 7,
  auditDifferences: 8,
} as const;
export const RECOVERY_CELLS = 16;

/** Bytes of a request packet: no protocol here needs more. */
const REQUEST_BYTES = 64;

/**
 * Carries out what the arbiter asks for: requests to the retransmit servers, and snapshots. The arbiter decides when
 * and how often; this only moves bytes.
 */
export class FeedRecovery implements SnapshotSink {
  private readonly protocol: FeedProtocol;
  private readonly arbiter: Arbiter;
  private readonly handler: FeedHandler | undefined;
  private readonly poller: DatagramPoller;
  private readonly cells: Float64Array;
  private readonly warn: (text: string) => void;
  private readonly request = new Uint8Array(REQUEST_BYTES);
  private readonly requestView = new DataView(this.request.buffer);
  private readonly first = new Float64Array(1);
  private readonly serverAddress: Int32Array;
  private readonly serverPort: Int32Array;
  private readonly conversation: SnapshotConversation | undefined;
  private readonly buffer = new SnapshotBuffer();
  private wantedWithoutService = false;
  /** Socket the requests leave from, and their answers come to; -1 where the feed has no retransmit servers. */
  readonly socket: number;

  /** @param warn hears why a snapshot failed */
  constructor(
    protocol: FeedProtocol,
    config: RecoveryConfig,
    arbiter: Arbiter,
    handler: FeedHandler | undefined,
    poller: DatagramPoller,
    connect: Connect,
    cells: Float64Array,
    warn: (text: string) => void,
  ) {
    this.protocol = protocol;
    this.arbiter = arbiter;
    this.handler = handler;
    this.poller = poller;
    this.cells = cells;
    this.warn = warn;
    const servers = protocol.retransmit === undefined ? [] : config.retransmitServers;
    this.serverAddress = Int32Array.from(servers, (server) => ipv4ToInt(server.address));
    this.serverPort = Int32Array.from(servers, (server) => server.port);
    this.socket = servers.length === 0 ? -1 : poller.open({ address: '0.0.0.0', port: 0 });
    this.conversation =
      config.snapshot === undefined ? undefined : new SnapshotConversation(protocol, config.snapshot, connect, this);
  }

  /** Hears every event of the feed; acts on the two that ask for something. */
  onEvent(event: FeedEvent): void {
    if (event.kind === FeedEventKind.retransmitWanted) this.sendRequest(event);
    else if (event.kind === FeedEventKind.snapshotWanted) this.startSnapshot();
  }

  /** Moves the bytes of a snapshot under way. @returns how much was done */
  doWork(nowNs: Float64Array): number {
    if (this.wantedWithoutService) {
      this.wantedWithoutService = false;
      this.snapshotFailed('no snapshot service is configured');
    }
    return this.conversation === undefined ? 0 : this.conversation.doWork(nowNs);
  }

  snapshotBegin(): void {
    this.buffer.clear();
  }

  snapshotUnit(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (this.buffer.append(view, offset, length)) return;
    this.conversation?.drop();
    this.snapshotFailed('the snapshot is larger than its buffer may grow');
  }

  /**
   * The snapshot is whole: only now are the books replaced, so that nobody ever sees half of it. Not with one that
   * nobody waits for any more, nor one older than the stream: the books would go back while the stream goes on.
   */
  snapshotEnd(): void {
    const { arbiter, buffer, cells, handler } = this;
    if (this.conversation!.nextId[0] < arbiter.expected) {
      this.snapshotFailed('it is older than the stream by now');
      return;
    }
    if (!arbiter.snapshotBegin()) return;
    if (handler !== undefined) {
      handler.reset();
      buffer.forEach(handler);
    }
    cells[RecoveryCell.snapshotUnits] += buffer.count;
    cells[RecoveryCell.snapshotsApplied]++;
    arbiter.snapshotNext[0] = this.conversation!.nextId[0];
    arbiter.snapshotEnd();
  }

  snapshotFailed(reason: string): void {
    this.cells[RecoveryCell.snapshotsFailed]++;
    this.warn(`snapshot failed: ${reason}`);
    this.arbiter.snapshotFailed();
  }

  close(): void {
    this.conversation?.drop();
  }

  private sendRequest(event: FeedEvent): void {
    const codec = this.protocol.retransmit;
    const servers = this.serverPort.length;
    if (codec === undefined || servers === 0) return;
    const from = event.numbers[EventNumber.from];
    const count = event.numbers[EventNumber.to] - from + 1;
    this.first[0] = from;
    const length = codec.encodeRequest(this.requestView, 0, this.arbiter.session, this.first, count);
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
    if (this.conversation === undefined) {
      // told in the next turn, never from inside the arbiter's own event
      this.wantedWithoutService = true;
      return;
    }
    this.cells[RecoveryCell.snapshotsStarted]++;
    this.conversation.begin();
  }
}
