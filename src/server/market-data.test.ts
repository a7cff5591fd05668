import { describe, expect, it } from 'vitest';
import { FeedStatus } from '../feed/events.ts';
import { FEED_CELLS, FeedCell } from '../feed/feed-counters.ts';
import { BroadcastWriter } from '../ring/broadcast-ring.ts';
import { createBroadcastRing } from '../ring/broadcast-ring-descriptor.ts';
import { BroadcastRecord } from '../router/broadcast-record.ts';
import { StockDirectory } from '../venues/nasdaq/itch5-market.ts';
import { AddOrder } from '../venues/nasdaq/itch5-orders.ts';
import { feedProtocol } from '../venues/registry.ts';
import type { Subscriber } from './channel.ts';
import { type ApiFeed, MarketData } from './market-data.ts';
import { messageFields } from './message-json.ts';

const bytes = new Uint8Array(64);
const view = new DataView(bytes.buffer);

function directory(locate: number, stock: string): number {
  const message = new StockDirectory().begin(view, 0);
  message.locate = locate;
  message.stock = stock;
  return StockDirectory.bytes;
}

function add(locate: number, ref: number, side: string, shares: number, price4: number): number {
  const message = new AddOrder().begin(view, 0);
  message.locate = locate;
  message.refLo = ref;
  message.refHi = 1;
  message.side = side.charCodeAt(0);
  message.shares = shares;
  message.price4 = price4;
  return AddOrder.bytes;
}

/** A router's feed in small: what it applies to its books it publishes too. */
function setUp(ringBytes = 1 << 20) {
  const protocol = feedProtocol('nasdaq');
  const capacity = { maxOrders: 1024, maxInstruments: 64 };
  const memory = protocol.createBookMemory!(capacity);
  const writing = protocol.createHandler!({ ...capacity, memory });
  const cells = new Float64Array(FEED_CELLS);
  cells[FeedCell.status] = FeedStatus.live;
  const feed: ApiFeed = {
    name: 'itch',
    cells,
    handler: protocol.createHandler!({ ...capacity, memory, readOnly: true }),
  };
  const ring = createBroadcastRing(ringBytes);
  const writer = new BroadcastWriter(ring);
  let id = 0;
  const publish = (length: number) => {
    writing.apply(bytes, view, 0, length);
    const at = writer.claim(BroadcastRecord.unitType, BroadcastRecord.headerBytes + length);
    writer.view.setFloat64(at + BroadcastRecord.idOffset, ++id, true);
    writer.view.setFloat64(at + BroadcastRecord.rxNsOffset, 1000 + id, true);
    writer.view.setInt32(at + BroadcastRecord.feedOffset, 0, true);
    for (let i = 0; i < length; i++) writer.view.setUint8(at + BroadcastRecord.headerBytes + i, bytes[i]);
    writer.commit();
  };
  const market = new MarketData([feed], ring);
  return { market, publish, cells };
}

function listener() {
  const messages: Record<string, unknown>[] = [];
  const subscriber: Subscriber = { ready: true, send: (text) => void messages.push(JSON.parse(text)) };
  return { messages, subscriber, last: () => messages.at(-1)! };
}

describe('a book channel', () => {
  it('shows levels as they stand, then what changes', () => {
    const { market, publish, cells } = setUp();
    publish(directory(3, 'AAPL'));
    publish(add(3, 1, 'B', 100, 1_000_000));
    publish(add(3, 2, 'S', 70, 1_010_000));
    const channel = market.find('book:itch/AAPL')!;
    const { subscriber, last } = listener();
    channel.join(subscriber, -1);
    expect(last().data).toEqual({
      feed: 'itch',
      status: 'live',
      symbol: 'AAPL',
      consistent: true,
      bids: [[1_000_000, 100, 1]],
      asks: [[1_010_000, 70, 1]],
    });
    publish(add(3, 4, 'B', 50, 1_000_000));
    cells[FeedCell.status] = FeedStatus.stale;
    channel.tick();
    expect(last().patch).toEqual({ status: 'stale', bids: { 0: { 1: 150, 2: 2 } } });
  });

  it('is there for symbols that are listed, and for nothing else', () => {
    const { market, publish } = setUp();
    publish(directory(3, 'AAPL'));
    for (const name of [
      'book:itch/MSFT',
      'book:itch',
      'book:other/AAPL',
      'books:itch/AAPL',
      'book:/',
      'messages:other',
    ])
      expect(market.find(name)).toBeUndefined();
    expect(new MarketData([], undefined).find('messages:itch')).toBeUndefined();
  });
});

describe('a message channel', () => {
  it('shows every message with its number, decoded, from the moment of subscribing', () => {
    const { market, publish } = setUp();
    publish(directory(3, 'AAPL'));
    const channel = market.find('messages:itch')!;
    const { subscriber, messages, last } = listener();
    channel.join(subscriber, -1);
    market.poll();
    publish(add(3, 7, 'B', 100, 1_000_000));
    market.poll();
    channel.tick();
    expect(messages[0]).toMatchObject({ type: 'reset', data: { feed: 'itch', status: 'live' } });
    expect(last().entries).toMatchObject([
      { id: 2, rxNs: 1002, type: 'addOrder', locate: 3, ref: String(2n ** 32n + 7n), shares: 100, price4: 1_000_000 },
    ]);
  });

  it('numbers go on when nobody has listened for a while: a place in an earlier stream is known for gone (it was taken for one of this)', () => {
    const { market, publish } = setUp();
    publish(directory(3, 'AAPL'));
    const first = listener();
    const before = market.find('messages:itch')!;
    before.join(first.subscriber, -1);
    for (let i = 0; i < 10; i++) publish(add(3, i, 'B', 100, 1_000_000));
    market.poll();
    before.tick();
    const { from, entries } = first.last() as { from: number; entries: object[] };
    before.leave(first.subscriber);
    market.poll();
    const after = market.find('messages:itch')!;
    const [other, back] = [listener(), listener()];
    after.join(other.subscriber, -1);
    for (let i = 20; i < 60; i++) publish(add(3, i, 'B', 100, 1_000_000));
    market.poll();
    after.join(back.subscriber, from + entries.length - 1);
    expect(back.messages[0]).toMatchObject({ type: 'reset' });
  });

  it('can be of one symbol', () => {
    const { market, publish } = setUp();
    publish(directory(3, 'AAPL'));
    publish(directory(4, 'MSFT'));
    const channel = market.find('messages:itch/MSFT')!;
    const { subscriber, last } = listener();
    channel.join(subscriber, -1);
    market.poll();
    publish(add(3, 1, 'B', 100, 1_000_000));
    publish(add(4, 2, 'B', 200, 1_000_000));
    market.poll();
    channel.tick();
    expect((last().entries as object[]).length).toBe(1);
    expect(last().entries).toMatchObject([{ locate: 4, shares: 200 }]);
  });

  it('says so where the API was slower than the feed', () => {
    const { market, publish } = setUp(1 << 16);
    publish(directory(3, 'AAPL'));
    const channel = market.find('messages:itch')!;
    const { subscriber, messages } = listener();
    channel.join(subscriber, -1);
    market.poll();
    for (let i = 1; i < 3000; i++) publish(add(3, i % 900, 'B', 1, 1_000_000 + i));
    market.poll();
    channel.tick();
    const entries = messages.flatMap((message) => (message.entries as { type: string }[] | undefined) ?? []);
    expect(entries.map(({ type }) => type)).toContain('missed');
  });
});

describe('a message as JSON', () => {
  it('has every field by its name, 64-bit numbers as text', () => {
    add(5, 0xffffffff | 0, 'S', 10, 123);
    expect(messageFields(new AddOrder().wrap(view, 0))).toMatchObject({
      locate: 5,
      ref: String(2n ** 33n - 1n),
      shares: 10,
      price4: 123,
    });
  });
});
