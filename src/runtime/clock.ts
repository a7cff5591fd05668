import type { NativeThread } from './native-thread.ts';

/**
 * Time for one thread: written to cells, because a time in nanoseconds does not fit an int32 and V8 allocates for every
 * double that it returns from a call. Monotonic time is `CLOCK_MONOTONIC`, the same on all threads and processes of the
 * host, so stamps of different threads may be compared.
 */
export interface Clock {
  /** Cell 0: monotonic ns at the last {@link read}. Exact: 2^53 ns are 104 days of uptime, and then 1 or 2 ns are lost. */
  readonly nowNs: Float64Array;
  /** Writes the time to `nowNs[0]`. */
  read(): void;
  /** UTC minus monotonic time in ns, now. Allocates in the portable clock: call it now and then, not per message. */
  readUtcOffsetNs(): number;
}

/** The addon's clock if there is an addon, else Node's. The former allocates nothing and costs about 30 ns. */
export function createClock(native: NativeThread | undefined, nowNs: Float64Array = new Float64Array(1)): Clock {
  const clock = native === undefined ? new PortableClock(nowNs) : new NativeClock(native, nowNs);
  clock.read();
  return clock;
}

class NativeClock implements Clock {
  readonly nowNs: Float64Array;
  readonly read: () => void;
  private readonly native: NativeThread;
  private readonly utcOffset = new Float64Array(1);

  constructor(native: NativeThread, nowNs: Float64Array) {
    this.native = native;
    this.nowNs = nowNs;
    this.read = native.bindClock(nowNs).read;
  }

  readUtcOffsetNs(): number {
    this.native.utcOffsetNs(this.utcOffset, 0);
    return this.utcOffset[0]!;
  }
}

const NS_PER_SECOND = 1e9;
const NS_PER_MS = 1e6;

class PortableClock implements Clock {
  readonly nowNs: Float64Array;

  constructor(nowNs: Float64Array) {
    this.nowNs = nowNs;
  }

  read(): void {
    const [seconds, ns] = process.hrtime();
    this.nowNs[0] = seconds * NS_PER_SECOND + ns;
  }

  readUtcOffsetNs(): number {
    const [seconds, ns] = process.hrtime();
    // Date.now() counts whole milliseconds: the middle of the one it is in is the best guess.
    return (Date.now() + 0.5) * NS_PER_MS - (seconds * NS_PER_SECOND + ns);
  }
}
