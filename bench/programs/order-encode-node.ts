/**
 * The naive twin of `order-encode`, as an application programmer writes it: an object an order in a Map, positions and
 * limits in Maps with string keys, arrays of times for the windows, a Buffer a message.
 */

import { NaiveOrders } from '../lib/naive-orders.ts';
import { serve } from '../lib/serve.ts';

const BLOCK = 512;
const STEP_NS = 20_000;

serve({}, (words) => {
  const orders = new NaiveOrders();
  const wanted = words.number('orders', 50_000);
  let nowNs = 1e12;
  let ns = 0;
  let sum = 0;
  for (let first = 0; first < wanted; first += BLOCK) {
    const start = process.hrtime.bigint();
    for (let i = first; i < first + BLOCK; i++) {
      nowNs += STEP_NS;
      sum += orders.enter(i, nowNs)?.length ?? 0;
    }
    ns += Number(process.hrtime.bigint() - start);
    orders.endAll();
  }
  return { ops: orders.count, ns, checksum: sum, refused: orders.refused };
});
