import { type OrderBooks, Side, TradingState } from '../../feed/book.ts';
import type { SnapshotClient, SnapshotClientOptions, SnapshotSink } from '../../feed/protocol.ts';
import { RegShoRestriction, StockDirectory, SystemEvent, TradingAction } from './itch5-market.ts';
import { AddOrder, AddOrderMpid } from './itch5-orders.ts';
import {
  LoginReject,
  readNumber,
  SoupClient,
  type SoupLogin,
  SoupServer,
  SoupState,
  type SoupTimers,
} from './soupbintcp.ts';

/**
 * GLIMPSE 5.0, the snapshot service of an ITCH feed, over SoupBinTCP: log in asking for sequence 1, take ITCH messages
 * that rebuild the current state, then End of Snapshot, which names the number from which the multicast feed continues.
 * Every snapshot is a connection of its own.
 */
export const EndOfSnapshot = {
  type: 0x47, // G
  digits: 20,
  /** Type and digits. */
  length: 21,
} as const;

const FIRST = 1;

/** Takes one snapshot after another: each `onOpen` begins anew. */
export class GlimpseClient implements SnapshotClient {
  readonly nextId = new Float64Array(1);
  private readonly soup: SoupClient;
  private readonly sink: SnapshotSink;
  private finished = true;

  constructor(options: SnapshotClientOptions & SoupTimers, sink: SnapshotSink) {
    this.sink = sink;
    this.soup = new SoupClient(options, {
      loginAccepted: () => this.begin(),
      loginRejected: (reason) =>
        this.fail(
          reason === LoginReject.notAuthorised
            ? 'the snapshot server refused the username or password'
            : reason === LoginReject.sessionNotAvailable
              ? 'the snapshot server has no such session'
              : `the snapshot server refused the login (code ${reason})`,
        ),
      sequenced: (bytes, view, offset, length) => this.message(bytes, view, offset, length),
      unsequenced: () => {},
      endOfSession: () => this.fail('the snapshot server ended the session before the snapshot was complete'),
      failed: (reason) => this.fail(`the snapshot connection failed: ${reason}`),
    });
  }

  get output(): Uint8Array {
    return this.soup.output;
  }
  get outputLength(): number {
    return this.soup.outputLength;
  }
  consumed(count: number): void {
    this.soup.consumed(count);
  }

  /** The snapshot is complete or has failed: once the output is sent, the connection is to be closed. */
  get done(): boolean {
    return this.finished;
  }

  onOpen(): void {
    this.finished = false;
    this.soup.session = '';
    this.soup.next[0] = FIRST;
    this.soup.onOpen();
  }
  onBytes(bytes: Uint8Array, offset: number, length: number): void {
    this.soup.onBytes(bytes, offset, length);
  }
  onTime(nowNs: Float64Array): void {
    this.soup.onTime(nowNs);
  }
  onClosed(reason: string): void {
    this.soup.onClosed(reason);
  }

  private begin(): void {
    if (this.soup.next[0] !== FIRST) {
      this.fail(`the snapshot server starts at message ${this.soup.next[0]}, not at the first`);
      return;
    }
    this.sink.snapshotBegin();
  }

  private message(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (this.finished) return;
    if (length !== EndOfSnapshot.length || bytes[offset] !== EndOfSnapshot.type) {
      this.sink.snapshotUnit(bytes, view, offset, length);
      return;
    }
    const next = readNumber(bytes, offset + 1, EndOfSnapshot.digits);
    if (next < 1) {
      this.fail('the end of the snapshot names no sequence number');
      return;
    }
    this.finished = true;
    this.nextId[0] = next;
    this.soup.logout();
    this.sink.snapshotEnd();
  }

  private fail(reason: string): void {
    if (this.finished) return;
    this.finished = true;
    this.sink.snapshotFailed(reason);
  }
}

/** A snapshot ready to be served: ITCH messages, each behind a u16 length, and the number the feed continues from. */
export interface EncodedSnapshot {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly next: number;
}

/** One client's connection to a snapshot server. */
export class GlimpseServer {
  readonly soup: SoupServer;
  private snapshot: EncodedSnapshot | undefined = undefined;
  private at = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));

  /**
   * @param take makes the snapshot at the moment of the login: whole, so that it is of one moment
   * @param admits whether a login may come in
   */
  constructor(take: () => EncodedSnapshot, admits: (login: SoupLogin) => boolean, timers: SoupTimers = {}) {
    this.soup = new SoupServer(
      {
        login: (login) => {
          if (!admits(login)) {
            this.soup.reject(LoginReject.notAuthorised);
            return;
          }
          this.soup.accept('', FIRST);
          const snapshot = take();
          this.snapshot = snapshot;
          this.view = new DataView(snapshot.bytes.buffer, snapshot.bytes.byteOffset, snapshot.length);
          this.at = 0;
        },
        unsequenced: () => {},
        logout: () => {},
        failed: () => {},
      },
      timers,
    );
  }

  /** Fills the output as far as it goes; call whenever bytes came in or went out. */
  pump(): void {
    const { snapshot, soup, view } = this;
    if (snapshot === undefined || soup.state !== SoupState.loggedIn) return;
    while (this.at < snapshot.length) {
      const length = view.getUint16(this.at);
      if (!soup.sendSequenced(snapshot.bytes, this.at + 2, length)) return;
      this.at += 2 + length;
    }
    const end = new Uint8Array(EndOfSnapshot.length);
    end[0] = EndOfSnapshot.type;
    const digits = String(snapshot.next).padStart(EndOfSnapshot.digits, '0');
    for (let i = 0; i < EndOfSnapshot.digits; i++) end[1 + i] = digits.charCodeAt(i);
    if (soup.sendSequenced(end, 0, end.length)) this.snapshot = undefined;
  }
}

const START_BYTES = 1 << 16;
const LARGEST_MESSAGE_BYTES = 64;

/** Buffer of length-prefixed messages that grows. */
class MessageList {
  bytes = new Uint8Array(START_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Room for a message of that length, its length written. @returns where the message goes */
  room(length: number): number {
    if (this.length + LARGEST_MESSAGE_BYTES > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    this.view.setUint16(this.length, length);
    const at = this.length + 2;
    this.length = at + length;
    return at;
  }
}

const STATE_CODES: Readonly<Record<TradingState, string>> = {
  [TradingState.unknown]: ' ',
  [TradingState.trading]: 'T',
  [TradingState.halted]: 'H',
  [TradingState.paused]: 'P',
  [TradingState.quotationOnly]: 'Q',
};

/**
 * Encodes the books as they stand: the day's last event, directory, trading and short sale states, then every order,
 * best price first and in priority within a price, so that a rebuilt book has the same queues.
 * @param next number of the first feed message that the snapshot does not contain
 */
export function encodeSnapshot(books: OrderBooks, next: number): EncodedSnapshot {
  const list = new MessageList();
  const add = new AddOrder();
  const addMpid = new AddOrderMpid();
  if (books.dayEvent !== 0) {
    begin(list, new SystemEvent(), SystemEvent.bytes).eventCode = books.dayEvent;
  }
  const listed = books.listed();
  for (const locate of listed) encodeStates(list, books, locate);
  for (const locate of listed) {
    const book = books.view(locate);
    const { symbol } = book;
    for (const side of [Side.bid, Side.ask]) {
      for (let n = 0; n < book.levels(side); n++) {
        for (let order = book.firstOrder(side, n); order !== 0; order = book.nextOrder(order)) {
          const attribution = book.orderAttribution(order);
          const at = list.room(attribution === 0 ? AddOrder.bytes : AddOrderMpid.bytes);
          const message = attribution === 0 ? add.begin(list.view, at) : addMpid.begin(list.view, at);
          message.locate = locate;
          message.refHi = book.orderReferenceHigh(order);
          message.refLo = book.orderReferenceLow(order);
          message.side = (side === Side.bid ? 'B' : 'S').charCodeAt(0);
          message.shares = book.orderShares(order);
          message.stock = symbol;
          message.price4 = book.orderPrice(order);
          if (attribution !== 0) addMpid.attributionKey = attribution;
        }
      }
    }
  }
  return { bytes: list.bytes, length: list.length, next };
}

/** Begins a message at the end of the list. */
function begin<T extends { begin(view: DataView, offset: number): T }>(
  list: MessageList,
  message: T,
  length: number,
): T {
  const at = list.room(length); // may grow the list: before its view is taken
  return message.begin(list.view, at);
}

function encodeStates(list: MessageList, books: OrderBooks, locate: number): void {
  const book = books.view(locate);
  const directory = begin(list, new StockDirectory(), StockDirectory.bytes);
  directory.locate = locate;
  directory.stock = book.symbol;
  directory.roundLotSize = book.roundLot;
  if (book.tradingState !== TradingState.unknown) {
    const action = begin(list, new TradingAction(), TradingAction.bytes);
    action.locate = locate;
    action.stock = book.symbol;
    action.tradingState = STATE_CODES[book.tradingState].charCodeAt(0);
    action.reason = book.reason;
  }
  if (book.shortRestricted) {
    const restriction = begin(list, new RegShoRestriction(), RegShoRestriction.bytes);
    restriction.locate = locate;
    restriction.stock = book.symbol;
    restriction.action = '1'.charCodeAt(0);
  }
}
