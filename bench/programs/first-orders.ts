/**
 * How long the first orders of a process take, with and without the warm-up that a router makes before it is ready:
 * `node bench/.build/js/bench/programs/first-orders.js warm=1000`, warm-up in ms. Prints the mean ns of the first 1, 10 and
 * 100 calls that enter an order, and of the turns that hear of it, through the gateway as it is put together for trading.
 * No kernel: what a socket takes is left out. One order after another: in a day caches have gone cold between two.
 */

import { OrderRehearsal } from '../../src/gateway/order-rehearsal.ts';
import { warmUpOrders } from '../../src/gateway/order-warm-up.ts';
import { bareGatewayOptions, PLAIN_TAKE } from '../../src/gateway/testing/bare-options.ts';
import { Side } from '../../src/order/terms.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { widenInlining, withUsualInlining } from '../../src/runtime/compiler.ts';
import { native, nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { commandLine } from '../lib/serve.ts';

const COUNTS = [1, 10, 100];
const PRICE4 = 1_000_000;
const NS_PER_MS = 1e6;
const INSTRUMENTS = 7;

widenInlining();
pinThisThread(commandLine.number('core', -1));
const gateway = bareGatewayOptions(commandLine.text('protocol', 'ouch50'));
const input = { gateway, native, createClock: () => createClock(native), hosts: [] };
const rehearsed = withUsualInlining(() => warmUpOrders(input, commandLine.number('warm', 0) * NS_PER_MS));
const day = new OrderRehearsal(input, { ...PLAIN_TAKE, limited: true });
const [trader] = day.traders;
const entering: number[] = [];
const hearing: number[] = [];
for (let i = 0; i < Math.max(...COUNTS); i++) {
  readClock();
  const start = nowNs[0]!;
  const order = trader!.enter(i % INSTRUMENTS, Side.buy, 100 + i, PRICE4 - (i % 7) * 100);
  readClock();
  entering.push(nowNs[0]! - start);
  if (order <= 0) throw new Error(`order ${i} was refused: ${-order}`);
  readClock();
  const heardFrom = nowNs[0]!;
  day.turn();
  readClock();
  hearing.push(nowNs[0]! - heardFrom);
}
const mean = (times: number[], count: number) => Math.round(times.slice(0, count).reduce((a, b) => a + b) / count);
const of = (times: number[]) => Object.fromEntries(COUNTS.map((count) => [count, mean(times, count)]));
process.stdout.write(
  `${JSON.stringify({ rehearsed, enterNs: of(entering), turnNs: of(hearing), slowestNs: Math.max(...entering) })}\n`,
);
