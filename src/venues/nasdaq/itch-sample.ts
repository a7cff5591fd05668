import type { SamplePackets } from '../../feed/protocol.ts';
import { AddOrder, OrderDelete, OrderExecuted } from './itch5-orders.ts';
import { Mold, moldSessionWords, writeMoldHeader } from './moldudp64.ts';

const SESSION = moldSessionWords('SAMPLE');
const INSTRUMENTS = 8;
const BUY = 66; // B
const SELL = 83; // S
const PRICE_LEVELS = 16;
const TICK = 100;
/** Each order's life: added, executed in part, deleted. */
const LIFE = 3;

const add = new AddOrder();
const executed = new OrderExecuted();
const deleted = new OrderDelete();

/** MoldUDP64 packets of made-up orders on a few instruments. */
export const itchSample: SamplePackets = { maxUnits: 16, write };

function write(view: DataView, first: Float64Array, count: number): number {
  let at = writeMoldHeader(view, 0, SESSION, first, count);
  for (let i = 0; i < count; i++) {
    const id = first[0] + i;
    const order = Math.floor(id / LIFE);
    const place = at + Mold.blockHeaderBytes;
    const length = writeUnit(view, place, id, order);
    view.setUint16(at, length);
    at = place + length;
  }
  return at;
}

function writeUnit(view: DataView, at: number, id: number, order: number): number {
  const locate = 1 + (order % INSTRUMENTS);
  const buys = order % 2 === 0;
  switch (id % LIFE) {
    case 0:
      add.begin(view, at);
      add.locate = locate;
      add.orderRef = order;
      add.side = buys ? BUY : SELL;
      add.shares = 100;
      add.stock = 'SAMPLE';
      add.price4 = 1_000_000 + (buys ? -1 : 1) * TICK * (1 + (order % PRICE_LEVELS));
      return AddOrder.length;
    case 1:
      executed.begin(view, at);
      executed.locate = locate;
      executed.orderRef = order;
      executed.executedShares = 10;
      return OrderExecuted.length;
    default:
      deleted.begin(view, at);
      deleted.locate = locate;
      deleted.orderRef = order;
      return OrderDelete.length;
  }
}
