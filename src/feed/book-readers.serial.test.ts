import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createBookMemory, Side } from './book.ts';
import { BookWriter } from './book-writer.ts';
import { SHARES_PER_PRICE } from './testing/book-torture.ts';

const LEVELS = 6;
const LEAST_CHANGES = 500_000;
const LEAST_READS = 50_000;

describe('order books read by another thread', () => {
  it.each([true, false])('are never seen half changed (writer fenced: %s)', async (fenced) => {
    if (!fenced && process.arch !== 'x64') return; // only x86-64 keeps stores in order by itself
    const memory = createBookMemory({ maxOrders: 64, maxInstruments: 1 });
    const writer = new BookWriter(memory, fenced);
    const price = (i: number) => 1000 + ((i * 7919) % 500);
    const used = new Set<number>();
    for (let i = 0; i < LEVELS; i++) {
      used.add(price(i));
      writer.add(0, Side.bid, 0, i, price(i), price(i) * SHARES_PER_PRICE, 0);
    }
    const control = new Int32Array(new SharedArrayBuffer(8));
    const reader = new Worker(new URL('./testing/book-reader-thread.ts', import.meta.url), {
      workerData: { memory, control },
    });
    const answer = once(reader, 'message');
    // Every operation leaves each level with one order of price × 3 shares, however the ladder changes.
    for (let i = LEVELS; i < LEAST_CHANGES || Atomics.load(control, 1) < LEAST_READS; i++) {
      const oldPrice = price(i - LEVELS);
      const newPrice = price(i);
      if (newPrice !== oldPrice && used.has(newPrice)) throw new Error('two orders at one price');
      writer.replace(0, 0, i - LEVELS, 0, i, newPrice, newPrice * SHARES_PER_PRICE);
      used.delete(oldPrice);
      used.add(newPrice);
    }
    Atomics.store(control, 0, 1);
    const [{ changes, torn }] = await answer;
    expect(torn).toBe(0);
    expect(changes).toBeGreaterThan(1);
  });
});
