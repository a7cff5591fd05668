import { InstrumentStatus, OrderBooks, Side, TradingState } from '../../feed/book.ts';
import { createBookMemory } from '../../feed/book-memory.ts';
import { BookChange, BookWriter } from '../../feed/book-writer.ts';
import type { FeedHandler, FeedHandlerOptions } from '../../feed/protocol.ts';
import type { ItchHandler } from './itch-handler.ts';
import { ITCH_LENGTHS, ItchDispatcher, ItchRefusal } from './itch5.ts';
import { OperationalHalt, RegShoRestriction, StockDirectory, SystemEvent, TradingAction } from './itch5-market.ts';
import {
  AddOrder,
  AddOrderMpid,
  OrderCancel,
  OrderDelete,
  OrderExecuted,
  OrderExecutedWithPrice,
  OrderReplace,
} from './itch5-orders.ts';

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

const ADD_BYTES = AddOrder.bytes;
const ADD_MPID_BYTES = AddOrderMpid.bytes;
const EXECUTED_BYTES = OrderExecuted.bytes;
const EXECUTED_WITH_PRICE_BYTES = OrderExecutedWithPrice.bytes;
const CANCEL_BYTES = OrderCancel.bytes;
const DELETE_BYTES = OrderDelete.bytes;
const REPLACE_BYTES = OrderReplace.bytes;

const BUY = 66; // B
const SELL = 83; // S
const HALTED = 72; // H

const BOOK_CHANGE = BookChange.bids | BookChange.asks;
const STATUS_CHANGE = BookChange.status;
const BID = Side.bid;
const ASK = Side.ask;

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
    this.writer = options.readOnly === true ? undefined : new BookWriter(this.memory, process.arch !== 'x64');
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
    const at = offset | 0;
    const type = view.getUint8(at);
    // Literals, so that the switch compiles to a jump table.
    switch (type) {
      case 65: // A
        if (length !== ADD_BYTES) {
          this.refuseLength();
          return;
        }
        this.add(writer, view, at, 0);
        break;
      case 70: // F
        if (length !== ADD_MPID_BYTES) {
          this.refuseLength();
          return;
        }
        this.add(writer, view, at, view.getInt32((at + ADD_ATTRIBUTION) | 0));
        break;
      case 69: // E
      case 67: // C
      case 88: // X
        if (length !== (type === 69 ? EXECUTED_BYTES : type === 67 ? EXECUTED_WITH_PRICE_BYTES : CANCEL_BYTES)) {
          this.refuseLength();
          return;
        }
        writer.reduce(
          view.getUint16((at + LOCATE) | 0),
          view.getInt32((at + REFERENCE) | 0),
          view.getInt32((at + REFERENCE_LOW) | 0),
          view.getInt32((at + REDUCED_SHARES) | 0),
        );
        break;
      case 68: // D
        if (length !== DELETE_BYTES) {
          this.refuseLength();
          return;
        }
        writer.delete(
          view.getUint16((at + LOCATE) | 0),
          view.getInt32((at + REFERENCE) | 0),
          view.getInt32((at + REFERENCE_LOW) | 0),
        );
        break;
      case 85: // U
        if (length !== REPLACE_BYTES) {
          this.refuseLength();
          return;
        }
        writer.replace(
          view.getUint16((at + LOCATE) | 0),
          view.getInt32((at + REFERENCE) | 0),
          view.getInt32((at + REFERENCE_LOW) | 0),
          view.getInt32((at + NEW_REFERENCE) | 0),
          view.getInt32((at + NEW_REFERENCE_LOW) | 0),
          view.getInt32((at + REPLACE_PRICE) | 0),
          view.getInt32((at + REPLACE_SHARES) | 0),
        );
        break;
      default:
        if (!this.applyState(writer, type, view, at, length)) return;
    }
    const change = writer.change;
    this.change = change;
    if ((change & BOOK_CHANGE) !== 0) this.changedInstrument = writer.instrument;
    if ((change & STATUS_CHANGE) !== 0) this.changedStatusInstrument = writer.instrument;
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
    const locate = view.getUint16((offset + LOCATE) | 0);
    const side = view.getUint8((offset + ADD_SIDE) | 0);
    if (side !== BUY && side !== SELL) {
      writer.instrument = -1;
      writer.change = 0;
      this.refuse(ItchRefusal.badSide);
      return;
    }
    // Joined late, without the directory: the order itself tells the symbol.
    if (!writer.isListed(locate)) {
      writer.list(locate, view.getInt32((offset + ADD_STOCK) | 0), view.getInt32((offset + ADD_STOCK + 4) | 0), 0);
    }
    writer.add(
      locate,
      side === BUY ? BID : ASK,
      view.getInt32((offset + REFERENCE) | 0),
      view.getInt32((offset + REFERENCE_LOW) | 0),
      view.getInt32((offset + ADD_PRICE) | 0),
      view.getInt32((offset + ADD_SHARES) | 0),
      attribution,
    );
  }

  /** Directory, states and all that leaves the books alone. @returns whether the writer was used */
  private applyState(writer: BookWriter, type: number, view: DataView, offset: number, length: number): boolean {
    const expected = ITCH_LENGTHS[type];
    if (expected !== length) {
      this.refuse(expected === 0 ? ItchRefusal.unknownType : ItchRefusal.wrongLength);
      return false;
    }
    switch (type) {
      case SystemEvent.type:
        writer.instrument = -1;
        writer.change = 0;
        writer.setDayEvent(this.systemEvent.wrap(view, offset).eventCode);
        return true;
      case StockDirectory.type: {
        const message = this.directory.wrap(view, offset);
        writer.list(message.locate, message.stockHi, message.stockLo, message.roundLotSize);
        return true;
      }
      case TradingAction.type: {
        const message = this.action.wrap(view, offset);
        if (!writer.isListed(message.locate)) writer.list(message.locate, message.stockHi, message.stockLo, 0);
        writer.setReason(message.locate, message.reasonKey);
        writer.setStatus(message.locate, InstrumentStatus.stateMask, tradingState(message.tradingState));
        return true;
      }
      case RegShoRestriction.type: {
        const message = this.regSho.wrap(view, offset);
        const restricted = message.action === 0x30 ? 0 : InstrumentStatus.shortRestricted;
        writer.setStatus(message.locate, InstrumentStatus.shortRestricted, restricted);
        return true;
      }
      case OperationalHalt.type: {
        const message = this.halt.wrap(view, offset);
        const bit = haltBit(message.marketCode);
        writer.setStatus(message.locate, bit, message.action === HALTED ? bit : 0);
        return true;
      }
      default:
        return false;
    }
  }

  private refuseLength(): void {
    this.refuse(ItchRefusal.wrongLength);
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
