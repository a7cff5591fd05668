import type { OrderView } from '../strategy/order-api.ts';
import type { ClientIds, IdOwner } from './client-ids.ts';

/** Where orders are looked up. */
export interface OwnedOrders {
  /** The order of that number: a view that the next call moves. */
  view(order: number): OrderView;
  /** Who sent it: number of the strategy. */
  strategyOf(order: number): number;
  /** Number of the day's last order. */
  lastOrder(): number;
}

/**
 * Which order belongs to which token and client id, by the orders' tags. Every order carries its own proof of whose it is,
 * so that this holds after a restart, and for an order that is told of before its own answer came.
 */
export class OrderOwners {
  readonly ids: ClientIds;
  private readonly orders: OwnedOrders;
  private readonly strategy: number;
  private readonly byTag = new Map<number, number>();
  /** By token: numbers of its orders, rising. */
  private readonly lists = new Map<string, number[]>();

  /** @param strategy the API's number among the strategies */
  constructor(ids: ClientIds, orders: OwnedOrders, strategy: number) {
    this.ids = ids;
    this.orders = orders;
    this.strategy = strategy;
    // orders of an earlier run of the day
    for (let order = 1; order <= orders.lastOrder(); order++) {
      if (orders.strategyOf(order) !== strategy) continue;
      ids.isUsed(orders.view(order).tag);
      this.note(order);
    }
  }

  /** Tokens that have sent orders today. */
  get tokens(): Iterable<string> {
    return this.lists.keys();
  }

  /** Whose an order is; undefined for one of a strategy, or none at all. */
  ownerOf(order: number): IdOwner | undefined {
    if (order < 1 || order > this.orders.lastOrder() || this.orders.strategyOf(order) !== this.strategy)
      return undefined;
    return this.ids.owner(this.orders.view(order).tag);
  }

  /** The order that a tag stands for. Of one that was sent another way after its first session took nothing: the last. */
  orderOf(tag: number): number | undefined {
    return this.byTag.get(tag);
  }

  /** Numbers of a token's orders, rising. */
  of(by: string): readonly number[] {
    return this.lists.get(by) ?? [];
  }

  /** An order is there. May be told of it often. @returns whose it is */
  note(order: number): IdOwner | undefined {
    const owner = this.ownerOf(order);
    if (owner === undefined) return undefined;
    const { tag } = this.orders.view(order);
    const known = this.byTag.get(tag);
    if (known === order) return owner;
    if (known === undefined || known < order) this.byTag.set(tag, order);
    this.list(owner.by, order);
    return owner;
  }

  private list(by: string, order: number): void {
    let list = this.lists.get(by);
    if (list === undefined) {
      list = [];
      this.lists.set(by, list);
    }
    let at = list.length;
    while (at > 0 && list[at - 1] > order) at--;
    if (list[at - 1] !== order) list.splice(at, 0, order);
  }
}
