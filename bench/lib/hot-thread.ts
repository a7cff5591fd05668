import { errnoName, loadNative, nativeUnavailableReason } from '../../src/io/native.ts';
import { createClock } from '../../src/runtime/clock.ts';

export const native = loadNative();
if (native === undefined) {
  throw new Error(`the bench measures the shipped configuration, which needs the addon: ${nativeUnavailableReason()}`);
}
const clock = createClock(native);

/** Cell 0: monotonic ns (`CLOCK_MONOTONIC`, as the twins' and the generator's) at the last {@link readClock}. */
export const nowNs = clock.nowNs;
/** Writes the time to `nowNs`; allocates nothing. */
export const readClock = clock.read;

/** Pins the calling thread; a refusal is said and survived, as the twins do. */
export function pinThisThread(core: number): void {
  if (core < 0) return;
  const result = native!.pinThread(core);
  if (result !== 0) process.stderr.write(`cannot pin to core ${core}: ${errnoName(result)}\n`);
}
