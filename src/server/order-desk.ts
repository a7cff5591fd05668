import { z } from 'zod';
import { RefusalReason } from '../order/risk-reason.ts';
import { Marking, OrderState, RouteStatus, Side, TimeInForce } from '../order/terms.ts';
import type { ReportReason as Reason } from '../order/venue-report.ts';
import { ReportReason } from '../order/venue-report.ts';
import type { Orders, OrderView } from '../strategy/order-api.ts';
import type { ClientIds } from './client-ids.ts';
import { type HubClient, type Operation, RequestError } from './hub.ts';
import { LogChannel } from './log-channel.ts';
import { mayDo } from './security.ts';

/**
 * Orders of programs that use the API: the same risk checks, gateway and journal as strategies have, under the name `api`.
 * Each order belongs to the token that entered it; nobody but it (and who may operate) changes it.
 */

const PRICE_UNITS = 10_000;
const EVENTS_KEPT = 10_000;
const MOST_SHARES = 2 ** 31 - 1;
const MOST_PRICE = 200_000;
const MOST_OPEN = 10_000;

const words = (codes: Readonly<Record<string, number>>) => {
  const list: string[] = [];
  for (const [word, code] of Object.entries(codes)) list[code] = word;
  return list;
};
const STATES = words(OrderState);
const REFUSALS = words(RefusalReason);
const REASONS = words(ReportReason);
const ROUTES = words(RouteStatus);

const id = z.union([z.string().max(64), z.number()]).optional();
const clientId = z.string().min(1).max(64);
const shares = z.number().int().min(1).max(MOST_SHARES);
const price = z
  .number()
  .positive()
  .max(MOST_PRICE)
  .refine((value) => Math.abs(Math.round(value * PRICE_UNITS) - value * PRICE_UNITS) < 1e-6, 'has at most 4 decimals');
const which = { id, order: z.number().int().min(1).optional(), clientId: clientId.optional() };

const enter = z.strictObject({
  op: z.literal('order.enter'),
  id,
  clientId,
  symbol: z.string().min(1).max(8),
  side: z.enum(['buy', 'sell']),
  shares,
  price,
  timeInForce: z.enum(['day', 'immediateOrCancel']).prefault('day'),
  marking: z.enum(['long', 'short', 'shortExempt']).prefault('long'),
});
const replace = z.strictObject({ op: z.literal('order.replace'), ...which, shares, price });
const cancel = z.strictObject({ op: z.literal('order.cancel'), ...which });
const cancelAll = z.strictObject({ op: z.literal('order.cancelAll'), id });
const list = z.strictObject({ op: z.literal('orders.open'), id });
const positions = z.strictObject({ op: z.literal('positions'), id, symbols: z.array(z.string().max(8)).max(1000) });

/** What the desk needs of the gateway: calls that wait for its answer, and the instruments' names. */
export interface OrderDeskOptions {
  readonly orders: Orders;
  readonly ids: ClientIds;
  symbol(instrument: number): string;
  /** Number of the day's last order. */
  lastOrder(): number;
  /** Position of the trader `api` among the strategies. */
  readonly strategy: number;
  /** Of an order: who sent it. */
  strategyOf(order: number): number;
  readonly onDisconnect: 'keep' | 'cancel';
  /** First number of the entries: rises with every start, so that a client's place in an earlier run is known for gone. */
  readonly firstEntry: number;
}

export class OrderDesk {
  private readonly options: OrderDeskOptions;
  private readonly logs = new Map<string, LogChannel>();
  private readonly owners = new Map<number, { readonly by: string; readonly clientId: string }>();
  private readonly byTag = new Map<number, number>();

  constructor(options: OrderDeskOptions) {
    this.options = options;
    this.recover();
  }

  /** Executions and changes of one token's orders. */
  channel(by: string): LogChannel {
    let log = this.logs.get(by);
    if (log === undefined) {
      log = new LogChannel('orders', EVENTS_KEPT, () => this.snapshot(by), this.options.firstEntry);
      this.logs.set(by, log);
    }
    return log;
  }

  /** Sends on what has been told since, without waiting for the next tick: executions are news. */
  flush(): void {
    for (const log of this.logs.values()) log.tick();
  }

  /** The operations of the hub. */
  operations(): ReadonlyMap<string, Operation> {
    return new Map<string, Operation>([
      ['order.enter', { role: 'trade', request: enter, run: (request, client) => this.enter(request, client) }],
      ['order.replace', { role: 'trade', request: replace, run: (request, client) => this.replace(request, client) }],
      ['order.cancel', { role: 'trade', request: cancel, run: (request, client) => this.cancel(request, client) }],
      [
        'order.cancelAll',
        { role: 'trade', request: cancelAll, run: (_, client) => this.cancelAll(client.identity.name) },
      ],
      ['orders.open', { role: 'trade', request: list, run: (_, client) => this.open(client.identity.name) }],
      ['positions', { role: 'trade', request: positions, run: (request) => this.positions(request) }],
    ]);
  }

  /** The gateway has told something. */
  onOrder(order: number): void {
    this.tell(order, {});
  }

  /** @param count shares executed; negative: taken back */
  onFill(order: number, count: number, price4: number): void {
    this.tell(order, { executed: { shares: count, price: price4 / PRICE_UNITS } });
  }

  onRoute(): void {
    const route = this.route();
    for (const log of this.logs.values()) log.append({ type: 'route', route });
  }

  /** Events were lost: everybody begins anew from the state as it stands. */
  onLookAgain(): void {
    for (const log of this.logs.values()) log.restart();
  }

  /** A token's last connection has ended. */
  onDisconnect(by: string): void {
    if (this.options.onDisconnect === 'cancel') this.cancelAll(by);
  }

  private enter(request: z.output<typeof enter>, client: HubClient) {
    const by = client.identity.name;
    const { ids, orders } = this.options;
    const used = ids.tag(by, request.clientId);
    if (used !== undefined) return this.duplicate(used, request.clientId);
    const instrument = orders.instrument(request.symbol);
    if (instrument < 0)
      throw new RequestError('unknown', `${request.symbol} can't be traded: it is not among orders.instruments`);
    let tag: number;
    try {
      tag = ids.add(by, request.clientId);
    } catch (error) {
      throw new RequestError(
        'failed',
        `the client id could not be written down, so nothing was sent: ${(error as Error).message}`,
      );
    }
    const number = orders.enter(
      instrument,
      Side[request.side],
      request.shares,
      Math.round(request.price * PRICE_UNITS),
      TimeInForce[request.timeInForce],
      Marking[request.marking],
      tag,
    );
    if (number <= 0) throw this.refused(number);
    this.remember(number, tag, by, request.clientId);
    return this.described(number);
  }

  /** The same id again: the order that it stands for, never another one. */
  private duplicate(tag: number, name: string) {
    const order = this.byTag.get(tag);
    if (order === undefined)
      throw new RequestError('duplicate', `client id "${name}" was used today for an order that was refused`);
    return { ...this.described(order), duplicate: true };
  }

  private replace(request: z.output<typeof replace>, client: HubClient) {
    const order = this.numberOf(request, client);
    const result = this.options.orders.replace(order, request.shares, Math.round(request.price * PRICE_UNITS));
    if (result < 0) throw this.refused(result);
    return this.described(order);
  }

  private cancel(request: z.output<typeof cancel>, client: HubClient) {
    const order = this.numberOf(request, client);
    const result = this.options.orders.cancel(order);
    if (result < 0) throw this.refused(result);
    return this.described(order);
  }

  /** @returns how many cancels went out */
  private cancelAll(by: string): number {
    let sent = 0;
    for (const { order } of this.open(by)) if (this.options.orders.cancel(order) === 0) sent++;
    return sent;
  }

  private open(by: string) {
    const into = new Int32Array(MOST_OPEN);
    const count = this.options.orders.open(into);
    return Array.from(into.subarray(0, count))
      .filter((order) => this.owners.get(order)?.by === by)
      .map((order) => this.described(order));
  }

  private positions({ symbols }: z.output<typeof positions>) {
    const { orders } = this.options;
    return symbols.map((symbol) => {
      const instrument = orders.instrument(symbol);
      return { symbol, shares: instrument < 0 ? 0 : orders.position(instrument) };
    });
  }

  private numberOf(request: { order?: number; clientId?: string }, client: HubClient): number {
    const by = client.identity.name;
    const tag = request.clientId === undefined ? undefined : this.options.ids.tag(by, request.clientId);
    const order = request.order ?? (tag === undefined ? undefined : this.byTag.get(tag));
    if (order === undefined)
      throw new RequestError('unknown', 'no such order: name it by "order" or by its "clientId"');
    const owner = this.owners.get(order);
    const theirs = owner !== undefined && (owner.by === by || mayDo(client.identity.role, 'operate'));
    if (!theirs) throw new RequestError('unknown', `order ${order} is not one of yours`);
    return order;
  }

  private refused(result: number): RequestError {
    const { orders } = this.options;
    return new RequestError(`refused:${REFUSALS[-result] ?? 'other'}`, orders.explainRefusal());
  }

  private tell(order: number, more: object): void {
    const owner = this.owners.get(order);
    if (owner === undefined) return;
    this.channel(owner.by).append({ type: 'order', ...this.described(order), ...more });
  }

  private snapshot(by: string) {
    return { open: this.open(by), route: this.route() };
  }

  private route() {
    const { route } = this.options.orders;
    return { status: ROUTES[route.status], session: route.sessionName, unknown: route.unknown, blind: route.blind };
  }

  private described(order: number) {
    const view = this.options.orders.view(order);
    return {
      clientId: this.owners.get(order)?.clientId,
      symbol: this.options.symbol(view.instrument),
      ...orderFields(view),
    };
  }

  private remember(order: number, tag: number, by: string, name: string): void {
    this.owners.set(order, { by, clientId: name });
    this.byTag.set(tag, order);
  }

  /** Orders of an earlier run of the day are found again by their tags. */
  private recover(): void {
    const { ids, orders, lastOrder, strategy, strategyOf } = this.options;
    const tags = new Map([...ids.entries()].map(([tag, by, name]) => [tag, { by, name }] as const));
    if (tags.size === 0) return;
    for (let order = lastOrder(); order > 0; order--) {
      if (strategyOf(order) !== strategy) continue;
      const { tag } = orders.view(order);
      const owner = tags.get(tag);
      if (owner !== undefined) this.remember(order, tag, owner.by, owner.name);
    }
  }
}

/** An order as programs see it. */
function orderFields(view: OrderView) {
  return {
    order: view.number,
    side: view.side === Side.buy ? 'buy' : 'sell',
    state: STATES[view.state],
    shares: view.shares,
    executed: view.executed,
    leaves: view.leaves,
    price: view.price4 / PRICE_UNITS,
    unknown: view.unknown,
    blind: view.blind,
    pendingCancel: view.pendingCancel,
    pendingReplace: view.pendingReplace,
    session: view.sessionName,
    reason: REASONS[view.reason as Reason],
  };
}
