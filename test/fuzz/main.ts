import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { FuzzFailure, fuzzTarget } from './fuzz.ts';
import { loadTargets } from './targets.ts';

/**
 * `npm run fuzz -- [--inputs 10000000] [--seed N] [--target NAME] [--only INPUT]`: so many mutated inputs for each
 * decoder. Same seed, same inputs; a failure prints how to run its input alone.
 */

const DEFAULT_INPUTS = 10_000_000;
const SLICE_INPUTS = 100_000;
/** No input takes this long: a decoder that does has stalled. */
const STALL_MS = 10_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: String(DEFAULT_INPUTS) },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const inputs = Number(values.inputs);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(inputs) || inputs < 1) {
  console.error('--seed and --inputs are whole numbers');
  process.exit(2);
}

const all = await loadTargets();
const targets = all.filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0) {
  console.error(`no such target: there are ${all.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

// Cells: targets' index and the input under way. A thread of its own watches them, since a stalled decoder can't.
const progress = new Int32Array(new SharedArrayBuffer(8));
const watch = `
  const { workerData: { progress, names, seed, stallMs } } = require('node:worker_threads');
  const idle = new Int32Array(new SharedArrayBuffer(4));
  for (let before = ''; ; ) {
    Atomics.wait(idle, 0, 0, stallMs);
    const now = Atomics.load(progress, 0) + ' ' + Atomics.load(progress, 1);
    if (now === before) {
      const [target, input] = now.split(' ');
      require('node:fs').writeSync(2, names[target] + ' stalled\\nagain: npm run fuzz -- --seed ' + seed + ' --target ' + names[target] + ' --only ' + input + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }
    before = now;
  }`;
const names = targets.map(({ name }) => name);
new Worker(watch, { eval: true, workerData: { progress, names, seed, stallMs: STALL_MS } }).unref();

console.log(`seed ${seed}; targets: ${names.join(', ')}`);
const startedMs = performance.now();
let done = 0;
try {
  for (const [index, target] of targets.entries()) {
    const onInput = (input: number): void => {
      progress[0] = index;
      progress[1] = input;
    };
    if (values.only !== undefined) {
      fuzzTarget(target, seed, Number(values.only), Number(values.only) + 1, onInput);
      done++;
      continue;
    }
    for (let from = 0; from < inputs; from += SLICE_INPUTS) {
      const to = Math.min(inputs, from + SLICE_INPUTS);
      fuzzTarget(target, seed, from, to, onInput);
      done += to - from;
      const perSecond = Math.round(done / ((performance.now() - startedMs) / 1000));
      if (process.stdout.isTTY)
        process.stdout.write(`\r\x1b[K${target.name}: ${to} of ${inputs} (${perSecond} inputs/s)`);
    }
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
    console.log(`${target.name}: ${inputs} inputs`);
  }
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  console.error(`\n${error.message}`);
  process.exit(1);
}
console.log(`${done} inputs, ${targets.length} targets, no failure`);
