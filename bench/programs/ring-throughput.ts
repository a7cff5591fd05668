/**
 * `ring-throughput`, ours: 64-byte records one way between two pinned threads, committed singly or several together,
 * drained in batches, all bytes read. Twin: `c/ring_throughput.c`.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type RecordHandler, SpscConsumer, SpscProducer } from '../../src/ring/spsc-ring.ts';
import { createSpscRing } from '../../src/ring/spsc-ring-descriptor.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { PAYLOAD_BYTES, readPayload, writePayload } from '../lib/payload.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { askThread } from '../lib/thread.ts';

const RING_BYTES = 1 << 20;
const DRAIN_LIMIT = 256;
const DRAINS_PER_CLOCK = 256;
const WARM_NS = 20e6;

interface Shared {
  readonly ring: SharedArrayBuffer;
  readonly stop: Int32Array;
  readonly core: number;
  readonly role: 'producer' | 'consumer';
}

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

function produce(producer: SpscProducer, stop: Int32Array, commitEvery: number): void {
  const words = producer.int32;
  let n = 0;
  let pending = 0;
  while (Atomics.load(stop, 0) === 0) {
    const offset = producer.claim(1, PAYLOAD_BYTES);
    if (offset < 0) {
      producer.commit();
      pending = 0;
      continue;
    }
    writePayload(words, offset >> 2, n);
    n = (n + 1) | 0;
    if (++pending >= commitEvery) {
      producer.commit();
      pending = 0;
    }
  }
  producer.commit();
}

function consume(consumer: SpscConsumer, reader: Reader, spanNs: number): number {
  readClock();
  const end = nowNs[0]! + spanNs;
  let ops = 0;
  while (nowNs[0]! < end) {
    for (let i = 0; i < DRAINS_PER_CLOCK; i++) ops += consumer.drain(reader, DRAIN_LIMIT);
    readClock();
  }
  return ops;
}

function runThread(shared: Shared): void {
  pinThisThread(shared.core);
  const memory = new MemoryWatch();
  if (shared.role === 'producer') {
    const producer = new SpscProducer(shared.ring);
    parentPort!.on('message', async ({ commitEvery }: { commitEvery: number }) => {
      await memory.start();
      produce(producer, shared.stop, commitEvery);
      parentPort!.postMessage(await memory.stop('producer', MemoryWatch.used()));
    });
    return;
  }
  const consumer = new SpscConsumer(shared.ring);
  const reader = new Reader(consumer);
  parentPort!.on('message', async ({ ms }: { ms: number }) => {
    consume(consumer, reader, WARM_NS);
    await memory.start();
    readClock();
    const start = nowNs[0]!;
    const ops = consume(consumer, reader, ms * 1e6);
    readClock();
    const ns = nowNs[0]! - start;
    const used = MemoryWatch.used();
    Atomics.store(shared.stop, 0, 1);
    const thread = await memory.stop('consumer', used);
    while (consumer.drain(reader, DRAIN_LIMIT) > 0);
    parentPort!.postMessage({ ops, ns, checksum: reader.sum >>> 0, thread });
  });
}

if (isMainThread) {
  const shared = { ring: createSpscRing(RING_BYTES), stop: new Int32Array(new SharedArrayBuffer(4)) };
  const start = (role: Shared['role'], core: number) =>
    new Worker(new URL(import.meta.url), { workerData: { ...shared, role, core } satisfies Shared });
  const consumer = start('consumer', commandLine.number('core', -1));
  const producer = start('producer', commandLine.number('peerCore', -1));
  serve({}, async (words) => {
    Atomics.store(shared.stop, 0, 0);
    const produced = askThread(producer, { commitEvery: words.number('commitEvery', 1) });
    const { thread, ...sample } = await askThread<Record<string, unknown>>(consumer, { ms: words.number('ms', 200) });
    return { ...sample, threads: [thread, await produced] };
  });
} else {
  runThread(workerData as Shared);
}
