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
import { copyIn } from '../src/ring/copy.ts';
import { type RecordHandler, SpscConsumer, SpscProducer } from '../src/ring/spsc-ring.ts';
import { createSpscRing } from '../src/ring/spsc-ring-descriptor.ts';
import { MoldUdp64Framer } from '../src/venues/nasdaq/moldudp64.ts';
import { makePackets } from './lib/packets.ts';
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

function times(call: () => void): () => void {
  return () => {
    for (let i = 0; i < CALLS; i++) call();
  };
}

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
