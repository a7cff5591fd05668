import { describe, expect, it } from 'vitest';
import { Side } from '../../feed/book.ts';
import { auditBooks, BookDifference } from '../../feed/book-audit.ts';
import { AuditState, BookAuditor } from '../../feed/book-auditor.ts';
import { bookFaults } from '../../feed/testing/book-invariants.ts';
import { encodeSnapshot, GlimpseClient, GlimpseServer } from './glimpse.ts';
import { ItchFeedHandler } from './itch-feed.ts';
import { StockDirectory, TradingAction } from './itch5-market.ts';
import { AddOrder, AddOrderMpid, OrderDelete, OrderExecuted } from './itch5-orders.ts';
import { SoupServer } from './soupbintcp.ts';

const CAPACITY = { maxOrders: 20_000, maxInstruments: 32 };

/** A feed: numbered units, applied to any number of handlers. */
class Feed {
  readonly units: Uint8Array[] = [];

  unit<T extends { begin(view: DataView, offset: number): T }>(
    type: (new () => T) & { bytes: number },
    fields: object,
  ) {
    const bytes = new Uint8Array(type.bytes);
    Object.assign(new type().begin(new DataView(bytes.buffer), 0), fields);
    this.units.push(bytes);
  }

  /** Applies units `from`… up to, not including, `to` (numbers start at 1). */
  play(handler: ItchFeedHandler, from = 1, to = this.units.length + 1, each?: (unit: Uint8Array, id: number) => void) {
    for (let id = from; id < to; id++) {
      const unit = this.units[id - 1];
      handler.apply(unit, new DataView(unit.buffer), 0, unit.length);
      each?.(unit, id);
    }
  }
}

function marketDay(orders = 3000): Feed {
  const feed = new Feed();
  for (let locate = 1; locate <= 20; locate++) {
    feed.unit(StockDirectory, { locate, stock: `S${locate}`, roundLotSize: 100 });
    feed.unit(TradingAction, { locate, stock: `S${locate}`, tradingState: (locate === 9 ? 'H' : 'T').charCodeAt(0) });
  }
  for (let i = 0; i < orders; i++) {
    const locate = 1 + (i % 20);
    const side = (i % 3 === 0 ? 'B' : 'S').charCodeAt(0);
    const price4 = side === 66 ? 1000 - (i % 17) : 1001 + (i % 13);
    const order = { locate, orderRef: i + 1, side, shares: 100 + i, stock: `S${locate}`, price4 };
    if (i % 5 === 0) feed.unit(AddOrderMpid, { ...order, attribution: 'WLNE' });
    else feed.unit(AddOrder, order);
    if (i % 11 === 3) feed.unit(OrderDelete, { locate: 1 + ((i - 2) % 20), orderRef: i - 1 });
    if (i % 7 === 6) feed.unit(OrderExecuted, { locate, orderRef: i + 1, executedShares: 10 });
  }
  return feed;
}

/** Runs a snapshot conversation to its end, `pieceBytes` at a time. */
function converse(client: GlimpseClient, server: GlimpseServer, pieceBytes = 1000): void {
  client.onOpen();
  for (let quiet = 0; quiet < 3; ) {
    server.pump();
    quiet++;
    for (const [from, to] of [
      [client, server.soup],
      [server.soup, client],
    ] as const) {
      const count = Math.min(from.outputLength, pieceBytes);
      if (count === 0) continue;
      const piece = from.output.slice(0, count);
      from.consumed(count);
      to.onBytes(piece, 0, count);
      quiet = 0;
    }
  }
}

const LOGIN = { username: 'warm', password: 'line' };

/** A sink that rebuilds a handler's books. */
function rebuild(handler: ItchFeedHandler) {
  const log: string[] = [];
  return {
    log,
    snapshotBegin: () => {
      handler.reset();
      log.push('begin');
    },
    snapshotUnit: (bytes: Uint8Array, view: DataView, offset: number, length: number) =>
      handler.apply(bytes, view, offset, length),
    snapshotEnd: () => log.push('end'),
    snapshotFailed: (reason: string) => log.push(reason),
  };
}

describe('GLIMPSE', () => {
  it('rebuilds books, queues, symbols and states from a snapshot, and says where the feed goes on', () => {
    const feed = marketDay();
    const venue = new ItchFeedHandler(CAPACITY);
    feed.play(venue);
    const mine = new ItchFeedHandler(CAPACITY);
    feed.play(mine, 500, 700); // a late start: rubbish before the snapshot
    const sink = rebuild(mine);
    const client = new GlimpseClient(LOGIN, sink);
    const server = new GlimpseServer(
      () => encodeSnapshot(venue.books, feed.units.length + 1),
      () => true,
    );
    converse(client, server);
    expect(sink.log).toEqual(['begin', 'end']);
    expect(client.nextId[0]).toBe(feed.units.length + 1);
    expect(client.done).toBe(true);
    expect(bookFaults(mine.books, CAPACITY.maxInstruments)).toEqual([]);
    expect(auditBooks(mine.books, venue.books)).toMatchObject({ compared: 20, total: 0 });
    expect([mine.books.view(9).halted, mine.books.view(8).halted, mine.books.view(9).symbol]).toEqual([
      true,
      false,
      'S9',
    ]);
    const first = mine.books.view(1).firstOrder(Side.bid, 0);
    expect(mine.books.view(1).orderAttribution(first)).toBe(
      venue.books.view(1).orderAttribution(venue.books.view(1).firstOrder(Side.bid, 0)),
    );
    expect(mine.books.view(1).sound).toBe(true);
  });

  it('says in words why a snapshot failed', () => {
    const refused = rebuild(new ItchFeedHandler(CAPACITY));
    converse(
      new GlimpseClient(LOGIN, refused),
      new GlimpseServer(
        () => encodeSnapshot(new ItchFeedHandler(CAPACITY).books, 1),
        (login) => login.password === 'other',
      ),
    );
    expect(refused.log).toEqual(['the snapshot server refused the username or password']);

    const cut = rebuild(new ItchFeedHandler(CAPACITY));
    const client = new GlimpseClient(LOGIN, cut);
    client.onOpen();
    client.onClosed('connection reset by peer');
    client.onClosed('twice');
    expect(cut.log).toEqual(['the snapshot connection failed: connection reset by peer']);
  });

  it('fails a snapshot that does not start at the first message, or whose end names no number', () => {
    for (const [start, end] of [
      [5, `G${'1'.padStart(20)}`],
      [1, `G${'x'.padStart(20)}`],
      [1, `G${'0'.padStart(20)}`],
    ] as const) {
      const sink = rebuild(new ItchFeedHandler(CAPACITY));
      const client = new GlimpseClient(LOGIN, sink);
      const server = new SoupServer({ login: () => {}, unsequenced: () => {}, logout: () => {}, failed: () => {} });
      client.onOpen();
      server.onBytes(client.output.slice(0, client.outputLength), 0, client.outputLength);
      server.accept('', start);
      const message = Uint8Array.from(end, (letter) => letter.charCodeAt(0));
      server.sendSequenced(message, 0, message.length);
      client.onBytes(server.output.slice(0, server.outputLength), 0, server.outputLength);
      expect(sink.log.at(-1)).toMatch(/the snapshot server starts at message 5|names no sequence number/);
      expect(sink.log).not.toContain('end');
    }
  });
});

describe('complaint 8: wrong levels hang in a book for hours and nothing compares it with a snapshot', () => {
  /** Audits `live` against a snapshot of the venue taken at `next`, with the units up to `liveNext` applied. */
  function audit(feed: Feed, live: ItchFeedHandler, start: number, next: number, liveNext: number): BookAuditor {
    const venue = new ItchFeedHandler(CAPACITY);
    feed.play(venue, 1, next);
    let auditor: BookAuditor | undefined;
    const client = new GlimpseClient(LOGIN, {
      snapshotBegin: () => auditor?.snapshotBegin(),
      snapshotUnit: (bytes, view, offset, length) => auditor?.snapshotUnit(bytes, view, offset, length),
      snapshotEnd: () => auditor?.snapshotEnd(),
      snapshotFailed: (reason) => auditor?.snapshotFailed(reason),
    });
    auditor = new BookAuditor(live, new ItchFeedHandler(CAPACITY), client.nextId);
    auditor.begin(Float64Array.of(start));
    const each = (unit: Uint8Array, id: number) => auditor.onUnit(unit, 0, unit.length, Float64Array.of(id));
    const before = Math.min(liveNext, Math.max(start, next - 20));
    feed.play(live, start, before, each);
    const server = new GlimpseServer(
      () => encodeSnapshot(venue.books, next),
      () => true,
    );
    converse(client, server);
    feed.play(live, before, liveNext, each);
    return auditor;
  }

  it('finds a level that hangs in a live book, with its instrument, side and price', () => {
    const feed = marketDay();
    const live = new ItchFeedHandler(CAPACITY);
    const start = feed.units.length - 100;
    feed.play(live, 1, start);
    // The fault: an order that the venue has long deleted, as if its delete had been missed.
    const ghost = new Feed();
    ghost.unit(AddOrder, { locate: 3, orderRef: 999_999, side: 66, shares: 5, stock: 'S3', price4: 1234 });
    ghost.play(live);
    const auditor = audit(feed, live, start, start + 60, feed.units.length + 1);
    expect(auditor.state).toBe(AuditState.done);
    expect(auditor.report?.differing).toEqual([3]);
    expect(auditor.report?.findings).toEqual([
      { instrument: 3, symbol: 'S3', side: Side.bid, price: 1234, difference: BookDifference.extraLevel },
    ]);
  });

  it('finds a missing level, a wrong size and a wrong queue, and nothing in sound books', () => {
    const feed = marketDay();
    const sound = new ItchFeedHandler(CAPACITY);
    const start = feed.units.length - 100;
    feed.play(sound, 1, start);
    expect(audit(feed, sound, start, start + 60, feed.units.length + 1).report).toMatchObject({
      total: 0,
      compared: 20,
    });

    const faulty = new ItchFeedHandler(CAPACITY);
    feed.play(faulty, 1, start);
    const book = faulty.books.view(2);
    const order = book.firstOrder(Side.ask, 1);
    const faults = new Feed();
    faults.unit(OrderExecuted, { locate: 2, orderRef: book.orderReferenceLow(order), executedShares: 1 });
    faults.play(faulty);
    const report = audit(feed, faulty, start, start + 60, feed.units.length + 1).report;
    expect(report?.findings).toMatchObject([{ instrument: 2, side: Side.ask, difference: BookDifference.shares }]);
  });

  it('waits for live books that are behind the snapshot, and gives up where units are missing', () => {
    const feed = marketDay();
    const start = feed.units.length - 100;
    const behind = new ItchFeedHandler(CAPACITY);
    feed.play(behind, 1, start);
    const waiting = audit(feed, behind, start, start + 60, start + 50);
    expect(waiting.state).toBe(AuditState.catchingUp);
    feed.play(behind, start + 50, start + 60, (unit, id) => waiting.onUnit(unit, 0, unit.length, Float64Array.of(id)));
    expect(waiting.state).toBe(AuditState.done);
    expect(waiting.report?.total).toBe(0);

    const late = new ItchFeedHandler(CAPACITY);
    feed.play(late, 1, start);
    const hopeless = audit(feed, late, start, start - 10, start + 5);
    expect(hopeless.state).toBe(AuditState.failed);
    expect(hopeless.reason).toContain('units are held from');
  });
});
