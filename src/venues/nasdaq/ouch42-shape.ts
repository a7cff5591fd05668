import { OuchRefusal } from './ouch-refusal.ts';
import * as endReports from './ouch42-end-reports.ts';
import * as orderReports from './ouch42-order-reports.ts';
import * as requests from './ouch42-requests.ts';
import * as tradeReports from './ouch42-trade-reports.ts';

/** Bytes of an Enter Order without its customer type, as older clients send it. */
export const SHORT_ENTER_ORDER_BYTES: number = requests.EnterOrder.bytes - 1;

/** Length in bytes of each OUCH 4.2 message from client to venue, by type byte; 0 where there is no such type. */
export const INBOUND_LENGTHS: Uint8Array = lengths(Object.values(requests));

/** Length in bytes of each OUCH 4.2 message from venue to client, by type byte; 0 where there is no such type. */
export const OUTBOUND_LENGTHS: Uint8Array = lengths(
  [orderReports, endReports, tradeReports].flatMap((module) => Object.values(module)),
);

function lengths(messages: readonly { readonly type: number; readonly bytes: number }[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const { type, bytes } of messages) table[type] = bytes;
  return table;
}

/** @returns {@link OuchRefusal}; none = every field can be read, but perhaps the customer type of an Enter Order */
export function checkInbound(view: DataView, offset: number, length: number): OuchRefusal {
  if (length === SHORT_ENTER_ORDER_BYTES && view.getUint8(offset) === requests.EnterOrder.type) return OuchRefusal.none;
  return check(INBOUND_LENGTHS, view, offset, length);
}

/** @returns {@link OuchRefusal}; none = every field can be read */
export function checkOutbound(view: DataView, offset: number, length: number): OuchRefusal {
  return check(OUTBOUND_LENGTHS, view, offset, length);
}

function check(table: Uint8Array, view: DataView, offset: number, length: number): OuchRefusal {
  if (length === 0) return OuchRefusal.empty;
  const wanted = table[view.getUint8(offset)];
  if (wanted === 0) return OuchRefusal.unknownType;
  return wanted === length ? OuchRefusal.none : OuchRefusal.wrongLength;
}
