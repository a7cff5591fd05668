import { errnoName, loadNative } from '../io/native.ts';
import type { RouterSetup } from './router-setup.ts';

/**
 * Keeps the router's own memory from being paged out (`mlock` of these mappings alone: V8 does not survive
 * `mlockall`), in huge pages where the kernel has them: a third of a message's time is saved in books of ten million
 * orders. Only here, because all pages come now: later, the first touch of a huge one would stall a packet while the
 * kernel clears it. A refusal to lock is said once, with its remedy, and the router goes on.
 */
export function lockMemory(setup: RouterSetup, warn: (warning: string) => void): void {
  const native = loadNative();
  if (native === undefined) {
    warn('threads.lockMemory needs the native addon: memory is not locked');
    return;
  }
  let bytes = 0;
  for (const memory of setup.hotMemory) {
    const range = new Uint8Array(memory);
    native.adviseHugePages(range); // a wish: without them the memory is locked all the same
    const result = native.lockMemory(range);
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
