import { expect, test } from 'vitest';
import { Frame, PacketKind } from '../../feed/framer.ts';
import { ItchFeedHandler } from './itch-feed.ts';
import { itchSample } from './itch-sample.ts';
import { MoldUdp64Framer } from './moldudp64.ts';

const PACKETS = 3000;

test('the rehearsed day is a sound one: every unit fits the books, which stay deep, queued and bounded', () => {
  const handler = new ItchFeedHandler({ maxOrders: 4096, maxInstruments: 64 });
  const framer = new MoldUdp64Framer();
  const frame = new Frame();
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const first = new Float64Array([1]);
  let mostLevels = 0;
  for (let packet = 0; packet < PACKETS; packet++) {
    const units = 1 + (packet % itchSample.maxUnits);
    const length = itchSample.write(view, first, units);
    expect(framer.frame(bytes, view, 0, length, frame)).toBe(PacketKind.units);
    for (let i = 0; i < frame.count; i++) handler.apply(bytes, view, frame.unitOffset[i], frame.unitLength[i]);
    first[0] += units;
    mostLevels = Math.max(mostLevels, handler.books.liveLevels);
  }
  expect(handler.undecoded).toBe(0);
  expect(mostLevels).toBeGreaterThan(36); // three books, two sides: more than the six looked at one by one
  expect(handler.books.liveOrders).toBeGreaterThan(mostLevels);
  expect(handler.books.liveOrders).toBeLessThan(400);
});
