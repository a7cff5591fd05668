import { createFenceMemory, Fence, FenceControl } from '../../src/order/fence.ts';
import { KILL_FILE_BYTES, KILL_LAYOUT_VERSION, KILL_MAGIC, KillSwitch, KillWord } from '../../src/order/kill.ts';
import { SendGuard } from '../../src/order/send-guard.ts';

const EPOCH = 1;
const PLACES = [0, 1, 2, 3];

/** The last check as it is shipped, fence granted and nothing killed. */
export function orderGuard(): SendGuard {
  const fence = new Int32Array(createFenceMemory());
  new FenceControl(fence).grant(EPOCH);
  const words = new Int32Array(new SharedArrayBuffer(KILL_FILE_BYTES));
  words[KillWord.magic] = KILL_MAGIC;
  words[KillWord.layoutVersion] = KILL_LAYOUT_VERSION;
  return new SendGuard(new Fence(fence, EPOCH), new KillSwitch({ words }, PLACES, PLACES));
}
