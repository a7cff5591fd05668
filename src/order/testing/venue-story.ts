import { Effect } from '../resolution-effect.ts';
import { isDone, OrderFlag, OrderState, Side } from '../terms.ts';
import { ReportKind } from '../venue-report.ts';
import type { NaiveFill } from './naive-ledger.ts';
import { NaivePort, type ToldReport, type TrueOrder } from './naive-venue.ts';
import { OrderRig, RIG, type RigOptions } from './order-rig.ts';

/** One step of a story: what happens, and two numbers that say to whom and how much. */
export type Step = readonly [what: number, a: number, b: number];

const MAX_SHARES = 30;
const PRICES = 7;
const DOUBT = OrderFlag.unknown | OrderFlag.blind;

/**
 * Strategies, our facts, and a venue of two ports that knows nothing of them, told as a list of steps: requests take their
 * time, connections break with requests under way, the venue goes on meanwhile, executions are also told by a drop copy
 * (early, late, twice), busts and corrections come whenever.
 */
export class VenueStory {
  readonly rig: OrderRig;
  readonly ports = Array.from({ length: RIG.ports }, () => new NaivePort());
  /** Told executions by first booking, as they count: what positions must be made of. */
  readonly fills: NaiveFill[] = [];
  readonly marks = new Array<number>(RIG.instruments).fill(0);
  private readonly byMatch = new Map<string, { fill: NaiveFill | undefined; broken: boolean }>();
  private readonly heard = [0, 0];
  private readonly lost = [false, false];
  private readonly amends: boolean;

  /** @param amends busts and corrections occur */
  constructor(amends: boolean, options: RigOptions = {}) {
    this.rig = new OrderRig({ maxOrders: 256, maxFills: 1024, ...options });
    this.amends = amends;
  }

  play([what, a, b]: Step): void {
    const steps = [this.enter, this.enter, this.take, this.take, this.listen, this.listen, this.execute, this.execute, this.replace, this.cancel, this.break, this.heal, this.dropCopy, this.reduce, this.mark, this.amend, this.repeat]; // biome-ignore format: one look
    steps[what % steps.length].call(this, a, b);
  }

  /** Everything arrives, everything is told, every doubt is resolved. */
  settle(): void {
    for (let port = 0; port < RIG.ports; port++) {
      this.heal(port, 0);
      while (this.ports[port].inFlight.length > 0) this.ports[port].take(2);
      while (this.listenOne(port)) {
        // until all is told
      }
    }
  }

  isLost(port: number): boolean {
    return this.lost[port];
  }

  /** The truth about a slot's order, or undefined where it never arrived or was rejected. */
  truthOf(slot: number): TrueOrder | undefined {
    return this.ports[this.rig.slot(slot, 'port')].orders.get(this.rig.slot(slot, 'firstRef'));
  }

  // ---- Strategies ----

  private enter(a: number, b: number): void {
    const port = a % RIG.ports;
    if (this.lost[port]) return;
    const { rig } = this;
    const side = b % 2;
    const shares = 1 + ((a >> 3) % MAX_SHARES);
    const price4 = 10_000 + (b % PRICES);
    const slot = rig.intend({ strategy: a % RIG.strategies, account: b % RIG.accounts, port, instrument: (a >> 1) % RIG.instruments, side, shares, price4 }); // biome-ignore format: one look
    if (slot < 0) return;
    rig.facts.sendResult(slot, 10, port, 0, 0, 49);
    this.ports[port].inFlight.push({ kind: 'enter', ref: rig.slot(slot, 'ref'), side, shares, price4 });
  }

  private replace(a: number, b: number): void {
    const slot = this.pick(a, (flags) => (flags & (OrderFlag.pendingReplace | DOUBT)) === 0);
    if (slot < 0) return;
    const port = this.rig.slot(slot, 'port');
    const previousRef = this.rig.slot(slot, 'ref');
    const shares = 1 + (b % (2 * MAX_SHARES));
    const price4 = 10_000 + (a % PRICES);
    const ref = this.rig.replace(slot, shares, price4);
    this.ports[port].inFlight.push({ kind: 'replace', previousRef, ref, shares, price4 });
  }

  private cancel(a: number): void {
    const slot = this.pick(a, (flags) => (flags & DOUBT) === 0);
    if (slot < 0) return;
    this.rig.cancel(slot);
    this.ports[this.rig.slot(slot, 'port')].inFlight.push({ kind: 'cancel', ref: this.rig.slot(slot, 'ref') });
  }

  // ---- The venue ----

  private take(a: number, b: number): void {
    this.ports[a % RIG.ports].take(b % 5);
  }

  private execute(a: number, b: number): void {
    const port = this.ports[a % RIG.ports];
    const order = this.order(port, b);
    if (order !== undefined)
      port.execute(order, 1 + ((a >> 2) % MAX_SHARES), order.price4 - (order.side === Side.buy ? b % 3 : -(b % 3)));
  }

  private reduce(a: number, b: number): void {
    const port = this.ports[a % RIG.ports];
    const order = this.order(port, b);
    if (order !== undefined) port.reduce(order, 1 + ((a >> 2) % MAX_SHARES));
  }

  private amend(a: number, b: number): void {
    if (!this.amends) return;
    const port = this.ports[a % RIG.ports];
    const order = this.order(port, b);
    const match = order === undefined ? undefined : [...order.fills.keys()][(a >> 2) % Math.max(1, order.fills.size)];
    if (order === undefined || match === undefined) return;
    if (b % 3 === 0) port.bust(order, match);
    else port.correct(order, match, 1 + (b % MAX_SHARES), 10_000 + (a % PRICES));
  }

  // ---- The wire ----

  private listen(a: number): void {
    if (!this.lost[a % RIG.ports]) this.listenOne(a % RIG.ports);
  }

  private listenOne(port: number): boolean {
    const report = this.ports[port].stream[this.heard[port]];
    if (report === undefined) return false;
    this.heard[port]++;
    this.tell(port, report, false);
    return true;
  }

  private break(a: number, b: number): void {
    const port = a % RIG.ports;
    if (this.lost[port]) return;
    this.lost[port] = true;
    this.rig.lose(port);
    this.ports[port].break(b % 4);
  }

  /** Logon, replay, barrier, conclusions. */
  private heal(a: number, _b: number): void {
    const port = a % RIG.ports;
    if (!this.lost[port]) return;
    this.lost[port] = false;
    while (this.listenOne(port)) {
      // the replay
    }
    const { rig } = this;
    const { store, facts } = rig;
    const doubtful: number[] = [];
    for (let slot = store.firstOfPort(port); slot >= 0; slot = store.nextOfPort(slot)) doubtful.push(slot);
    for (const slot of doubtful) {
      const flags = rig.slot(slot, 'flags');
      if ((flags & OrderFlag.pendingCancel) !== 0) facts.resolved(slot, 1, Effect.cancelDropped);
      if ((flags & OrderFlag.pendingReplace) !== 0) facts.resolved(slot, 2, Effect.replaceDropped);
      const unanswered = rig.slot(slot, 'state') <= OrderState.sent;
      facts.resolved(slot, 3, unanswered ? Effect.rejected : Effect.trusted);
    }
    facts.portRecovered(port, port, this.ports[port].nextRef);
  }

  private dropCopy(a: number, b: number): void {
    const port = a % RIG.ports;
    const { stream } = this.ports[port];
    const report = stream[b % Math.max(1, stream.length)];
    const money = [ReportKind.executed, ReportKind.broken, ReportKind.corrected] as readonly number[];
    if (report !== undefined && money.includes(report.kind)) this.tell(port, report, true);
  }

  /** The venue tells an execution a second time. */
  private repeat(a: number, b: number): void {
    const port = a % RIG.ports;
    const report = this.ports[port].stream[b % Math.max(1, this.heard[port])];
    if (report?.kind === ReportKind.executed && this.heard[port] > 0 && !this.lost[port])
      this.tell(port, report, false);
  }

  private mark(a: number, b: number): void {
    const instrument = a % RIG.instruments;
    this.marks[instrument] = b % 4 === 0 ? 0 : 10_000 + (b % PRICES);
    this.rig.ledger.mark(instrument, this.marks[instrument]);
  }

  // ---- Within ----

  private tell(port: number, told: ToldReport, byDropCopy: boolean): void {
    const { rig } = this;
    const { report, facts } = rig;
    rig.tick();
    report.clear();
    Object.assign(report, told);
    const slot = byDropCopy ? facts.evidence(1, port, report) : facts.reported(port, port, report);
    this.book(slot, told);
  }

  /** Follows which executions we have been told, and how they count. */
  private book(slot: number, told: ToldReport): void {
    const key = `${slot}/${told.matchLo}`;
    const known = this.byMatch.get(key);
    const shares = BigInt(told.shares);
    const price4 = BigInt(told.price4);
    if (told.kind === ReportKind.executed && known === undefined) {
      const fill = { slot, shares, price4 };
      this.fills.push(fill);
      this.byMatch.set(key, { fill, broken: false });
    } else if (told.kind === ReportKind.broken) {
      if (known?.fill !== undefined) known.fill.shares = 0n;
      this.byMatch.set(key, { fill: known?.fill, broken: true });
    } else if (told.kind === ReportKind.corrected && known?.broken !== true) {
      const fill = known?.fill ?? { slot, shares, price4 };
      if (known?.fill === undefined) this.fills.push(fill);
      fill.shares = shares;
      fill.price4 = price4;
      this.byMatch.set(key, { fill, broken: false });
    }
  }

  private order(port: NaivePort, n: number): TrueOrder | undefined {
    const orders = [...port.orders.values()];
    return orders[n % Math.max(1, orders.length)];
  }

  private pick(n: number, fits: (flags: number) => boolean): number {
    const { rig } = this;
    if (rig.store.count === 0) return -1;
    const slot = n % rig.store.count;
    const open = !isDone(rig.slot(slot, 'state')) && !this.lost[rig.slot(slot, 'port')];
    return open && fits(rig.slot(slot, 'flags')) ? slot : -1;
  }
}
