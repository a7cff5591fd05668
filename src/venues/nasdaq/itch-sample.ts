import type { SamplePackets } from '../../feed/protocol.ts';
import { AddOrder, OrderCancel, OrderDelete, OrderExecuted, OrderReplace } from './itch5-orders.ts';
import { Mold, moldSessionWords, writeMoldHeader } from './moldudp64.ts';

const SESSION = moldSessionWords('SAMPLE');
const INSTRUMENTS = 3;
const BUY = 66; // B
const SELL = 83; // S
const PRICE_LEVELS_LOG2 = 4;
const TICK = 100;
const SHARES = 100;
/** Each order has three units: it is added, changed and deleted. */
const LIFE = 3;
/** An order is changed so many orders after its own, and deleted after so many: as many live at a time. */
const CHANGED_AFTER = 24;
const DELETED_AFTER = 96;
/** A replaced order's new reference lies this far above the old one. */
const REPLACED = 2 ** 40;
/** Orders added instead of changes and deletions of those from before the first unit. */
const EXTRA = 2 ** 41;
const GOLDEN = 0x9e3779b1;

const add = new AddOrder();
const executed = new OrderExecuted();
const cancelled = new OrderCancel();
const replaced = new OrderReplace();
const deleted = new OrderDelete();

/**
 * MoldUDP64 packets of made-up orders on a few instruments, like a venue's own: books of many levels with a queue at
 * each, levels that come and go in the middle. A book that is nearly empty would leave most of its code unseen.
 */
export const itchSample: SamplePackets = { maxUnits: 16, write };

function write(view: DataView, first: Float64Array, count: number): number {
  let at = writeMoldHeader(view, 0, SESSION, first, count);
  for (let i = 0; i < count; i++) {
    const id = first[0] + i;
    const place = at + Mold.blockHeaderBytes;
    const length = writeUnit(view, place, id);
    view.setUint16(at, length);
    at = place + length;
  }
  return at;
}

function writeUnit(view: DataView, at: number, id: number): number {
  const order = Math.floor(id / LIFE);
  const step = id % LIFE;
  if (step === 0) return writeAdd(view, at, order, order);
  const older = order - (step === 1 ? CHANGED_AFTER : DELETED_AFTER);
  if (older < 1) return writeAdd(view, at, order, EXTRA + id);
  return step === 1 ? writeChange(view, at, older) : writeDelete(view, at, older);
}

const locateOf = (order: number) => 1 + (Math.floor(order / 2) % INSTRUMENTS);
const isReplaced = (order: number) => order % 4 === 0;

/** Ticks away from the middle price: any level, without an order to it. */
function levelOf(order: number): number {
  return 1 + (Math.imul(order, GOLDEN) >>> (32 - PRICE_LEVELS_LOG2));
}

function priceOf(order: number, level: number): number {
  return 1_000_000 + (order % 2 === 0 ? -1 : 1) * TICK * level;
}

function writeAdd(view: DataView, at: number, order: number, reference: number): number {
  add.begin(view, at);
  add.locate = locateOf(order);
  add.orderRef = reference;
  add.side = order % 2 === 0 ? BUY : SELL;
  add.shares = SHARES;
  add.stock = 'SAMPLE';
  add.price4 = priceOf(order, levelOf(order));
  return AddOrder.bytes;
}

function writeChange(view: DataView, at: number, order: number): number {
  if (isReplaced(order)) {
    replaced.begin(view, at);
    replaced.locate = locateOf(order);
    replaced.origRef = order;
    replaced.newRef = REPLACED + order;
    replaced.shares = SHARES * 2;
    replaced.price4 = priceOf(order, levelOf(order + 1));
    return OrderReplace.bytes;
  }
  if (order % 4 === 1) {
    cancelled.begin(view, at);
    cancelled.locate = locateOf(order);
    cancelled.orderRef = order;
    cancelled.cancelledShares = SHARES / 2;
    return OrderCancel.bytes;
  }
  executed.begin(view, at);
  executed.locate = locateOf(order);
  executed.orderRef = order;
  executed.executedShares = SHARES / 4;
  return OrderExecuted.bytes;
}

function writeDelete(view: DataView, at: number, order: number): number {
  deleted.begin(view, at);
  deleted.locate = locateOf(order);
  deleted.orderRef = isReplaced(order) ? REPLACED + order : order;
  return OrderDelete.bytes;
}
