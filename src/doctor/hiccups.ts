import { Worker } from 'node:worker_threads';
import { loadNative } from '../io/native.ts';
import { siblingUrl } from '../runtime/module-url.ts';

/** A pause of a thread that only looks at the clock: something else had its core. */
export interface HiccupReport {
  readonly core: number | undefined;
  readonly measuredNs: number;
  readonly looks: number;
  /** Pauses longer than {@link HICCUP_NS}. */
  readonly count: number;
  readonly longestNs: number;
  readonly totalNs: number;
  /** How many were longer than each of the bounds. */
  readonly longerThan: readonly { readonly ns: number; readonly count: number }[];
}

/** Shorter pauses are the measurement's own. */
export const HICCUP_NS = 1000;
export const HICCUP_BOUNDS_NS = [1e3, 1e4, 1e5, 1e6, 1e7] as const;

/** What the measuring thread is given. */
export interface HiccupTask {
  readonly forNs: number;
  readonly core: number | undefined;
}

/** Measures the machine's own stalls on one core: a thread that spins on the clock and notes where it was held up. */
export function measureHiccups(task: HiccupTask): Promise<HiccupReport> {
  const url = new URL(siblingUrl(import.meta.url, './hiccup-worker'));
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { workerData: task, env: {} });
    worker.once('message', (report: HiccupReport) => resolve(report));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the measuring thread ended (${code}) without a result`)));
  });
}

/** The measurement itself; blocks its thread for `forNs`. */
export function spinOnTheClock(task: HiccupTask): HiccupReport {
  const native = loadNative();
  if (native !== undefined && task.core !== undefined) native.pinThread(task.core);
  const cell = new Float64Array(1);
  const look = () => {
    if (native === undefined) return Number(process.hrtime.bigint());
    native.monotonicNs(cell, 0);
    return cell[0];
  };
  const over = new Float64Array(HICCUP_BOUNDS_NS.length);
  // The compiler's own work is not the machine's: the loop is warm before it counts.
  for (const end = look() + 5e7; look() < end; );
  const start = look();
  const end = start + task.forNs;
  let before = start;
  let now = start;
  let looks = 0;
  let longestNs = 0;
  let totalNs = 0;
  while (now < end) {
    now = look();
    looks++;
    const pauseNs = now - before;
    before = now;
    if (pauseNs < HICCUP_NS) continue;
    totalNs += pauseNs;
    if (pauseNs > longestNs) longestNs = pauseNs;
    for (let i = 0; i < HICCUP_BOUNDS_NS.length; i++) if (pauseNs >= HICCUP_BOUNDS_NS[i]) over[i] += 1;
  }
  return {
    core: task.core,
    measuredNs: now - start,
    looks,
    count: over[0],
    longestNs,
    totalNs,
    longerThan: HICCUP_BOUNDS_NS.map((ns, i) => ({ ns, count: over[i] })),
  };
}
