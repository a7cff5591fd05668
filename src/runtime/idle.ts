import type { NativeThread } from './native-thread.ts';

/**
 * What a spinning thread does when a turn found no work.
 *
 * | kind | idle turn | reacts within | costs |
 * |---|---|---|---|
 * | `spin` | nothing | one turn | a core |
 * | `yield` | `sched_yield` | one turn, if nobody else wants the core | a core that others may use |
 * | `backoff` | 10 spins, 5 yields, then parks of 1 µs doubling to 1 ms | up to the longest park after a quiet time | little when quiet |
 * | `park` | sleeps 100 µs | that | least |
 *
 * The trap of the last two: Linux adds the thread's *timer slack* (50 µs by default) to every sleep, so a park of 1 µs
 * takes 55 µs. With the addon the slack is set to 1 ns when the thread starts; without it the slack stays, and parks
 * are `Atomics.wait` on the stop word (measured: 75 µs for a 1 µs timeout; a timeout of 0 returns at once without
 * leaving the core, so it is no yield). The other trap: at moderate rates `backoff` sleeps between messages, and its
 * tail latency is that of `park`. Measure before choosing anything but `spin` on a core of its own.
 */
export type IdleKind = 'spin' | 'yield' | 'backoff' | 'park';

/** Parameters, all optional. */
export interface IdleOptions {
  readonly kind: IdleKind;
  /** `backoff`: idle turns before it begins to yield. Default 10. */
  readonly spins?: number;
  /** `backoff`: idle turns that yield before it begins to park. Default 5. */
  readonly yields?: number;
  /** `backoff`: first park. Default 1 µs. */
  readonly minParkNs?: number;
  /** `backoff`: longest park (default 1 ms); `park`: every park (default 100 µs). At most 10 ms, so that a stop request is seen. */
  readonly maxParkNs?: number;
}

export interface IdleStrategy {
  readonly kind: IdleKind;
  /**
   * Called after each turn with the work it did.
   * @returns true if the thread left its core, so that the time it took is not the agents' doing
   */
  idle(work: number): boolean;
}

const NS_PER_MS = 1e6;
/** No thread sleeps longer than this at a time. */
export const LONGEST_PARK_NS = 10 * NS_PER_MS;
/** Timer slack for threads that sleep: as little as the kernel takes. */
export const PARKING_TIMER_SLACK_NS = 1;
const DEFAULT_SPINS = 10;
const DEFAULT_YIELDS = 5;
const DEFAULT_MIN_PARK_NS = 1_000;
const DEFAULT_BACKOFF_MAX_PARK_NS = NS_PER_MS;
const DEFAULT_PARK_NS = 100_000;

/** Whether the strategy ever sleeps: a thread in a real-time class must, or it takes its core from everything else. */
export function parksWhenIdle(kind: IdleKind): boolean {
  return kind === 'backoff' || kind === 'park';
}

/**
 * @param words shared words of which `words[waitCell]` stays 0 until the thread is asked to stop; parks without the
 * addon wait on it, so that a stop wakes them
 */
export function createIdleStrategy(
  options: IdleOptions,
  native: NativeThread | undefined,
  words: Int32Array,
  waitCell: number,
): IdleStrategy {
  const waiter = native === undefined ? new AtomicsWaiter(words, waitCell) : new NativeWaiter(native);
  switch (options.kind) {
    case 'spin':
      return new SpinIdle();
    case 'yield':
      return new YieldIdle(waiter);
    case 'backoff':
      return new BackoffIdle(waiter, options);
    case 'park':
      return new ParkIdle(waiter, boundedPark(options.maxParkNs ?? DEFAULT_PARK_NS));
  }
}

interface Waiter {
  yieldCore(): void;
  park(ns: number): void;
}

class NativeWaiter implements Waiter {
  private readonly native: NativeThread;

  constructor(native: NativeThread) {
    this.native = native;
  }

  yieldCore(): void {
    this.native.yieldThread();
  }

  park(ns: number): void {
    this.native.sleepNs(ns);
  }
}

class AtomicsWaiter implements Waiter {
  private readonly words: Int32Array;
  private readonly waitCell: number;

  constructor(words: Int32Array, waitCell: number) {
    this.words = words;
    this.waitCell = waitCell;
  }

  yieldCore(): void {
    // The shortest wait that really leaves the core.
    Atomics.wait(this.words, this.waitCell, 0, DEFAULT_MIN_PARK_NS / NS_PER_MS);
  }

  park(ns: number): void {
    Atomics.wait(this.words, this.waitCell, 0, ns / NS_PER_MS);
  }
}

class SpinIdle implements IdleStrategy {
  readonly kind = 'spin';

  idle(_work: number): boolean {
    return false;
  }
}

class YieldIdle implements IdleStrategy {
  readonly kind = 'yield';
  private readonly waiter: Waiter;

  constructor(waiter: Waiter) {
    this.waiter = waiter;
  }

  idle(work: number): boolean {
    if (work > 0) return false;
    this.waiter.yieldCore();
    return true;
  }
}

class ParkIdle implements IdleStrategy {
  readonly kind = 'park';
  private readonly waiter: Waiter;
  private readonly parkNs: number;

  constructor(waiter: Waiter, parkNs: number) {
    this.waiter = waiter;
    this.parkNs = parkNs;
  }

  idle(work: number): boolean {
    if (work > 0) return false;
    this.waiter.park(this.parkNs);
    return true;
  }
}

class BackoffIdle implements IdleStrategy {
  readonly kind = 'backoff';
  private readonly waiter: Waiter;
  private readonly spins: number;
  private readonly spinsAndYields: number;
  private readonly minParkNs: number;
  private readonly maxParkNs: number;
  private idleTurns = 0;
  private parkNs: number;

  constructor(waiter: Waiter, options: IdleOptions) {
    this.waiter = waiter;
    this.spins = options.spins ?? DEFAULT_SPINS;
    this.spinsAndYields = this.spins + (options.yields ?? DEFAULT_YIELDS);
    this.maxParkNs = boundedPark(options.maxParkNs ?? DEFAULT_BACKOFF_MAX_PARK_NS);
    this.minParkNs = Math.min(boundedPark(options.minParkNs ?? DEFAULT_MIN_PARK_NS), this.maxParkNs);
    this.parkNs = this.minParkNs;
  }

  idle(work: number): boolean {
    if (work > 0) {
      this.idleTurns = 0;
      this.parkNs = this.minParkNs;
      return false;
    }
    if (this.idleTurns < this.spins) {
      this.idleTurns++;
      return false;
    }
    if (this.idleTurns < this.spinsAndYields) {
      this.idleTurns++;
      this.waiter.yieldCore();
      return true;
    }
    this.waiter.park(this.parkNs);
    this.parkNs = Math.min(this.parkNs * 2, this.maxParkNs);
    return true;
  }
}

function boundedPark(ns: number): number {
  return Math.max(1, Math.min(Math.trunc(ns), LONGEST_PARK_NS));
}
