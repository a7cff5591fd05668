import { GCProfiler, getHeapStatistics } from 'node:v8';

/** What one sample cost the memory of the thread that it ran on. */
export interface HotMemory {
  readonly collections: number;
  readonly allocatedBytes: number;
}

/** Collections and allocation of a thread that never enters its event loop, between {@link begin} and {@link end}. */
export class HotMemoryWatch {
  private profiler = new GCProfiler();
  private usedAtStart = 0;

  constructor() {
    // Its first call allocates more than any later one.
    getHeapStatistics();
  }

  begin(): void {
    this.profiler = new GCProfiler();
    this.profiler.start();
    this.usedAtStart = getHeapStatistics().used_heap_size;
  }

  end(): HotMemory {
    const used = getHeapStatistics().used_heap_size;
    const { statistics } = this.profiler.stop();
    // Collections give bytes back: what was allocated is the growth between them.
    let allocatedBytes = used - this.usedAtStart;
    for (const { beforeGC, afterGC } of statistics)
      allocatedBytes += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
    return { collections: statistics.length, allocatedBytes };
  }
}
