import { setFlagsFromString } from 'node:v8';

const BYTES_PER_MIB = 1024 * 1024;
/** V8's own default for the largest semi-space; a smaller one is never asked for. */
const DEFAULT_MAX_SEMI_SPACE_MIB = 16;

/**
 * Sizes the young generation (one semi-space) of every thread started from now on. Main thread, before the threads.
 *
 * What works, tried on Node 22: this, and the process flag `--min-semi-space-size`. What does not: a worker's
 * `resourceLimits.maxYoungGenerationSizeMb` raises only a ceiling that an idle heap never grows to, and `execArgv`
 * refuses V8's heap flags. It is a margin (fewer collections of what little garbage there is), not the cure for
 * allocating on the hot path.
 *
 * @param semiSpaceBytes rounded up to whole MiB; V8 rounds up to a power of two
 */
export function sizeYoungGeneration(semiSpaceBytes: number): void {
  const mib = Math.max(1, Math.ceil(semiSpaceBytes / BYTES_PER_MIB));
  setFlagsFromString(`--max-semi-space-size=${Math.max(mib, DEFAULT_MAX_SEMI_SPACE_MIB)}`);
  setFlagsFromString(`--min-semi-space-size=${mib}`);
}
