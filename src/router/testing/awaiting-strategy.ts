import { setTimeout as sleep } from 'node:timers/promises';
import { defineStrategy } from 'warmline';

/** A strategy that awaits in a callback, for tests. */
export default defineStrategy((context) => {
  let count = 0;
  return {
    onStart() {
      context.setTimer(0, 10, 10);
    },
    onAddOrder() {
      count++;
    },
    async onTimer() {
      const before = count;
      await sleep(1);
      context.log(`awaited after ${before}`);
    },
  };
});
