/**
 * The naive twin of `order-path`: {@link NaiveOrders}, its intent written to a file before the order is written to a
 * `net` socket. What is measured ends where `socket.write` is called.
 *
 * Command line: core=… venue=P1,P2 directory=…
 * go orders=… gapUs=…
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NaiveOrders } from '../lib/naive-orders.ts';
import { NaiveSession } from '../lib/naive-session.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { venuePorts, venueUser } from '../lib/venue-login.ts';

const NS_PER_MS = 1e6;
const journal = openSync(join(commandLine.text('directory', '/tmp'), `${process.pid}.log`), 'a');
const user = venueUser();
const [session] = await Promise.all(venuePorts().map((port, i) => NaiveSession.logOn(port, `${user}${i}`)));
const orders = new NaiveOrders();
let number = 0;

serve({ user }, async (words, armed) => {
  const wanted = words.number('orders', 1000);
  const gapMs = words.number('gapUs', 50) / 1000;
  const latency: number[] = [];
  const refusedBefore = orders.refused;
  armed();
  const start = performance.now();
  for (let i = 0; i < wanted; i++, number++) {
    while (performance.now() < start + i * gapMs) await new Promise((resolve) => setImmediate(resolve));
    const called = performance.now();
    const packet = orders.enter(number, called * NS_PER_MS);
    if (packet === undefined) continue;
    packet.writeUInt32BE(session!.takeRef(), 4);
    writeSync(journal, `${JSON.stringify({ at: called, order: number, packet: packet.toString('hex') })}\n`);
    const sending = performance.now();
    session!.write(packet);
    latency.push((sending - called) * NS_PER_MS);
    if (session!.cancelled >= orders.count) orders.endAll();
  }
  const ns = (performance.now() - start) * NS_PER_MS;
  return {
    ops: latency.length,
    ns,
    ended: true,
    refused: orders.refused - refusedBefore,
    latency: encodeSamples(Float32Array.from(latency)),
  };
});
