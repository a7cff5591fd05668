import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BookCounter,
  createBookMemory,
  InstrumentStatus,
  LadderCopy,
  OrderBooks,
  Side,
  TopCell,
  TradingState,
} from './book.ts';
import { BookChange, BookWriter } from './book-writer.ts';
import { bookFaults } from './testing/book-invariants.ts';
import { applyTo, type BookOperation, NaiveBooks } from './testing/naive-books.ts';

const INSTRUMENTS = 4;

function books(maxOrders = 4096, maxInstruments = INSTRUMENTS, maxLevels?: number) {
  const memory = createBookMemory({ maxOrders, maxInstruments, maxLevels });
  return { writer: new BookWriter(memory), books: new OrderBooks(memory) };
}

/** References from few values, some far apart and above 2^32, so that operations meet each other. */
const reference = fc.oneof(
  fc.bigInt(0n, 30n),
  fc.constantFrom(1n << 32n, (1n << 32n) + 7n, (1n << 63n) + 7n, (1n << 64n) - 1n),
);

const operation: fc.Arbitrary<BookOperation> = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'reduce', 'delete', 'replace'),
  instrument: fc.nat(INSTRUMENTS - 1),
  side: fc.nat(1),
  reference,
  newReference: reference,
  price: fc.oneof(fc.integer({ min: 100, max: 140 }), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1)),
  shares: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(2 ** 31, 2 ** 32 - 1)),
  attribution: fc.constantFrom(0, 0x56495254),
});

function expectSame(real: OrderBooks, naive: NaiveBooks): void {
  expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
  for (let instrument = 0; instrument < INSTRUMENTS; instrument++) {
    const view = real.view(instrument);
    expect(view.suspect).toBe(naive.suspects.has(instrument));
    for (const side of [Side.bid, Side.ask]) {
      const seen: unknown[] = [];
      for (let n = 0; n < view.levels(side); n++) {
        for (let order = view.firstOrder(side, n); order !== 0; order = view.nextOrder(order)) {
          const ref =
            (BigInt(view.orderReferenceHigh(order) >>> 0) << 32n) | BigInt(view.orderReferenceLow(order) >>> 0);
          seen.push([ref, view.orderPrice(order), view.orderShares(order), view.orderAttribution(order)]);
        }
      }
      const expected = naive.side(instrument, side).map((o) => [o.reference, o.price, o.shares, o.attribution]);
      expect(seen).toEqual(expected);
    }
  }
}

describe('order books against a map of orders', () => {
  it('show the same orders in the same priority after any operations', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const { writer, books: real } = books();
        const naive = new NaiveBooks();
        for (const one of operations) expect(applyTo(writer, one)).toBe(naive.apply(one));
        expectSame(real, naive);
      }),
      { numRuns: 300 },
    );
  });

  it('stay right over long runs that fill, empty and refill the pools', () => {
    fc.assert(
      fc.property(fc.infiniteStream(operation), (stream) => {
        const { writer, books: real } = books(32);
        const naive = new NaiveBooks();
        let count = 0;
        for (const one of stream) {
          if (naive.orders.size < 32 || one.kind !== 'add') expect(applyTo(writer, one)).toBe(naive.apply(one));
          if (++count === 3000) break;
        }
        expectSame(real, naive);
      }),
      { numRuns: 5 },
    );
  });
});

describe('order books', () => {
  it('keep hundreds of price levels per side sorted, growing their ladders', () => {
    const { writer, books: real } = books();
    for (let i = 0; i < 700; i++) writer.add(1, i & 1, 0, i, 5000 + ((i * 7919) % 700), 10, 0);
    expect(real.view(1).levels(Side.bid)).toBe(350);
    expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
    for (let i = 0; i < 700; i++) writer.delete(1, 0, i);
    expect(real.view(1).levels(Side.bid)).toBe(0);
    expect(real.liveOrders).toBe(0);
    expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
  });

  it('replace an order though every order stands on a level of its own and the pool is full', () => {
    const { writer, books: real } = books(8);
    for (let i = 0; i < 8; i++) expect(writer.add(1, Side.bid, 0, i, 100 + i, 10, 0)).toBe(true);
    expect(writer.replace(1, 0, 3, 0, 99, 500, 10)).toBe(true);
    expect(real.view(1).bestBid).toBe(500);
    expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
  });

  it('say which instrument changed and whether its best price did', () => {
    const { writer } = books();
    writer.add(2, Side.bid, 0, 1, 100, 10, 0);
    expect([writer.instrument, writer.change]).toEqual([2, BookChange.bids | BookChange.bestBid]);
    writer.add(2, Side.bid, 0, 2, 99, 10, 0);
    expect([writer.instrument, writer.change]).toEqual([2, BookChange.bids]);
    writer.add(2, Side.ask, 0, 3, 101, 10, 0);
    expect([writer.instrument, writer.change]).toEqual([2, BookChange.asks | BookChange.bestAsk]);
    writer.delete(2, 0, 77);
    expect([writer.instrument, writer.change]).toEqual([2, BookChange.status]);
    writer.delete(2, 0, 77);
    expect([writer.instrument, writer.change]).toEqual([-1, 0]);
  });

  it('count an unknown reference, an over-execution, a duplicate and a foreign instrument, and trust the book no more', () => {
    const { writer, books: real } = books();
    writer.add(0, Side.bid, 0, 1, 100, 10, 0);
    writer.reduce(0, 0, 1, 11);
    writer.add(1, Side.bid, 0, 1, 100, 10, 0);
    writer.delete(2, 0, 9);
    writer.delete(3, 0, 1);
    writer.add(INSTRUMENTS, Side.bid, 0, 5, 100, 10, 0);
    writer.add(-1, Side.bid, 0, 5, 100, 10, 0);
    expect(real.counter(BookCounter.overExecution)).toBe(1);
    expect(real.counter(BookCounter.duplicateReference)).toBe(1);
    expect(real.counter(BookCounter.unknownReference)).toBe(1);
    expect(real.counter(BookCounter.instrumentMismatch)).toBe(1);
    expect(real.counter(BookCounter.badInstrument)).toBe(2);
    expect(real.refused).toBe(6);
    for (let i = 0; i < INSTRUMENTS; i++) expect(real.view(i).sound).toBe(false);
    expect(real.view(0).bestBidShares).toBe(10);
  });

  it('refuse orders beyond their capacity, mark the book incomplete, and take orders again when some have left', () => {
    const { writer, books: real } = books(3);
    for (let i = 0; i < 3; i++) expect(writer.add(0, Side.bid, 0, i, 100, 10, 0)).toBe(true);
    expect(writer.add(1, Side.bid, 0, 9, 100, 10, 0)).toBe(false);
    expect(real.counter(BookCounter.ordersFull)).toBe(1);
    expect(real.view(1).incomplete).toBe(true);
    expect(real.view(0).sound).toBe(true);
    writer.delete(0, 0, 1);
    expect(writer.add(1, Side.bid, 0, 9, 100, 10, 0)).toBe(true);
    expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
  });

  it('refuse price levels beyond their capacity without leaving half an order behind', () => {
    const { writer, books: real } = books(64, INSTRUMENTS, 2);
    writer.add(0, Side.bid, 0, 1, 100, 10, 0);
    writer.add(0, Side.bid, 0, 2, 101, 10, 0);
    expect(writer.add(0, Side.bid, 0, 3, 102, 10, 0)).toBe(false);
    expect(writer.replace(0, 0, 1, 0, 4, 99, 10)).toBe(false);
    expect(real.counter(BookCounter.levelsFull)).toBe(2);
    expect(real.liveOrders).toBe(2);
    expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
    expect(writer.delete(0, 0, 1)).toBe(true);
  });

  it('forget orders and suspicion on reset, but not the directory or the trading state', () => {
    const { writer, books: real } = books();
    writer.list(1, 0x41425448, 0x20202020, 100);
    writer.setStatus(1, InstrumentStatus.stateMask, TradingState.halted);
    writer.add(1, Side.bid, 0, 1, 100, 10, 0);
    writer.delete(1, 0, 2);
    expect(real.view(1).suspect).toBe(true);
    const { generation } = real;
    writer.reset();
    const view = real.view(1);
    expect([view.symbol, view.roundLot, view.halted, view.suspect]).toEqual(['ABTH', 100, true, false]);
    expect(real.find('ABTH')).toBe(1);
    expect(real.generation).toBe(generation + 1);
    expect([view.bestBid, view.levels(Side.bid), real.liveOrders]).toEqual([0, 0, 0]);
    expect(writer.add(1, Side.bid, 0, 1, 100, 10, 0)).toBe(true);
    expect(bookFaults(real, INSTRUMENTS)).toEqual([]);
  });

  it('copy best prices and levels for readers elsewhere', () => {
    const { writer, books: real } = books();
    for (let i = 0; i < 5; i++) writer.add(0, Side.ask, 0, i, 200 + i, 10 * (i + 1), 0);
    const copy = new LadderCopy(3);
    expect(real.view(0).copyLevels(Side.ask, copy)).toBe(3);
    expect([...copy.price]).toEqual([200, 201, 202]);
    expect([...copy.shares]).toEqual([10, 20, 30]);
    const top = new Float64Array(6);
    expect(real.view(0).readTop(top)).toBe(true);
    expect(top[TopCell.askPrice]).toBe(200);
    expect(top[TopCell.bidShares]).toBe(0);
  });

  it('do not let references that rise in any power-of-two step gather in few hash buckets', () => {
    for (let step = 0; step < 32; step++) {
      const { writer, books: real } = books(4096);
      for (let i = 0n; i < 4096n; i++) {
        const ref = i << BigInt(step);
        writer.add(0, Side.bid, Number(ref >> 32n), Number(BigInt.asIntN(32, ref)), 100, 1, 0);
      }
      expect(real.longestChain).toBeLessThanOrEqual(12);
    }
  });
});
