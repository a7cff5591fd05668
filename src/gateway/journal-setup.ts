import type { CopierOptions } from './journal-copier.ts';

/** A journal that has been opened, as its threads need it: structured-cloneable. */
export interface JournalSetup extends CopierOptions {
  /** File that is mapped as the ring; absent in the portable build, where the writer's own thread writes the files. */
  readonly ringPath?: string;
  readonly ringBytes: number;
  /** Portable build: the ring, in ordinary memory of the process. */
  readonly ringMemory?: SharedArrayBuffer;
  /** `disk`: an order that has not reached the disk within so long is not sent. */
  readonly syncWaitNs: number;
}

export const DEFAULT_RING_CAPACITY_BYTES = 16 << 20;
export const DEFAULT_SEGMENT_BYTES = 64 << 20;
export const DEFAULT_SYNC_WAIT_NS = 50e6;
