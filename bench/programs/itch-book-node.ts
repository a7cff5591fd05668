/**
 * The naive twin of `itch-book`: a Map from reference to order object, a Map from price to size per side, best prices
 * found by looking through the side when the best level goes. Command line: input=FILE.
 */
import { pinThisThread } from '../lib/hot-thread.ts';
import { readItchWorkload } from '../lib/itch-workload.ts';
import { commandLine, serve } from '../lib/serve.ts';

interface Order {
  readonly book: Side;
  readonly price: number;
  shares: number;
}

class Side {
  best: number | undefined = undefined;
  private readonly levels = new Map<number, number>();
  private readonly better: (a: number, b: number) => boolean;

  constructor(better: (a: number, b: number) => boolean) {
    this.better = better;
  }

  change(price: number, shares: number): void {
    const left = (this.levels.get(price) ?? 0) + shares;
    if (left > 0) {
      this.levels.set(price, left);
      if (this.best === undefined || this.better(price, this.best)) this.best = price;
      return;
    }
    this.levels.delete(price);
    if (price !== this.best) return;
    this.best = undefined;
    for (const candidate of this.levels.keys())
      if (this.best === undefined || this.better(candidate, this.best)) this.best = candidate;
  }
}

pinThisThread(commandLine.number('core', -1));
const workload = readItchWorkload(commandLine.text('input'));
const bytes = Buffer.from(workload.bytes.buffer);
const orders = new Map<bigint, Order>();
const books = Array.from({ length: workload.symbols + 1 }, () => ({
  bids: new Side((a, b) => a > b),
  asks: new Side((a, b) => a < b),
}));

function add(reference: bigint, book: Side, price: number, shares: number): void {
  orders.set(reference, { book, price, shares });
  book.change(price, shares);
}

function reduce(reference: bigint, shares: number): Order | undefined {
  const order = orders.get(reference);
  if (order === undefined) return undefined;
  order.shares -= shares;
  order.book.change(order.price, -shares);
  if (order.shares <= 0) orders.delete(reference);
  return order;
}

function apply(at: number): void {
  const reference = bytes.readBigUInt64BE(at + 11);
  switch (String.fromCharCode(bytes[at]!)) {
    case 'A':
    case 'F': {
      const { bids, asks } = books[bytes.readUInt16BE(at + 1)]!;
      add(reference, bytes[at + 19] === 0x42 ? bids : asks, bytes.readUInt32BE(at + 32), bytes.readUInt32BE(at + 20));
      return;
    }
    case 'E':
    case 'C':
    case 'X':
      reduce(reference, bytes.readUInt32BE(at + 19));
      return;
    case 'D':
      reduce(reference, orders.get(reference)?.shares ?? 0);
      return;
    case 'U': {
      const old = reduce(reference, orders.get(reference)?.shares ?? 0);
      if (old !== undefined)
        add(bytes.readBigUInt64BE(at + 19), old.book, bytes.readUInt32BE(at + 31), bytes.readUInt32BE(at + 27));
    }
  }
}

function run(from: number, to: number): number {
  let ops = 0;
  for (let at = from; at < to; ops++) {
    const length = bytes.readUInt16BE(at);
    apply(at + 2);
    at += 2 + length;
  }
  return ops;
}

run(workload.offsets[0]!, workload.offsets[1]!);
let chunk = 0;

serve({}, () => {
  if (chunk === workload.chunks) return { error: 'the workload is used up' };
  const start = process.hrtime.bigint();
  const ops = run(workload.offsets[1 + chunk]!, workload.offsets[2 + chunk]!);
  chunk++;
  return { ops, ns: Number(process.hrtime.bigint() - start), checksum: orders.size };
});
