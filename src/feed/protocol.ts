import type { OrderBooks } from './book.ts';
import type { Framer } from './framer.ts';

/**
 * A feed protocol as a plug-in. Arbitration, rings and replay know only this; `venues/registry.ts` names the ones that
 * exist. To add a venue, implement this and register it: nothing else changes.
 */
export interface FeedProtocol {
  /** Its name in config files, on the command line and in reports, for example `moldudp64`. */
  readonly name: string;
  createFramer(): Framer;
  /** Made-up packets, on which a router exercises its code before it opens a socket. */
  readonly sample: SamplePackets;
  /** Decoder, books and strategy dispatch; absent where a protocol is framed and arbitrated only. */
  createHandler?(options: FeedHandlerOptions): FeedHandler;
  /** Memory for a handler's books of that capacity, made once on the main thread and handed to whoever reads them. */
  createBookMemory?(options: FeedHandlerOptions): SharedArrayBuffer;
  /** How missing units are asked for; absent where the venue has no such service. */
  readonly retransmit?: RetransmitCodec;
  /** The venue's snapshot service; absent where there is none. */
  createSnapshotClient?(options: SnapshotClientOptions, sink: SnapshotSink): SnapshotClient;
}

/** Well-formed packets of made-up units, like real ones. */
export interface SamplePackets {
  /** Most units that one of them holds. */
  readonly maxUnits: number;
  /** Writes a packet of `count` units from number `first[0]` on at the view's start. @returns its length in bytes */
  write(view: DataView, first: Float64Array, count: number): number;
}

/** Where a handler's books live and how large they may grow. */
export interface FeedHandlerOptions {
  readonly maxOrders: number;
  readonly maxInstruments: number;
  /** Memory for the books, made by `FeedProtocol.createBookMemory`; the handler makes its own where this is absent. */
  readonly memory?: SharedArrayBuffer;
  /** True on a thread that only reads books which another thread builds in `memory`: `apply` must not be called. */
  readonly readOnly?: boolean;
}

/**
 * Turns delivered units into books and typed callbacks. `apply` and `dispatch` are apart so that a router thread can
 * build the books while strategy threads dispatch.
 */
export interface FeedHandler {
  /** The feed's books: written by `apply`, or attached for reading. */
  readonly books: OrderBooks;
  /** The books' memory, to be attached by other threads. */
  readonly memory: SharedArrayBuffer;
  /** Instrument (ITCH: stock locate) whose book the last `apply` or `dispatch` was about and changed, or -1. */
  changedInstrument: number;
  /** Instrument whose status (halted, resumed, suspect) the last `apply` or `dispatch` changed, or -1. */
  changedStatusInstrument: number;
  /** Units that could not be decoded, and book operations that made no sense (unknown reference…). */
  readonly undecoded: number;
  /** Updates the books by one unit. Bad units are counted, never thrown. */
  apply(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** Calls the typed callbacks of one strategy for one unit. */
  dispatch(strategy: StrategyCallbacks, bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** A snapshot begins: forget every order. */
  reset(): void;
}

/** The callbacks that a protocol's dispatcher may call: typed per venue, optional each. */
// biome-ignore lint/suspicious/noExplicitAny: each venue types its own callbacks; the core only carries the object
export type StrategyCallbacks = any;

/** Encodes requests for missing units. */
export interface RetransmitCodec {
  /** Most units that one request may ask for. */
  readonly maxUnitsPerRequest: number;
  /**
   * Writes a request for `count` units from number `first[0]` of the session whose words the frame showed.
   * @returns its length in bytes
   */
  encodeRequest(view: DataView, offset: number, session: Int32Array, first: Float64Array, count: number): number;
}

export interface SnapshotClientOptions {
  readonly username: string;
  readonly password: string;
}

/** Where a snapshot goes. */
export interface SnapshotSink {
  snapshotBegin(): void;
  snapshotUnit(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** The feed continues from the client's `nextId[0]`. */
  snapshotEnd(): void;
  snapshotFailed(reason: string): void;
}

/** A snapshot conversation as a pure state machine over bytes and time; its owner moves the bytes. */
export interface SnapshotClient {
  /** Cell 0: number from which the feed continues, valid in `snapshotEnd`. */
  readonly nextId: Float64Array;
  /** Bytes to send: `output[0..outputLength)`; the owner calls `consumed(n)` after sending n of them. */
  readonly output: Uint8Array;
  readonly outputLength: number;
  consumed(count: number): void;
  /** The connection is up: log in. */
  onOpen(): void;
  onBytes(bytes: Uint8Array, offset: number, length: number): void;
  /** @param nowNs cell 0 holds monotonic ns */
  onTime(nowNs: Float64Array): void;
  onClosed(reason: string): void;
}
