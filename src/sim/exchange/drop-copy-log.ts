import { DropCopyRecord, DropCopyType } from '../../venues/nasdaq/drop-copy.ts';
import { clientIdText } from '../../venues/nasdaq/ouch-request.ts';
import { MessageLog } from './message-log.ts';
import type { VenueExecution } from './truth.ts';
import type { OrderKey, VenueOrder } from './venue-order.ts';

/** What is told on the drop copy of one account, in the order in which it happened. */
export class DropCopyLog {
  readonly account: string;
  readonly log = new MessageLog();
  readonly #bytes = new Uint8Array(DropCopyRecord.bytes);
  readonly #record = new DropCopyRecord();
  readonly #view = new DataView(this.#bytes.buffer);

  constructor(account: string) {
    this.account = account;
  }

  /** @param type of the record @param stampNs ns since midnight */
  tell(type: number, execution: VenueExecution, stampNs: number, nowNs: number): void {
    const { order, key, side, shares, price4, match, orderRef, liquidity } = execution;
    const record = this.#begin(type, order, key, stampNs);
    record.side = side;
    record.shares = shares;
    record.price4 = price4;
    record.matchNumber = match;
    record.orderRef = orderRef;
    record.liquidity = liquidity;
    this.log.append(this.#bytes, 0, DropCopyRecord.bytes, nowNs);
  }

  /** Nothing of an order is left. @param shares that were open and are cancelled */
  tellEnd(order: VenueOrder, shares: number, stampNs: number, nowNs: number): void {
    const record = this.#begin(DropCopyType.cancelled, order, order.key, stampNs);
    record.side = order.side;
    record.shares = shares;
    record.price4 = 0;
    record.matchNumber = 0;
    record.orderRef = order.orderRef;
    record.liquidity = 0;
    this.log.append(this.#bytes, 0, DropCopyRecord.bytes, nowNs);
  }

  /** What names the order. */
  #begin(type: number, order: VenueOrder, key: OrderKey, stampNs: number): DropCopyRecord {
    const record = this.#record.begin(this.#view, 0, type);
    record.timestampNs = stampNs;
    record.username = order.port.options.username;
    record.userRefNum = typeof key === 'number' ? key : 0;
    record.id = typeof key === 'number' ? clientIdText(order.clientId) : key;
    record.symbolHi = order.symbolHi;
    record.symbolLo = order.symbolLo;
    return record;
  }
}
