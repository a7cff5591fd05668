import type { Marking, Side, TimeInForce } from '../order/terms.ts';
import type { Orders } from '../strategy/order-api.ts';
import { type HubClient, type Operation, RequestError } from './hub.ts';
import { LogChannel } from './log-channel.ts';
import {
  type CancelRequest,
  cancelAllRequest,
  cancelRequest,
  type DayRequest,
  dayRequest,
  type EnterRequest,
  enterRequest,
  type GetRequest,
  getRequest,
  markingOf,
  type OrderOutcome,
  openRequest,
  orderFields,
  type PositionsRequest,
  positionsRequest,
  price4Of,
  priceOf,
  type ReplaceRequest,
  refusalCode,
  replaceRequest,
  routeFields,
  sideOf,
  timeInForceOf,
} from './order-messages.ts';
import type { OrderOwners } from './order-owners.ts';
import { mayDo } from './security.ts';

const EVENTS_KEPT = 10_000;
const MOST_OPEN = 10_000;
/** A program is not left waiting longer; what became of its request is told on the channel, or when it asks again. */
const PATIENCE_MS = 2500;

/** Requests to the gateway, in order, without making the thread wait. */
export interface OrderRequests {
  enter(
    instrument: number,
    side: Side,
    shares: number,
    price4: number,
    timeInForce: TimeInForce,
    marking: Marking,
    tag: number,
  ): Promise<OrderOutcome>;
  replace(order: number, shares: number, price4: number): Promise<OrderOutcome>;
  cancel(order: number): Promise<OrderOutcome>;
}

/** What the desk needs of the gateway. */
export interface OrderDeskOptions {
  readonly requests: OrderRequests;
  /** What can be read without asking. */
  readonly reads: Pick<Orders, 'instrument' | 'view' | 'position' | 'open' | 'route'>;
  readonly owners: OrderOwners;
  /** Of the tradable instruments, by number. */
  readonly symbols: readonly string[];
  readonly onDisconnect: 'keep' | 'cancel';
  /** How long a token may be without a connection before its orders are cancelled, by that policy. */
  readonly reconnectWithinMs: number;
  /** Number of the first entry: beyond those of every earlier start, so that a place in one of them is known for gone. */
  readonly firstEntry: number;
  /** Any steady clock. */
  nowMs(): number;
}

/**
 * Orders of programs that use the API: the same risk checks, gateway and journal as strategies have, under the name `api`.
 * Each order belongs to the token that entered it: nobody else changes it, but who may operate may cancel it.
 */
export class OrderDesk {
  private readonly options: OrderDeskOptions;
  private readonly owners: OrderOwners;
  private readonly logs = new Map<string, LogChannel>();
  /** By tag: new orders that the gateway has not answered. */
  private readonly undecided = new Map<number, Promise<OrderOutcome>>();
  /** Tokens without a connection whose orders may have to be cancelled: since when, in ms. */
  private readonly absent = new Map<string, number>();
  private readonly cancelling = new Set<string>();

  constructor(options: OrderDeskOptions) {
    this.options = options;
    this.owners = options.owners;
    // whoever had orders when the last run ended is not connected yet
    for (const by of this.owners.tokens) this.absent.set(by, options.nowMs());
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
    const trade = (does: string, request: Operation['request'], run: Operation['run']): Operation => ({
      role: 'trade',
      does,
      request,
      run,
    });
    return new Map([
      ['order.enter', trade('Enters an order.', enterRequest, (request, client) => this.enter(request, client))],
      ['order.replace', trade('Changes shares and price.', replaceRequest, (one, client) => this.replace(one, client))],
      ['order.cancel', trade('Cancels an order.', cancelRequest, (request, client) => this.cancel(request, client))],
      [
        'order.cancelAll',
        trade('Cancels every order of this token.', cancelAllRequest, (_, { identity }) =>
          this.cancelAll(identity.name),
        ),
      ],
      ['order.get', trade('One order as it stands.', getRequest, (request, client) => this.get(request, client))],
      [
        'orders.open',
        trade('Orders of this token that are not done.', openRequest, (_, client) => this.open(nameOf(client))),
      ],
      [
        'orders.day',
        trade("All of the token's orders today, page by page.", dayRequest, (one, client) => this.day(one, client)),
      ],
      ['positions', trade('Shares that the account holds.', positionsRequest, (request) => this.positions(request))],
    ]);
  }

  // ---- What the gateway tells ----

  onOrder(order: number): void {
    this.tell(order, {});
  }

  /** @param count shares executed; negative: taken back */
  onFill(order: number, count: number, price4: number): void {
    this.tell(order, { fill: { shares: count, price: priceOf(price4) } });
  }

  onRoute(): void {
    const route = routeFields(this.options.reads.route);
    for (const log of this.logs.values()) log.append({ type: 'route', route });
  }

  /** Events were lost: everybody begins anew from the state as it stands. */
  onLookAgain(): void {
    for (const log of this.logs.values()) log.restart();
  }

  // ---- Who is connected ----

  onConnect(by: string): void {
    this.absent.delete(by);
  }

  /** A token's last connection has ended. */
  onDisconnect(by: string): void {
    this.absent.set(by, this.options.nowMs());
    this.sweep();
  }

  /** Cancels, where the config says so, for who has been away too long. Call it now and then. */
  sweep(): void {
    const { onDisconnect, reconnectWithinMs, nowMs } = this.options;
    if (onDisconnect !== 'cancel' || this.absent.size === 0) return;
    const now = nowMs();
    for (const [by, sinceMs] of this.absent) {
      if (now - sinceMs < reconnectWithinMs || this.cancelling.has(by)) continue;
      // what can't be reached now is tried again: until nothing is open, or they are back
      if (this.undecided.size === 0 && this.open(by).length === 0) this.absent.delete(by);
      else void this.cancelAll(by);
    }
  }

  // ---- What programs ask ----

  private async enter(request: EnterRequest, client: HubClient) {
    const by = nameOf(client);
    const { reads, requests } = this.options;
    const used = this.owners.ids.tag(by, request.clientId);
    if (used !== undefined) return this.duplicate(used, request);
    const instrument = reads.instrument(request.symbol);
    if (instrument < 0)
      throw new RequestError('unknown', `${request.symbol} can't be traded: it is not among orders.instruments`);
    const tag = this.writeDown(by, request.clientId);
    const sent = requests.enter(
      instrument,
      sideOf(request.side),
      request.shares,
      price4Of(request.price),
      timeInForceOf(request.timeInForce),
      markingOf(request.marking),
      tag,
    );
    this.undecided.set(tag, sent);
    const decided = () => this.undecided.delete(tag);
    sent.then(decided, decided);
    return this.entered(await patiently(sent));
  }

  private writeDown(by: string, clientId: string): number {
    try {
      return this.owners.ids.add(by, clientId);
    } catch (error) {
      const why = (error as Error).message;
      throw new RequestError('not-sent', `the client id could not be written down, so nothing was sent: ${why}`);
    }
  }

  private entered(outcome: OrderOutcome) {
    if (outcome.result <= 0) throw refused(outcome);
    this.owners.note(outcome.result);
    return this.described(outcome.result);
  }

  /** The same id again: the order that it stands for, never another one. */
  private async duplicate(tag: number, { clientId, symbol, side }: EnterRequest) {
    const undecided = this.undecided.get(tag);
    if (undecided !== undefined) return { ...this.entered(await patiently(undecided)), duplicate: true };
    const order = this.owners.orderOf(tag);
    if (order === undefined)
      throw new RequestError('duplicate', `client id "${clientId}" was used today for an order that was never sent`);
    const described = this.described(order);
    if (described.symbol !== symbol || described.side !== side)
      throw new RequestError(
        'mismatch',
        `client id "${clientId}" stands for another order: ${described.side} ${described.symbol}`,
        { order: described },
      );
    return { ...described, duplicate: true };
  }

  private async replace(request: ReplaceRequest, client: HubClient) {
    const order = await this.numberOf(request, client);
    if (this.owners.ownerOf(order)?.by !== nameOf(client))
      throw new RequestError('forbidden', `order ${order} is another token's: it may be cancelled, not changed`);
    return this.done(order, this.options.requests.replace(order, request.shares, price4Of(request.price)));
  }

  private async cancel(request: CancelRequest, client: HubClient) {
    const order = await this.numberOf(request, client);
    return this.done(order, this.options.requests.cancel(order));
  }

  private async done(order: number, asked: Promise<OrderOutcome>) {
    const outcome = await patiently(asked);
    if (outcome.result < 0) throw refused(outcome);
    return this.described(order);
  }

  /** One after the other: each is answered before the next. @returns how many cancels went out */
  private async cancelAll(by: string): Promise<number> {
    this.cancelling.add(by);
    let sent = 0;
    try {
      for (const { order, pendingCancel } of this.open(by)) {
        if (pendingCancel) continue;
        const { result } = await patiently(this.options.requests.cancel(order)).catch(() => ({ result: -1 }));
        if (result === 0) sent++;
      }
    } finally {
      this.cancelling.delete(by);
    }
    return sent;
  }

  private async get(request: GetRequest, client: HubClient) {
    return this.described(await this.numberOf(request, client));
  }

  private open(by: string) {
    const into = new Int32Array(MOST_OPEN);
    const count = this.options.reads.open(into);
    return Array.from(into.subarray(0, count))
      .filter((order) => this.owners.ownerOf(order)?.by === by)
      .map((order) => this.described(order));
  }

  private day({ after, limit }: DayRequest, client: HubClient) {
    const numbers = this.owners.of(nameOf(client)).filter((order) => order > after);
    return {
      orders: numbers.slice(0, limit).map((order) => this.described(order)),
      more: numbers.length > limit,
    };
  }

  private positions({ symbols }: PositionsRequest) {
    const { reads } = this.options;
    return (symbols ?? this.options.symbols).map((symbol) => {
      const instrument = reads.instrument(symbol);
      if (instrument < 0) throw new RequestError('unknown', `${symbol} is not among orders.instruments`);
      return { symbol, shares: reads.position(instrument) };
    });
  }

  /** @throws {RequestError} for an order that this client may not even know of */
  private async numberOf(request: { order?: number; clientId?: string }, client: HubClient): Promise<number> {
    const by = nameOf(client);
    const { order: number, clientId } = request;
    if ((number === undefined) === (clientId === undefined))
      throw new RequestError('malformed', 'an order is named by "order" or by "clientId": one of them');
    const tag = clientId === undefined ? undefined : this.owners.ids.tag(by, clientId);
    const undecided = tag === undefined ? undefined : this.undecided.get(tag);
    if (undecided !== undefined) this.entered(await patiently(undecided));
    const order = number ?? (tag === undefined ? undefined : this.owners.orderOf(tag));
    if (order === undefined) throw new RequestError('unknown', `no order of yours has the client id "${clientId}"`);
    const owner = this.owners.ownerOf(order);
    const theirs = owner !== undefined && (owner.by === by || mayDo(client.identity.role, 'operate'));
    if (!theirs) throw new RequestError('unknown', `order ${order} is not one of yours`);
    return order;
  }

  // ---- How it is shown ----

  private tell(order: number, more: object): void {
    const owner = this.owners.note(order);
    if (owner === undefined) return;
    this.channel(owner.by).append({ type: 'order', ...this.described(order), ...more });
  }

  private snapshot(by: string) {
    return { open: this.open(by), route: routeFields(this.options.reads.route) };
  }

  private described(order: number) {
    const clientId = this.owners.ownerOf(order)?.clientId;
    const view = this.options.reads.view(order);
    return { clientId, symbol: this.options.symbols[view.instrument], ...orderFields(view) };
  }
}

const nameOf = ({ identity }: HubClient): string => identity.name;

function refused({ result, why, facts }: OrderOutcome): RequestError {
  return new RequestError(refusalCode(result), why ?? 'refused', facts);
}

/** @throws {RequestError} where the gateway refused to take it, or has not answered yet */
async function patiently(asked: Promise<OrderOutcome>): Promise<OrderOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const error = new RequestError(
      'stalled',
      'the gateway has not answered: what became of it is told on the channel "orders"; the same client id again sends nothing twice',
    );
    timer = setTimeout(() => reject(error), PATIENCE_MS);
  });
  try {
    return await Promise.race([asked, stalled]);
  } catch (error) {
    if ((error as Error).name === 'NotSentError')
      throw new RequestError('not-sent', `nothing was sent: ${(error as Error).message}`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
