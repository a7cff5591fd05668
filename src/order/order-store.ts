import { loadAcquire, storeBeforeStores, storeRelease } from '../ring/memory-order.ts';
import type { OrderSlots } from './exposure.ts';
import { ENDED_COUNTERS, INCIDENT_COUNTERS } from './incidents.ts';
import { appendOpen, OpenLink, removeOpen } from './open-lists.ts';
import { SLOT_INT32, SLOT_SHIFT, SlotField } from './order-layout.ts';
import { RefIndex } from './ref-index.ts';
import {
  LINE_WORDS,
  ListField,
  PortDouble,
  PortField,
  STORE_LAYOUT_VERSION,
  STORE_MAGIC,
  StoreHeader,
  WORD_BYTES,
} from './store-layout.ts';

/** How large a day may become. Nothing grows while running. */
export interface StoreShape {
  /** Orders of one day. */
  readonly maxOrders: number;
  readonly ports: number;
  readonly strategies: number;
  readonly instruments: number;
  /** References of one port: orders, replaces and probes. Default: twice `maxOrders`. */
  readonly maxRefs?: number;
}

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const VERSION = SlotField.version;
const COUNT = StoreHeader.count;
const NEXT_REF = PortField.nextRef;
const FIRST_OPEN = PortField.firstOpen;
const PORT_WORDS = PortField.words;
const LIST_WORDS = ListField.words;
const LIST_COUNT = ListField.count;
const PORT = SlotField.port;
const STRATEGY = SlotField.strategy;
const INSTRUMENT = SlotField.instrument;
const PORT_LINK = OpenLink.port;
const STRATEGY_LINK = OpenLink.strategy;
const INSTRUMENT_LINK = OpenLink.instrument;
const SLOT_WORDS = SLOT_INT32;
const SHIFT = SLOT_SHIFT;
const PORT_SHIFT = PortField.bits;
const LIST_SHIFT = ListField.bits;

const MAX_WORDS = 2 ** 31 - LINE_WORDS;
/** Float64 words of counters: see `Incident` and the matrix of transitions. */
export const STORE_COUNTERS = 512;

/**
 * The orders of a day: one slot each in shared memory ({@link SlotField}), found by number or by a port's reference, and
 * linked into the lists of open orders of their port, strategy and instrument. It keeps; what a fact does to an order
 * decides `OrderFacts`, the only writer. Any thread may attach and read; {@link OrderReader} reads a slot as a whole.
 */
export class OrderStore implements OrderSlots {
  readonly memory: SharedArrayBuffer;
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly maxOrders: number;
  readonly ports: number;
  readonly strategies: number;
  readonly instruments: number;
  /** Index of the first of {@link STORE_COUNTERS} doubles in `float64`. */
  readonly counters: number;
  private readonly slots: number;
  private readonly portRegion: number;
  private readonly strategyRegion: number;
  private readonly instrumentRegion: number;
  private readonly refs: RefIndex;

  /** Makes memory for a day. Untouched pages cost nothing. @throws {RangeError} where a size is no positive integer */
  static memoryFor(shape: StoreShape): SharedArrayBuffer {
    const { maxOrders, ports, strategies, instruments } = shape;
    const maxRefs = shape.maxRefs ?? 2 * maxOrders;
    for (const [name, value] of Object.entries({ maxOrders, ports, strategies, instruments, maxRefs })) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(`order store: ${name} must be a positive integer, not ${value}`);
      }
    }
    let words: number = StoreHeader.words;
    const region = (size: number): number => {
      const start = words;
      words = Math.ceil((start + size) / LINE_WORDS) * LINE_WORDS;
      return start;
    };
    const portRegion = region(ports * PORT_WORDS);
    const strategyRegion = region(strategies * LIST_WORDS);
    const instrumentRegion = region(instruments * LIST_WORDS);
    const counterRegion = region(2 * STORE_COUNTERS);
    const refRegion = region(ports * maxRefs);
    const slotRegion = region(maxOrders * SLOT_WORDS);
    if (words > MAX_WORDS) {
      throw new RangeError(`order store: ${maxOrders} orders need ${words * WORD_BYTES} bytes; 8 GiB are the most`);
    }
    const memory = new SharedArrayBuffer(words * WORD_BYTES);
    const int32 = new Int32Array(memory);
    int32[StoreHeader.layoutVersion] = STORE_LAYOUT_VERSION;
    int32[StoreHeader.maxOrders] = maxOrders;
    int32[StoreHeader.ports] = ports;
    int32[StoreHeader.strategies] = strategies;
    int32[StoreHeader.instruments] = instruments;
    int32[StoreHeader.maxRefs] = maxRefs;
    int32[StoreHeader.portRegion] = portRegion;
    int32[StoreHeader.strategyRegion] = strategyRegion;
    int32[StoreHeader.instrumentRegion] = instrumentRegion;
    int32[StoreHeader.counterRegion] = counterRegion;
    int32[StoreHeader.refRegion] = refRegion;
    int32[StoreHeader.slotRegion] = slotRegion;
    int32[StoreHeader.end] = words;
    const float64 = new Float64Array(memory);
    for (let port = 0; port < ports; port++) {
      const block = portRegion + port * PORT_WORDS;
      int32[block + NEXT_REF] = 1;
      float64[(block >> 1) + PortDouble.expected] = 1;
    }
    int32[StoreHeader.magic] = STORE_MAGIC;
    return memory;
  }

  /** @param memory made by {@link memoryFor}. @throws {Error} if it was not */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    const { int32 } = this;
    if (int32[StoreHeader.magic] !== STORE_MAGIC || int32[StoreHeader.layoutVersion] !== STORE_LAYOUT_VERSION) {
      throw new Error(`order store: this memory holds no orders of layout ${STORE_LAYOUT_VERSION}`);
    }
    this.maxOrders = int32[StoreHeader.maxOrders];
    this.ports = int32[StoreHeader.ports];
    this.strategies = int32[StoreHeader.strategies];
    this.instruments = int32[StoreHeader.instruments];
    this.portRegion = int32[StoreHeader.portRegion];
    this.strategyRegion = int32[StoreHeader.strategyRegion];
    this.instrumentRegion = int32[StoreHeader.instrumentRegion];
    this.counters = int32[StoreHeader.counterRegion] >> 1;
    this.slots = int32[StoreHeader.slotRegion];
    const maxRefs = int32[StoreHeader.maxRefs];
    this.refs = new RefIndex(int32, int32[StoreHeader.refRegion], this.portRegion, this.ports, maxRefs);
  }

  /** Orders of the day so far: the highest number. */
  get count(): number {
    return loadAcquire(this.int32, COUNT);
  }
  /** Trading day as yyyymmdd, 0 = none yet. */
  get day(): number {
    return this.int32[StoreHeader.day];
  }
  /** Rises with every start of a gateway on this day. */
  get epoch(): number {
    return this.int32[StoreHeader.epoch];
  }

  /**
   * The slot that the next order will get, or -1 where the day is full. It is taken by `OrderFacts.entered` with the
   * number `slot + 1`: until the intent is in the journal nothing has changed.
   */
  allocate(): number {
    const count = this.int32[COUNT];
    return count < this.maxOrders ? count : -1;
  }
  /** Index of the slot's first int32. */
  base(slot: number): number {
    return (this.slots + (slot << SHIFT)) | 0;
  }
  /** The slot of an order number, or -1. */
  slotOfNumber(number: number): number {
    return number > 0 && number <= this.int32[COUNT] ? (number - 1) | 0 : -1;
  }
  /** The slot of a port's reference, old ones of a replaced order included, or -1. */
  slotOfRef(port: number, ref: number): number {
    return this.refs.slotOf(port, ref);
  }
  bindRef(port: number, ref: number, slot: number): boolean {
    return this.refs.bind(port, ref, slot);
  }

  /**
   * The reference that the port's next message gets, or 0 where the index has no more. It is used up by the fact
   * (`entered`, `replaceAsked`, `barrierSent`) that names it.
   */
  nextRef(port: number): number {
    const ref = this.int32[this.port(port) + NEXT_REF];
    return this.refs.holds(port, ref) ? ref : 0;
  }
  /** Notes that a reference was used: the next one is above it. */
  useRef(port: number, ref: number): void {
    const cell = this.port(port) + NEXT_REF;
    if (ref >= this.int32[cell]) this.int32[cell] = ref + 1;
  }

  /** Barriers by query of a port whose answers may still come ({@link PortField}). Cold. */
  queriesOut(port: number): number {
    return this.int32[this.port(port) + PortField.queries];
  }

  /** Index of a port's first int32 ({@link PortField}). */
  port(port: number): number {
    return (this.portRegion + (port << PORT_SHIFT)) | 0;
  }
  /** Number of the next sequenced message of a port: where its session goes on after a restart. Cold. */
  expected(port: number): number {
    return this.float64[(this.port(port) >> 1) + PortDouble.expected];
  }
  /** {@link Gap} of a port. Cold. */
  gap(port: number): number {
    return this.int32[this.port(port) + PortField.gap];
  }
  isLost(port: number): boolean {
    return this.int32[this.port(port) + PortField.lost] !== 0;
  }

  /** First open order of a port, strategy or instrument as slot, or -1; then {@link nextOfPort} and so on. Oldest first. */
  firstOfPort(port: number): number {
    return this.int32[this.port(port) + FIRST_OPEN] - 1;
  }
  nextOfPort(slot: number): number {
    return this.int32[this.base(slot) + PORT_LINK + 1] - 1;
  }
  firstOfStrategy(strategy: number): number {
    return this.int32[this.strategyRegion + strategy * LIST_WORDS] - 1;
  }
  nextOfStrategy(slot: number): number {
    return this.int32[this.base(slot) + STRATEGY_LINK + 1] - 1;
  }
  firstOfInstrument(instrument: number): number {
    return this.int32[this.instrumentRegion + instrument * LIST_WORDS] - 1;
  }
  nextOfInstrument(slot: number): number {
    return this.int32[this.base(slot) + INSTRUMENT_LINK + 1] - 1;
  }
  openOfPort(port: number): number {
    return this.int32[this.port(port) + FIRST_OPEN + LIST_COUNT];
  }
  openOfStrategy(strategy: number): number {
    return this.int32[this.strategyRegion + strategy * LIST_WORDS + LIST_COUNT];
  }

  /** Puts an order that has just been entered into the lists of its port, strategy and instrument. */
  link(slot: number): void {
    const { int32, slots } = this;
    const base = this.base(slot);
    appendOpen(int32, slots, this.port(int32[base + PORT]) + FIRST_OPEN, PORT_LINK, slot);
    const strategy = this.strategyRegion + (int32[base + STRATEGY] << LIST_SHIFT);
    appendOpen(int32, slots, strategy, STRATEGY_LINK, slot);
    const instrument = this.instrumentRegion + (int32[base + INSTRUMENT] << LIST_SHIFT);
    appendOpen(int32, slots, instrument, INSTRUMENT_LINK, slot);
  }
  /** True while it is in the lists of open orders. */
  isLinked(slot: number): boolean {
    const { int32 } = this;
    const base = this.base(slot);
    return int32[base + PORT_LINK] !== 0 || this.firstOfPort(int32[base + PORT]) === slot;
  }
  /** Takes it out of them: it is done. */
  unlink(slot: number): void {
    const { int32, slots } = this;
    const base = this.base(slot);
    removeOpen(int32, slots, this.port(int32[base + PORT]) + FIRST_OPEN, PORT_LINK, slot);
    const strategy = this.strategyRegion + (int32[base + STRATEGY] << LIST_SHIFT);
    removeOpen(int32, slots, strategy, STRATEGY_LINK, slot);
    const instrument = this.instrumentRegion + (int32[base + INSTRUMENT] << LIST_SHIFT);
    removeOpen(int32, slots, instrument, INSTRUMENT_LINK, slot);
  }

  /** Orders that are done, by how: doubles by {@link OrderState}, in shared memory. */
  get ended(): Float64Array {
    return this.float64.subarray(this.counters + ENDED_COUNTERS, this.counters + INCIDENT_COUNTERS);
  }

  /** A writer goes in: readers on other threads will not take what they see from here on. */
  beginWrite(slot: number): void {
    const cell = this.base(slot) + VERSION;
    storeBeforeStores(this.int32, cell, (this.int32[cell] + 1) | 0);
  }
  endWrite(slot: number): void {
    const cell = this.base(slot) + VERSION;
    storeRelease(this.int32, cell, (this.int32[cell] + 1) | 0);
  }
  /** Makes order numbers up to that one visible. */
  publishCount(count: number): void {
    storeRelease(this.int32, COUNT, count);
  }
}
