import { orderProtocol } from '../venues/order-registry.ts';
import { OrderRehearsal, type RehearsalInput } from './order-rehearsal.ts';
import { DISGUISES } from './rehearsal-disguise.ts';

/**
 * Exercises the way of an order before the first one comes: risk, store, ledger, the encoding of each configured protocol,
 * journal records, and what answers of every kind do; refusals, a kill, a session that is lost, and the flow that moves to
 * the one that stands by. Without it the first orders of the day would run in V8's interpreter, some twenty times slower
 * than the thousandth.
 *
 * Works on scratch gateways, each with memory, journal and venue of its own, that are thrown away; of the real one it is
 * handed how it was set up, and keeps to its own memory.
 *
 * @param input the real gateway's options, and what else its thread has
 * @param budgetNs how long, for all protocols together
 * @returns orders rehearsed
 */
export function warmUpOrders(input: RehearsalInput, budgetNs: number): number {
  const played = distinct(input.gateway.ports.map(({ protocol }) => protocol));
  const clock = input.createClock();
  clock.read();
  const endNs = clock.nowNs[0] + budgetNs;
  let orders = 0;
  for (let round = 0; played.length > 0 && clock.nowNs[0] < endNs; round++) {
    const take = Math.floor(round / played.length);
    const rehearsal = new OrderRehearsal(input, {
      port: played[round % played.length],
      // an odd number of disguises: with and without limits each gets all of them
      disguise: take % DISGUISES,
      limited: take % 2 === 0,
    });
    rehearsal.play();
    orders += rehearsal.loop.parts.store.count;
    clock.read();
  }
  return orders;
}

/** One port per protocol is enough: code is shared. @returns their numbers */
function distinct(protocols: readonly string[]): number[] {
  const seen = new Set<string>();
  return protocols.flatMap((name, port) => {
    if (orderProtocol(name).createStandIn === undefined || seen.has(name)) return [];
    seen.add(name);
    return [port];
  });
}
