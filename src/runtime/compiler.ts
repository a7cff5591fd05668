import { setFlagsFromString } from 'node:v8';

/** Bytecode that TurboFan may inline into one function, in all; V8's default is 920. An order's way takes some 15,000. */
const INLINED_BYTECODE = 20_000;
/** How much of it may be there before even the smallest function is called instead; V8's default is 4600. */
const INLINED_BYTECODE_ABSOLUTE = 30_000;
/** Bytecode of one function that may be inlined; V8's default is 460. An arbiter’s usual packet takes four of 700 to 830. */
const INLINED_FUNCTION_BYTECODE = 1200;
const USUAL_INLINED_BYTECODE = 920;
const USUAL_INLINED_BYTECODE_ABSOLUTE = 4600;
const USUAL_INLINED_FUNCTION_BYTECODE = 460;

/**
 * Lets V8 inline a whole message's path (decoder, dispatch, book) into the loop that runs it: by default its budget for
 * one function ends in the middle of it, and every message pays for the calls that are left. Measured with the bench's
 * `itch-decode` and `itch-book`: a tenth of a message; with `arbitrate`: a fifth of a packet; with `order-encode`: more
 * than half of an order. For every thread of the process; before hot code runs.
 */
export function widenInlining(): void {
  setInlining(INLINED_BYTECODE, INLINED_BYTECODE_ABSOLUTE, INLINED_FUNCTION_BYTECODE);
}

/**
 * Runs something under V8's own limits of inlining. What a compilation inlines it compiles again: under the wide limits each
 * of the dozens of functions on an order's way takes up to half a second, and a rehearsal of a second ends before most of
 * them are there; under V8's own the whole way is compiled within it, and an order takes about twice what it could.
 * For every thread of the process, as {@link widenInlining}, whose limits hold again afterwards.
 */
export function withUsualInlining<T>(work: () => T): T {
  setInlining(USUAL_INLINED_BYTECODE, USUAL_INLINED_BYTECODE_ABSOLUTE, USUAL_INLINED_FUNCTION_BYTECODE);
  try {
    return work();
  } finally {
    widenInlining();
  }
}

function setInlining(inAll: number, absolute: number, ofOne: number): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${inAll}`);
  setFlagsFromString(`--max-inlined-bytecode-size-absolute=${absolute}`);
  setFlagsFromString(`--max-inlined-bytecode-size=${ofOne}`);
}
