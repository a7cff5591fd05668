import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { playHistory } from './history.ts';
import { addTally, describeTally, emptyTally, FULL_RUN, rarities, type Tally } from './tally.ts';

/**
 * `npm run sim:orders -- [--histories 100000] [--seed N] [--seconds S] [--json]`: so many random histories of strategies,
 * gateway and venue, one for each seed from N on. `--only SEED [--trace]` plays one again, exactly, as a timeline.
 */
const SLICE = 50;
const MS_PER_SECOND = 1000;

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: String(FULL_RUN) },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    seconds: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`--${name} is a whole number from ${least} on`);
  process.exit(2);
}

if (values.only !== undefined) {
  const result = playHistory(whole('only', values.only, 0), values.trace ? (line) => console.log(line) : undefined);
  console.log(`${result.ending}: ${result.orders} orders, ${result.deaths} deaths of the process`);
  for (const wrong of result.wrong) console.log(`wrong: ${wrong}`);
  process.exit(result.wrong.length === 0 ? 0 : 1);
}

const seed = whole('seed', values.seed, 0);
const histories = whole('histories', values.histories, 1);
const untilMs =
  values.seconds === undefined
    ? Number.POSITIVE_INFINITY
    : performance.now() + whole('seconds', values.seconds, 1) * MS_PER_SECOND;
const tally = emptyTally();
let next = seed;

/** Gives a worker slices of seeds until there are none, or time is over. */
function work(): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const ask = (): void => {
      const count = Math.min(SLICE, seed + histories - next);
      if (count <= 0 || performance.now() >= untilMs) {
        void worker.terminate();
        resolve();
        return;
      }
      worker.postMessage({ first: next, count });
      next += count;
    };
    worker.on('error', reject);
    worker.on('message', (slice: Tally) => {
      addTally(tally, slice);
      if (process.stdout.isTTY && !values.json)
        process.stdout.write(`\r\x1b[K${tally.histories} of ${histories} histories, ${tally.failed} failed`);
      ask();
    });
    ask();
  });
}

if (!values.json) console.log(`seed ${seed}, ${histories} histories`);
const startedMs = performance.now();
await Promise.all(Array.from({ length: whole('threads', values.threads, 1) }, work));
const seconds = (performance.now() - startedMs) / MS_PER_SECOND;
const missing = tally.histories >= FULL_RUN ? rarities(tally) : [];
if (values.json) console.log(JSON.stringify({ seed, seconds, ...tally, missing }));
else {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  console.log(describeTally(tally, seconds));
  for (const one of missing) console.log(`met too seldom: ${one}`);
}
process.exit(tally.failed > 0 || missing.length > 0 ? 1 : 0);
