/**
 * `session-failover` and `mirror-takeover`, ours: two ports over TCP, or one port with a mirror host, orders unanswered on
 * the one, and its connection reset. A sample is from the clock read before the turn that finds the reset to the return of
 * `send` on the other, by which an order went out that a strategy held back until then. `login` samples: what the session
 * that took over measured from its login to the answer. Twin: `c/session_failover.c`; venue: `c/order_venue.c`.
 *
 * Words: shape=ports|mirror ports=…,…
 */
import { StampCell } from '../../src/order/gateway-parts.ts';
import { SessionCell } from '../../src/order/session-cells.ts';
import { Evidence, SessionState } from '../../src/order/terms.ts';
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

const isMirror = commandLine.text('shape') === 'mirror';
pinThisThread(commandLine.number('core', -1));
const journal = await openLiveJournal();
const orders = new LiveOrders({
  tcpPorts: commandLine.text('ports').split(',').map(Number),
  shape: isMirror ? [2] : [1, 1],
  maxOrders: (MOST_FAILOVERS + 2) * INFLIGHT,
  journal: journal.output,
});
const { loop } = orders.day;
const { stamps } = loop.gateway;
const sessions = loop.ports.flatMap((port) => port.sessions);
const samples = new Float32Array(MOST_FAILOVERS);
const logins = new Float32Array(MOST_FAILOVERS);

/** Who can stand in is ready: logged on, or connected where only one may be. */
function isReady(): boolean {
  for (const session of sessions) {
    if (!session.usable && !(isMirror && session.state === SessionState.primed)) return false;
  }
  return orders.carrier !== undefined;
}

/** Polls until the reset is found and the waiting order has gone the other way. @returns how long that took */
function failOver(): number {
  const active = orders.carrier!;
  orders.waitingFor = active;
  readClock();
  const deadline = nowNs[0]! + PATIENCE_NS;
  while (orders.waitingFor !== undefined) {
    orders.turn();
    if (nowNs[0]! > deadline) throw new Error('the venue reset nothing');
  }
  if (active.cells[SessionCell.evidence] !== Evidence.reset) throw new Error('failed over upon something else');
  // evidence is stamped with the clock that was read before the turn
  return stamps[StampCell.sent]! - active.cells[SessionCell.evidenceNs]!;
}

function run(failovers: number, inflight: number): void {
  for (let i = 0; i < failovers; i++) {
    orders.fill(inflight);
    samples[i] = failOver();
    logins[i] = orders.carrier!.cells[SessionCell.loginRoundTripNs]!;
    orders.turnUntil(() => isReady() && loop.openOrders === 1, 'what was lost is reconciled');
  }
}

const memory = new MemoryWatch();
serve({}, async (words) => {
  const failovers = words.number('failovers', 10);
  orders.day.begin();
  orders.turnUntil(isReady, 'sessions are ready');
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
  return {
    ops: failovers,
    ns,
    losses,
    threads: [thread],
    latency: encodeSamples(samples.subarray(0, failovers)),
    login: encodeSamples(logins.subarray(0, failovers)),
  };
});
