import { setFlagsFromString } from 'node:v8';

/** Bytecode that TurboFan may inline into one function, in all; V8's default is 920. An order's way takes some 15,000. */
const INLINED_BYTECODE = 20_000;
/** How much of it may be there before even the smallest function is called instead; V8's default is 4600. */
const INLINED_BYTECODE_ABSOLUTE = 30_000;
/** Bytecode of one function that may be inlined; V8's default is 460. An arbiter’s usual packet takes four of 700 to 830. */
const INLINED_FUNCTION_BYTECODE = 1200;

/**
 * Lets V8 inline a whole message's path (decoder, dispatch, book) into the loop that runs it: by default its budget for
 * one function ends in the middle of it, and every message pays for the calls that are left. Measured with the bench's
 * `itch-decode` and `itch-book`: a tenth of a message; with `arbitrate`: a fifth of a packet; with `order-encode`: more
 * than half of an order. For every thread of the process; before hot code runs.
 */
export function widenInlining(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED_BYTECODE}`);
  setFlagsFromString(`--max-inlined-bytecode-size-absolute=${INLINED_BYTECODE_ABSOLUTE}`);
  setFlagsFromString(`--max-inlined-bytecode-size=${INLINED_FUNCTION_BYTECODE}`);
}
