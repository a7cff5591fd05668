/**
 * `itch-book`, ours: a workload through the shipped feed handler into full-depth books, best prices kept. Each `go`
 * takes the next chunk; when the last has been taken, the books are built anew, outside the measured time. The
 * checksum folds every best price that a unit left behind. Twin: `c/itch_book.c`.
 */
import { createBookMemory } from '../../src/feed/book-memory.ts';
import { widenInlining } from '../../src/runtime/compiler.ts';
import { ItchFeedHandler } from '../../src/venues/nasdaq/itch-feed.ts';
import { readItchWorkload } from '../lib/itch-workload.ts';
import { commandLine, serve } from '../lib/serve.ts';

widenInlining(); // as the router does

const FOLD = 0x01000193;
/** Orders beyond the workload's own number: it lets them vary a little. */
const MARGIN = 1.05;

const workload = readItchWorkload(commandLine.text('input'));
const { bytes, view, offsets, chunks } = workload;
const capacity = { maxOrders: Math.ceil(workload.orders * MARGIN) + 1000, maxInstruments: workload.symbols + 1 };
const handler = new ItchFeedHandler({ ...capacity, memory: createBookMemory(capacity) });

const { books } = handler;

/** Messages taken together, about a packet's worth: a loop over a whole chunk would be compiled in mid-flight. */
const BATCH = 64;

/** Applies up to {@link BATCH} messages. @returns where the next one stands */
function playBatch(from: number, to: number, sums: Int32Array): number {
  let at = from;
  let count = 0;
  for (; at < to && count < BATCH; count++) {
    const length = view.getUint16(at);
    handler.apply(bytes, view, (at + 2) | 0, length);
    const changed = handler.changedInstrument;
    if (changed >= 0) {
      sums[0] = Math.imul(sums[0]! ^ books.bestBid(changed) ^ (books.bestAsk(changed) << 1), FOLD);
    }
    at = (at + length + 2) | 0;
  }
  sums[1]! += count;
  return at;
}

/** Applies the messages from `from` to `to`. @returns how many */
function play(from: number, to: number, sums: Int32Array): number {
  sums[1] = 0;
  for (let at = from; at < to; ) at = playBatch(at, to, sums);
  return sums[1]!;
}

/** Cell 0: the checksum; cell 1: messages applied. */
const sums = new Int32Array(2);
let chunk = -1;

function prefill(): void {
  handler.reset();
  sums[0] = 0;
  play(offsets[0]! | 0, offsets[1]! | 0, sums);
  chunk = 0;
}

prefill();
serve({ orders: books.liveOrders }, () => {
  if (chunk === chunks) prefill();
  const from = offsets[1 + chunk]! | 0;
  const to = offsets[2 + chunk]! | 0;
  chunk++;
  const start = process.hrtime.bigint();
  const ops = play(from, to, sums);
  const ns = Number(process.hrtime.bigint() - start);
  return {
    ops,
    ns,
    checksum: sums[0]! >>> 0,
    liveOrders: books.liveOrders,
    levels: books.liveLevels,
    refused: books.refused,
  };
});
