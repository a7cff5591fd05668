/**
 * How long the first orders of a process take, with and without the warm-up that a router makes before it is ready:
 * `node bench/.build/js/bench/programs/first-orders.js warm=1000`, warm-up in ms. Prints the mean ns of the first 1, 10 and
 * 100 calls that enter an order, and of the turns that hear of it. No socket: what the kernel takes is left out.
 */

import { OrderRehearsal } from '../../src/gateway/order-rehearsal.ts';
import { warmUpOrders } from '../../src/gateway/order-warm-up.ts';
import type { PortSpec } from '../../src/order/gateway-build.ts';
import { DEFAULT_SESSION_OPTIONS } from '../../src/order/session-options.ts';
import type { SessionStream } from '../../src/order/session-stream.ts';
import { Side } from '../../src/order/terms.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { widenInlining } from '../../src/runtime/compiler.ts';
import { orderProtocol } from '../../src/venues/order-registry.ts';
import { native, nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { commandLine } from '../lib/serve.ts';

const COUNTS = [1, 10, 100];
const PRICE4 = 1_000_000;
const NS_PER_MS = 1e6;

/** Stands for the socket's class: one that the warm-up has never seen. */
class FirstSeenStream implements SessionStream {
  readonly error = '';
  private readonly stream: SessionStream;

  constructor(stream: SessionStream) {
    this.stream = stream;
  }
  state(): number {
    return this.stream.state();
  }
  receive(bytes: Uint8Array, offset: number, length: number): number {
    return this.stream.receive(bytes, offset, length);
  }
  send(bytes: Uint8Array, offset: number, length: number): number {
    return this.stream.send(bytes, offset, length);
  }
  close(): void {
    this.stream.close();
  }
}

widenInlining();
pinThisThread(commandLine.number('core', -1));
const protocol = orderProtocol(commandLine.text('protocol', 'ouch50'));
const port: PortSpec = {
  name: 'P',
  protocol,
  rules: protocol.rules,
  session: {
    ...DEFAULT_SESSION_OPTIONS,
    connection: { username: 'bench', password: 'bench', session: '', day: 20260105 },
  },
  port: { logonBudget: { logons: 1, perNs: 1 }, preferredWaitNs: 0, barrierTimeoutNs: 5e9 },
  hosts: ['P.0'],
  resends: false,
};
const rehearsed = warmUpOrders([port], createClock(native), commandLine.number('warm', 0) * NS_PER_MS);
const heard = { orders: 0, orderEvent: () => void heard.orders++ };
const day = new OrderRehearsal(port, createClock(native), true, (stream) => new FirstSeenStream(stream), heard);
const entering: number[] = [];
const hearing: number[] = [];
for (let i = 0; i < Math.max(...COUNTS); i++) {
  readClock();
  const start = nowNs[0]!;
  const order = day.orders[0]!.enter(i % 8, Side.buy, 100 + i, PRICE4 - (i % 7) * 100);
  readClock();
  entering.push(nowNs[0]! - start);
  if (order <= 0) throw new Error(day.orders[0]!.explainRefusal());
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
