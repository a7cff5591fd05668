import { defineStrategy, type FeedView } from 'warmline';

/** Reports what it is shown, for tests: every unit's reference, status changes, laps. Misbehaves on request. */
export default defineStrategy((context) => {
  const options = context.options as {
    throwAt?: number;
    loopAt?: number;
    hogAt?: number;
    exitAt?: number;
    every?: number;
  };
  const hoard: number[][] = [];
  let count = 0;
  let sum = 0;
  let told = -1;
  return {
    onStart() {
      context.log(`start ${context.layout}`);
      context.setTimer(0, 20, 20);
    },
    onAddOrder(message) {
      count++;
      sum += message.orderRef;
      if (message.orderRef === options.throwAt) throw new Error(`thrown at ${message.orderRef}`);
      if (message.orderRef === options.exitAt) process.exit(3);
      while (message.orderRef === options.loopAt);
      while (message.orderRef === options.hogAt) hoard.push(new Array(100_000).fill(hoard.length));
    },
    onFeedStatus(feed: FeedView) {
      context.log(`status ${feed.name} ${feed.status} ${feed.reason}`);
    },
    onLapped(feed: FeedView) {
      context.log(`lapped ${feed.name}`);
    },
    onTimer() {
      // logs are limited: what has been said is not said again
      if (count !== told) context.log(`seen ${count} ${sum}`);
      told = count;
    },
    onStop() {
      context.log('stop');
    },
  };
});
