import { InstrumentStatus, OrderBooks, Side, TradingState } from '../../feed/book.ts';
import { createBookMemory } from '../../feed/book-memory.ts';
import { BookChange, BookWriter } from '../../feed/book-writer.ts';
import type { FeedHandler, FeedHandlerOptions } from '../../feed/protocol.ts';
import type { ItchHandler } from './itch-handler.ts';
import { ITCH_LENGTHS, ItchDispatcher, ItchRefusal } from './itch5.ts';
import { OperationalHalt, RegShoRestriction, StockDirectory, SystemEvent, TradingAction } from './itch5-market.ts';

/** Where the book-building fields stand: see `itch5-orders.ts` for what they mean. */
const LOCATE = 1;
const REFERENCE = 11;
const REFERENCE_LOW = 15;
const ADD_SIDE = 19;
const ADD_SHARES = 20;
const ADD_STOCK = 24;
const ADD_PRICE = 32;
const ADD_ATTRIBUTION = 36;
const REDUCED_SHARES = 19;
const NEW_REFERENCE = 19;
const NEW_REFERENCE_LOW = 23;
const REPLACE_SHARES = 27;
const REPLACE_PRICE = 31;

const BUY = 66; // B
const SELL = 83; // S
const HALTED = 72; // H

const BOOK_CHANGE = BookChange.bids | BookChange.asks;

/**
 * Builds a Nasdaq feed's books from ITCH 5.0 units and calls a strategy's typed callbacks for them.
 *
 * `apply` and `dispatch` are apart: in the fused layout one thread calls both for each unit; in the dedicated layout
 * the router's thread applies and each strategy's thread dispatches over the same memory, read only.
 */
export class ItchFeedHandler implements FeedHandler {
  readonly memory: SharedArrayBuffer;
  readonly books: OrderBooks;
  changedInstrument = -1;
  changedStatusInstrument = -1;
  /** {@link BookChange} bits of the last `apply`: which side, and whether its best price changed. */
  change = 0;
  /** Units that `apply` refused, by {@link ItchRefusal}. */
  readonly refused = new Float64Array(5);

  private readonly writer: BookWriter | undefined;
  private readonly dispatcher = new ItchDispatcher();
  /** Read only: the status word last shown of each instrument, to tell when it changes. */
  private readonly shownStatus: Int32Array;
  private readonly systemEvent = new SystemEvent();
  private readonly directory = new StockDirectory();
  private readonly action = new TradingAction();
  private readonly regSho = new RegShoRestriction();
  private readonly halt = new OperationalHalt();

  constructor(options: FeedHandlerOptions) {
    this.memory = options.memory ?? createBookMemory(options);
    this.books = new OrderBooks(this.memory);
    this.writer = options.readOnly === true ? undefined : new BookWriter(this.memory);
    this.shownStatus = new Int32Array(options.readOnly === true ? this.books.maxInstruments : 0);
  }

  /** Units that could not be decoded, and book operations that made no sense. */
  get undecoded(): number {
    const refused = this.writer === undefined ? this.dispatcher.refused : this.refused;
    let sum = this.books.refused;
    for (const count of refused) sum += count;
    return sum;
  }

  /**
   * Applies one unit to the books by ITCH's rules: `A` `F` add, `E` `C` `X` reduce, `D` deletes, `U` replaces and loses
   * priority, `P` `Q` `B` leave the book alone; `R` `H` `h` `Y` `S` set directory and states.
   */
  apply(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    this.changedInstrument = -1;
    this.changedStatusInstrument = -1;
    this.change = 0;
    const writer = this.writer;
    if (writer === undefined) return;
    if (length < 1) {
      this.refuse(ItchRefusal.empty);
      return;
    }
    const type = view.getUint8(offset);
    if (ITCH_LENGTHS[type] !== length) {
      this.refuse(ITCH_LENGTHS[type] === 0 ? ItchRefusal.unknownType : ItchRefusal.wrongLength);
      return;
    }
    // Literals, so that the switch compiles to a jump table.
    switch (type) {
      case 65: // A
        this.add(writer, view, offset, 0);
        break;
      case 70: // F
        this.add(writer, view, offset, view.getInt32(offset + ADD_ATTRIBUTION));
        break;
      case 69: // E
      case 67: // C
      case 88: // X
        writer.reduce(
          view.getUint16(offset + LOCATE),
          view.getInt32(offset + REFERENCE),
          view.getInt32(offset + REFERENCE_LOW),
          view.getInt32(offset + REDUCED_SHARES),
        );
        break;
      case 68: // D
        writer.delete(
          view.getUint16(offset + LOCATE),
          view.getInt32(offset + REFERENCE),
          view.getInt32(offset + REFERENCE_LOW),
        );
        break;
      case 85: // U
        writer.replace(
          view.getUint16(offset + LOCATE),
          view.getInt32(offset + REFERENCE),
          view.getInt32(offset + REFERENCE_LOW),
          view.getInt32(offset + NEW_REFERENCE),
          view.getInt32(offset + NEW_REFERENCE_LOW),
          view.getInt32(offset + REPLACE_PRICE),
          view.getInt32(offset + REPLACE_SHARES),
        );
        break;
      case 83: // S
      case 82: // R
      case 72: // H
      case 89: // Y
      case 104: // h
        this.applyState(writer, type, view, offset);
        break;
      default:
        return;
    }
    const change = writer.change;
    this.change = change;
    if ((change & BOOK_CHANGE) !== 0) this.changedInstrument = writer.instrument;
    if ((change & BookChange.status) !== 0) this.changedStatusInstrument = writer.instrument;
  }

  /** Calls the strategy's callback for one unit. On a read-only handler it also says what the unit changed. */
  dispatch(strategy: ItchHandler, _bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const refusal = this.dispatcher.dispatch(strategy, view, offset, length);
    if (this.writer !== undefined) return;
    this.changedInstrument = -1;
    this.changedStatusInstrument = -1;
    if (refusal !== ItchRefusal.none) return;
    const locate = view.getUint16(offset + LOCATE);
    if (locate >= this.shownStatus.length) return;
    switch (view.getUint8(offset)) {
      case 65: // A
      case 70: // F
      case 69: // E
      case 67: // C
      case 88: // X
      case 68: // D
      case 85: // U
        this.changedInstrument = locate;
    }
    const status = this.books.view(locate).status;
    if (status !== this.shownStatus[locate]) {
      this.shownStatus[locate] = status;
      this.changedStatusInstrument = locate;
    }
  }

  /** Forgets orders, directory and states: what follows (a snapshot, a new session) tells them all again. */
  reset(): void {
    this.writer?.reset();
    this.writer?.clearDirectory();
    this.changedInstrument = -1;
    this.changedStatusInstrument = -1;
    this.change = 0;
  }

  private add(writer: BookWriter, view: DataView, offset: number, attribution: number): void {
    const locate = view.getUint16(offset + LOCATE);
    const side = view.getUint8(offset + ADD_SIDE);
    if (side !== BUY && side !== SELL) {
      writer.instrument = -1;
      writer.change = 0;
      this.refuse(ItchRefusal.badSide);
      return;
    }
    // Joined late, without the directory: the order itself tells the symbol.
    if (!writer.isListed(locate)) {
      writer.list(locate, view.getInt32(offset + ADD_STOCK), view.getInt32(offset + ADD_STOCK + 4), 0);
    }
    writer.add(
      locate,
      side === BUY ? Side.bid : Side.ask,
      view.getInt32(offset + REFERENCE),
      view.getInt32(offset + REFERENCE_LOW),
      view.getInt32(offset + ADD_PRICE),
      view.getInt32(offset + ADD_SHARES),
      attribution,
    );
  }

  private applyState(writer: BookWriter, type: number, view: DataView, offset: number): void {
    switch (type) {
      case SystemEvent.type:
        writer.instrument = -1;
        writer.change = 0;
        writer.setDayEvent(this.systemEvent.wrap(view, offset).eventCode);
        return;
      case StockDirectory.type: {
        const message = this.directory.wrap(view, offset);
        writer.list(message.locate, message.stockHi, message.stockLo, message.roundLotSize);
        return;
      }
      case TradingAction.type: {
        const message = this.action.wrap(view, offset);
        if (!writer.isListed(message.locate)) writer.list(message.locate, message.stockHi, message.stockLo, 0);
        writer.setReason(message.locate, message.reasonKey);
        writer.setStatus(message.locate, InstrumentStatus.stateMask, tradingState(message.tradingState));
        return;
      }
      case RegShoRestriction.type: {
        const message = this.regSho.wrap(view, offset);
        const restricted = message.action === 0x30 ? 0 : InstrumentStatus.shortRestricted;
        writer.setStatus(message.locate, InstrumentStatus.shortRestricted, restricted);
        return;
      }
      case OperationalHalt.type: {
        const message = this.halt.wrap(view, offset);
        const bit = haltBit(message.marketCode);
        writer.setStatus(message.locate, bit, message.action === HALTED ? bit : 0);
      }
    }
  }

  private refuse(reason: ItchRefusal): void {
    this.refused[reason]++;
  }
}

/** `H` halted, `P` paused, `Q` quotation only, `T` trading; anything else is unknown. */
function tradingState(code: number): TradingState {
  switch (code) {
    case 84: // T
      return TradingState.trading;
    case 72: // H
      return TradingState.halted;
    case 80: // P
      return TradingState.paused;
    case 81: // Q
      return TradingState.quotationOnly;
    default:
      return TradingState.unknown;
  }
}

/** Status bit of a market centre's operational halt: Nasdaq 0, BX 1, PSX and any other 2. */
function haltBit(marketCode: number): number {
  const centre = marketCode === 81 /* Q */ ? 0 : marketCode === 66 /* B */ ? 1 : 2;
  return 1 << (InstrumentStatus.operationalHaltShift + centre);
}
