import { parentPort } from 'node:worker_threads';
import { playSlice } from './play-slice.ts';

/** Plays one slice of seeds after the other, as it is asked to. */
parentPort!.on('message', ({ first, count }: { first: number; count: number }) => {
  parentPort!.postMessage(playSlice(first, count));
});
