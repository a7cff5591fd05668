import { isSellCode, type OrderKey, type VenueOrder } from './venue-order.ts';

/** One side of a trade, as the venue knows it now. */
export interface VenueExecution {
  readonly match: number;
  readonly order: VenueOrder;
  /** What the order was called then. */
  readonly key: OrderKey;
  readonly orderRef: number;
  /** Character code of the side. */
  readonly side: number;
  readonly liquidity: number;
  shares: number;
  price4: number;
  broken: boolean;
}

/** What an account holds in one instrument: sales and short sales count negative. */
export interface VenuePosition {
  shares: number;
  /** Sum of shares × price4, bought less sold: what it has cost. */
  cost4: number;
}

/** The venue's own record of every trade of its members and of what they hold: what their books must agree with. */
export class Truth {
  readonly executions: VenueExecution[] = [];
  readonly #byMatch = new Map<number, VenueExecution[]>();
  readonly #positions = new Map<string, Map<number, VenuePosition>>();

  traded(order: VenueOrder, shares: number, price4: number, match: number, liquidity: number): VenueExecution {
    const { key, orderRef, side } = order;
    const execution = { match, order, key, orderRef, side, liquidity, shares, price4, broken: false };
    this.executions.push(execution);
    const sides = this.#byMatch.get(match);
    if (sides === undefined) this.#byMatch.set(match, [execution]);
    else sides.push(execution);
    this.#count(execution, 1);
    return execution;
  }

  /** Both sides of a match, as far as they are members' and not broken. */
  sidesOf(match: number): readonly VenueExecution[] {
    return (this.#byMatch.get(match) ?? []).filter(({ broken }) => !broken);
  }

  break(execution: VenueExecution): void {
    this.#count(execution, -1);
    execution.broken = true;
  }

  correct(execution: VenueExecution, shares: number, price4: number): void {
    this.#count(execution, -1);
    execution.shares = shares;
    execution.price4 = price4;
    this.#count(execution, 1);
  }

  positionsOf(account: string): ReadonlyMap<number, Readonly<VenuePosition>> {
    return this.#positions.get(account) ?? new Map();
  }

  #count({ order, side, shares, price4 }: VenueExecution, times: number): void {
    const { account } = order.port;
    let held = this.#positions.get(account);
    if (held === undefined) {
      held = new Map();
      this.#positions.set(account, held);
    }
    let position = held.get(order.instrument);
    if (position === undefined) {
      position = { shares: 0, cost4: 0 };
      held.set(order.instrument, position);
    }
    const signed = (isSellCode(side) ? -shares : shares) * times;
    position.shares += signed;
    position.cost4 += signed * price4;
  }
}
