import type { PortSpec } from '../order/gateway-build.ts';
import type { SessionStream } from '../order/session-stream.ts';
import type { Clock } from '../runtime/clock.ts';
import { OrderRehearsal } from './order-rehearsal.ts';
import { DEAF_SINKS, DISGUISES, disguised } from './rehearsal-disguise.ts';

/**
 * Exercises the way of an order before the first one comes: risk, store, ledger, the encoding of each configured protocol,
 * journal records, and what answers of every kind do; refusals, a kill, a session that is lost, and the flow that moves to
 * the one that stands by. Without it the first orders of the day would run in V8's interpreter, some twenty times slower
 * than the thousandth.
 *
 * Works on scratch gateways, each with memory, journal and venue of its own, that are thrown away; it is handed nothing
 * that it could change.
 *
 * @param ports as configured
 * @param clock of its own
 * @param budgetNs how long, for all protocols together
 * @returns orders rehearsed
 */
export function warmUpOrders(ports: readonly PortSpec[], clock: Clock, budgetNs: number): number {
  const played = distinct(ports);
  clock.read();
  const endNs = clock.nowNs[0] + budgetNs;
  let orders = 0;
  for (let round = 0; played.length > 0 && clock.nowNs[0] < endNs; round++) {
    const port = played[round % played.length];
    // an odd number of disguises: with and without limits each gets all of them
    const disguise = Math.floor(round / played.length) % DISGUISES;
    const limited = Math.floor(round / played.length) % 2 === 0;
    const dress = (stream: SessionStream) => disguised(stream, disguise);
    const rehearsal = new OrderRehearsal(port, clock, limited, dress, DEAF_SINKS[disguise]);
    rehearsal.play();
    orders += rehearsal.loop.parts.store.count;
    clock.read();
  }
  return orders;
}

/** One port per protocol is enough: code is shared. */
function distinct(ports: readonly PortSpec[]): PortSpec[] {
  const seen = new Set<string>();
  return ports.filter(({ protocol }) => {
    if (protocol.createStandIn === undefined || seen.has(protocol.name)) return false;
    return seen.add(protocol.name);
  });
}
