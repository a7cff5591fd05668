import { BookHeader, DirectoryWord, InstrumentStatus, InstrumentWord } from '../feed/book-layout.ts';
import { checkBookMemory } from '../feed/book-memory.ts';
import type { BookView } from './status-model.ts';

/** Instruments whose best prices are shown to other processes: the first ones, by their number at the venue. */
export const MIRRORED_INSTRUMENTS = 256;
const PRICE_UNITS = 10_000;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
/** Tries of a consistent read: the writer is inside for well under a microsecond. */
const READ_TRIES = 8;

/** The two pieces of a feed's books that best prices and symbols stand in. */
export interface TopsMemory {
  readonly records: BigUint64Array;
  readonly directory: BigUint64Array;
}

/** Those pieces of books in memory, for the first `most` instruments. @throws {Error} where it holds no books */
export function topsMemory(books: SharedArrayBuffer, most = MIRRORED_INSTRUMENTS): TopsMemory {
  checkBookMemory(books);
  const header = new Int32Array(books, 0, BookHeader.words);
  const count = Math.min(most, header[BookHeader.maxInstruments]!);
  const piece = (firstWord: number, wordsEach: number) =>
    new BigUint64Array(
      books,
      firstWord * WORD_BYTES,
      (count * wordsEach * WORD_BYTES) / BigUint64Array.BYTES_PER_ELEMENT,
    );
  return {
    records: piece(header[BookHeader.instruments]!, InstrumentWord.words),
    directory: piece(header[BookHeader.directory]!, DirectoryWord.words),
  };
}

/**
 * Best prices of a feed's books, over the books themselves or a copy of them. Bid and ask always belong together. In a
 * copy the sizes may be those of a moment later: a record is copied word by word while the router goes on.
 */
export class BookTops {
  private readonly int32: Int32Array;
  private readonly float64: Float64Array;
  private readonly directory: Int32Array;
  private readonly count: number;

  constructor({ records, directory }: TopsMemory) {
    this.int32 = new Int32Array(records.buffer, records.byteOffset, records.byteLength / WORD_BYTES);
    this.float64 = new Float64Array(records.buffer, records.byteOffset, records.length);
    this.directory = new Int32Array(directory.buffer, directory.byteOffset, directory.byteLength / WORD_BYTES);
    this.count = this.int32.length / InstrumentWord.words;
  }

  /** Best prices of the first `most` instruments that have a book. */
  read(most: number): BookView[] {
    const shown: BookView[] = [];
    for (let instrument = 0; instrument < this.count && shown.length < most; instrument++) {
      const record = instrument * InstrumentWord.words;
      if ((this.int32[record + InstrumentWord.status]! & InstrumentStatus.listed) === 0) continue;
      const view = this.top(instrument, record);
      if (view !== undefined) shown.push(view);
    }
    return shown;
  }

  private top(instrument: number, record: number): BookView | undefined {
    const { int32, float64 } = this;
    for (let attempt = 0; attempt < READ_TRIES; attempt++) {
      const version = Atomics.load(int32, record + InstrumentWord.version);
      const bidSize = float64[(record + InstrumentWord.bidShares) >> 1]!;
      const askSize = float64[(record + InstrumentWord.askShares) >> 1]!;
      const bid = bidSize === 0 ? Number.NaN : (int32[record + InstrumentWord.bidPrice]! >>> 0) / PRICE_UNITS;
      const ask = askSize === 0 ? Number.NaN : (int32[record + InstrumentWord.askPrice]! >>> 0) / PRICE_UNITS;
      if ((version & 1) !== 0 || Atomics.load(int32, record + InstrumentWord.version) !== version) continue;
      return { symbol: this.symbol(instrument), bid, bidSize, ask, askSize };
    }
    return undefined;
  }

  private symbol(instrument: number): string {
    const first = instrument * DirectoryWord.words + DirectoryWord.symbol;
    const text = Buffer.alloc(DirectoryWord.symbolBytes);
    for (let at = 0; at < text.length; at += WORD_BYTES)
      text.writeInt32BE(this.directory[first + at / WORD_BYTES]!, at);
    return text.toString('latin1').replaceAll('\0', ' ').trimEnd();
  }
}
