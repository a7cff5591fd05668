import { createBookMemory, InstrumentStatus, OrderBooks } from '../book.ts';
import { BookWriter } from '../book-writer.ts';
import { bookFaults } from './book-invariants.ts';

const INSTRUMENTS = 3;
const MAX_ORDERS = 24;
const memory = createBookMemory({ maxOrders: MAX_ORDERS, maxInstruments: INSTRUMENTS, maxLevels: 12 });
const writer = new BookWriter(memory);
const books = new OrderBooks(memory);
const OPERATION_BYTES = 6;

/**
 * Any bytes as book operations, six bytes each, over few references, prices and instruments (one beyond the last), on
 * pools that fill: no exception, and every book sound in itself.
 */
export const target = {
  name: 'book',
  seeds: [
    Uint8Array.from({ length: 120 }, (_, i) => (i * 37) & 0xff),
    Uint8Array.from({ length: 300 }, (_, i) => (i * i * 7) & 0xff),
    new Uint8Array(60),
  ],
  run(bytes: Uint8Array): void {
    writer.reset();
    for (let at = 0; at + OPERATION_BYTES <= bytes.length; at += OPERATION_BYTES) {
      const instrument = bytes[at + 1] % (INSTRUMENTS + 1);
      const reference = bytes[at + 2] & 0x3f;
      const high = bytes[at + 2] >> 7;
      const price = bytes[at + 3] & 0x1f;
      const shares = bytes[at + 4] & 0x3f;
      switch (bytes[at] & 7) {
        case 0:
        case 1:
        case 2:
        case 3:
          writer.add(instrument, bytes[at] >> 7, high, reference, price, shares, 0);
          break;
        case 4:
          writer.reduce(instrument, high, reference, shares);
          break;
        case 5:
          writer.delete(instrument, high, reference);
          break;
        case 6:
          writer.replace(instrument, high, reference, high, bytes[at + 5] & 0x3f, price, shares);
          break;
        default:
          writer.setStatus(instrument, InstrumentStatus.stateMask, bytes[at + 3] & InstrumentStatus.stateMask);
      }
    }
    const faults = bookFaults(books, INSTRUMENTS);
    if (faults.length > 0) throw new Error(faults.join('; '));
  },
};
