import { TradingAction } from '../venues/nasdaq/itch5-market.ts';
import {
  AddOrder,
  AddOrderMpid,
  BrokenTrade,
  OrderCancel,
  OrderDelete,
  OrderExecuted,
  OrderExecutedWithPrice,
  OrderReplace,
  Trade,
} from '../venues/nasdaq/itch5-orders.ts';
import type { Tape } from './exchange/tape.ts';
import { BookSide, type ExchangeBook } from './exchange-book.ts';

/** How a security is named in ITCH. */
export interface TapeInstrument {
  readonly locate: number;
  /** Its symbol as two big-endian int32s. */
  readonly nameHi: number;
  readonly nameLo: number;
}

const SCRATCH_BYTES = 64;
const BUY = 66; // B
const SELL = 83; // S
const YES = 89; // Y
const NO = 78; // N
const SPACE = 32;

/** The tape as ITCH 5.0 messages, stamped with a clock that whoever drives the market moves. */
export class ItchTape implements Tape {
  /** ns since midnight. */
  clockNs = 0;
  tracking = 0;
  /** Takes the message that stands in {@link bytes}. */
  emit: (length: number) => void = () => {};
  readonly bytes = new Uint8Array(SCRATCH_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  readonly #instruments: readonly TapeInstrument[];
  readonly #book: ExchangeBook;
  readonly #tradingAction = new TradingAction();
  readonly #add = new AddOrder();
  readonly #addMpid = new AddOrderMpid();
  readonly #executed = new OrderExecuted();
  readonly #executedAt = new OrderExecutedWithPrice();
  readonly #cancel = new OrderCancel();
  readonly #delete = new OrderDelete();
  readonly #replace = new OrderReplace();
  readonly #trade = new Trade();
  readonly #broken = new BrokenTrade();

  constructor(instruments: readonly TapeInstrument[], book: ExchangeBook) {
    this.#instruments = instruments;
    this.#book = book;
  }

  added(slot: number): void {
    const book = this.#book;
    const attribution = book.attributionOf(slot);
    const { locate, nameHi, nameLo } = this.#instruments[book.instrumentOf(slot)];
    const message = attribution === 0 ? this.#add.begin(this.view, 0) : this.#addMpid.begin(this.view, 0);
    message.locate = locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.orderRef = book.refOf(slot);
    message.side = book.sideOf(slot) === BookSide.buy ? BUY : SELL;
    message.shares = book.sharesOf(slot);
    message.stockHi = nameHi;
    message.stockLo = nameLo;
    message.price4 = book.price4Of(slot);
    if (attribution !== 0) (message as AddOrderMpid).attributionKey = attribution;
    this.emit(attribution === 0 ? AddOrder.bytes : AddOrderMpid.bytes);
  }

  executed(instrument: number, ref: number, shares: number, match: number): void {
    const message = this.#executed.begin(this.view, 0);
    message.locate = this.#instruments[instrument].locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.orderRef = ref;
    message.executedShares = shares;
    message.matchNumber = match;
    this.emit(OrderExecuted.bytes);
  }

  executedAt(instrument: number, ref: number, shares: number, match: number, price4: number, printable: boolean): void {
    const message = this.#executedAt.begin(this.view, 0);
    message.locate = this.#instruments[instrument].locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.orderRef = ref;
    message.executedShares = shares;
    message.matchNumber = match;
    message.printable = printable ? YES : NO;
    message.executionPrice4 = price4;
    this.emit(OrderExecutedWithPrice.bytes);
  }

  cancelled(instrument: number, ref: number, shares: number): void {
    const message = this.#cancel.begin(this.view, 0);
    message.locate = this.#instruments[instrument].locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.orderRef = ref;
    message.cancelledShares = shares;
    this.emit(OrderCancel.bytes);
  }

  deleted(instrument: number, ref: number): void {
    const message = this.#delete.begin(this.view, 0);
    message.locate = this.#instruments[instrument].locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.orderRef = ref;
    this.emit(OrderDelete.bytes);
  }

  replaced(instrument: number, ref: number, newRef: number, shares: number, price4: number): void {
    const message = this.#replace.begin(this.view, 0);
    message.locate = this.#instruments[instrument].locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.origRef = ref;
    message.newRef = newRef;
    message.shares = shares;
    message.price4 = price4;
    this.emit(OrderReplace.bytes);
  }

  traded(instrument: number, shares: number, price4: number, match: number): void {
    const { locate, nameHi, nameLo } = this.#instruments[instrument];
    const message = this.#trade.begin(this.view, 0);
    message.locate = locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.side = BUY;
    message.shares = shares;
    message.stockHi = nameHi;
    message.stockLo = nameLo;
    message.price4 = price4;
    message.matchNumber = match;
    this.emit(Trade.bytes);
  }

  broken(instrument: number, match: number): void {
    const message = this.#broken.begin(this.view, 0);
    message.locate = this.#instruments[instrument].locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.matchNumber = match;
    this.emit(BrokenTrade.bytes);
  }

  tradingState(instrument: number, state: string, reason: string): void {
    const { locate, nameHi, nameLo } = this.#instruments[instrument];
    const message = this.#tradingAction.begin(this.view, 0);
    message.locate = locate;
    message.tracking = this.tracking;
    message.timestampNs = this.clockNs;
    message.stockHi = nameHi;
    message.stockLo = nameLo;
    message.tradingState = state.charCodeAt(0);
    message.reserved = SPACE;
    message.reason = reason;
    this.emit(TradingAction.bytes);
  }
}
