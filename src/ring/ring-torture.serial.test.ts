import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createBroadcastRing } from './broadcast-ring-descriptor.ts';
import { createSpscRing } from './spsc-ring-descriptor.ts';
import type { TortureResult, TortureTask } from './testing/torture-worker.ts';

const SEED = Number(process.env.WARMLINE_TEST_SEED ?? 1);

function runTask(task: TortureTask): Promise<TortureResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./testing/torture-worker.ts', import.meta.url), {
      workerData: task,
      execArgv: [],
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe(`two threads (seed ${SEED})`, () => {
  it.each([
    { capacity: 1024, start: -8 * 1000, records: 100_000, maxLength: 300 },
    { capacity: 1 << 16, start: 2 ** 31 - 8 * 1_000_000, records: 2_000_000, maxLength: 100 },
  ])('pass $records records through an SPSC ring of $capacity bytes, none torn, lost or reordered', async (size) => {
    const memory = createSpscRing(size.capacity, size.start);
    const control = new SharedArrayBuffer(64);
    const common = { memory, control, seed: SEED, records: size.records, maxLength: size.maxLength };
    const [, consumed] = await Promise.all([
      runTask({ ...common, role: 'spscProducer' }),
      runTask({ ...common, role: 'spscConsumer' }),
    ]);
    expect(consumed).toMatchObject({ records: size.records, faults: 0 });
  });

  it('never show a torn record to broadcast readers, of which one keeps being lapped', async () => {
    const memory = createBroadcastRing(1 << 14, 8);
    const control = new SharedArrayBuffer(64);
    const common = { memory, control, seed: SEED, records: 2_000_000, maxLength: 100, readers: 2 };
    const [written, ...readers] = await Promise.all([
      runTask({ ...common, role: 'broadcastWriter' }),
      runTask({ ...common, role: 'broadcastReader' }),
      runTask({ ...common, role: 'broadcastReader', dawdle: 2000 }),
    ]);
    expect(written.records).toBe(common.records);
    for (const reader of readers) {
      expect(reader.faults).toBe(0);
      expect(reader.records).toBeGreaterThan(0);
      if (reader.lapped === 0) expect(reader.records).toBe(common.records);
    }
    expect(readers[1]!.lapped).toBeGreaterThan(0);
  });
});
