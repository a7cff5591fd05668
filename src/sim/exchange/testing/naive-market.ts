import { BookSide } from '../../exchange-book.ts';

/** An order that rests in the naive market, with its place in time. */
export interface NaiveOrder {
  readonly owner: number;
  readonly account: number;
  readonly side: BookSide;
  readonly price4: number;
  readonly displayed: boolean;
  shares: number;
}

export interface NaiveTrade {
  readonly taker: number;
  readonly resting: number;
  readonly shares: number;
  readonly price4: number;
}

export type NaiveSelfMatch = 'off' | 'newest' | 'oldest' | 'both';

/**
 * Price-time priority as one would explain it, for one instrument: a list in order of time, sorted anew for every
 * order. The oracle for the matching engine.
 */
export class NaiveMarket {
  /** In order of time. */
  resting: NaiveOrder[] = [];
  readonly trades: NaiveTrade[] = [];

  /** @returns shares that rest or, for an immediate order, are dropped; 0 too where self-match took them off */
  enter(order: NaiveOrder, immediate: boolean, selfMatch: NaiveSelfMatch): number {
    let left = order.shares;
    for (const other of this.#facing(order)) {
      if (left === 0) break;
      if (selfMatch !== 'off' && order.account !== 0 && other.account === order.account) {
        if (selfMatch !== 'newest') this.resting = this.resting.filter((one) => one !== other);
        if (selfMatch === 'oldest') continue;
        return 0;
      }
      const shares = Math.min(left, other.shares);
      this.trades.push({ taker: order.owner, resting: other.owner, shares, price4: other.price4 });
      left -= shares;
      other.shares -= shares;
      if (other.shares === 0) this.resting = this.resting.filter((one) => one !== other);
    }
    if (left > 0 && !immediate) this.resting.push({ ...order, shares: left });
    return left;
  }

  /** Takes shares off; the order keeps its place. */
  reduce(owner: number, shares: number): void {
    const order = this.find(owner)!;
    order.shares -= shares;
    if (order.shares === 0) this.resting = this.resting.filter((one) => one !== order);
  }

  find(owner: number): NaiveOrder | undefined {
    return this.resting.find((one) => one.owner === owner);
  }

  /** What an order would meet, in the order in which it would. */
  #facing(order: NaiveOrder): NaiveOrder[] {
    const better = (a: NaiveOrder, b: NaiveOrder): number =>
      (order.side === BookSide.buy ? a.price4 - b.price4 : b.price4 - a.price4) ||
      Number(b.displayed) - Number(a.displayed);
    return this.resting
      .filter((one) => one.side !== order.side)
      .filter((one) => (order.side === BookSide.buy ? one.price4 <= order.price4 : one.price4 >= order.price4))
      .sort(better);
  }
}
