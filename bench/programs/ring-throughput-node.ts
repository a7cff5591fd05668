/**
 * The naive twin of `ring-throughput`: `ringbuf.js` between two workers, 64 bytes a push, popped in blocks of up to 256
 * records, all bytes read.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { RingBuffer } from 'ringbuf.js';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { askThread } from '../lib/thread.ts';

const PAYLOAD_WORDS = 16;
const RING_BYTES = 1 << 20;
const RECORDS_PER_POP = 256;
const POPS_PER_CLOCK = 256;
const WARM_MS = 20;

interface Shared {
  readonly memory: SharedArrayBuffer;
  readonly stop: Int32Array;
  readonly role: 'producer' | 'consumer';
  readonly core: number;
}

function produce(ring: RingBuffer, stop: Int32Array): void {
  const record = new Int32Array(PAYLOAD_WORDS);
  let n = 0;
  while (Atomics.load(stop, 0) === 0) {
    if (ring.availableWrite() < PAYLOAD_WORDS) continue;
    for (let i = 0; i < PAYLOAD_WORDS; i++) record[i] = n + i;
    n = (n + 1) | 0;
    ring.push(record);
  }
}

const block = new Int32Array(RECORDS_PER_POP * PAYLOAD_WORDS);
let sum = 0;

function consume(ring: RingBuffer, ms: number): { ops: number; ns: number } {
  readClock();
  const start = nowNs[0]!;
  let words = 0;
  while (nowNs[0]! - start < ms * 1e6) {
    for (let i = 0; i < POPS_PER_CLOCK; i++) {
      const got = ring.pop(block);
      for (let w = 0; w < got; w++) sum = (sum + block[w]!) | 0;
      words += got;
    }
    readClock();
  }
  return { ops: words / PAYLOAD_WORDS, ns: nowNs[0]! - start };
}

if (isMainThread) {
  const shared = {
    memory: RingBuffer.getStorageForCapacity(RING_BYTES / 4, Int32Array) as SharedArrayBuffer,
    stop: new Int32Array(new SharedArrayBuffer(4)),
  };
  const start = (role: Shared['role'], core: number) =>
    new Worker(new URL(import.meta.url), { workerData: { ...shared, role, core } satisfies Shared });
  const consumer = start('consumer', commandLine.number('core', -1));
  const producer = start('producer', commandLine.number('peerCore', -1));
  serve({}, async (words) => {
    Atomics.store(shared.stop, 0, 0);
    const produced = askThread(producer, {});
    const sample = await askThread<object>(consumer, { ms: words.number('ms', 200) });
    await produced;
    return sample;
  });
} else {
  const shared = workerData as Shared;
  pinThisThread(shared.core);
  const ring = new RingBuffer(shared.memory, Int32Array);
  parentPort!.on('message', ({ ms }: { ms?: number }) => {
    if (shared.role === 'producer') {
      produce(ring, shared.stop);
      parentPort!.postMessage({});
      return;
    }
    consume(ring, WARM_MS);
    const sample = consume(ring, ms ?? 0);
    Atomics.store(shared.stop, 0, 1);
    parentPort!.postMessage({ ...sample, checksum: sum >>> 0 });
  });
}
