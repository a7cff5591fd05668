import type { Dialler, SessionStream } from '../../src/order/session-stream.ts';
import { StreamPhase } from '../../src/order/session-stream.ts';
import { ConnectionEnd, type HostConnection } from '../../src/sim/exchange/host-connection.ts';
import type { OrderVenue } from '../../src/sim/exchange/order-venue.ts';
import type { Random } from '../../src/sim/random.ts';
import type { DeathClock } from './process-killed.ts';

const Kind = { data: 0, fin: 1, reset: 2 } as const;
const NOTHING = new Uint8Array(0);
const NEVER = Number.POSITIVE_INFINITY;
/** What the kernel takes of one connection before the other side has read it. */
const WINDOW_BYTES = 1 << 16;
/** Unacknowledged for so long: the kernel gives the connection up (`TCP_USER_TIMEOUT`). */
const USER_TIMEOUT_NS = 400e6;
const MAX_PIECES = 4;
/** How often what is under way is lost when a connection is reset. */
const LOSS = 0.5;
/** How often a receive brings less than there is. */
const SHORT_READ = 0.1;

interface Piece {
  readonly kind: number;
  readonly sentNs: number;
  readonly atNs: number;
  bytes: Uint8Array;
}

/** The way to one host of the venue. */
export class VirtualLink {
  readonly name: string;
  latencyNs = 50e3;
  /** Nothing gets through; what is sent waits, as TCP sends it again, but goodbyes are lost. */
  cut = false;
  windowBytes: number = WINDOW_BYTES;
  /** How often bytes arrive in pieces. */
  chop = 0.3;

  constructor(name: string) {
    this.name = name;
  }

  mend(): void {
    this.cut = false;
    this.windowBytes = WINDOW_BYTES;
    this.latencyNs = 50e3;
  }
}

/** What somebody wants to see of the bytes that the gateway offers to its sockets. */
export interface WireWitness {
  /** New bytes, offered for the first time, whether or not the kernel takes them. */
  offered(stream: VirtualStream, bytes: Uint8Array, offset: number, length: number): void;
}

/**
 * TCP between the gateway's process and the venue's hosts, in one thread and in virtual time: bytes arrive in order, late,
 * in pieces; connections are refused, reset, closed, half-open; a window is full; a cable is cut.
 */
export class VirtualNetwork {
  readonly links = new Map<string, VirtualLink>();
  readonly now: Float64Array;
  readonly random: Random;
  readonly death: DeathClock;
  witness: WireWitness | undefined = undefined;
  private streams: VirtualStream[] = [];
  private readonly venue: OrderVenue;

  constructor(venue: OrderVenue, now: Float64Array, random: Random, death: DeathClock) {
    this.venue = venue;
    this.now = now;
    this.random = random;
    this.death = death;
    for (const { name } of venue.hosts) this.links.set(name, new VirtualLink(name));
  }

  dialler(host: string): Dialler {
    const link = this.links.get(host)!;
    return {
      dial: () => {
        const stream = new VirtualStream(this, link);
        this.streams.push(stream);
        return stream;
      },
    };
  }

  connect(link: VirtualLink): HostConnection | undefined {
    return this.venue.host(link.name).connect(this.now[0]);
  }

  /** Connections that somebody still has. */
  get open(): readonly VirtualStream[] {
    return this.streams;
  }

  /** Brings what has arrived, and takes what the venue has to say. @returns true if anything moved */
  move(): boolean {
    let moved = false;
    let gone = false;
    for (const stream of this.streams) {
      if (stream.move()) moved = true;
      if (stream.isOver) gone = true;
    }
    if (gone) this.streams = this.streams.filter((stream) => !stream.isOver);
    return moved;
  }

  /** When something arrives next. */
  get nextNs(): number {
    let next = NEVER;
    for (const stream of this.streams) next = Math.min(next, stream.nextNs);
    return next;
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.streams.every((stream) => stream.idle);
  }

  /** The gateway's process is gone: the kernel closes what it had. */
  processDied(): void {
    for (const stream of this.streams) stream.close(this.random.chance(LOSS));
  }
}

/** The gateway's end of a connection, and the venue's. */
export class VirtualStream implements SessionStream {
  error = '';
  readonly link: VirtualLink;
  /** Bytes offered to `send` so far, whether or not they were taken. */
  offeredEnd = 0;
  private takenEnd = 0;
  private readonly network: VirtualNetwork;
  private phase: number = StreamPhase.connecting;
  private readonly openAtNs: number;
  private venue: HostConnection | undefined = undefined;
  private venueGone = true;
  private clientGone = false;
  private toVenue: Piece[] = [];
  private toClient: Piece[] = [];
  private toVenueBytes = 0;
  private toClientBytes = 0;
  private arrived: Uint8Array[] = [];
  private ended: number = Kind.data;
  private lastToVenueNs = 0;
  private lastToClientNs = 0;

  constructor(network: VirtualNetwork, link: VirtualLink) {
    this.network = network;
    this.link = link;
    this.openAtNs = network.now[0] + 2 * link.latencyNs;
  }

  get isOver(): boolean {
    return this.clientGone && this.venueGone;
  }

  get idle(): boolean {
    return (
      this.toVenue.length === 0 &&
      this.toClient.length === 0 &&
      (this.clientGone || this.arrived.length === 0) &&
      (this.venueGone || this.venue!.outputLength === 0)
    );
  }

  get nextNs(): number {
    if (this.link.cut) return NEVER;
    if (this.phase === StreamPhase.connecting) return this.openAtNs;
    const toVenue = this.toVenue.length > 0 && this.venueReads ? this.toVenue[0].atNs : NEVER;
    return this.toClient.length > 0 ? Math.min(toVenue, this.toClient[0].atNs) : toVenue;
  }

  // ---- The gateway's side ----

  state(): number {
    if (this.phase !== StreamPhase.open || this.arrived.length > 0) return this.phase;
    if (this.ended === Kind.fin) return StreamPhase.closedByPeer;
    if (this.ended === Kind.reset) this.fail('ECONNRESET');
    return this.phase;
  }

  receive(bytes: Uint8Array, offset: number, length: number): number {
    this.network.death.tick();
    const first = this.arrived[0];
    if (first === undefined || this.phase !== StreamPhase.open) return 0;
    const { random } = this.network;
    let take = Math.min(length, first.length);
    if (take > 1 && random.chance(SHORT_READ)) take = 1 + random.below(take);
    for (let i = 0; i < take; i++) bytes[offset + i] = first[i];
    if (take === first.length) this.arrived.shift();
    else this.arrived[0] = first.subarray(take);
    return take;
  }

  send(bytes: Uint8Array, offset: number, length: number): number {
    const { network } = this;
    network.death.tick();
    if (this.state() !== StreamPhase.open) return 0;
    const known = this.offeredEnd - this.takenEnd;
    if (length > known) {
      network.witness?.offered(this, bytes, offset + known, length - known);
      this.offeredEnd += length - known;
    }
    const take = Math.min(length, this.link.windowBytes - this.toVenueBytes);
    if (take <= 0) return 0;
    this.takenEnd += take;
    this.push(bytes.slice(offset, offset + take), true);
    network.death.tick();
    return take;
  }

  close(reset = false): void {
    if (this.clientGone) return;
    this.clientGone = true;
    this.phase = StreamPhase.closed;
    this.arrived = [];
    this.toClient = [];
    this.toClientBytes = 0;
    if (this.venueGone) return;
    const { random } = this.network;
    if (reset && random.chance(LOSS)) this.lose(this.toVenue);
    // a goodbye over a cut cable is not sent again: the venue's side stays half-open
    if (this.link.cut && random.chance(LOSS)) return;
    this.append(this.toVenue, reset ? Kind.reset : Kind.fin, NOTHING, true);
  }

  /** Something between the two ends it for both. */
  cutShort(): void {
    if (!this.clientGone) {
      this.lose(this.toClient);
      this.append(this.toClient, Kind.reset, NOTHING, false);
    }
    if (!this.venueGone) {
      this.lose(this.toVenue);
      this.append(this.toVenue, Kind.reset, NOTHING, true);
    }
  }

  // ---- Both ----

  move(): boolean {
    const nowNs = this.network.now[0];
    if (this.link.cut) return this.giveUpWhenCut(nowNs);
    let moved = false;
    if (this.phase === StreamPhase.connecting && nowNs >= this.openAtNs) {
      this.open();
      moved = true;
    }
    while (this.toVenue.length > 0 && this.toVenue[0].atNs <= nowNs && this.venueReads) {
      this.bring(this.toVenue.shift()!, nowNs);
      moved = true;
    }
    if (this.fetch(nowNs)) moved = true;
    while (this.toClient.length > 0 && this.toClient[0].atNs <= nowNs) {
      this.take(this.toClient.shift()!);
      moved = true;
    }
    return moved;
  }

  private get venueReads(): boolean {
    return this.venueGone || this.venue!.reading || this.toVenue[0].kind !== Kind.data;
  }

  private open(): void {
    if (this.clientGone) return;
    this.venue = this.network.connect(this.link);
    if (this.venue === undefined) {
      this.fail('ECONNREFUSED');
      return;
    }
    this.venueGone = false;
    this.phase = StreamPhase.open;
  }

  private bring({ kind, bytes }: Piece, nowNs: number): void {
    this.toVenueBytes -= bytes.length;
    if (this.venueGone) {
      // nobody there any more: the venue's kernel says so
      if (kind === Kind.data && !this.clientGone) this.append(this.toClient, Kind.reset, NOTHING, false);
      return;
    }
    const venue = this.venue!;
    if (kind === Kind.data) venue.onBytes(bytes, 0, bytes.length, nowNs);
    else {
      venue.onClosed(nowNs);
      this.venueGone = true;
    }
  }

  /** Takes what the venue's host has to say, and whether it ends. */
  private fetch(nowNs: number): boolean {
    const { venue } = this;
    if (venue === undefined || this.venueGone) return false;
    let moved = false;
    for (let length = venue.outputLength; length > 0; length = venue.outputLength) {
      const take = Math.min(length, this.link.windowBytes - this.toClientBytes);
      if (take <= 0) break;
      const bytes = venue.output.slice(0, take);
      venue.consumed(take);
      moved = true;
      if (!this.clientGone) this.push(bytes, false);
      else {
        // half-open: what arrives at a socket that is gone is answered by a reset
        venue.onClosed(nowNs);
        this.venueGone = true;
        return true;
      }
    }
    if (venue.end === ConnectionEnd.none) return moved;
    if (venue.end === ConnectionEnd.close && venue.outputLength > 0) return moved;
    const reset = venue.end === ConnectionEnd.reset;
    venue.onClosed(nowNs);
    this.venueGone = true;
    if (reset && this.network.random.chance(LOSS)) this.lose(this.toClient);
    if (!this.clientGone) this.append(this.toClient, reset ? Kind.reset : Kind.fin, NOTHING, false);
    return true;
  }

  private take({ kind, bytes }: Piece): void {
    this.toClientBytes -= bytes.length;
    // behind the end nothing counts: what was lost before it would be a hole in the stream
    if (this.clientGone || this.ended !== Kind.data) return;
    if (kind === Kind.data) this.arrived.push(bytes);
    else this.ended = kind;
  }

  /** Both kernels go on trying; in the end the gateway's gives up. */
  private giveUpWhenCut(nowNs: number): boolean {
    const waits = this.toVenue[0];
    if (this.phase !== StreamPhase.open || waits === undefined || nowNs - waits.sentNs < USER_TIMEOUT_NS) return false;
    this.fail('ETIMEDOUT');
    return true;
  }

  private fail(error: string): void {
    this.phase = StreamPhase.failed;
    this.error = error;
  }

  private push(bytes: Uint8Array, toVenue: boolean): void {
    const queue = toVenue ? this.toVenue : this.toClient;
    const { random } = this.network;
    if (toVenue) this.toVenueBytes += bytes.length;
    else this.toClientBytes += bytes.length;
    let at = 0;
    for (let piece = 1; piece < MAX_PIECES && bytes.length - at > 1 && random.chance(this.link.chop); piece++) {
      const end = at + 1 + random.below(bytes.length - at - 1);
      this.append(queue, Kind.data, bytes.subarray(at, end), toVenue);
      at = end;
    }
    this.append(queue, Kind.data, bytes.subarray(at), toVenue);
  }

  private append(queue: Piece[], kind: number, bytes: Uint8Array, toVenue: boolean): void {
    const nowNs = this.network.now[0];
    const last = toVenue ? this.lastToVenueNs : this.lastToClientNs;
    const delayNs = this.link.latencyNs * (0.5 + this.network.random.fraction());
    const atNs = Math.max(last, nowNs + delayNs);
    if (toVenue) this.lastToVenueNs = atNs;
    else this.lastToClientNs = atNs;
    queue.push({ kind, sentNs: nowNs, atNs, bytes });
  }

  /** Some of what is under way, from a random point on, is lost for good. */
  private lose(queue: Piece[]): void {
    if (queue.length === 0) return;
    const keep = this.network.random.below(queue.length + 1);
    for (const { bytes } of queue.splice(keep)) {
      if (queue === this.toVenue) this.toVenueBytes -= bytes.length;
      else this.toClientBytes -= bytes.length;
    }
  }
}
