import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { ThreadMemory } from './program.ts';

/**
 * Collections and allocation of the thread that it is made on. A spinning thread never enters its event loop, so the
 * collector's entries wait there until the sample is over; {@link stop} lets them in and counts those of the sample.
 */
export class MemoryWatch {
  private collections = 0;
  private usedAtStart = 0;
  private readonly observer = new PerformanceObserver((list) => {
    this.collections += list.getEntries().length;
  });

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** Right before the loop is entered: earlier collections have been let in. */
  async start(): Promise<void> {
    await turnOfTheLoop();
    await turnOfTheLoop();
    this.collections = 0;
    this.usedAtStart = getHeapStatistics().used_heap_size;
  }

  /** Right after the loop was left. Must be called before anything else allocates: see `used`. */
  async stop(thread: string, used: number): Promise<ThreadMemory> {
    await turnOfTheLoop();
    await turnOfTheLoop();
    return { thread, collections: this.collections, allocatedBytes: used - this.usedAtStart };
  }

  /** Heap bytes in use now. What a sample allocated is the difference, as long as nothing was collected meanwhile. */
  static used(): number {
    return getHeapStatistics().used_heap_size;
  }
}
