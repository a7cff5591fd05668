/**
 * Micro benchmarks of single functions, by tinybench: for whoever changes one and wants to see whether it got faster.
 * `node bench/micro.ts [milliseconds]`. They have no twins, decide nothing and are not part of `npm run bench`: what a
 * function costs alone, its input in the first cache, says little of what it costs on the path.
 */
import { Bench } from 'tinybench';
import { Arbiter } from '../src/feed/arbiter.ts';
import { defaultArbiterConfig } from '../src/feed/arbiter-config.ts';
import { Frame } from '../src/feed/framer.ts';
import { type FeedSink, TimeCell } from '../src/feed/sink.ts';
import { hashUnit } from '../src/feed/unit-hash.ts';
import type { OrderConnection, OrderConnectionSink } from '../src/order/order-protocol.ts';
import { RequestKind } from '../src/order/refusal.ts';
import { copyIn } from '../src/ring/copy.ts';
import { type RecordHandler, SpscConsumer, SpscProducer } from '../src/ring/spsc-ring.ts';
import { createSpscRing } from '../src/ring/spsc-ring-descriptor.ts';
import { MoldUdp64Framer } from '../src/venues/nasdaq/moldudp64.ts';
import { OuchReply, OuchReplyKind, type OuchServer } from '../src/venues/nasdaq/ouch-reply.ts';
import { Ouch42Server } from '../src/venues/nasdaq/ouch42-server.ts';
import { Ouch50Server } from '../src/venues/nasdaq/ouch50-server.ts';
import { SoupServer } from '../src/venues/nasdaq/soupbintcp.ts';
import { orderProtocol } from '../src/venues/order-registry.ts';
import { makePackets } from './lib/packets.ts';
import { riskWithAllChecksOn } from './lib/risk.ts';
import { Wire } from './lib/wire.ts';

/** Calls per task turn, so that tinybench's own clock does not drown what is measured. */
const CALLS = 1000;
const DEFAULT_TIME_MS = 300;

const [packet] = makePackets(1, 1);
const bytes = new Uint8Array(2048);
bytes.set(packet!);
const view = new DataView(bytes.buffer);
const unitOffset = Wire.moldHeaderBytes + 2;
const unitLength = packet!.length - unitOffset;

const framer = new MoldUdp64Framer();
const frame = new Frame();
const words = new Int32Array(64);
const sink: FeedSink = { onUnit() {}, onEvent() {} };
const arbiter = new Arbiter(defaultArbiterConfig, new MoldUdp64Framer(), sink);
let number = 1;
const ring = createSpscRing(1 << 16);
const producer = new SpscProducer(ring);
const consumer = new SpscConsumer(ring);
const handler: RecordHandler = { onRecord() {} };
let kept = 0;
const rig = riskWithAllChecksOn();
const { risk } = rig;
/** A price that changes from order to order, inside the book's best. */
const price4 = (): number => 1_000_000 - (++number & 31) * 100;

function times(call: () => void): () => void {
  return () => {
    for (let i = 0; i < CALLS; i++) call();
  };
}

/** A connection that is logged on, and 1,000 executions as the venue sends them, in one piece. */
function orderSession(name: string, venue: OuchServer): { connection: OrderConnection; executions: Uint8Array } {
  const sink: OrderConnectionSink = {
    loginAccepted() {},
    loginRejected() {},
    report(report) {
      kept ^= report.shares;
    },
    heard() {},
    endOfSession() {},
    failed(reason) {
      throw new Error(reason);
    },
  };
  const options = { username: 'warm', password: 'line', session: '', day: 20260105, firm: 'WARM' };
  const connection = orderProtocol(name).createConnection(options, sink);
  const server: SoupServer = new SoupServer({
    login: () => server.accept('DAY1', 1),
    unsequenced() {},
    logout() {},
    failed() {},
  });
  connection.onOpen();
  connection.login('');
  server.onBytes(connection.output, 0, connection.outputLength);
  connection.consumed(connection.outputLength);
  // The token of reference 1, as the connection writes it.
  connection.enter(1, 0, 0, 100, 0x57415220, 0x20202020, 100_0000, 0);
  const reply = new OuchReply();
  reply.id.set(connection.output.slice(4, 18));
  connection.consumed(connection.outputLength);
  Object.assign(reply, { kind: OuchReplyKind.executed, ref: 1, shares: 100, price4: 100_0000, matchLo: 7 });
  const message = new Uint8Array(128);
  const length = venue.write(new DataView(message.buffer), 0, reply);
  for (let i = 0; i < CALLS; i++) server.sendSequenced(message, 0, length);
  const sent = server.output.slice(0, server.outputLength);
  connection.onBytes(sent, 0, 33);
  return { connection, executions: sent.slice(33) };
}

function encodes({ connection }: { connection: OrderConnection }): () => void {
  let ref = 1;
  return times(() => {
    ref = (ref + 1) & 0xfffffff;
    const bytes = connection.enter(ref + 1, ref & 1, 0, 100, 0x57415220, 0x20202020, 100_0000 + (ref & 1023), 0);
    connection.consumed(bytes);
  });
}

const ouch50 = orderSession('ouch50', new Ouch50Server());
const ouch42 = orderSession('ouch42', new Ouch42Server());

const bench = new Bench({ time: Number(process.argv[2] ?? DEFAULT_TIME_MS) });
bench
  .add(
    `hashUnit, ${unitLength} B`,
    times(() => {
      kept ^= hashUnit(view, unitOffset, unitLength);
    }),
  )
  .add(
    'MoldUDP64 framer, one message',
    times(() => {
      kept ^= framer.frame(bytes, view, 0, packet!.length, frame);
    }),
  )
  .add(
    `copyIn, ${unitLength} B`,
    times(() => copyIn(words, 0, view, unitOffset, unitLength)),
  )
  .add(
    'arbiter, the same packet on lines A and B',
    times(() => {
      view.setUint32(Wire.sequenceOffset + 4, number++);
      arbiter.time[TimeCell.rxNs] = number * 1000;
      arbiter.onPacket(0, bytes, view, 0, packet!.length);
      arbiter.onPacket(1, bytes, view, 0, packet!.length);
    }),
  )
  .add(
    'SPSC ring, one record through, one thread',
    times(() => {
      producer.write(1, view, unitOffset, unitLength);
      consumer.drain(handler, 1);
    }),
  )
  .add('OUCH 5.0, one new order encoded', encodes(ouch50))
  .add('OUCH 4.2, one new order encoded', encodes(ouch42))
  .add(
    'OUCH 5.0, one cancel encoded',
    times(() => ouch50.connection.consumed(ouch50.connection.cancel(7, 0))),
  )
  // One piece of CALLS messages: a call of its own, so that the column means the same.
  .add('OUCH 5.0, one execution read', () => ouch50.connection.onBytes(ouch50.executions, 0, ouch50.executions.length))
  .add('OUCH 4.2, one execution read', () => ouch42.connection.onBytes(ouch42.executions, 0, ouch42.executions.length))
  .add(
    'risk, a new order, every limit set at every scope',
    times(() => {
      kept += risk.checkNew(0, 0, 0, 0, 0, 100, price4(), 0);
    }),
  )
  .add(
    'risk, a long sale, every limit set at every scope',
    times(() => {
      kept += risk.checkNew(0, 0, 0, 1, 0, 100, 1_000_100 + (++number & 31) * 100, 0);
    }),
  )
  .add(
    'risk, a new order checked and sent, every limit set',
    times(() => {
      rig.nowNs[0] += 1e6;
      kept += risk.checkNew(0, 0, 0, 0, 0, 100, price4(), 0);
      risk.onSent(0, RequestKind.enter);
    }),
  )
  .add(
    'risk, a replace, every limit set at every scope',
    times(() => {
      kept += risk.checkReplace(0, 0, 100, price4());
    }),
  );

await bench.run();
console.table(
  bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) return { name, state: result.state };
    // tinybench counts milliseconds a turn of CALLS calls.
    const ns = (ms: number) => Math.round((ms * 1e6 * 10) / CALLS) / 10;
    return { name, 'median ns': ns(result.latency.p50), 'p99 ns': ns(result.latency.p99) };
  }),
);
if (kept === 0.5) console.log(kept); // what was computed is used
