import { LIMIT_TABLE, Limit, NO_LIMIT } from '../limit-table.ts';
import { atRate } from '../margin.ts';
import { FeedTrust, Trading } from '../market-state.ts';
import type { RiskWindows } from '../risk-request.ts';
import type { RiskShape } from '../risk-shape.ts';
import { Scope } from '../scope.ts';
import { MARKET_PRICE4, Marking, Side } from '../terms.ts';

/** An order as the oracle keeps it. */
export interface NaiveOrder {
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly marking: Marking;
  shares: number;
  price4: number;
  executed: number;
  open: boolean;
  pending: { readonly shares: number; readonly price4: number } | undefined;
}

/** A new order, or a replace of one. */
export interface NaiveRequest {
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly marking: Marking;
  readonly shares: number;
  readonly price4: number;
  readonly replaces?: NaiveOrder;
}

export interface NaiveMarket {
  bid4: number;
  ask4: number;
  trading: number;
}

/** A bound that a request would break. */
export interface Broken {
  readonly limit: string;
  readonly scope: Scope;
  readonly index: number;
  readonly value: number;
  readonly bound: number;
}

interface Member {
  readonly scope: Scope;
  readonly index: number;
}

const TEN_THOUSAND = 10_000;

/**
 * The limits as their sentences say them, over plain objects: everything is looked up anew at every question, nothing is
 * kept up to date. It names every bound that a request would break, not just the first.
 */
export class NaiveRisk {
  readonly limits = new Map<string, number>();
  readonly orders: NaiveOrder[] = [];
  readonly markets: NaiveMarket[];
  readonly feed: { status: number; sinceNs: number; heardNs: number } = {
    status: FeedTrust.live,
    sinceNs: 0,
    heardNs: 0,
  };
  readonly marks4: number[];
  readonly cash4: number[];
  readonly reduceOnly = new Set<number>();
  nowNs = 0;
  private readonly shape: RiskShape;
  private readonly windows: RiskWindows;
  private readonly marginBp: number;
  private readonly trades: { strategy: number; instrument: number; signed: number }[] = [];
  private readonly messages: { ns: number; strategy: number; instrument: number }[] = [];
  private readonly entries: { ns: number; strategy: number; terms: string }[] = [];
  private readonly executions: { ns: number; bucket: string; bound: number }[] = [];

  constructor(shape: RiskShape, windows: RiskWindows, marginBp: number) {
    this.shape = shape;
    this.windows = windows;
    this.marginBp = marginBp;
    this.markets = shape.instruments.map(() => ({ bid4: 0, ask4: 0, trading: Trading.trading }));
    this.marks4 = shape.instruments.map(() => 0);
    this.cash4 = shape.accounts.map(() => 0);
  }

  setLimit(limit: number, scope: Scope, index: number, value: number): void {
    this.limits.set(`${limit}/${scope}/${index}`, value);
  }

  entered(order: NaiveOrder): void {
    this.orders.push(order);
    this.entries.push({ ns: this.nowNs, strategy: order.strategy, terms: termsOf(order) });
    this.messaged(order);
  }

  messaged({ strategy, instrument }: NaiveOrder): void {
    this.messages.push({ ns: this.nowNs, strategy, instrument });
  }

  executed(order: NaiveOrder, shares: number, price4: number): void {
    const signed = order.side === Side.buy ? shares : -shares;
    order.executed += shares;
    if (order.executed >= order.shares) order.open = false;
    this.trades.push({ strategy: order.strategy, instrument: order.instrument, signed });
    this.cash4[this.account(order.strategy)] -= signed * price4;
    const bound = this.tightest(Limit.repeatedExecutions, order.strategy, order.instrument);
    this.executions.push({ ns: this.nowNs, bucket: bucketOf(order), bound: bound.value });
  }

  /** The price that a request is sent at. */
  priced(request: NaiveRequest): number {
    if (request.price4 !== MARKET_PRICE4) return request.price4;
    const collar = this.tightest(Limit.priceCollar, request.strategy, request.instrument).value;
    const reference = this.reference(request);
    const { tick4, lowTick4, lowTickBelow4 } = this.shape.instruments[request.instrument];
    const most = (reference * (TEN_THOUSAND + (request.side === Side.buy ? collar : -collar))) / TEN_THOUSAND;
    const tick = most < lowTickBelow4 ? lowTick4 : tick4;
    return request.side === Side.buy ? Math.floor(most / tick) * tick : Math.max(1, Math.ceil(most / tick)) * tick;
  }

  /** Every bound that the request would break. */
  judge(request: NaiveRequest): Broken[] {
    const broken = this.judgeMarket(request);
    if (request.price4 === MARKET_PRICE4) {
      // Without a price nothing more can be said of it.
      const collar = this.tightest(Limit.priceCollar, request.strategy, request.instrument);
      if (this.reference(request) === 0 || collar.value === NO_LIMIT) return [...broken, ...this.judgePrice(request)];
    }
    const priced = { ...request, price4: this.priced(request) };
    if (request.price4 !== MARKET_PRICE4) broken.push(...this.judgePrice(request));
    return [
      ...broken,
      ...this.judgeSize(priced),
      ...this.judgeSide(priced),
      ...this.judgeSelfTrade(priced),
      ...(request.replaces === undefined ? this.judgeDuplicate(priced) : []),
      ...this.judgePositions(priced),
      ...this.judgeTotals(priced),
      ...this.judgeMoney(priced),
      ...this.judgePace(priced),
    ];
  }

  private judgeMarket({ strategy, instrument }: NaiveRequest): Broken[] {
    const broken: Broken[] = [];
    const check = (limit: Limit, value: number, breaks: (bound: number) => boolean, bound?: number) => {
      const tightest = this.tightest(limit, strategy, instrument);
      if (breaks(tightest.value)) broken.push(this.says(limit, tightest, value, bound ?? tightest.value));
    };
    const { trading } = this.markets[instrument];
    check(Limit.restricted, 0, (bound) => bound === 0);
    check(Limit.halted, trading, (bound) => bound === 0 && trading !== Trading.trading, Trading.trading);
    const { status, sinceNs, heardNs } = this.feed;
    const forNs = this.nowNs - sinceNs;
    const isRecovering = status === FeedTrust.recovering;
    check(
      Limit.feedNotLive,
      isRecovering ? forNs : -status,
      (bound) => bound !== NO_LIMIT && status !== FeedTrust.live && (!isRecovering || forNs > bound),
    );
    check(Limit.feedSilent, this.nowNs - heardNs, (bound) => this.nowNs - heardNs > bound);
    return broken;
  }

  private judgePrice(request: NaiveRequest): Broken[] {
    const { strategy, instrument, side, price4 } = request;
    const { bid4, ask4 } = this.markets[instrument];
    const collar = this.tightest(Limit.priceCollar, strategy, instrument);
    const ticks = this.tightest(Limit.fatFingerTicks, strategy, instrument);
    const reference = this.reference(request);
    const isMarket = price4 === MARKET_PRICE4;
    if (reference === 0) {
      if (!isMarket && collar.value === NO_LIMIT && ticks.value === NO_LIMIT) return this.judgeTick(request);
      const none = { limit: 'noReferencePrice', scope: Scope.instrument, index: instrument, value: 0, bound: 0 };
      return [none, ...(isMarket ? [] : this.judgeTick(request))];
    }
    if (isMarket) return [this.says(Limit.priceCollar, collar, price4, reference)];
    const broken = this.judgeTick(request);
    const sign = side === Side.buy ? 1 : -1;
    const most = (reference * (TEN_THOUSAND + sign * collar.value)) / TEN_THOUSAND;
    if (collar.value !== NO_LIMIT && sign * price4 > sign * most)
      broken.push(this.says(Limit.priceCollar, collar, price4, most));
    const joined = side === Side.buy ? bid4 || ask4 : ask4 || bid4;
    const away = Math.abs(price4 - joined) / this.tick(instrument, price4);
    if (away > ticks.value) broken.push(this.says(Limit.fatFingerTicks, ticks, away, ticks.value));
    return broken;
  }

  private judgeTick({ strategy, instrument, price4 }: NaiveRequest): Broken[] {
    const limit = this.tightest(Limit.tickSize, strategy, instrument);
    const tick = this.tick(instrument, price4);
    return limit.value === 0 && price4 % tick !== 0 ? [this.says(Limit.tickSize, limit, price4, tick)] : [];
  }

  private judgeSize({ strategy, instrument, side, shares, price4, replaces }: NaiveRequest): Broken[] {
    const broken: Broken[] = [];
    const may = shares - (replaces?.executed ?? 0);
    const sharesBound = this.tightest(Limit.maxOrderShares, strategy, instrument);
    if (may > sharesBound.value) broken.push(this.says(Limit.maxOrderShares, sharesBound, may, sharesBound.value));
    const worth = may * (side === Side.sell ? Math.max(price4, this.markets[instrument].bid4) : price4);
    const bound = this.tightest(Limit.maxOrderNotional, strategy, instrument);
    if (worth > bound.value) broken.push(this.says(Limit.maxOrderNotional, bound, worth, bound.value));
    return broken;
  }

  private judgeSide(request: NaiveRequest): Broken[] {
    const { strategy, instrument, side, marking } = request;
    const more = this.more(request).shares;
    const broken: Broken[] = [];
    if (more === 0) return broken;
    const account = this.account(strategy);
    if (side === Side.sell && marking === Marking.long) {
      const bound = this.tightest(Limit.sideMarking, strategy, instrument);
      const ofAccount = (one: number) => this.account(one) === account;
      const owned = this.held(ofAccount, instrument) - this.open(ofAccount, instrument, Side.sell).shares;
      if (bound.value === 0 && more > owned) broken.push(this.says(Limit.sideMarking, bound, more, Math.max(0, owned)));
    }
    if (this.reduceOnly.has(strategy)) {
      const mine = (one: number) => one === strategy;
      const held = this.held(mine, instrument);
      const left = (side === Side.buy ? -held : held) - this.open(mine, instrument, side).shares;
      if (more > left)
        broken.push({
          limit: 'reduceOnly',
          scope: Scope.strategy,
          index: strategy,
          value: more,
          bound: Math.max(0, left),
        });
    }
    return broken;
  }

  private judgeSelfTrade({ strategy, instrument, side, price4 }: NaiveRequest): Broken[] {
    const account = this.account(strategy);
    const others = this.orders.filter(
      (one) => one.open && one.instrument === instrument && one.side !== side && this.account(one.strategy) === account,
    );
    const prices = others.flatMap((one) => [one.price4, ...(one.pending === undefined ? [] : [one.pending.price4])]);
    const best = side === Side.buy ? Math.min(...prices) : Math.max(...prices);
    const bound = this.tightest(Limit.selfTrade, strategy, instrument);
    const meets = side === Side.buy ? price4 >= best : price4 <= best;
    return prices.length > 0 && meets && bound.value === 0 ? [this.says(Limit.selfTrade, bound, price4, best)] : [];
  }

  private judgeDuplicate(request: NaiveRequest): Broken[] {
    const { strategy, instrument } = request;
    const since = this.nowNs - this.windows.duplicatesNs;
    const terms = termsOf(request);
    const alike = this.entries.filter((one) => one.strategy === strategy && one.terms === terms && one.ns > since);
    const bound = this.tightest(Limit.duplicateOrder, strategy, instrument, false);
    // The memory stops counting at its bound.
    const value = Math.min(alike.length, bound.value) + 1;
    return alike.length >= bound.value ? [this.says(Limit.duplicateOrder, bound, value, bound.value)] : [];
  }

  private judgePositions(request: NaiveRequest): Broken[] {
    if (this.more(request).shares === 0) return [];
    const members = [...this.members(request), { scope: Scope.instrument, index: request.instrument }];
    return members.flatMap((member) => {
      const worst = this.worst(request, this.holders(member));
      const bound = this.value(Limit.maxPosition, member);
      return worst > bound ? [{ limit: 'maxPosition', ...member, value: worst, bound }] : [];
    });
  }

  private judgeTotals(request: NaiveRequest): Broken[] {
    const { strategy, side, replaces } = request;
    const more4 = this.more(request).value4;
    const account = this.account(strategy);
    return this.members(request).flatMap((member) => {
      const broken: Broken[] = [];
      const add = (limit: Limit, value: number) => {
        const bound = this.value(limit, member);
        if (value > bound) broken.push({ limit: LIMIT_TABLE[limit].name, ...member, value, bound });
      };
      const inScope = this.scopeOf(member);
      const open = this.orders.filter((one) => one.open && inScope(one.strategy, one.instrument));
      if (replaces === undefined) add(Limit.maxOpenOrders, open.length + 1);
      const closer = (one: number) =>
        member.scope === Scope.strategy ? one === strategy : this.account(one) === account;
      if (more4 === 0 || this.worst(request, closer) <= 0) return broken;
      const openOf = (of: Side) =>
        open.filter((one) => one.side === of).reduce((sum, one) => sum + worstOf(one).value4, 0);
      const net = this.netValue(inScope);
      add(Limit.maxGrossExposure, this.grossValue(member, inScope) + openOf(Side.buy) + openOf(Side.sell) + more4);
      add(Limit.maxNetExposure, (side === Side.buy ? net : -net) + openOf(side) + more4);
      return broken;
    });
  }

  private judgeMoney(request: NaiveRequest): Broken[] {
    const { strategy, instrument, side, price4 } = request;
    const account = this.account(strategy);
    const mine = (one: number) => this.account(one) === account;
    const more = this.more(request);
    if (more.value4 === 0 || this.worst(request, mine) <= 0) return [];
    const broken: Broken[] = [];
    const openOf = (of: Side) =>
      this.orders
        .filter((one) => one.open && one.side === of && mine(one.strategy))
        .reduce((sum, one) => sum + worstOf(one).value4, 0);
    const power = this.tightest(Limit.buyingPower, strategy, instrument, false);
    const used = openOf(Side.buy) + (side === Side.sell ? openOf(Side.sell) : 0) + more.value4;
    const cash = (this.cash4[account] * power.value) / TEN_THOUSAND;
    if (power.value !== NO_LIMIT && used > cash) broken.push(this.says(Limit.buyingPower, power, used, cash));
    const share = this.tightest(Limit.margin, strategy, instrument, false);
    const needed = this.marginOf(account, instrument, side, more.shares * price4);
    const equity = this.cash4[account] + this.netValue((one) => mine(one));
    const bound = (equity * share.value) / TEN_THOUSAND;
    if (share.value !== NO_LIMIT && needed > bound) broken.push(this.says(Limit.margin, share, needed, bound));
    return broken;
  }

  private judgePace(request: NaiveRequest): Broken[] {
    const { strategy, instrument, side } = request;
    const broken: Broken[] = [];
    const since = this.nowNs - this.windows.messagesNs;
    for (const member of this.members(request)) {
      const inScope = this.scopeOf(member);
      const sent = this.messages.filter((one) => inScope(one.strategy, one.instrument) && one.ns > since).length;
      const bound = this.value(Limit.messageRate, member);
      if (sent >= bound) broken.push({ limit: 'messageRate', ...member, value: bound + 1, bound });
    }
    const bound = this.tightest(Limit.repeatedExecutions, strategy, instrument);
    if (bound.value === NO_LIMIT) return broken;
    const level = this.level(bucketOf({ strategy, instrument, side }), bound.value);
    if (level + 1 > bound.value)
      broken.push(this.says(Limit.repeatedExecutions, bound, Math.ceil(level) + 1, bound.value));
    return broken;
  }

  /** The bucket filled by one execution after the other, emptying at the bound in force when each came. */
  private level(bucket: string, bound: number): number {
    let level = 0;
    let atNs = 0;
    for (const one of this.executions.filter((execution) => execution.bucket === bucket)) {
      level = this.emptied(level, one.ns - atNs, one.bound) + 1;
      atNs = one.ns;
    }
    return this.emptied(level, this.nowNs - atNs, bound);
  }

  private emptied(level: number, ns: number, bound: number): number {
    return bound === NO_LIMIT ? 0 : Math.max(0, level - (ns * bound) / this.windows.executionsNs);
  }

  /** What a request adds to what may trade at worst. */
  private more({ shares, price4, replaces }: NaiveRequest): { shares: number; value4: number } {
    if (replaces === undefined) return { shares, value4: shares * price4 };
    const now = worstOf(replaces);
    const then = worstOf({ ...replaces, pending: { shares, price4 } });
    return { shares: then.shares - now.shares, value4: then.value4 - now.value4 };
  }

  private worst(request: NaiveRequest, holds: (strategy: number) => boolean): number {
    const { instrument, side } = request;
    const held = this.held(holds, instrument);
    return (side === Side.buy ? held : -held) + this.open(holds, instrument, side).shares + this.more(request).shares;
  }

  private held(holds: (strategy: number) => boolean, instrument: number): number {
    return this.trades
      .filter((one) => holds(one.strategy) && one.instrument === instrument)
      .reduce((sum, one) => sum + one.signed, 0);
  }

  private open(holds: (strategy: number) => boolean, instrument: number, side: Side) {
    const orders = this.orders.filter(
      (one) => one.open && holds(one.strategy) && one.instrument === instrument && one.side === side,
    );
    return {
      shares: orders.reduce((sum, one) => sum + worstOf(one).shares, 0),
      value4: orders.reduce((sum, one) => sum + worstOf(one).value4, 0),
    };
  }

  private netValue(inScope: (strategy: number, instrument: number) => boolean): number {
    return this.trades
      .filter((one) => inScope(one.strategy, one.instrument))
      .reduce((sum, one) => sum + one.signed * this.marks4[one.instrument], 0);
  }

  /** Firm-wide the sum over accounts; else of what the scope holds of each instrument. */
  private grossValue(member: Member, inScope: (strategy: number, instrument: number) => boolean): number {
    const accounts = member.scope === Scope.global ? this.shape.accounts.map((_, account) => account) : [-1];
    return accounts.reduce(
      (sum, account) =>
        sum +
        this.shape.instruments.reduce((inner, _, instrument) => {
          const holds = (one: number) => inScope(one, instrument) && (account < 0 || this.account(one) === account);
          return inner + Math.abs(this.held(holds, instrument) * this.marks4[instrument]);
        }, 0),
      0,
    );
  }

  private marginOf(account: number, traded: number, side: Side, more4: number): number {
    const mine = (one: number) => this.account(one) === account;
    return this.shape.instruments.reduce((sum, _, instrument) => {
      const value4 = this.held(mine, instrument) * this.marks4[instrument];
      const adds = instrument === traded ? more4 : 0;
      const buys = this.open(mine, instrument, Side.buy).value4 + (side === Side.buy ? adds : 0);
      const sells = this.open(mine, instrument, Side.sell).value4 + (side === Side.sell ? adds : 0);
      const worst = Math.max(value4 + buys, sells - value4, 0);
      return sum + atRate(worst, this.marginBp);
    }, 0);
  }

  private reference({ instrument, side }: NaiveRequest): number {
    const { bid4, ask4 } = this.markets[instrument];
    return side === Side.buy ? ask4 || bid4 : bid4 || ask4;
  }

  private tick(instrument: number, price4: number): number {
    const { tick4, lowTick4, lowTickBelow4 } = this.shape.instruments[instrument];
    return price4 < lowTickBelow4 ? lowTick4 : tick4;
  }

  private account(strategy: number): number {
    return this.shape.strategies[strategy].account;
  }

  private members({ strategy, instrument }: { strategy: number; instrument: number }): Member[] {
    return [
      { scope: Scope.global, index: 0 },
      { scope: Scope.venue, index: this.shape.instruments[instrument].venue },
      { scope: Scope.account, index: this.account(strategy) },
      { scope: Scope.strategy, index: strategy },
    ];
  }

  /** Whose positions a member's position is made of. */
  private holders({ scope, index }: Member): (strategy: number) => boolean {
    if (scope === Scope.account) return (one) => this.account(one) === index;
    return scope === Scope.strategy ? (one) => one === index : () => true;
  }

  private scopeOf({ scope, index }: Member): (strategy: number, instrument: number) => boolean {
    if (scope === Scope.venue) return (_, instrument) => this.shape.instruments[instrument].venue === index;
    const holds = this.holders({ scope, index });
    return (strategy) => holds(strategy);
  }

  private value(limit: Limit, { scope, index }: Member): number {
    return this.limits.get(`${limit}/${scope}/${index}`) ?? NO_LIMIT;
  }

  /** The tightest of all scopes, and whose it is: the widest of those that have it. */
  private tightest(limit: Limit, strategy: number, instrument: number, withInstrument = true) {
    const members = this.members({ strategy, instrument });
    if (withInstrument) members.push({ scope: Scope.instrument, index: instrument });
    const value = Math.min(...members.map((member) => this.value(limit, member)));
    return { value, member: members.find((member) => this.value(limit, member) === value)! };
  }

  private says(limit: Limit, { member }: { member: Member }, value: number, bound: number): Broken {
    return { limit: LIMIT_TABLE[limit].name, ...member, value, bound };
  }
}

/** What an order may still trade at worst: its open shares; with a replace under way either leg, the old one first. */
export function worstOf(order: NaiveOrder): { shares: number; value4: number } {
  const left = order.shares - order.executed;
  if (order.pending === undefined) return { shares: left, value4: left * order.price4 };
  const then = Math.max(0, order.pending.shares - order.executed);
  const both4 = left * order.price4 + Math.max(0, then - left) * order.pending.price4;
  return { shares: Math.max(left, then), value4: Math.max(both4, then * order.pending.price4) };
}

function termsOf({
  instrument,
  side,
  shares,
  price4,
}: Omit<NaiveRequest, 'replaces' | 'strategy' | 'marking'>): string {
  return `${instrument}/${side}/${shares}/${price4}`;
}

function bucketOf({ strategy, instrument, side }: { strategy: number; instrument: number; side: Side }): string {
  return `${strategy}/${instrument}/${side}`;
}
