import {
  BOOK_LAYOUT_VERSION,
  BOOK_MAGIC,
  BookHeader,
  DirectoryWord,
  InstrumentWord,
  LADDER_SMALLEST_BITS,
  LadderWord,
  LevelWord,
  OrderWord,
} from './book-layout.ts';

/** How large a feed's books may grow. Pools never grow while running; what does not fit is counted. */
export interface BookCapacity {
  /** Orders live at the same time. */
  readonly maxOrders: number;
  /** Instruments are numbered 0…maxInstruments-1. */
  readonly maxInstruments: number;
  /**
   * Price levels live at the same time, over all books. Default: `maxOrders` and one, which always suffices: a replace
   * takes its new level before it leaves the old one.
   */
  readonly maxLevels?: number;
}

const WORD_BYTES = 4;
const LINE_WORDS = 16;
const MIN_BUCKET_BITS = 8;
/** Ladders grow by doubling and leave smaller blocks behind: room for that, as entries per level. */
const LADDER_ENTRIES_PER_LEVEL = 4;
/** Word offsets must fit an int32. */
const MAX_WORDS = 2 ** 31 - LINE_WORDS;

/**
 * Makes memory for a feed's books. Untouched pages cost nothing, so capacity may be generous: about 100 bytes of address
 * space per order.
 * @throws {RangeError} where the capacity is no positive integer or needs more than 8 GiB
 */
export function createBookMemory(capacity: BookCapacity): SharedArrayBuffer {
  const { maxOrders, maxInstruments } = capacity;
  const maxLevels = capacity.maxLevels ?? maxOrders + 1;
  for (const [name, value] of Object.entries({ maxOrders, maxInstruments, maxLevels })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`order books: ${name} must be a positive integer, not ${value}`);
    }
  }
  const bucketBits = Math.max(MIN_BUCKET_BITS, Math.ceil(Math.log2(maxOrders)));
  const smallestLadder = LadderWord.words << LADDER_SMALLEST_BITS;
  let words: number = BookHeader.words;
  const region = (size: number): number => {
    const start = words;
    words = Math.ceil((start + size) / LINE_WORDS) * LINE_WORDS;
    return start;
  };
  const instruments = region(maxInstruments * InstrumentWord.words);
  const directory = region(maxInstruments * DirectoryWord.words);
  const buckets = region(2 ** bucketBits);
  const orders = region(maxOrders * OrderWord.words);
  const levels = region(maxLevels * LevelWord.words);
  const ladders = region(
    maxLevels * LADDER_ENTRIES_PER_LEVEL * LadderWord.words + Math.min(maxInstruments, maxLevels) * 2 * smallestLadder,
  );
  if (words > MAX_WORDS) {
    throw new RangeError(
      `order books: ${maxOrders} orders need ${words * WORD_BYTES} bytes; at most 8 GiB are supported`,
    );
  }
  const memory = new SharedArrayBuffer(words * WORD_BYTES);
  const header = new Int32Array(memory, 0, BookHeader.words);
  header[BookHeader.layoutVersion] = BOOK_LAYOUT_VERSION;
  header[BookHeader.maxInstruments] = maxInstruments;
  header[BookHeader.maxOrders] = maxOrders;
  header[BookHeader.maxLevels] = maxLevels;
  header[BookHeader.bucketBits] = bucketBits;
  header[BookHeader.instruments] = instruments;
  header[BookHeader.directory] = directory;
  header[BookHeader.buckets] = buckets;
  header[BookHeader.orders] = orders;
  header[BookHeader.levels] = levels;
  header[BookHeader.ladders] = ladders;
  header[BookHeader.end] = words;
  header[BookHeader.freshOrder] = orders;
  header[BookHeader.freshLevel] = levels;
  header[BookHeader.freshLadder] = ladders;
  header[BookHeader.magic] = BOOK_MAGIC;
  return memory;
}

/** @throws {Error} where `memory` was not made by {@link createBookMemory} of this version */
export function checkBookMemory(memory: SharedArrayBuffer): void {
  const words = new Int32Array(memory);
  if (words[BookHeader.magic] !== BOOK_MAGIC || words[BookHeader.layoutVersion] !== BOOK_LAYOUT_VERSION) {
    throw new Error(`order books: this memory holds no books of layout ${BOOK_LAYOUT_VERSION}`);
  }
}
