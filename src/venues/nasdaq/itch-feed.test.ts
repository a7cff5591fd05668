import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../test/support/shared-data.ts';
import { BookCounter, Side, TradingState } from '../../feed/book.ts';
import { BookChange } from '../../feed/book-writer.ts';
import { bookFaults } from '../../feed/testing/book-invariants.ts';
import { ItchFeedHandler } from './itch-feed.ts';
import { ItchFileReader, isGzip } from './itch-file.ts';
import type { ItchHandler } from './itch-handler.ts';
import { OperationalHalt, RegShoRestriction, StockDirectory, SystemEvent, TradingAction } from './itch5-market.ts';
import {
  AddOrder,
  AddOrderMpid,
  OrderDelete,
  OrderExecuted,
  OrderExecutedWithPrice,
  OrderReplace,
} from './itch5-orders.ts';

const CAPACITY = { maxOrders: 10_000, maxInstruments: 16 };
const code = (letter: string) => letter.charCodeAt(0);

/** Writes messages and applies them at once. */
class Bench {
  readonly handler = new ItchFeedHandler(CAPACITY);
  readonly bytes = new Uint8Array(64);
  readonly view = new DataView(this.bytes.buffer);

  apply<T extends { begin(view: DataView, offset: number): T }>(
    type: (new () => T) & { bytes: number },
    fields: object,
  ) {
    const message = new type().begin(this.view, 3);
    Object.assign(message, fields);
    this.handler.apply(this.bytes, this.view, 3, type.bytes);
  }
  add(orderRef: number, side: 'B' | 'S', price4: number, shares: number, locate = 1) {
    this.apply(AddOrder, { locate, orderRef, side: code(side), shares, stock: 'WARM', price4 });
  }
}

describe('ITCH feed handler', () => {
  it('follows the book rules of every order message', () => {
    const bench = new Bench();
    const book = bench.handler.books.view(1);
    bench.add(1, 'B', 100, 500);
    bench.add(2, 'B', 100, 300);
    bench.apply(AddOrderMpid, {
      locate: 1,
      orderRef: 3,
      side: code('S'),
      shares: 200,
      price4: 105,
      attribution: 'WLNE',
    });
    expect([book.bestBid, book.bestBidShares, book.bestBidOrders, book.bestAsk]).toEqual([100, 800, 2, 105]);
    bench.apply(OrderExecuted, { locate: 1, orderRef: 1, executedShares: 100 });
    bench.apply(OrderExecutedWithPrice, {
      locate: 1,
      orderRef: 2,
      executedShares: 300,
      executionPrice4: 99,
      printable: code('N'),
    });
    expect([book.bestBid, book.bestBidShares, book.bestBidOrders]).toEqual([100, 400, 1]);
    bench.apply(OrderReplace, { locate: 1, origRef: 3, newRef: 4, shares: 700, price4: 104 });
    expect([book.bestAsk, book.bestAskShares, book.orderAttribution(book.firstOrder(Side.ask, 0))]).toEqual([
      104, 700, 0x574c4e45,
    ]);
    bench.apply(OrderDelete, { locate: 1, orderRef: 1 });
    expect([book.bestBid, book.levels(Side.bid)]).toEqual([0, 0]);
    expect(bookFaults(bench.handler.books, 16)).toEqual([]);
    expect(bench.handler.undecoded).toBe(0);
  });

  it('says which book a unit changed, and nothing of units that change none', () => {
    const bench = new Bench();
    bench.add(1, 'B', 100, 500);
    expect(bench.handler.changedInstrument).toBe(1);
    expect(bench.handler.change & BookChange.bestBid).not.toBe(0);
    bench.apply(SystemEvent, { eventCode: code('Q') });
    expect(bench.handler.changedInstrument).toBe(-1);
    expect(bench.handler.books.dayEvent).toBe(code('Q'));
    bench.apply(OrderDelete, { locate: 1, orderRef: 99 });
    expect([bench.handler.changedInstrument, bench.handler.changedStatusInstrument]).toEqual([-1, 1]);
    expect(bench.handler.books.view(1).suspect).toBe(true);
  });

  it('keeps directory, trading states, short sale restrictions and operational halts', () => {
    const bench = new Bench();
    const book = bench.handler.books.view(2);
    bench.apply(StockDirectory, { locate: 2, stock: 'WARM', roundLotSize: 100 });
    expect([book.symbol, book.roundLot, book.halted]).toEqual(['WARM', 100, false]);
    expect(bench.handler.changedStatusInstrument).toBe(2);
    bench.apply(TradingAction, { locate: 2, stock: 'WARM', tradingState: code('H'), reason: 'T1' });
    expect([book.tradingState, book.halted, book.reason]).toEqual([TradingState.halted, true, 'T1']);
    bench.apply(TradingAction, { locate: 2, stock: 'WARM', tradingState: code('T') });
    bench.apply(OperationalHalt, { locate: 2, marketCode: code('B'), action: code('H') });
    expect([book.tradingState, book.halted, book.operationalHalts]).toEqual([TradingState.trading, true, 2]);
    bench.apply(OperationalHalt, { locate: 2, marketCode: code('B'), action: code('T') });
    bench.apply(RegShoRestriction, { locate: 2, action: code('1') });
    expect([book.halted, book.shortRestricted]).toEqual([false, true]);
  });

  it('learns symbols from orders where the directory was missed', () => {
    const bench = new Bench();
    bench.add(1, 'S', 100, 1, 7);
    expect(bench.handler.books.view(7).symbol).toBe('WARM');
    expect(bench.handler.books.find('WARM')).toBe(7);
  });

  it('counts units that are no ITCH, and orders that are on no side', () => {
    const bench = new Bench();
    bench.handler.apply(bench.bytes, bench.view, 0, 0);
    bench.handler.apply(bench.bytes, bench.view, 0, 5);
    bench.apply(AddOrder, { locate: 1, orderRef: 1, side: code('X'), shares: 1 });
    expect(bench.handler.undecoded).toBe(3);
    expect(bench.handler.books.liveOrders).toBe(0);
  });

  it('lets another thread dispatch over the same books, read only, and tells it what changed', () => {
    const bench = new Bench();
    const reader = new ItchFeedHandler({ ...CAPACITY, memory: bench.handler.memory, readOnly: true });
    const seen: number[] = [];
    const strategy: ItchHandler = { onAddOrder: (message) => seen.push(message.price4) };
    bench.add(1, 'B', 100, 500);
    reader.dispatch(strategy, bench.bytes, bench.view, 3, AddOrder.bytes);
    expect([seen, reader.changedInstrument, reader.changedStatusInstrument]).toEqual([[100], 1, 1]);
    expect(reader.books.view(1).bestBid).toBe(100);
    bench.add(2, 'B', 101, 500);
    reader.dispatch(strategy, bench.bytes, bench.view, 3, AddOrder.bytes);
    expect([reader.changedInstrument, reader.changedStatusInstrument]).toEqual([1, -1]);
    reader.apply(bench.bytes, bench.view, 3, AddOrder.bytes);
    expect(reader.books.liveOrders).toBe(2);
  });

  it('forgets orders, symbols and states on reset, because what follows tells them all again', () => {
    const bench = new Bench();
    bench.add(1, 'B', 100, 500);
    bench.apply(TradingAction, { locate: 1, stock: 'WARM', tradingState: code('H') });
    bench.handler.reset();
    const book = bench.handler.books.view(1);
    expect([book.bestBid, book.halted, book.symbol, book.listed]).toEqual([0, false, '', false]);
    bench.add(1, 'B', 100, 500);
    expect(bench.handler.undecoded).toBe(0);
  });
});

const sample = sharedData('nasdaq-itch/ex20101224.TEST_ITCH_50.gz');

describe('the published ITCH 5.0 sample file', () => {
  it.skipIf(sample === undefined)('decodes to its published counts and into sound books', () => {
    const packed = readFileSync(sample!);
    expect(isGzip(packed)).toBe(true);
    const reader = new ItchFileReader(new Uint8Array(gunzipSync(packed)));
    const handler = new ItchFeedHandler(CAPACITY);
    const counts: Record<string, number> = {};
    const live = new Map<bigint, number>();
    let unknown = 0;
    while (reader.next()) {
      const type = String.fromCharCode(reader.bytes[reader.offset]);
      counts[type] = (counts[type] ?? 0) + 1;
      handler.apply(reader.bytes, reader.view, reader.offset, reader.length);
      // A second, naive count of live orders and of references that the file itself never added.
      const ref = 'AFEXDUC'.includes(type) ? reader.view.getBigUint64(reader.offset + 11) : 0n;
      if (type === 'A' || type === 'F') live.set(ref, reader.view.getUint32(reader.offset + 20));
      else if ('EXDUC'.includes(type)) {
        const shares = live.get(ref);
        if (shares === undefined) {
          unknown++;
          continue;
        }
        const left = type === 'D' || type === 'U' ? 0 : shares - reader.view.getUint32(reader.offset + 19);
        if (left === 0) live.delete(ref);
        else live.set(ref, left);
        if (type === 'U')
          live.set(reader.view.getBigUint64(reader.offset + 19), reader.view.getUint32(reader.offset + 27));
      }
    }
    expect(reader.problem).toBe('');
    expect(counts).toEqual({ S: 6, R: 3, H: 3, A: 4997, F: 3, E: 198, X: 45, D: 1745, U: 12, P: 5000 });
    const { books } = handler;
    expect([books.view(1).symbol, books.view(2).symbol, books.view(3).symbol]).toEqual(['ALC', 'BOB', 'CHAR']);
    expect(bookFaults(books, CAPACITY.maxInstruments)).toEqual([]);
    expect(books.liveOrders).toBe(live.size);
    expect(books.counter(BookCounter.unknownReference)).toBe(unknown);
    expect(books.refused).toBe(unknown);
  });
});
