import { GlimpseClient } from '../glimpse.ts';
import { ItchFeedHandler } from '../itch-feed.ts';
import { AddOrder } from '../itch5-orders.ts';

const handler = new ItchFeedHandler({ maxOrders: 64, maxInstruments: 8 });
let begun = false;
let ended = 0;
const client = new GlimpseClient(
  { username: 'warm', password: 'line', outputBytes: 1 },
  {
    snapshotBegin: () => {
      begun = true;
      handler.reset();
    },
    snapshotUnit: (bytes, view, offset, length) => {
      if (!begun) throw new Error('a unit before the snapshot began');
      handler.apply(bytes, view, offset, length);
    },
    snapshotEnd: () => {
      if (!begun) throw new Error('an end before the beginning');
      if (!(client.nextId[0] >= 1)) throw new Error('a snapshot that ends nowhere');
      ended++;
    },
    snapshotFailed: () => {
      ended++;
    },
  },
);

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const ACCEPTED = `\x00\x1fA      DAY1${'1'.padStart(20)}`;
const END = `\x00\x16SG${'4711'.padStart(20)}`;

function add(orderRef: number): string {
  const bytes = new Uint8Array(AddOrder.bytes);
  Object.assign(new AddOrder().begin(new DataView(bytes.buffer), 0), {
    locate: 1,
    orderRef,
    side: 66,
    shares: 100,
    stock: 'WARM',
    price4: 100_0000,
  });
  return `\x00\x25S${String.fromCharCode(...bytes)}`;
}

/** Any bytes from a snapshot server: a snapshot begins before its units and ends at most once, in one way. */
export const target = {
  name: 'glimpse',
  seeds: [
    latin(ACCEPTED + END),
    latin(ACCEPTED + add(1) + add(2) + END),
    latin(`${ACCEPTED}\x00\x01Z`),
    latin('\x00\x02JS'),
  ],
  run(bytes: Uint8Array): void {
    begun = false;
    ended = 0;
    client.onOpen();
    const half = bytes.length >> 1;
    client.onBytes(bytes, 0, half);
    client.onBytes(bytes, half, bytes.length - half);
    client.onClosed('end of input');
    if (ended !== 1) throw new Error(`the snapshot ended ${ended} times`);
  },
};
