import { type BookView, type OrderBooks, Side } from '../book.ts';

/**
 * What must hold of every book at any time between operations: levels sorted and not empty, sums and counts right,
 * queues well linked, best prices published.
 * @returns what is wrong, empty if nothing
 */
export function bookFaults(books: OrderBooks, instruments: number): string[] {
  const faults: string[] = [];
  let orders = 0;
  let levels = 0;
  for (let instrument = 0; instrument < instruments; instrument++) {
    const book = books.view(instrument);
    for (const side of [Side.bid, Side.ask]) {
      levels += book.levels(side);
      orders += sideFaults(book, side, faults);
    }
    if ((book.version() & 1) !== 0) faults.push(`${instrument}: version is odd`);
  }
  if (orders !== books.liveOrders) faults.push(`${orders} orders on books, ${books.liveOrders} counted`);
  if (levels !== books.liveLevels) faults.push(`${levels} levels on books, ${books.liveLevels} counted`);
  return faults;
}

function sideFaults(book: BookView, side: Side, faults: string[]): number {
  const where = `${book.instrument} ${side === Side.bid ? 'bids' : 'asks'}`;
  let orders = 0;
  let before = Number.NaN;
  for (let n = 0; n < book.levels(side); n++) {
    const level = book.level(side, n);
    const price = book.levelPrice(level);
    if (side === Side.bid ? price >= before : price <= before) faults.push(`${where}: level ${n} is out of order`);
    before = price;
    let shares = 0;
    let count = 0;
    for (let order = book.firstOrder(side, n); order !== 0; order = book.nextOrder(order)) {
      shares += book.orderShares(order);
      count++;
      if (book.orderPrice(order) !== price) faults.push(`${where}: an order of level ${n} has another price`);
      if (book.orderShares(order) === 0) faults.push(`${where}: an order of level ${n} has no shares`);
    }
    if (count === 0) faults.push(`${where}: level ${n} is empty`);
    if (count !== book.levelOrders(level)) faults.push(`${where}: level ${n} miscounts its orders`);
    if (shares !== book.levelShares(level)) faults.push(`${where}: level ${n} miscounts its shares`);
    if (n === 0) {
      const [best, bestShares, bestOrders] =
        side === Side.bid
          ? [book.bestBid, book.bestBidShares, book.bestBidOrders]
          : [book.bestAsk, book.bestAskShares, book.bestAskOrders];
      if (best !== price || bestShares !== shares || bestOrders !== count)
        faults.push(`${where}: best is not published`);
    }
    orders += count;
  }
  if (book.levels(side) === 0 && (side === Side.bid ? book.bestBidOrders : book.bestAskOrders) !== 0) {
    faults.push(`${where}: a best price without levels`);
  }
  return orders;
}
