import { parentPort, workerData } from 'node:worker_threads';
import { LadderCopy, OrderBooks, Side, TOP_CELLS, TopCell } from '../book.ts';
import { SHARES_PER_PRICE } from './book-torture.ts';

/** Reads one book as fast as it can until told to stop (cell 0), counting its reads (cell 1) and what can not be. */
const { memory, control } = workerData as { memory: SharedArrayBuffer; control: Int32Array };
const book = new OrderBooks(memory).view(0);
const top = new Float64Array(TOP_CELLS);
const copy = new LadderCopy(8);
let changes = 0;
let torn = 0;
let last = 0;
while (Atomics.load(control, 0) === 0) {
  if (book.readTop(top)) {
    Atomics.add(control, 1, 1);
    if (top[TopCell.bidPrice] !== last) changes++;
    last = top[TopCell.bidPrice];
    if (top[TopCell.bidShares] !== last * SHARES_PER_PRICE) torn++;
  }
  const levels = book.copyLevels(Side.bid, copy);
  for (let n = 0; n < levels; n++) {
    if (copy.shares[n] !== copy.price[n] * SHARES_PER_PRICE) torn++;
    if (n > 0 && copy.price[n] >= copy.price[n - 1]) torn++;
  }
}
parentPort?.postMessage({ changes, torn });
