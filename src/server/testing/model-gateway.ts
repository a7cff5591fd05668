import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusalReason } from '../../order/risk-reason.ts';
import { isDone, OrderState, RouteStatus, Side } from '../../order/terms.ts';
import type { OrderView } from '../../strategy/order-api.ts';
import { ClientIds } from '../client-ids.ts';
import { OrderDesk, type OrderRequests } from '../order-desk.ts';
import type { OrderOutcome } from '../order-messages.ts';
import { OrderOwners } from '../order-owners.ts';

export const SYMBOLS = ['AAPL', 'MSFT'];
/** The API's number among the strategies: one other strategy trades too. */
const API = 1;
const MOST_SHARES = 1000;
const ENTRIES_PER_START = 1000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type ModelOrder = Writable<OrderView> & { strategy: number };

/** What outlives a router: the venue, the store as its journal tells it again, and the file of client ids. */
export class ModelGateway implements OrderRequests {
  readonly orders: ModelOrder[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'warmline-desk-'));
  readonly route = { status: RouteStatus.open as RouteStatus, sessionName: 'P1', unknown: 0, blind: 0 };
  nowMs = 0;
  starts = 0;
  /** Answers wait until {@link release}. */
  held = false;
  /** Why nothing reaches the gateway, if so. */
  unreachable: string | undefined = undefined;
  desk!: OrderDesk;
  private readonly withheld: (() => void)[] = [];
  private readonly events: (() => void)[] = [];
  private readonly settings: { onDisconnect: 'keep' | 'cancel'; reconnectWithinMs: number };

  constructor(settings: Partial<ModelGateway['settings']> = {}) {
    this.settings = { onDisconnect: 'keep', reconnectWithinMs: 0, ...settings };
    this.start();
  }

  /** A new router over what outlived the last one. */
  start(): OrderDesk {
    this.starts++;
    this.events.length = 0;
    this.withheld.length = 0;
    const view = (order: number) => this.orders[order - 1];
    this.desk = new OrderDesk({
      requests: this,
      reads: {
        instrument: (symbol) => SYMBOLS.indexOf(symbol),
        view,
        position: (instrument) => this.position(instrument),
        open: (into) => this.open(into),
        route: this.route,
      },
      owners: new OrderOwners(
        new ClientIds(this.idsPath),
        { view, strategyOf: (order) => view(order).strategy, lastOrder: () => this.orders.length },
        API,
      ),
      symbols: SYMBOLS,
      ...this.settings,
      firstEntry: this.starts * ENTRIES_PER_START + 1,
      nowMs: () => this.nowMs,
    });
    return this.desk;
  }

  get idsPath(): string {
    return join(this.folder, 'api-orders.ids');
  }

  // ---- requests ----

  enter(instrument: number, side: Side, shares: number, price4: number, ...more: number[]): Promise<OrderOutcome> {
    const [, , tag] = more;
    return this.answered(() => {
      if (shares > MOST_SHARES) return refusal(shares);
      this.add({ instrument, side, shares, price4, tag, strategy: API });
      return { result: this.orders.length };
    });
  }

  replace(number: number, shares: number, price4: number): Promise<OrderOutcome> {
    return this.answered(() => {
      if (shares > MOST_SHARES) return refusal(shares);
      const order = this.orders[number - 1];
      if (order.done) return { result: -RefusalReason.alreadyDone, why: 'alreadyDone: …' };
      order.shares = shares;
      order.price4 = price4;
      order.leaves = Math.max(0, shares - order.executed);
      if (order.leaves === 0) this.end(order, OrderState.filled);
      this.tell(() => this.desk.onOrder(number));
      return { result: 0 };
    });
  }

  cancel(number: number): Promise<OrderOutcome> {
    return this.answered(() => {
      const order = this.orders[number - 1];
      if (order.blind) return { result: -RefusalReason.noSession, why: 'noSession: …' };
      if (order.done) return { result: -RefusalReason.alreadyDone, why: 'alreadyDone: …' };
      this.end(order, OrderState.cancelled);
      this.tell(() => this.desk.onOrder(number));
      return { result: 0 };
    });
  }

  release(): void {
    for (const answer of this.withheld.splice(0)) answer();
  }

  // ---- what happens by itself ----

  /** An order that another strategy, or the gateway itself under the same tag, has sent. */
  add(order: Pick<ModelOrder, 'instrument' | 'side' | 'shares' | 'price4' | 'tag' | 'strategy'>): ModelOrder {
    const number = this.orders.length + 1;
    const added: ModelOrder = {
      ...order,
      number,
      state: OrderState.live,
      done: false,
      unknown: false,
      blind: false,
      pendingCancel: false,
      pendingReplace: false,
      executed: 0,
      leaves: order.shares,
      session: 0,
      sessionName: 'P1',
      reason: 0,
    };
    this.orders.push(added);
    if (order.strategy === API) this.tell(() => this.desk.onOrder(number));
    return added;
  }

  fill(number: number, shares: number): void {
    const order = this.orders[number - 1];
    const count = Math.min(shares, order.leaves);
    if (order.done || count === 0) return;
    order.executed += count;
    order.leaves -= count;
    order.state = OrderState.partFilled;
    if (order.leaves === 0) this.end(order, OrderState.filled);
    this.tell(() => this.desk.onFill(number, count, order.price4));
  }

  /** Hands on what has happened since. */
  deliver(): void {
    for (const event of this.events.splice(0)) event();
    this.desk.flush();
  }

  /** The ring was full: instead of what happened the desk is told to look. */
  lose(): void {
    this.events.length = 0;
    this.desk.onLookAgain();
  }

  private tell(event: () => void): void {
    this.events.push(event);
  }

  private end(order: ModelOrder, state: OrderState): void {
    order.state = state;
    order.done = isDone(state);
    order.leaves = 0;
  }

  private answered(run: () => OrderOutcome): Promise<OrderOutcome> {
    if (this.unreachable !== undefined) {
      const error = new Error(this.unreachable);
      error.name = 'NotSentError';
      return Promise.reject(error);
    }
    if (!this.held) return Promise.resolve(run());
    return new Promise((resolve) => this.withheld.push(() => resolve(run())));
  }

  private position(instrument: number): number {
    return this.orders
      .filter((order) => order.instrument === instrument)
      .reduce((sum, { side, executed }) => sum + (side === Side.buy ? executed : -executed), 0);
  }

  private open(into: Int32Array): number {
    const open = this.orders.filter(({ done, strategy }) => !done && strategy === API);
    open.slice(0, into.length).forEach(({ number }, i) => {
      into[i] = number;
    });
    return Math.min(open.length, into.length);
  }
}

function refusal(shares: number): OrderOutcome {
  return {
    result: -RefusalReason.maxOrderShares,
    why: `maxOrderShares of account main: ${shares} shares are more than ${MOST_SHARES}`,
    facts: { limit: 'maxOrderShares', scope: 'account', of: 'main', value: shares, bound: MOST_SHARES },
  };
}
