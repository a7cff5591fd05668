import { errnoName, loadNative } from '../io/native.ts';
import type { RouterSetup } from './router-setup.ts';

/**
 * Keeps the router's own memory from being paged out (`mlock` of these mappings alone: V8 does not survive
 * `mlockall`). A refusal is said once, with its remedy, and the router goes on.
 */
export function lockMemory(setup: RouterSetup, warn: (warning: string) => void): void {
  const native = loadNative();
  if (native === undefined) {
    warn('threads.lockMemory needs the native addon: memory is not locked');
    return;
  }
  let bytes = 0;
  for (const memory of setup.hotMemory) {
    const result = native.lockMemory(new Uint8Array(memory));
    bytes += memory.byteLength;
    if (result === 0) continue;
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    warn(
      `memory could not be locked (${errnoName(result)}): raise the limit to at least ${mebibytes} MiB ` +
        '(ulimit -l, LimitMEMLOCK= in the unit) or give CAP_IPC_LOCK',
    );
    return;
  }
}
