import { setFlagsFromString } from 'node:v8';

/** Limits of what TurboFan inlines, in bytes of bytecode. */
interface Inlining {
  /** Into one function, in all. */
  readonly inAll: number;
  /** How much of it may be there before even the smallest function is called instead. */
  readonly absolute: number;
  /** Of one function that is inlined. */
  readonly ofOne: number;
}

/** V8's own. */
const USUAL: Inlining = { inAll: 920, absolute: 4600, ofOne: 460 };
/**
 * An arbiter's usual packet takes four functions of 700 to 830. With `absolute` at 30,000 a whole order (15,000) would be one
 * function and cost half; but then each function of feed and orders takes V8 up to half a second to compile, and it is at
 * it for seconds after a start, on a core that packets need: bursts were dropped by the kernel.
 */
const PACKET: Inlining = { inAll: 20_000, absolute: 4600, ofOne: 1200 };

/**
 * Lets V8 inline a whole message's path (decoder, dispatch, book) into the loop that runs it: by default its budget for
 * one function ends in the middle of it, and every message pays for the calls that are left. Measured with the bench's
 * `itch-decode` and `itch-book`: a tenth of a message; with `arbitrate`: a fifth of a packet. For every thread of the
 * process; before hot code runs.
 */
export function widenInlining(): void {
  setInlining(PACKET);
}

/**
 * Runs something under V8's own limits of inlining: what a compilation inlines it compiles again, and under the wide limits
 * a rehearsal of a second ends before most of the dozens of functions on an order's way are compiled. For every thread of
 * the process, as {@link widenInlining}, whose limits hold again afterwards.
 */
export function withUsualInlining<T>(work: () => T): T {
  setInlining(USUAL);
  try {
    return work();
  } finally {
    widenInlining();
  }
}

function setInlining({ inAll, absolute, ofOne }: Inlining): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${inAll}`);
  setFlagsFromString(`--max-inlined-bytecode-size-absolute=${absolute}`);
  setFlagsFromString(`--max-inlined-bytecode-size=${ofOne}`);
}
