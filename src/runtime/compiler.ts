import { setFlagsFromString } from 'node:v8';

/** Bytecode that TurboFan may inline into one function, in all; V8's default is 920. */
const INLINED_BYTECODE = 9000;
/** Bytecode of one function that may be inlined; V8's default is 460. An arbiter’s usual packet takes four of 700 to 830. */
const INLINED_FUNCTION_BYTECODE = 1200;

/**
 * Lets V8 inline a whole message's path (decoder, dispatch, book) into the loop that runs it: by default its budget for
 * one function ends in the middle of it, and every message pays for the calls that are left. Measured with the bench's
 * `itch-decode` and `itch-book`: 4 to 10 % of a message; with `arbitrate`: a fifth of a packet. For every thread of the
 * process; before hot code runs.
 */
export function widenInlining(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED_BYTECODE}`);
  setFlagsFromString(`--max-inlined-bytecode-size=${INLINED_FUNCTION_BYTECODE}`);
}
