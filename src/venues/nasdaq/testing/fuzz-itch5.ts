import { ItchFileReader } from '../itch-file.ts';
import type { ItchHandler } from '../itch-handler.ts';
import { ITCH_LENGTHS, ItchDispatcher, ItchRefusal } from '../itch5.ts';
import * as market from '../itch5-market.ts';
import * as orders from '../itch5-orders.ts';

type Flyweight = Record<string, unknown>;
type FlyweightClass = (new () => { begin(view: DataView, offset: number): Flyweight }) & {
  readonly type: number;
  readonly bytes: number;
};
const CLASSES = [...Object.entries(market), ...Object.entries(orders)] as unknown as [string, FlyweightClass][];

/** Reads every field of whatever message it is handed. */
function readAll(type: FlyweightClass): (message: Flyweight) => void {
  const getters = Object.entries(Object.getOwnPropertyDescriptors(type.prototype))
    .filter(([, property]) => property.get !== undefined)
    .map(([name]) => name);
  return (message) => {
    for (const name of getters) message[name];
  };
}

const handler = Object.fromEntries(CLASSES.map(([name, type]) => [`on${name}`, readAll(type)])) as ItchHandler;
const dispatcher = new ItchDispatcher();

/** Any bytes as one message, and as a raw file: every field read in place, or the message refused. */
export const target = {
  name: 'itch5',
  seeds: CLASSES.map(([, type]) => {
    const bytes = new Uint8Array(type.bytes);
    new type().begin(new DataView(bytes.buffer), 0);
    return bytes;
  }),
  run(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const refusal = dispatcher.dispatch(handler, view, 0, bytes.length);
    const fits = bytes.length > 0 && ITCH_LENGTHS[bytes[0]] === bytes.length;
    if (fits !== (refusal === ItchRefusal.none)) throw new Error(`refusal ${refusal} of ${bytes.length} bytes`);
    const reader = new ItchFileReader(bytes);
    let at = 0;
    while (reader.next()) {
      if (reader.offset !== at + 2 || reader.offset + reader.length > bytes.length) throw new Error('outside the file');
      at = reader.offset + reader.length;
    }
  },
};
