import type { getHeapSpaceStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { sizeYoungGeneration } from './young-generation.ts';

const MIB = 1024 * 1024;

it('gives threads started afterwards a young generation of the size asked for', async () => {
  sizeYoungGeneration(8 * MIB);
  const report = `
    const { parentPort } = require('node:worker_threads');
    const { getHeapSpaceStatistics } = require('node:v8');
    parentPort.postMessage(getHeapSpaceStatistics());`;
  const spaces = await new Promise<ReturnType<typeof getHeapSpaceStatistics>>((resolve, reject) => {
    const worker = new Worker(report, { eval: true, execArgv: [], env: {} });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  expect(spaces.find((space) => space.space_name === 'new_space')!.space_size).toBeGreaterThanOrEqual(8 * MIB);
});
