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

/**
 * Keeps the main thread on its core, away from the hot ones. Call it once the other threads run: those that are started
 * later begin on this core, and stay there where they have none of their own.
 * @returns what a person should hear of: it goes on unpinned
 */
export function pinMainThread(core: number, native: Pick<Native, 'pinThread'> | undefined): string | undefined {
  if (native === undefined) return `the main thread is not pinned to core ${core}: that needs the native addon`;
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
