import { ITCH_LENGTHS, ItchType } from '../venues/nasdaq/itch5.ts';
import {
  AddOrder,
  AddOrderMpid,
  OrderCancel,
  OrderDelete,
  OrderExecuted,
  OrderReplace,
} from '../venues/nasdaq/itch5-orders.ts';
import { copyOf } from './copy-bytes.ts';
import type { SnapshotOutput } from './flow-source.ts';

/** A live order, as its add or replace message left it. */
export interface LiveOrder {
  readonly ref: number;
  readonly locate: number;
  /** Character code: `B` or `S`. */
  readonly side: number;
  shares: number;
  readonly price4: number;
  readonly stockHi: number;
  readonly stockLo: number;
  /** Market participant as an int32 key, 0 = not attributed. */
  readonly attribution: number;
}

const LOCATE_OFFSET = 1;
const SCRATCH_BYTES = 64;

/**
 * What a stream of ITCH messages amounts to: the last event of the day, the last directory, trading state and short-sale entry of each security
 * and every live order in order of time. Plain maps, for recorded flows (whose venue is not there to be asked) and as
 * the oracle that the generator's own books are checked against.
 */
export class ItchState {
  /** Live orders by reference; the map keeps them in order of time. */
  readonly orders = new Map<number, LiveOrder>();
  /** Messages about orders that are not live, or that take more shares than there are. */
  unknownOrders = 0;
  /** Messages of no known type or length. */
  malformed = 0;
  #timestampNs = 0;
  /** Latest message of each security, by type; the day's events count as one security. */
  readonly #latest = new Map<ItchType, Map<number, Uint8Array>>([
    [ItchType.systemEvent, new Map()],
    [ItchType.stockDirectory, new Map()],
    [ItchType.tradingAction, new Map()],
    [ItchType.regShoRestriction, new Map()],
  ]);
  readonly #add = new AddOrder();
  readonly #addMpid = new AddOrderMpid();
  readonly #executed = new OrderExecuted();
  readonly #cancel = new OrderCancel();
  readonly #delete = new OrderDelete();
  readonly #replace = new OrderReplace();

  /** Applies one message. Bad ones are counted. */
  apply(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const type = length > 0 ? view.getUint8(offset) : 0;
    if (length === 0 || ITCH_LENGTHS[type] !== length) {
      this.malformed++;
      return;
    }
    const latest = this.#latest.get(type as ItchType);
    if (latest !== undefined) {
      latest.set(view.getUint16(offset + LOCATE_OFFSET), copyOf(bytes, offset, length));
      return;
    }
    switch (type) {
      case ItchType.addOrder: {
        const {
          orderRef: ref,
          locate,
          side,
          shares,
          price4,
          stockHi,
          stockLo,
          timestampNs,
        } = this.#add.wrap(view, offset);
        this.#timestampNs = timestampNs;
        this.orders.set(ref, { ref, locate, side, shares, price4, stockHi, stockLo, attribution: 0 });
        break;
      }
      case ItchType.addOrderMpid: {
        const message = this.#addMpid.wrap(view, offset);
        const { orderRef: ref, locate, side, shares, price4, stockHi, stockLo, attributionKey: attribution } = message;
        this.orders.set(ref, { ref, locate, side, shares, price4, stockHi, stockLo, attribution });
        break;
      }
      // The price of an execution is not the book's concern, so both kinds are read as one.
      case ItchType.orderExecuted:
      case ItchType.orderExecutedWithPrice: {
        const { orderRef, executedShares } = this.#executed.wrap(view, offset);
        this.#reduce(orderRef, executedShares);
        break;
      }
      case ItchType.orderCancel: {
        const { orderRef, cancelledShares } = this.#cancel.wrap(view, offset);
        this.#reduce(orderRef, cancelledShares);
        break;
      }
      case ItchType.orderDelete:
        if (!this.orders.delete(this.#delete.wrap(view, offset).orderRef)) this.unknownOrders++;
        break;
      case ItchType.orderReplace: {
        const { origRef, newRef: ref, shares, price4 } = this.#replace.wrap(view, offset);
        const original = this.orders.get(origRef);
        if (original === undefined) this.unknownOrders++;
        else {
          this.orders.delete(origRef);
          this.orders.set(ref, { ...original, ref, shares, price4 });
        }
        break;
      }
    }
  }

  /** Writes the messages that rebuild this state. */
  writeSnapshot(output: SnapshotOutput): void {
    for (const messages of this.#latest.values()) {
      for (const message of messages.values()) output(message, 0, message.length);
    }
    const bytes = new Uint8Array(SCRATCH_BYTES);
    const view = new DataView(bytes.buffer);
    for (const order of this.orders.values()) {
      const message = order.attribution === 0 ? this.#add.begin(view, 0) : this.#addMpid.begin(view, 0);
      message.locate = order.locate;
      message.timestampNs = this.#timestampNs;
      message.orderRef = order.ref;
      message.side = order.side;
      message.shares = order.shares;
      message.stockHi = order.stockHi;
      message.stockLo = order.stockLo;
      message.price4 = order.price4;
      if (order.attribution !== 0) (message as AddOrderMpid).attributionKey = order.attribution;
      output(bytes, 0, order.attribution === 0 ? AddOrder.bytes : AddOrderMpid.bytes);
    }
  }

  #reduce(ref: number, shares: number): void {
    const order = this.orders.get(ref);
    if (order === undefined || order.shares < shares) {
      this.unknownOrders++;
      return;
    }
    order.shares -= shares;
    if (order.shares === 0) this.orders.delete(ref);
  }
}
