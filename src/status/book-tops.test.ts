import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBookMemory, OrderBooks, TOP_CELLS, TopCell } from '../feed/book.ts';
import { BookWriter } from '../feed/book-writer.ts';
import { BookTops, topsMemory } from './book-tops.ts';

const INSTRUMENTS = 4;

function symbolHalves(symbol: string): [number, number] {
  const bytes = Buffer.from(symbol.padEnd(8, ' '), 'latin1');
  return [bytes.readInt32BE(0), bytes.readInt32BE(4)];
}

function listedBooks() {
  const memory = createBookMemory({ maxOrders: 1024, maxInstruments: INSTRUMENTS });
  const writer = new BookWriter(memory);
  ['AAPL', 'MSFT', 'LONGNAME'].forEach((symbol, i) => {
    writer.list(i + 1, ...symbolHalves(symbol), 100);
  });
  return { memory, writer };
}

/** As another process has it: the words copied, nothing shared. */
function copied(memory: SharedArrayBuffer) {
  const { records, directory } = topsMemory(memory);
  return { records: records.slice(), directory: directory.slice() };
}

const order = fc.record({
  instrument: fc.integer({ min: 1, max: 3 }),
  side: fc.nat(1),
  price: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  shares: fc.integer({ min: 1, max: 1000 }),
});

describe('best prices', () => {
  it('are those of the books, read in place and from a copy alike', () => {
    fc.assert(
      fc.property(fc.array(order, { maxLength: 40 }), (orders) => {
        const { memory, writer } = listedBooks();
        orders.forEach(({ instrument, side, price, shares }, i) => {
          writer.add(instrument, side, 0, i + 1, price | 0, shares, 0);
        });
        const books = new OrderBooks(memory);
        const top = new Float64Array(TOP_CELLS);
        const expected = books.listed().map((instrument) => {
          books.view(instrument).readTop(top);
          const price = (cell: number, shares: number) => (top[shares] === 0 ? Number.NaN : top[cell] / 10_000);
          return {
            symbol: books.view(instrument).symbol,
            bid: price(TopCell.bidPrice, TopCell.bidShares),
            bidSize: top[TopCell.bidShares],
            ask: price(TopCell.askPrice, TopCell.askShares),
            askSize: top[TopCell.askShares],
          };
        });
        expect(new BookTops(topsMemory(memory)).read(9)).toEqual(expected);
        expect(new BookTops(copied(memory)).read(9)).toEqual(expected);
        expect(new BookTops(copied(memory)).read(2)).toEqual(expected.slice(0, 2));
      }),
    );
  });

  it('of no more instruments than wanted are looked at', () => {
    const { memory } = listedBooks();
    expect(new BookTops(topsMemory(memory, 2)).read(9).map(({ symbol }) => symbol)).toEqual(['AAPL']);
  });

  it('leave out a book that was copied while it was written', () => {
    const { memory } = listedBooks();
    const copy = copied(memory);
    const words = new Int32Array(copy.records.buffer);
    words[16] |= 1; // the version of instrument 1
    expect(new BookTops(copy).read(9).map(({ symbol }) => symbol)).toEqual(['MSFT', 'LONGNAME']);
  });
});
