/**
 * `ring-hop`, ours: 64-byte records there and back over two rings between two pinned threads. Same modes as the twin in
 * `c/ring_hop.c`: `batch` keeps the clock out of the sample, `single` keeps the tail in it.
 */
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { type RecordHandler, SpscConsumer, SpscProducer } from '../../src/ring/spsc-ring.ts';
import { createSpscRing } from '../../src/ring/spsc-ring-descriptor.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { PAYLOAD_BYTES, readPayload, writePayload } from '../lib/payload.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { askThread } from '../lib/thread.ts';

const RING_BYTES = 1 << 16;
const ROUND_TRIPS_PER_SAMPLE = 32;
const WARM_ROUND_TRIPS = 20_000;
const MAX_SAMPLES = 1 << 17;

interface Shared {
  readonly ping: SharedArrayBuffer;
  readonly pong: SharedArrayBuffer;
  readonly stop: Int32Array;
  readonly core: number;
  readonly role: 'ping' | 'pong';
}

/** Reads a record's words and keeps their sum. */
class Reader implements RecordHandler {
  sum = 0;
  private readonly words: Int32Array;
  constructor(consumer: SpscConsumer) {
    this.words = consumer.int32;
  }
  onRecord(_type: number, _bytes: Uint8Array, _view: DataView, offset: number): void {
    this.sum = (this.sum + readPayload(this.words, offset >> 2)) | 0;
  }
}

/** Answers each record with one that begins with the sum of it. */
class Echo implements RecordHandler {
  private readonly from: Int32Array;
  private readonly producer: SpscProducer;
  constructor(consumer: SpscConsumer, producer: SpscProducer) {
    this.from = consumer.int32;
    this.producer = producer;
  }
  onRecord(_type: number, _bytes: Uint8Array, _view: DataView, offset: number): void {
    send(this.producer, readPayload(this.from, offset >> 2));
  }
}

function send(producer: SpscProducer, n: number): void {
  const at = producer.claim(1, PAYLOAD_BYTES);
  writePayload(producer.int32, at >> 2, n);
  producer.commit();
}

function answerPings(consumer: SpscConsumer, echo: Echo, stop: Int32Array): void {
  while (Atomics.load(stop, 0) === 0) consumer.drain(echo, 16);
}

function roundTrips(count: number, producer: SpscProducer, consumer: SpscConsumer, reader: Reader): void {
  for (let i = 0; i < count; i++) {
    send(producer, i);
    while (consumer.drain(reader, 1) === 0);
  }
}

function measure(
  samples: Float32Array,
  spanNs: number,
  batch: number,
  producer: SpscProducer,
  consumer: SpscConsumer,
  reader: Reader,
): number {
  readClock();
  const start = nowNs[0]!;
  let last = start;
  let count = 0;
  while (last - start < spanNs && count < MAX_SAMPLES) {
    roundTrips(batch, producer, consumer, reader);
    readClock();
    samples[count++] = (nowNs[0]! - last) / (2 * batch);
    last = nowNs[0]!;
  }
  return count;
}

async function runThread(shared: Shared): Promise<void> {
  pinThisThread(shared.core);
  const memory = new MemoryWatch();
  if (shared.role === 'pong') {
    const consumer = new SpscConsumer(shared.ping);
    const echo = new Echo(consumer, new SpscProducer(shared.pong));
    parentPort!.on('message', async () => {
      await memory.start();
      answerPings(consumer, echo, shared.stop);
      parentPort!.postMessage(await memory.stop('pong', MemoryWatch.used()));
    });
    return;
  }
  const samples = new Float32Array(MAX_SAMPLES);
  const producer = new SpscProducer(shared.ping);
  const consumer = new SpscConsumer(shared.pong);
  const reader = new Reader(consumer);
  parentPort!.on('message', async ({ ms, batch }: { ms: number; batch: number }) => {
    roundTrips(WARM_ROUND_TRIPS, producer, consumer, reader);
    await memory.start();
    const count = measure(samples, ms * 1e6, batch, producer, consumer, reader);
    const used = MemoryWatch.used();
    Atomics.store(shared.stop, 0, 1);
    parentPort!.postMessage({
      ops: count * batch,
      ns: 0,
      checksum: reader.sum >>> 0,
      latency: encodeSamples(samples.subarray(0, count)),
      thread: await memory.stop('ping', used),
    });
  });
}

if (isMainThread) {
  const shared = {
    ping: createSpscRing(RING_BYTES),
    pong: createSpscRing(RING_BYTES),
    stop: new Int32Array(new SharedArrayBuffer(4)),
  };
  const start = (role: Shared['role'], core: number) =>
    new Worker(new URL(import.meta.url), { workerData: { ...shared, role, core } satisfies Shared });
  const ping = start('ping', commandLine.number('core', -1));
  const pong = start('pong', commandLine.number('peerCore', -1));
  serve({}, async (words) => {
    Atomics.store(shared.stop, 0, 0);
    const answered = askThread(pong, {});
    const batch = words.text('mode') === 'single' ? 1 : ROUND_TRIPS_PER_SAMPLE;
    const { thread, ...sample } = await askThread<Record<string, unknown>>(ping, {
      ms: words.number('ms', 150),
      batch,
    });
    return { ...sample, threads: [thread, await answered] };
  });
} else if (threadId > 0) {
  await runThread(workerData as Shared);
}
