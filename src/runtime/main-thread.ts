import { readdirSync, readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { errnoName, type Native } from '../io/native.ts';
import { type Clock, createClock } from './clock.ts';
import type { CounterRegistry } from './counters.ts';

/** Cells of the main thread's block (`main`), written by itself: how others see that it hangs. */
export const MainCell = {
  /** Monotonic ns of its last beat. */
  beatNs: 0,
  /** By how much a beat came too late at worst. */
  worstDelayNs: 1,
  /** Garbage collections since the router was ready, and the time they took. */
  collections: 2,
  collectionNs: 3,
  /** Beats that came later than {@link LONG_DELAY_NS}. */
  longDelays: 4,
} as const;
export const MAIN_CELL_NAMES = ['beatNs', 'worstDelayNs', 'collections', 'collectionNs', 'longDelays'] as const;

/** The main thread carries no tick and no order: only what a person would notice counts. */
const LONG_DELAY_NS = 100e6;

/** How often it shows that it lives. */
export const BEAT_MS = 50;
const NS_PER_MS = 1e6;

const TASKS = '/proc/self/task';
/** Threads that libuv starts with the first file that is read: they may be younger than ours. */
const POOL_NAME = 'libuv-worker';

/**
 * Linux ids of the process's threads but the main one. Before Warmline starts its own they are Node's and V8's helpers:
 * they collect garbage and compile for whichever thread asks, the main one above all.
 */
export function helperThreads(): number[] {
  try {
    return readdirSync(TASKS)
      .map(Number)
      .filter((thread) => thread !== process.pid);
  } catch {
    return []; // no /proc: they stay where they are
  }
}

function isOfPool(thread: number): boolean {
  try {
    return readFileSync(`${TASKS}/${thread}/comm`, 'latin1').trim() === POOL_NAME;
  } catch {
    return false; // it is gone
  }
}

/**
 * Keeps the main thread and its helpers on one core, away from the hot ones: a busy API makes work for both. Call it once
 * the other threads run: those that are started later begin on this core, and stay there where they have none of their own.
 * @param helpers as {@link helperThreads} found them before the others were started
 * @returns what a person should hear of: it goes on unpinned
 */
export function pinMainThread(
  core: number,
  native: Pick<Native, 'pinThread'> | undefined,
  helpers: readonly number[] = [],
): string | undefined {
  if (native === undefined) return `the main thread is not pinned to core ${core}: that needs the native addon`;
  // one that is gone meanwhile needs no core
  for (const helper of [...helpers, ...helperThreads().filter(isOfPool)]) native.pinThread(core, helper);
  const result = native.pinThread(core);
  if (result === 0) return undefined;
  return `the main thread is not pinned to core ${core} (${errnoName(result)}): it runs on any`;
}

/** Beats and collections of the main thread, as counters. */
export class MainThreadCounters {
  private readonly cells: Float64Array;
  private readonly clock: Clock = createClock(undefined);
  private readonly observer: PerformanceObserver;
  private readonly timer: NodeJS.Timeout;

  constructor(counters: CounterRegistry) {
    this.cells = counters.allocate('main', {}, MAIN_CELL_NAMES).cells;
    this.observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.cells[MainCell.collections]! += 1;
        this.cells[MainCell.collectionNs]! += duration * NS_PER_MS;
      }
    });
    this.observer.observe({ entryTypes: ['gc'] });
    this.beat();
    this.timer = setInterval(() => this.beat(), BEAT_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.observer.disconnect();
  }

  private beat(): void {
    const { cells } = this;
    this.clock.read();
    const nowNs = this.clock.nowNs[0]!;
    const lateNs = nowNs - cells[MainCell.beatNs]! - BEAT_MS * NS_PER_MS;
    if (cells[MainCell.beatNs]! > 0) {
      if (lateNs > cells[MainCell.worstDelayNs]!) cells[MainCell.worstDelayNs] = lateNs;
      if (lateNs > LONG_DELAY_NS) cells[MainCell.longDelays]! += 1;
    }
    cells[MainCell.beatNs] = nowNs;
  }
}
