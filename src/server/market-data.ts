import { LadderCopy, type OrderBooks, Side } from '../feed/book.ts';
import { FeedStatus } from '../feed/events.ts';
import { FeedCell } from '../feed/feed-counters.ts';
import type { FeedHandler } from '../feed/protocol.ts';
import { BroadcastReader, LAPPED } from '../ring/broadcast-ring.ts';
import type { RecordHandler } from '../ring/spsc-ring.ts';
import { BroadcastRecord } from '../router/broadcast-record.ts';
import type { Channel } from './channel.ts';
import { LogChannel } from './log-channel.ts';
import { anyMessage, messageFields } from './message-json.ts';
import { StateChannel } from './state-channel.ts';

/** One feed as the API reads it. */
export interface ApiFeed {
  readonly name: string;
  readonly cells: Float64Array;
  /** A handler that only reads, and its books; undefined where the protocol is not decoded. */
  readonly handler: FeedHandler | undefined;
}

const BOOK_DEPTH = 10;
/** Messages of a feed that a client may fall behind before it is reset. */
const MESSAGES_KEPT = 20_000;
/** Bounded, so that a fast feed never holds up the main thread. */
const RECORDS_PER_TICK = 20_000;
/** Entries are numbered from the time of the start, in µs: no feed has more. */
const ENTRIES_PER_MS = 1000;
const STATUS_WORDS = Object.fromEntries(Object.entries(FeedStatus).map(([word, code]) => [code, word]));

interface MessageStream {
  readonly log: LogChannel;
  readonly feed: number;
  /** Only messages about this instrument; -1 = all. */
  readonly instrument: number;
  readonly symbol: string | undefined;
}

/**
 * Books and merged feeds as channels: read from the books in shared memory, and from the router's broadcast ring, whose
 * readers never slow it. Nothing is read while nobody listens.
 */
export class MarketData implements RecordHandler {
  private readonly feeds: readonly ApiFeed[];
  private readonly reader: BroadcastReader | undefined;
  private readonly bids = new LadderCopy(BOOK_DEPTH);
  private readonly asks = new LadderCopy(BOOK_DEPTH);
  private readonly streams = new Map<string, MessageStream>();
  /** Number of the first entry of the next stream: beyond those of every stream before, of every run. */
  private nextEntry = Date.now() * ENTRIES_PER_MS;
  private readonly capture: object;
  private type = '';
  private message: object | undefined = undefined;

  /** @param broadcast the router's ring; undefined where the config does not ask for messages */
  constructor(feeds: readonly ApiFeed[], broadcast: SharedArrayBuffer | undefined) {
    this.feeds = feeds;
    this.reader = broadcast === undefined ? undefined : new BroadcastReader(broadcast);
    this.capture = anyMessage((type, message) => {
      this.type = type;
      this.message = message;
    });
  }

  /** `book:FEED/SYMBOL` or `messages:FEED[/SYMBOL]`. @returns undefined for other names, or where there is no such thing */
  find(name: string): Channel | undefined {
    const match = /^(book|messages):([^/]+)(?:\/(.+))?$/.exec(name);
    if (match === null) return undefined;
    const [, kind, feedName, symbol] = match;
    const feed = this.feeds.findIndex((candidate) => candidate.name === feedName);
    if (feed < 0) return undefined;
    if (kind === 'book') return symbol === undefined ? undefined : this.bookChannel(name, feed, symbol);
    return this.messageChannel(name, feed, symbol);
  }

  /** Takes what the router has published since the last tick. Call it before the channels tick. */
  poll(): void {
    const { reader } = this;
    if (reader === undefined) return;
    for (const [name, { log }] of this.streams) {
      if (log.subscribers > 0) continue;
      this.streams.delete(name);
      this.nextEntry = Math.max(this.nextEntry, log.last + 2);
    }
    if (this.streams.size === 0) return;
    if (reader.poll(this, RECORDS_PER_TICK) !== LAPPED) return;
    reader.resync();
    for (const { log } of this.streams.values())
      log.append({ type: 'missed', why: 'the API was slower than the feed' });
  }

  onRecord(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (type !== BroadcastRecord.unitType) return;
    const feed = view.getInt32(offset + BroadcastRecord.feedOffset, true);
    const id = view.getFloat64(offset + BroadcastRecord.idOffset, true);
    const rxNs = view.getFloat64(offset + BroadcastRecord.rxNsOffset, true);
    const at = offset + BroadcastRecord.headerBytes;
    const size = length - BroadcastRecord.headerBytes;
    const { handler } = this.feeds[feed];
    let entry: object | undefined;
    for (const stream of this.streams.values()) {
      if (stream.feed !== feed) continue;
      entry ??= { id, rxNs, ...this.decoded(handler, bytes, view, at, size) };
      if (stream.symbol === undefined || this.isAbout(stream, entry)) stream.log.append(entry);
    }
  }

  private decoded(
    handler: FeedHandler | undefined,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    size: number,
  ): object {
    this.message = undefined;
    handler?.dispatch(this.capture, bytes, view, at, size);
    if (this.message === undefined)
      return { type: 'unit', bytes: Buffer.from(bytes.subarray(at, at + size)).toString('base64') };
    return { type: this.type, ...messageFields(this.message) };
  }

  private isAbout(stream: MessageStream, entry: object): boolean {
    return (entry as { locate?: number }).locate === stream.instrument;
  }

  private messageChannel(name: string, feed: number, symbol: string | undefined): Channel | undefined {
    if (this.reader === undefined) return undefined;
    const instrument = symbol === undefined ? -1 : (this.feeds[feed].handler?.books.find(symbol) ?? -1);
    if (symbol !== undefined && instrument < 0) return undefined;
    const known = this.streams.get(name);
    if (known !== undefined) return known.log;
    // What was published while nobody listened is nobody's.
    if (this.streams.size === 0) this.skipToNewest(this.reader);
    const log = new LogChannel(name, MESSAGES_KEPT, () => this.feedState(feed), this.nextEntry);
    this.streams.set(name, { log, feed, instrument, symbol });
    return log;
  }

  private skipToNewest(reader: BroadcastReader): void {
    const discard: RecordHandler = { onRecord: () => {} };
    for (let shown = 1; shown !== 0; ) {
      shown = reader.poll(discard, RECORDS_PER_TICK);
      if (shown === LAPPED) reader.resync();
    }
  }

  private bookChannel(name: string, feed: number, symbol: string): Channel | undefined {
    const books = this.feeds[feed].handler?.books;
    const instrument = books?.find(symbol) ?? -1;
    if (books === undefined || instrument < 0) return undefined;
    return new StateChannel(name, () => this.bookState(feed, books, instrument));
  }

  private feedState(feed: number) {
    const { name, cells } = this.feeds[feed];
    return { feed: name, status: STATUS_WORDS[cells[FeedCell.status]], lastId: cells[FeedCell.lastId] };
  }

  private bookState(feed: number, books: OrderBooks, instrument: number) {
    const view = books.view(instrument);
    const copied = view.copyLevels(Side.bid, this.bids) >= 0 && view.copyLevels(Side.ask, this.asks) >= 0;
    return {
      feed: this.feeds[feed].name,
      status: STATUS_WORDS[this.feeds[feed].cells[FeedCell.status]],
      symbol: view.symbol,
      // a book that could not be copied in time is told as such, not shown half
      consistent: copied,
      bids: copied ? levels(this.bids) : [],
      asks: copied ? levels(this.asks) : [],
    };
  }
}

/** Price × 10^4, shares, orders: best first. */
function levels(copy: LadderCopy): number[][] {
  return Array.from({ length: copy.count }, (_, n) => [copy.price[n], copy.shares[n], copy.orders[n]]);
}
