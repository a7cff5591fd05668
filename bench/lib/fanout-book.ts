import { FeedStatus } from '../../src/feed/events.ts';
import { FEED_CELLS, FeedCell } from '../../src/feed/feed-counters.ts';
import type { FeedHandler } from '../../src/feed/protocol.ts';
import type { ApiFeed } from '../../src/server/market-data.ts';
import { StockDirectory } from '../../src/venues/nasdaq/itch5-market.ts';
import { AddOrder, OrderDelete } from '../../src/venues/nasdaq/itch5-orders.ts';
import { feedProtocol } from '../../src/venues/registry.ts';
import { FANOUT_FEED, FANOUT_SYMBOL } from './fanout-channel.ts';

const LOCATE = 1;
const ORDERS = 240;
const CHANGES_PER_TICK = 4;
/** More levels a side than a client is shown, so that what it is shown is always full. */
const LEVELS = 14;
const MID_PRICE4 = 1_000_000;
const TICK_PRICE4 = 100;
const SEED = 0x2545f491;

/**
 * One book in shared memory that changes a little with every tick, through the shipped ITCH handler. What changes follows
 * from the number of the tick since {@link restart} alone, so that every server sends the same bytes.
 */
export class FanoutBook {
  /** As the API reads it: a handler of its own over the same memory. */
  readonly feed: ApiFeed;
  private readonly writer: FeedHandler;
  private readonly bytes = new Uint8Array(64);
  private readonly view = new DataView(this.bytes.buffer);
  private firstReference = 1;
  private nextReference = 1;
  private random = SEED;

  constructor() {
    const protocol = feedProtocol('nasdaq');
    const capacity = { maxOrders: 1024, maxInstruments: 64 };
    const memory = protocol.createBookMemory!(capacity);
    this.writer = protocol.createHandler!({ ...capacity, memory });
    const cells = new Float64Array(new SharedArrayBuffer(FEED_CELLS * Float64Array.BYTES_PER_ELEMENT));
    cells[FeedCell.status] = FeedStatus.live;
    this.feed = { name: FANOUT_FEED, cells, handler: protocol.createHandler!({ ...capacity, memory, readOnly: true }) };
    const directory = new StockDirectory().begin(this.view, 0);
    directory.locate = LOCATE;
    directory.stock = FANOUT_SYMBOL;
    this.writer.apply(this.bytes, this.view, 0, StockDirectory.bytes);
    this.restart();
  }

  /** The book as it was before the first tick. */
  restart(): void {
    while (this.firstReference < this.nextReference) this.deleteOldest();
    this.random = SEED;
    for (let i = 0; i < ORDERS; i++) this.add();
  }

  /** One tick's changes. */
  advance(): void {
    for (let i = 0; i < CHANGES_PER_TICK; i++) {
      this.deleteOldest();
      this.add();
    }
  }

  private add(): void {
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) | 0;
    const isBid = this.nextReference % 2 === 0;
    const level = 1 + ((this.random >>> 8) % LEVELS);
    const message = new AddOrder().begin(this.view, 0);
    message.locate = LOCATE;
    message.refHi = 0;
    message.refLo = this.nextReference++ | 0;
    message.side = (isBid ? 'B' : 'S').charCodeAt(0);
    message.shares = 100 + ((this.random >>> 16) % 900);
    message.stock = FANOUT_SYMBOL;
    message.price4 = MID_PRICE4 + (isBid ? -level : level) * TICK_PRICE4;
    this.writer.apply(this.bytes, this.view, 0, AddOrder.bytes);
  }

  private deleteOldest(): void {
    const message = new OrderDelete().begin(this.view, 0);
    message.locate = LOCATE;
    message.refHi = 0;
    message.refLo = this.firstReference++ | 0;
    this.writer.apply(this.bytes, this.view, 0, OrderDelete.bytes);
  }
}
