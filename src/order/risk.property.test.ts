import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FillTable } from './fill-table.ts';
import { Intent, SendResult } from './intents.ts';
import { Ledger } from './ledger.ts';
import { LIMIT_TABLE, Limit, NO_LIMIT } from './limit-table.ts';
import { LinearMargin } from './linear-margin.ts';
import { FeedStateCell, FeedTrust } from './market-state.ts';
import { OrderFacts } from './order-facts.ts';
import { SlotField } from './order-layout.ts';
import { OrderStore } from './order-store.ts';
import { RefusalCell, Refusals, RequestKind } from './refusal.ts';
import { Risk } from './risk.ts';
import { RiskLimits } from './risk-limits.ts';
import { RefusalReason } from './risk-reason.ts';
import type { Scope } from './scope.ts';
import { isDone, MARKET_PRICE4, Marking, Side, TimeInForce } from './terms.ts';
import { type Broken, type NaiveOrder, type NaiveRequest, NaiveRisk } from './testing/naive-risk.ts';
import { RIG_SHAPE, RigMarket } from './testing/risk-rig.ts';
import { ReportKind, VenueReport } from './venue-report.ts';

const WINDOWS = { messagesNs: 1000, executionsNs: 1000, duplicatesNs: 300 };
const MARGIN_BP = 2500;
const MAX_ORDERS = 512;
const REASONS = new Map<number, string>(Object.entries(RefusalReason).map(([name, code]) => [code, name]));
const TICK4 = 100;
const AROUND4 = 1_000_000;

/** A step of a history: what happens, and dice for its details. */
interface Step {
  readonly what: string;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Risk over the real store, ledger and facts, and the oracle beside it. */
class World {
  readonly naive = new NaiveRisk(RIG_SHAPE, WINDOWS, MARGIN_BP);
  readonly refused = new Map<string, number>();
  passed = 0;
  private readonly market = new RigMarket(RIG_SHAPE.instruments.length);
  private readonly limits = new RiskLimits(RIG_SHAPE);
  private readonly nowNs = Float64Array.of(1e12);
  private readonly store: OrderStore;
  private readonly ledger: Ledger;
  private readonly facts: OrderFacts;
  private readonly risk: Risk;
  private readonly orders: NaiveOrder[] = [];
  private readonly report = new VenueReport();
  private matches = 0;

  constructor() {
    const sizes = { venues: 2, accounts: 2, strategies: 3, instruments: 3 };
    this.store = new OrderStore(
      OrderStore.memoryFor({ maxOrders: MAX_ORDERS, ports: 2, strategies: 3, instruments: 3 }),
    );
    const fills = new FillTable(FillTable.memoryFor(MAX_ORDERS));
    const margin = new LinearMargin(new Array(sizes.instruments).fill(MARGIN_BP));
    this.ledger = new Ledger(Ledger.memoryFor(sizes, margin), this.store, fills, { venueOfPort: [0, 1], margin });
    this.risk = new Risk({
      limits: this.limits,
      refusals: new Refusals(this.limits),
      exposure: this.ledger,
      market: this.market,
      slots: this.store,
      nowNs: this.nowNs,
      windows: WINDOWS,
    });
    this.facts = new OrderFacts(this.store, this.ledger, fills, { reflector: this.risk });
    this.naive.nowNs = this.nowNs[0];
    for (const instrument of RIG_SHAPE.instruments.keys()) this.quote(instrument, AROUND4, AROUND4 + TICK4);
    RIG_SHAPE.accounts.forEach((_, account) => {
      this.facts.balance(account, 5_000_000e4);
      this.naive.cash4[account] = 5_000_000e4;
    });
  }

  take({ what, a, b, c, d }: Step): void {
    if (what === 'enter') this.enter(a, b, c, d);
    else if (what === 'replace') this.replace(a, b, c);
    else if (what === 'answer') this.answer(a, b);
    else if (what === 'execute') this.execute(a, b);
    else if (what === 'cancel') this.end(a);
    else if (what === 'lose') this.facts.portLost(a % 2, 0, 1);
    else if (what === 'limit') this.setLimit(a, b, c, d);
    else if (what === 'time') this.pass([0, 1, 100, 299, 300, 301, 1000][a % 7]);
    else if (what === 'quote') this.move(a, b, c);
    else this.setFeed(a, b, c);
  }

  private enter(a: number, b: number, c: number, d: number): void {
    if (this.store.allocate() < 0) return;
    const side = a % 2 === 0 ? Side.buy : Side.sell;
    const request: NaiveRequest = {
      strategy: b % 3,
      instrument: c % 3,
      side,
      marking: side === Side.buy || d % 4 > 0 ? Marking.long : Marking.short,
      shares: 1 + (d % 7) * 100,
      price4: priceOf(a),
    };
    const { strategy, instrument, marking, shares, price4 } = request;
    const { account } = RIG_SHAPE.strategies[strategy];
    const day = TimeInForce.day;
    const ask = () => this.risk.checkNew(strategy, account, instrument, side, marking, shares, price4, day);
    if (!this.compare(request, ask)) return;
    const sent4 = this.risk.price4;
    const { port, slot } = this.place(request, account, sent4);
    this.risk.onSent(slot, RequestKind.enter);
    const order: NaiveOrder = { ...request, price4: sent4, executed: 0, open: true, pending: undefined };
    this.naive.entered(order);
    this.orders[slot] = order;
    this.hear(slot, port, ReportKind.accepted, { shares, price4: sent4 });
  }

  private place(of: NaiveRequest, account: number, price4: number): { port: number; slot: number } {
    const { strategy, instrument, side, marking, shares } = of;
    const port = RIG_SHAPE.instruments[instrument].venue;
    const number = this.store.allocate() + 1;
    const ref = this.store.nextRef(port);
    this.stamp();
    const slot = this.facts.entered(
      number, strategy, account, port, port, instrument, ref, side, marking, TimeInForce.day, shares, price4, 0,
    ); // biome-ignore format: as many as the record has
    this.facts.sendResult(slot, Intent.enter, port, SendResult.handed, 0, 49);
    return { port, slot };
  }

  private replace(a: number, b: number, c: number): void {
    const slot = this.pick(a);
    if (slot < 0 || this.orders[slot].pending !== undefined) return;
    const order = this.orders[slot];
    const shares = order.executed + 1 + (b % 7) * 100;
    const request: NaiveRequest = { ...order, shares, price4: priceOf(c), replaces: order };
    const ask = () => this.risk.checkReplace(order.strategy, slot, shares, request.price4);
    if (!this.compare(request, ask)) return;
    const price4 = this.risk.price4;
    const port = this.field(slot, SlotField.port);
    this.stamp();
    this.facts.replaceAsked(slot, port, this.store.nextRef(port), shares, price4);
    this.facts.sendResult(slot, Intent.replace, port, SendResult.handed, 0, 47);
    this.risk.onSent(slot, RequestKind.replace);
    order.pending = { shares, price4 };
    this.naive.messaged(order);
  }

  /** The venue replaces, or refuses to. */
  private answer(a: number, b: number): void {
    const slots = this.open().filter((slot) => this.orders[slot].pending !== undefined);
    if (slots.length === 0) return;
    const slot = slots[a % slots.length];
    const order = this.orders[slot];
    const port = this.field(slot, SlotField.port);
    const ref = this.field(slot, SlotField.pendingRef);
    const { shares, price4 } = order.pending!;
    order.pending = undefined;
    if (b % 3 === 0 || shares <= order.executed) {
      this.hear(slot, port, ReportKind.rejected, { ref });
      return;
    }
    const previousRef = this.field(slot, SlotField.ref);
    this.hear(slot, port, ReportKind.replaced, { ref, previousRef, shares: shares - order.executed, price4 });
    order.shares = shares;
    order.price4 = price4;
  }

  private execute(a: number, b: number): void {
    const slot = this.pick(a);
    if (slot < 0) return;
    const order = this.orders[slot];
    const left = order.shares - order.executed;
    const shares = b % 2 === 0 ? left : 1 + (b % left);
    this.hear(slot, this.field(slot, SlotField.port), ReportKind.executed, {
      shares,
      price4: order.price4,
      matchLo: ++this.matches,
    });
    this.naive.executed(order, shares, order.price4);
    if (!order.open) order.pending = undefined;
    this.risk.onExecuted(slot);
  }

  private end(a: number): void {
    const slot = this.pick(a);
    if (slot < 0) return;
    const order = this.orders[slot];
    this.naive.messaged(order);
    this.risk.onSent(slot, RequestKind.cancel);
    const shares = order.shares - order.executed;
    this.hear(slot, this.field(slot, SlotField.port), ReportKind.cancelled, { shares });
    order.open = false;
    order.pending = undefined;
  }

  private setLimit(a: number, b: number, c: number, d: number): void {
    const spec = LIMIT_TABLE[a % LIMIT_TABLE.length];
    const scope = spec.scopes[b % spec.scopes.length];
    const index = c % this.limits.rows.size(scope);
    const value = d % 3 === 0 ? NO_LIMIT : bounds(spec.id)[d % bounds(spec.id).length];
    this.limits.load([{ limit: spec.id, scope, index, value }]);
    this.naive.setLimit(spec.id, scope, index, value);
    if (a % 5 === 0) {
      const strategy = c % 3;
      const on = d % 4 === 0;
      this.risk.setReduceOnly(strategy, on);
      if (on) this.naive.reduceOnly.add(strategy);
      else this.naive.reduceOnly.delete(strategy);
    }
  }

  private move(a: number, b: number, c: number): void {
    const instrument = a % 3;
    const bid4 = b % 9 === 0 ? 0 : AROUND4 + (b % 5) * TICK4;
    const ask4 = c % 9 === 0 ? 0 : AROUND4 + (5 + (c % 5)) * TICK4;
    this.quote(instrument, bid4, ask4);
    const trading = c % 6 === 5 ? b % 5 : 1;
    this.market.states[instrument] = trading;
    this.naive.markets[instrument].trading = trading;
  }

  private quote(instrument: number, bid4: number, ask4: number): void {
    this.market.bids4[instrument] = bid4;
    this.market.asks4[instrument] = ask4;
    this.naive.markets[instrument].bid4 = bid4;
    this.naive.markets[instrument].ask4 = ask4;
    const mark4 = bid4 === 0 ? ask4 : bid4;
    if (mark4 === 0) return;
    this.ledger.mark(instrument, mark4);
    this.naive.marks4[instrument] = mark4;
  }

  private setFeed(a: number, b: number, c: number): void {
    const { feedCells } = this.market;
    const { feed } = this.naive;
    feed.status = a % 3 === 0 ? b % 4 : FeedTrust.live;
    feed.sinceNs = this.nowNs[0] - (b % 3) * 100;
    feed.heardNs = this.nowNs[0] - (c % 3) * 100;
    feedCells[FeedStateCell.status] = feed.status;
    feedCells[FeedStateCell.sinceNs] = feed.sinceNs;
    feedCells[FeedStateCell.heardNs] = feed.heardNs;
  }

  private pass(ns: number): void {
    this.nowNs[0] += ns;
    this.naive.nowNs = this.nowNs[0];
  }

  /** The check must pass exactly if nothing is broken, and else name one of the broken bounds, with its measure. */
  private compare(request: NaiveRequest, ask: () => number): boolean {
    const broken = this.naive.judge(request);
    const reason = ask();
    const { refusal } = this.risk;
    if (reason === 0) {
      expect(broken).toEqual([]);
      expect(this.risk.price4).toBe(this.naive.priced(request));
      this.passed++;
      return true;
    }
    const told: Broken = {
      limit: REASONS.get(reason)!,
      scope: refusal[RefusalCell.scope] as Scope,
      index: refusal[RefusalCell.index],
      value: refusal[RefusalCell.value],
      bound: refusal[RefusalCell.bound],
    };
    expect(broken).toContainEqual(told);
    expect(this.risk.explainRefusal()).toContain(told.limit);
    this.refused.set(told.limit, (this.refused.get(told.limit) ?? 0) + 1);
    return false;
  }

  private pick(a: number): number {
    const open = this.open();
    return open.length === 0 ? -1 : open[a % open.length];
  }

  private open(): number[] {
    return this.orders.flatMap((order, slot) => (order.open ? [slot] : []));
  }

  private hear(slot: number, port: number, kind: number, of: Partial<VenueReport>): void {
    this.stamp();
    this.report.clear();
    Object.assign(this.report, { kind, ref: this.field(slot, SlotField.ref), ...of });
    this.facts.reported(port, port, this.report);
    // What the oracle thinks to be open is what the store does.
    const isOpen = !isDone(this.field(slot, SlotField.state));
    const ends = kind === ReportKind.cancelled || (kind === ReportKind.executed && of.shares === this.left(slot));
    if (ends) expect(isOpen).toBe(false);
  }

  private left(slot: number): number {
    return this.orders[slot].shares - this.orders[slot].executed;
  }

  private stamp(): void {
    this.facts.nowNs[0] = this.nowNs[0];
  }

  private field(slot: number, field: number): number {
    return this.store.int32[this.store.base(slot) + field];
  }
}

/** Around the book, off it, off the tick, at the market. */
function priceOf(dice: number): number {
  if (dice % 17 === 0) return MARKET_PRICE4;
  if (dice % 13 === 0) return 9_000 + (dice % 2_000);
  return AROUND4 + ((dice % 41) - 20) * TICK4 + (dice % 11 === 0 ? 1 : 0);
}

/** Values of a limit that histories run into. */
function bounds(limit: number): readonly number[] {
  switch (LIMIT_TABLE[limit].unit) {
    case 'shares':
      return [0, 1, 201, 501, 1000, 2000];
    case 'value4':
      return [0, 20_000e4, 60_000e4, 120_000e4, 400_000e4];
    case 'ratio4':
      return limit === Limit.priceCollar ? [0, 5, 10, 100, 9999] : [0, 50, 500, 10_000];
    case 'ticks':
      return [0, 1, 5, 20];
    case 'count':
      return [0, 1, 2, 3, 8];
    case 'ns':
      return [0, 99, 100, 200];
    default:
      return [0, 0, NO_LIMIT];
  }
}

const dice = fc.nat(1_000_000);
const kinds: { readonly what: string; readonly weight: number }[] = [
  { what: 'enter', weight: 10 },
  { what: 'replace', weight: 4 },
  { what: 'answer', weight: 3 },
  { what: 'execute', weight: 4 },
  { what: 'cancel', weight: 2 },
  { what: 'lose', weight: 1 },
  { what: 'limit', weight: 5 },
  { what: 'time', weight: 4 },
  { what: 'quote', weight: 3 },
  { what: 'feed', weight: 1 },
];
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(...kinds.map(({ what, weight }) => ({ arbitrary: fc.constant(what), weight }))),
  a: dice,
  b: dice,
  c: dice,
  d: dice,
});

describe('risk beside its oracle', () => {
  it('judges every order of random histories alike, over the real store and ledger', () => {
    const met = new Map<string, number>();
    let passed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 150, size: 'max' }), (steps) => {
        const world = new World();
        for (const one of steps) world.take(one);
        for (const [limit, count] of world.refused) met.set(limit, (met.get(limit) ?? 0) + count);
        passed += world.passed;
      }),
      { numRuns: 300 },
    );
    // Every limit had its say, and orders passed.
    for (const { name } of LIMIT_TABLE) expect(met.get(name) ?? 0, name).toBeGreaterThan(0);
    expect(met.get('noReferencePrice')).toBeGreaterThan(0);
    expect(met.get('reduceOnly')).toBeGreaterThan(0);
    expect(passed).toBeGreaterThan(1000);
  });
});
