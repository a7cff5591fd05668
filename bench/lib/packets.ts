/**
 * The generator's packets made in memory, byte for byte as `c/feed.h` makes them: odd numbers add an order, even ones
 * delete the one before.
 */
import { MessageType, Wire } from './wire.ts';

const SESSION = 'WARMLINE01';
const STOCK = 'WARM    ';
const ADD_BYTES = 36;
const DELETE_BYTES = 19;
const BLOCK_HEADER_BYTES = 2;
const SYMBOLS = 50;

/** Packets of `units` messages each; the sequence number is left 1 and written by whoever sends them. */
export function makePackets(count: number, units: number): Uint8Array[] {
  let message = 1;
  return Array.from({ length: count }, () => {
    const packet = new Uint8Array(Wire.moldHeaderBytes + units * (BLOCK_HEADER_BYTES + ADD_BYTES));
    const view = new DataView(packet.buffer);
    for (let i = 0; i < SESSION.length; i++) packet[i] = SESSION.charCodeAt(i);
    view.setUint32(Wire.sequenceOffset + 4, 1);
    view.setUint16(Wire.countOffset, units);
    let at: number = Wire.moldHeaderBytes;
    for (let unit = 0; unit < units; unit++) at = writeMessage(view, at, message++);
    return packet.slice(0, at);
  });
}

function writeMessage(view: DataView, at: number, number: number): number {
  const reference = Math.floor((number + 1) / 2);
  const isAdd = number % 2 === 1;
  const length = isAdd ? ADD_BYTES : DELETE_BYTES;
  view.setUint16(at, length);
  const m = at + BLOCK_HEADER_BYTES;
  view.setUint8(m, isAdd ? MessageType.add : MessageType.delete);
  view.setUint16(m + 1, 1 + (reference % SYMBOLS));
  view.setUint32(m + Wire.timestampOffset + 2, number);
  view.setUint32(m + 15, reference);
  if (isAdd) {
    const isBuy = reference % 2 === 1;
    view.setUint8(m + 19, isBuy ? 0x42 : 0x53);
    view.setUint32(m + 20, 100 + (reference % 900));
    for (let i = 0; i < STOCK.length; i++) view.setUint8(m + 24 + i, STOCK.charCodeAt(i));
    view.setUint32(m + 32, 1_000_000 + (reference % 64) * 100 + (isBuy ? 0 : 10_000));
  }
  return m + length;
}
