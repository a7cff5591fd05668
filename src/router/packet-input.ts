import { RefusalReason } from '../feed/events.ts';
import { MalformedReason } from '../feed/framer.ts';
import { TimeCell as SharedTimeCell } from '../feed/sink.ts';
import { type DatagramPoller, PacketFlag, SOCKET_CELLS, SocketCell } from '../io/datagram.ts';
import { type RecordHandler, SpscConsumer } from '../ring/spsc-ring.ts';
import type { FeedRouter } from './feed-router.ts';
import { PacketRecord } from './packet-record.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const TimeCell = Object.freeze({ ...SharedTimeCell });

/**
 * Where the router's packets come from: its own sockets (fused layout, and retransmit answers in both), or the rings
 * of line threads (dedicated layout).
 */
export interface PacketInput {
  /** Takes what is there, at most a bounded number, and hands it to the feeds. @returns how many packets */
  poll(): number;
  close(): void;
}

/** Which feed and source a socket's packets belong to. */
export interface SocketRoute {
  readonly feed: FeedRouter;
  /** Index of the line, or `Source.retransmit`. */
  readonly source: number;
}

/** Packets from sockets that this thread polls itself. */
export class SocketInput implements PacketInput {
  private readonly poller: DatagramPoller;
  /** By the poller's socket index. */
  private readonly routes: readonly SocketRoute[];
  private readonly drops: Float64Array;
  private readonly errors: Float64Array;
  /** How many packets this turn brought. */
  private taken = 0;

  constructor(poller: DatagramPoller, routes: readonly SocketRoute[]) {
    this.poller = poller;
    this.routes = routes;
    this.drops = new Float64Array(routes.length);
    this.errors = new Float64Array(routes.length);
  }

  /** Sockets of the poller, retransmit's included. */
  get count(): number {
    return this.routes.length;
  }

  /** Receives, without handing on yet: the turn's time is known only once the sockets have been asked. */
  receive(): number {
    this.taken = this.poller.poll();
    return this.taken;
  }

  poll(): number {
    const poller = this.poller;
    const taken = this.taken;
    const routes = this.routes;
    for (let i = 0; i < taken; i++) {
      const route = routes[poller.packetSocket[i]];
      const arbiter = route.feed.arbiter;
      const source = route.source;
      const flags = poller.packetFlags[i];
      arbiter.time[TimeCell.rxNs] = poller.packetRxNs[i];
      if (flags === 0) {
        arbiter.onPacket(source, poller.bytes, poller.view, poller.packetOffset[i], poller.packetLength[i]);
      } else if ((flags & PacketFlag.wrongSource) !== 0) {
        arbiter.time[TimeCell.nowNs] = poller.packetRxNs[i];
        arbiter.onRefused(source, RefusalReason.wrongSource);
      } else if (source >= 0 && (flags & PacketFlag.truncated) !== 0) {
        arbiter.onMalformed(source, MalformedReason.truncated);
      }
    }
    if (taken > 0) this.reportSockets();
    return taken;
  }

  /** Tells the arbiters what the kernel dropped and which sockets fail. Also called in quiet turns, now and then. */
  reportSockets(): void {
    const cells = this.poller.socketCells;
    for (let socket = 0; socket < this.routes.length; socket++) {
      const route = this.routes[socket];
      if (route.source < 0) continue;
      const drops = cells[socket * SOCKET_CELLS + SocketCell.kernelDrops];
      if (drops !== this.drops[socket]) {
        this.drops[socket] = drops;
        route.feed.arbiter.onKernelDrops(route.source, drops);
      }
      const errors = cells[socket * SOCKET_CELLS + SocketCell.errors];
      if (errors !== this.errors[socket]) {
        this.errors[socket] = errors;
        route.feed.arbiter.onSocketError(route.source);
      }
    }
  }

  close(): void {
    this.poller.close();
  }
}

/** Most packets taken from one line's ring in one turn, so that a flooding line cannot starve another. */
const PACKETS_PER_TURN = 64;

/** Packets that a line's own thread received and wrote to a ring. */
export class RingInput implements PacketInput, RecordHandler {
  private readonly ring: SpscConsumer;
  private readonly feed: FeedRouter;
  private readonly line: number;

  constructor(memory: SharedArrayBuffer, feed: FeedRouter, line: number) {
    this.ring = new SpscConsumer(memory);
    this.feed = feed;
    this.line = line;
  }

  poll(): number {
    return this.ring.drain(this, PACKETS_PER_TURN);
  }

  onRecord(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const arbiter = this.feed.arbiter;
    if (type === PacketRecord.packetType) {
      arbiter.time[TimeCell.rxNs] = this.ring.float64[offset >> 3];
      const flags = view.getInt32(offset + PacketRecord.flagsOffset, true);
      if (flags === 0) {
        const at = offset + PacketRecord.headerBytes;
        arbiter.onPacket(this.line, bytes, view, at, length - PacketRecord.headerBytes);
      } else if ((flags & PacketFlag.wrongSource) !== 0) {
        arbiter.time[TimeCell.nowNs] = this.ring.float64[offset >> 3];
        arbiter.onRefused(this.line, RefusalReason.wrongSource);
      } else if ((flags & PacketFlag.truncated) !== 0) {
        arbiter.onMalformed(this.line, MalformedReason.truncated);
      }
    } else if (type === PacketRecord.socketType) {
      arbiter.onKernelDrops(this.line, view.getFloat64(offset + PacketRecord.kernelDropsOffset, true));
      if (view.getFloat64(offset + PacketRecord.errorsOffset, true) > 0) arbiter.onSocketError(this.line);
    }
  }

  close(): void {}
}
