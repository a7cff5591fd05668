/**
 * A deterministic stream of ITCH 5.0 messages for the decode and book figures, in a file that our programs and their C
 * twins both read.
 *
 * The mix of types is that of an ordinary day of the public Nasdaq TotalView-ITCH files (adds and deletes in equal
 * parts make up 85 %, replaces 8 %). References rise; what is deleted, replaced or executed is mostly recent
 * (`mix=itch`), or any live order with equal chance (`mix=uniform`). Symbols are unequally busy; prices lie around a
 * fixed middle, thick near the top.
 *
 * File, little-endian: a header page, then `u16 big-endian length | message` over and over. The first
 * `prefillMessages` build the books up to the wanted number of live orders; `chunks` chunks of `chunkMessages` follow,
 * each one sample's worth.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import {
  MarketParticipantPosition,
  NetOrderImbalance,
  RegShoRestriction,
  TradingAction,
} from '../../src/venues/nasdaq/itch5-market.ts';
import {
  AddOrder,
  AddOrderMpid,
  CrossTrade,
  OrderCancel,
  OrderDelete,
  OrderExecuted,
  OrderExecutedWithPrice,
  OrderReplace,
  Trade,
} from '../../src/venues/nasdaq/itch5-orders.ts';

export interface ItchWorkloadOptions {
  readonly file: string;
  readonly seed?: number;
  readonly symbols?: number;
  /** Orders live at any time. */
  readonly orders?: number;
  readonly mix?: 'itch' | 'uniform';
  readonly chunks?: number;
  readonly chunkMessages?: number;
}

/** Words of the file's header page. */
export const WorkloadWord = {
  magic: 0,
  symbols: 1,
  orders: 2,
  prefillMessages: 3,
  chunkMessages: 4,
  chunks: 5,
} as const;
/** Doubles of the header page: byte offset of the prefill, of each chunk, and of the end. */
export const OFFSETS_DOUBLE = 8;
export const HEADER_BYTES = 8192;
export const WORKLOAD_MAGIC = 0x48435449; // "ITCH"
const MAX_CHUNKS = HEADER_BYTES / 8 - OFFSETS_DOUBLE - 2;

/** Messages per million, from counts of public full-day files. */
const MIX: readonly (readonly [type: string, perMillion: number])[] = [
  ['A', 433_000],
  ['D', 419_000],
  ['U', 80_000],
  ['E', 22_000],
  ['I', 14_000],
  ['X', 11_000],
  ['F', 7_000],
  ['C', 6_000],
  ['P', 6_000],
  ['L', 1_700],
  ['Y', 150],
  ['H', 100],
  ['Q', 50],
];

const SLAB_BYTES = 1 << 24;
const RECENT_SHARE = 0.8;
const RECENT_MEAN = 2000;
const TICK = 100;
const DEPTH_MEAN_TICKS = 12;
const FULL_EXECUTION_SHARE = 0.7;
const BUY = 66;
const SELL = 83;

/** mulberry32: small, seeded, good enough for a workload. */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Orders in order of arrival; dead ones stay as gaps until {@link Arrivals.compact}. */
class Arrivals {
  count = 0;
  live = 0;
  readonly reference: Int32Array;
  readonly locate: Uint16Array;
  readonly side: Uint8Array;
  readonly price: Int32Array;
  readonly shares: Int32Array;

  constructor(capacity: number) {
    this.reference = new Int32Array(capacity);
    this.locate = new Uint16Array(capacity);
    this.side = new Uint8Array(capacity);
    this.price = new Int32Array(capacity);
    this.shares = new Int32Array(capacity);
  }

  push(reference: number, locate: number, side: number, price: number, shares: number): void {
    if (this.count === this.reference.length) this.compact();
    const i = this.count++;
    this.reference[i] = reference;
    this.locate[i] = locate;
    this.side[i] = side;
    this.price[i] = price;
    this.shares[i] = shares;
    this.live++;
  }

  kill(i: number): void {
    this.shares[i] = 0;
    this.live--;
  }

  /** A live order at or before position `i` (around the start to the end). */
  liveAt(i: number): number {
    let at = i;
    while (this.shares[at] === 0) at = at === 0 ? this.count - 1 : at - 1;
    return at;
  }

  private compact(): void {
    let to = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.shares[i] === 0) continue;
      this.reference[to] = this.reference[i]!;
      this.locate[to] = this.locate[i]!;
      this.side[to] = this.side[i]!;
      this.price[to] = this.price[i]!;
      this.shares[to] = this.shares[i]!;
      to++;
    }
    this.count = to;
  }
}

class Writer {
  readonly bytes = new Uint8Array(SLAB_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  written = HEADER_BYTES;
  private at = 0;
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Room for a message of that length, its length prefix written. */
  room(length: number): number {
    if (this.at + length + 2 > SLAB_BYTES) this.flush();
    this.view.setUint16(this.at, length);
    const offset = this.at + 2;
    this.at = offset + length;
    return offset;
  }

  get position(): number {
    return this.written + this.at;
  }

  flush(): void {
    writeSync(this.fd, this.bytes, 0, this.at, this.written);
    this.written += this.at;
    this.at = 0;
  }
}

/** Writes a workload file. The same options give the same bytes. */
export function writeItchWorkload(options: ItchWorkloadOptions): void {
  const {
    file,
    seed = 1,
    symbols = 8000,
    orders = 100_000,
    mix = 'itch',
    chunks = 24,
    chunkMessages = 400_000,
  } = options;
  if (chunks > MAX_CHUNKS) throw new RangeError(`at most ${MAX_CHUNKS} chunks`);
  const rnd = random(seed);
  const fd = openSync(file, 'w');
  const out = new Writer(fd);
  const { view } = out;
  const arrivals = new Arrivals(Math.ceil(orders * 1.2) + 20_000);
  const symbolText = Array.from({ length: symbols + 1 }, (_, i) => `S${i}`);
  const middle = Float64Array.from({ length: symbols + 1 }, () => 10 + Math.floor(rnd() * 490)).map((d) => d * 10_000);
  let reference = 0;
  let clock = 34_200_000_000_000;
  let match = 0;

  const add = new AddOrder();
  const addMpid = new AddOrderMpid();
  const executed = new OrderExecuted();
  const executedWithPrice = new OrderExecutedWithPrice();
  const cancel = new OrderCancel();
  const del = new OrderDelete();
  const replace = new OrderReplace();
  const trade = new Trade();
  const cross = new CrossTrade();
  const imbalance = new NetOrderImbalance();
  const position = new MarketParticipantPosition();
  const regSho = new RegShoRestriction();
  const action = new TradingAction();

  const pickSymbol = () => {
    const u = rnd();
    return 1 + Math.floor((mix === 'itch' ? u * u : u) * symbols);
  };
  const pickOrder = () => {
    const n = arrivals.count;
    if (mix === 'itch' && rnd() < RECENT_SHARE) {
      return arrivals.liveAt(Math.max(0, n - 1 - Math.floor(-Math.log(1 - rnd()) * RECENT_MEAN)));
    }
    return arrivals.liveAt(Math.floor(rnd() * n));
  };
  const pickPrice = (locate: number, side: number) => {
    const ticks = 1 + Math.floor(-Math.log(1 - rnd()) * DEPTH_MEAN_TICKS);
    return middle[locate]! + (side === BUY ? -ticks : ticks) * TICK;
  };
  const pickShares = () => (1 + Math.floor(rnd() * 10)) * 100;
  const nextReference = () => {
    reference += 1 + Math.floor(rnd() * 3);
    return reference;
  };
  const stamp = () => {
    clock += 1 + Math.floor(rnd() * 5000);
    return clock;
  };

  const writeAdd = (withMpid: boolean) => {
    const locate = pickSymbol();
    const side = rnd() < 0.5 ? BUY : SELL;
    const price = pickPrice(locate, side);
    const shares = pickShares();
    const ref = nextReference();
    const length = withMpid ? AddOrderMpid.bytes : AddOrder.bytes;
    const offset = out.room(length);
    const message = withMpid ? addMpid.begin(view, offset) : add.begin(view, offset);
    message.locate = locate;
    message.timestampNs = stamp();
    message.orderRef = ref;
    message.side = side;
    message.shares = shares;
    message.stock = symbolText[locate]!;
    message.price4 = price;
    if (withMpid) addMpid.attribution = 'WARM';
    arrivals.push(ref, locate, side, price, shares);
  };

  const writers: Record<string, () => void> = {
    A: () => writeAdd(false),
    F: () => writeAdd(true),
    D: () => {
      const i = pickOrder();
      del.begin(view, out.room(OrderDelete.bytes));
      del.locate = arrivals.locate[i]!;
      del.timestampNs = stamp();
      del.orderRef = arrivals.reference[i]!;
      arrivals.kill(i);
    },
    U: () => {
      const i = pickOrder();
      const locate = arrivals.locate[i]!;
      const side = arrivals.side[i]!;
      replace.begin(view, out.room(OrderReplace.bytes));
      replace.locate = locate;
      replace.timestampNs = stamp();
      replace.origRef = arrivals.reference[i]!;
      replace.newRef = nextReference();
      replace.shares = pickShares();
      replace.price4 = pickPrice(locate, side);
      arrivals.kill(i);
      arrivals.push(reference, locate, side, replace.price4, replace.shares);
    },
    E: () => execute(false),
    C: () => execute(true),
    X: () => {
      const i = pickOrder();
      const take = Math.floor(arrivals.shares[i]! / 2);
      cancel.begin(view, out.room(OrderCancel.bytes));
      cancel.locate = arrivals.locate[i]!;
      cancel.timestampNs = stamp();
      cancel.orderRef = arrivals.reference[i]!;
      cancel.cancelledShares = take;
      arrivals.shares[i]! -= take;
      if (arrivals.shares[i] === 0) arrivals.live--;
    },
    P: () => {
      const locate = pickSymbol();
      trade.begin(view, out.room(Trade.bytes));
      trade.locate = locate;
      trade.timestampNs = stamp();
      trade.side = BUY;
      trade.shares = pickShares();
      trade.stock = symbolText[locate]!;
      trade.price4 = middle[locate]!;
      trade.matchNumber = ++match;
    },
    Q: () => {
      const locate = pickSymbol();
      cross.begin(view, out.room(CrossTrade.bytes));
      cross.locate = locate;
      cross.timestampNs = stamp();
      cross.shares = pickShares();
      cross.stock = symbolText[locate]!;
      cross.crossPrice4 = middle[locate]!;
      cross.matchNumber = ++match;
      cross.crossType = 79;
    },
    I: () => {
      const locate = pickSymbol();
      imbalance.begin(view, out.room(NetOrderImbalance.bytes));
      imbalance.locate = locate;
      imbalance.timestampNs = stamp();
      imbalance.pairedShares = pickShares();
      imbalance.imbalanceShares = pickShares();
      imbalance.imbalanceDirection = BUY;
      imbalance.stock = symbolText[locate]!;
      imbalance.farPrice4 = middle[locate]! - TICK;
      imbalance.nearPrice4 = middle[locate]!;
      imbalance.referencePrice4 = middle[locate]! + TICK;
      imbalance.crossType = 67;
      imbalance.priceVariation = 76;
    },
    L: () => {
      const locate = pickSymbol();
      position.begin(view, out.room(MarketParticipantPosition.bytes));
      position.locate = locate;
      position.timestampNs = stamp();
      position.mpid = 'WARM';
      position.stock = symbolText[locate]!;
      position.primaryMarketMaker = 89;
      position.marketMakerMode = 78;
      position.participantState = 65;
    },
    Y: () => {
      const locate = pickSymbol();
      regSho.begin(view, out.room(RegShoRestriction.bytes));
      regSho.locate = locate;
      regSho.timestampNs = stamp();
      regSho.stock = symbolText[locate]!;
      regSho.action = 48;
    },
    H: () => {
      const locate = pickSymbol();
      action.begin(view, out.room(TradingAction.bytes));
      action.locate = locate;
      action.timestampNs = stamp();
      action.stock = symbolText[locate]!;
      action.tradingState = 84;
    },
  };
  const execute = (withPrice: boolean) => {
    const i = pickOrder();
    const whole = arrivals.shares[i]!;
    const shares = rnd() < FULL_EXECUTION_SHARE || whole < 2 ? whole : whole >> 1;
    const offset = out.room(withPrice ? OrderExecutedWithPrice.bytes : OrderExecuted.bytes);
    const message = withPrice ? executedWithPrice.begin(view, offset) : executed.begin(view, offset);
    message.locate = arrivals.locate[i]!;
    message.timestampNs = stamp();
    message.orderRef = arrivals.reference[i]!;
    message.executedShares = shares;
    message.matchNumber = ++match;
    if (withPrice) {
      executedWithPrice.printable = 89;
      executedWithPrice.executionPrice4 = arrivals.price[i]!;
    }
    arrivals.shares[i]! -= shares;
    if (arrivals.shares[i] === 0) arrivals.live--;
  };

  const total = MIX.reduce((sum, [, share]) => sum + share, 0);
  const pickType = () => {
    let at = rnd() * total;
    for (const [type, share] of MIX) {
      at -= share;
      if (at < 0) return type;
    }
    return 'A';
  };

  const header = new Uint8Array(HEADER_BYTES);
  const words = new Int32Array(header.buffer);
  const offsets = new Float64Array(header.buffer, OFFSETS_DOUBLE * 8);
  offsets[0] = out.position;
  for (let i = 0; i < orders; i++) writeAdd(false);
  for (let chunk = 0; chunk < chunks; chunk++) {
    offsets[1 + chunk] = out.position;
    for (let i = 0; i < chunkMessages; i++) {
      let type = pickType();
      // The number of live orders stays where it was asked to be.
      if ((type === 'A' || type === 'F') && arrivals.live > orders * 1.002) type = 'D';
      else if (type === 'D' && arrivals.live < orders * 0.998) type = 'A';
      writers[type]!();
    }
  }
  offsets[1 + chunks] = out.position;
  out.flush();
  words[WorkloadWord.symbols] = symbols;
  words[WorkloadWord.orders] = orders;
  words[WorkloadWord.prefillMessages] = orders;
  words[WorkloadWord.chunkMessages] = chunkMessages;
  words[WorkloadWord.chunks] = chunks;
  words[WorkloadWord.magic] = WORKLOAD_MAGIC;
  writeSync(fd, header, 0, HEADER_BYTES, 0);
  closeSync(fd);
}

/** A workload file in memory. */
export interface ItchWorkload {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly symbols: number;
  readonly orders: number;
  readonly prefillMessages: number;
  readonly chunkMessages: number;
  readonly chunks: number;
  /** Byte offset of the prefill, of each chunk, and of the end. */
  readonly offsets: Float64Array;
}

/** @throws {Error} where the file is no workload */
export function readItchWorkload(file: string): ItchWorkload {
  const fd = openSync(file, 'r');
  const header = new Uint8Array(HEADER_BYTES);
  readSync(fd, header, 0, HEADER_BYTES, 0);
  const words = new Int32Array(header.buffer);
  if (words[WorkloadWord.magic] !== WORKLOAD_MAGIC) throw new Error(`${file} is no ITCH workload`);
  const chunks = words[WorkloadWord.chunks]!;
  const offsets = new Float64Array(header.buffer, OFFSETS_DOUBLE * 8, chunks + 2);
  const bytes = new Uint8Array(offsets[chunks + 1]!);
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(fd, bytes, at, Math.min(1 << 30, bytes.length - at), at);
    if (got === 0) throw new Error(`${file} is cut short`);
    at += got;
  }
  closeSync(fd);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    symbols: words[WorkloadWord.symbols]!,
    orders: words[WorkloadWord.orders]!,
    prefillMessages: words[WorkloadWord.prefillMessages]!,
    chunkMessages: words[WorkloadWord.chunkMessages]!,
    chunks,
    offsets,
  };
}

if (process.argv[1] === import.meta.filename) {
  const words = new Map(process.argv.slice(2).map((word) => word.split('=') as [string, string]));
  const number = (key: string) => (words.has(key) ? Number(words.get(key)) : undefined);
  writeItchWorkload({
    file: words.get('file') ?? 'itch.workload',
    seed: number('seed'),
    symbols: number('symbols'),
    orders: number('orders'),
    mix: words.get('mix') === 'uniform' ? 'uniform' : 'itch',
    chunks: number('chunks'),
    chunkMessages: number('chunkMessages'),
  });
}
