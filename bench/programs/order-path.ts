/**
 * `order-path`, ours: one order at a time through the shipped gateway's `enter`, with every check, journal `process` in a
 * mapped ring with its copier on a thread of its own, the real clock and a real TCP session; between two orders the gateway
 * takes its turns. Twin: `c/order_path.c`. What is measured are the gateway's own stage stamps.
 *
 * Command line: core=… peerCore=… venue=P1,P2 directory=…
 * go orders=… gapUs=…
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectStream } from '../../src/io/open.ts';
import { splitUtcOffset } from '../../src/journal/record-time.ts';
import { GatewayCell, StampCell } from '../../src/order/gateway-parts.ts';
import { FeedStateCell } from '../../src/order/market-state.ts';
import { Marking, SessionState, TimeInForce } from '../../src/order/terms.ts';
import { widenInlining } from '../../src/runtime/compiler.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { openLiveJournal } from '../lib/journal-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { orderGuard } from '../lib/order-guard.ts';
import { OrderDay, Workload } from '../lib/order-setup.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { venuePorts, venueUser } from '../lib/venue-login.ts';

widenInlining(); // as the router does

const MOST_ORDERS = 1 << 19;
const MOST_SAMPLES = 1 << 17;
const NS_PER_US = 1000;
const DRAIN_NS = 2e9;
const LOGON_LIMIT_NS = 10e9;
const NS_PER_MS = 1e6;
const { strategy: strategyOf, instrument: instrumentOf, side: sideOf, shares: sharesOf, price4: price4Of } = Workload;

pinThisThread(commandLine.number('core', -1));
const journal = await openLiveJournal();
readClock();
const utcOffset = new Float64Array(2);
splitUtcOffset(Date.now() * NS_PER_MS - nowNs[0]!, utcOffset);
const user = venueUser();
const tcp = venuePorts();
const day = new OrderDay({
  maxOrders: MOST_ORDERS,
  shape: [1, 1],
  clock: { nowNs, read: readClock },
  journal: journal.output,
  utcOffset,
  lastCheck: orderGuard(),
  username: (port) => `${user}${port}`,
  dialler: (port) => ({
    dial: () => connectStream('native', { address: '127.0.0.1', port: tcp[port]!, noDelay: true, keepAlive: true }),
  }),
});
const { loop, market } = day;
const { gateway } = loop;
const { stamps } = gateway;
const [carrying, standby] = loop.ports.map(({ sessions }) => sessions[0]!);
const nobody = { orderEvent() {} };

/** The gateway's turns until a moment, as the thread that runs it takes them. */
function turnUntil(deadlineNs: number): void {
  readClock();
  while (nowNs[0]! < deadlineNs) {
    loop.turn(nobody);
    readClock();
  }
}

async function logOn(): Promise<void> {
  readClock();
  const deadline = nowNs[0]! + LOGON_LIMIT_NS;
  while (carrying!.state !== SessionState.active || standby!.state !== SessionState.warm) {
    if (nowNs[0]! > deadline) throw new Error('the sessions do not get active: is the venue there?');
    turnUntil(nowNs[0]! + NS_PER_MS);
    await sleep(1);
  }
}

/** By sample, ns: the call → risk has passed → about to send → sent; and the call → about to send. */
const stages = {
  latency: new Float32Array(MOST_SAMPLES),
  risk: new Float32Array(MOST_SAMPLES),
  toSend: new Float32Array(MOST_SAMPLES),
  send: new Float32Array(MOST_SAMPLES),
};
let number = 0;

/** @returns how many were entered */
function run(orders: number, gapNs: number): number {
  let entered = 0;
  readClock();
  let due = nowNs[0]!;
  for (let i = 0; i < orders; i++, number++) {
    due += gapNs;
    turnUntil(due);
    market.feedCells[FeedStateCell.heardNs] = due;
    const instrument = instrumentOf(number);
    const side = sideOf(number);
    const price4 = price4Of(market, instrument, side, number);
    const order = gateway.enter(
      strategyOf(number),
      instrument,
      side,
      sharesOf(number),
      price4,
      TimeInForce.immediateOrCancel,
      Marking.long,
      number,
    );
    if (order <= 0) continue;
    const called = stamps[StampCell.called]!;
    const judged = stamps[StampCell.judged]!;
    const sending = stamps[StampCell.sending]!;
    stages.latency[entered] = sending - called;
    stages.risk[entered] = judged - called;
    stages.toSend[entered] = sending - judged;
    stages.send[entered] = stamps[StampCell.sent]! - sending;
    entered++;
  }
  return entered;
}

await logOn();
const memory = new MemoryWatch();
serve({ user }, async (words, armed) => {
  const refusedBefore = loop.parts.cells[GatewayCell.refused]!;
  armed();
  await memory.start();
  readClock();
  const start = nowNs[0]!;
  const entered = run(words.number('orders', 2000), words.number('gapUs', 50) * NS_PER_US);
  const ns = nowNs[0]! - start;
  const used = MemoryWatch.used();
  const drained = nowNs[0]! + DRAIN_NS;
  while (loop.openOrders > 0 && nowNs[0]! < drained) turnUntil(nowNs[0]! + NS_PER_MS);
  journal.trim();
  const thread = await memory.stop('gateway', used);
  const encoded = Object.entries(stages).map(([name, values]) => [name, encodeSamples(values.slice(0, entered))]);
  return {
    ops: entered,
    ns,
    ended: true,
    refused: loop.parts.cells[GatewayCell.refused]! - refusedBefore,
    open: loop.openOrders,
    threads: [thread],
    ...Object.fromEntries(encoded),
  };
});
