/**
 * `session-failover`, ours: two ports over TCP, a thousand orders unanswered on one of them, and its connection reset.
 * A sample is from the clock read before the turn that finds the reset to the return of `send` on the peer, by which an
 * order went out that a strategy held back until then. Twin: `c/session_failover.c`; venue: `c/order_venue.c`.
 */
import { StampCell } from '../../src/order/gateway-parts.ts';
import { SessionCell } from '../../src/order/session-cells.ts';
import { Evidence } from '../../src/order/terms.ts';
import { widenInlining } from '../../src/runtime/compiler.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { openLiveJournal } from '../lib/journal-thread.ts';
import { LiveOrders } from '../lib/live-orders.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';

widenInlining(); // as the router does

const MOST_FAILOVERS = 250;
const INFLIGHT = 1000;
const PATIENCE_NS = 2e9;

pinThisThread(commandLine.number('core', -1));
const journal = await openLiveJournal();
const orders = new LiveOrders({
  tcpPorts: commandLine.text('ports').split(',').map(Number),
  shape: [1, 1],
  maxOrders: (MOST_FAILOVERS + 2) * INFLIGHT,
  journal: journal.output,
});
const { loop } = orders.day;
const { stamps } = loop.gateway;
const sessions = loop.ports.map(({ sessions: [session] }) => session!);
const samples = new Float32Array(MOST_FAILOVERS);

/** Polls until the reset is found and the waiting order has gone the other way. @returns how long that took */
function failOver(): number {
  const active = orders.carrier!;
  orders.waitingFor = active;
  readClock();
  const deadline = nowNs[0]! + PATIENCE_NS;
  let turnNs = 0;
  while (orders.waitingFor !== undefined) {
    readClock();
    turnNs = nowNs[0]!;
    if (turnNs > deadline) throw new Error('the venue reset nothing');
    orders.turn();
  }
  if (active.cells[SessionCell.evidence] !== Evidence.reset) throw new Error('failed over upon something else');
  return stamps[StampCell.sent]! - turnNs;
}

function run(failovers: number, inflight: number): void {
  for (let i = 0; i < failovers; i++) {
    orders.fill(inflight);
    samples[i] = failOver();
    orders.turnUntil(() => orders.allUsable && loop.openOrders === 1, 'the lost port is reconciled');
  }
}

const memory = new MemoryWatch();
serve({}, async (words) => {
  const failovers = words.number('failovers', 10);
  orders.day.begin();
  orders.turnUntil(() => orders.allUsable, 'both ports are logged on');
  const lossesBefore = sessions.reduce((sum, { cells }) => sum + cells[SessionCell.losses]!, 0);
  await memory.start();
  readClock();
  const start = nowNs[0]!;
  run(failovers, words.number('inflight', INFLIGHT));
  readClock();
  const ns = nowNs[0]! - start;
  const thread = await memory.stop('gateway', MemoryWatch.used());
  orders.endAll();
  journal.trim();
  const losses = sessions.reduce((sum, { cells }) => sum + cells[SessionCell.losses]!, 0) - lossesBefore;
  return { ops: failovers, ns, losses, threads: [thread], latency: encodeSamples(samples.subarray(0, failovers)) };
});
