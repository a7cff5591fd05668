import { isDone, OrderFlag, OrderState } from '../../src/order/terms.ts';
import { Random } from '../../src/sim/random.ts';
import { BooksCheck } from './books-check.ts';
import { type HistoryPlan, LEAST_ORDERS, planHistory } from './history-plan.ts';
import { RandomFaults } from './random-faults.ts';
import { RandomTrading } from './random-trading.ts';
import { World } from './world.ts';

const MS = 1e6;
const MOST_ACTS = 4000;
/** Acts without an order after which somebody mends everything. */
const PATIENCE = 400;
const HEAL_STEPS = 400;
const HEAL_STEP_NS = 50 * MS;
/** How long nothing may be under way before it is believed. */
const QUIET_STEPS = 12;
const ASK_AGAIN_STEPS = 60;
const FOLD_SHARE = 0.25;

export interface HistoryResult {
  readonly seed: number;
  readonly orders: number;
  readonly faults: Float64Array;
  readonly rows: Float64Array;
  /** Faults that struck while an order was unanswered. */
  readonly inFlight: number;
  readonly deaths: number;
  readonly ending: string;
  readonly wrong: readonly string[];
}

/** Plays the history of a seed: always the same one. @param trace is given it line by line */
export function playHistory(seed: number, trace?: (line: string) => void): HistoryResult {
  return new History(planHistory(seed), trace).play();
}

class History {
  private readonly plan: HistoryPlan;
  private readonly world: World;
  private readonly books: BooksCheck;
  private readonly faults: RandomFaults;
  private readonly trading: RandomTrading;
  private readonly random: Random;
  private inFlight = 0;

  constructor(plan: HistoryPlan, trace?: (line: string) => void) {
    this.plan = plan;
    trace?.(JSON.stringify(plan, (key, value) => (key === 'rules' ? undefined : value)));
    this.world = new World(plan, trace);
    this.books = new BooksCheck(this.world);
    this.trading = new RandomTrading(this.world);
    this.faults = new RandomFaults(this.world, this.books, this.trading);
    this.random = new Random(plan.seed, 7);
    this.world.check = () => this.books.atEachStep();
  }

  play(): HistoryResult {
    const { plan, world, books, trading } = this;
    world.pass(30 * MS);
    this.trade();
    let ending: string = plan.ending;
    if (plan.ending === 'dead') this.endDead();
    else ending = this.endHealed();
    if (this.random.chance(FOLD_SHARE)) books.journalFolds();
    if (trading.sent < LEAST_ORDERS) world.wrong(`only ${trading.sent} orders were sent`);
    if (this.inFlight === 0) world.wrong('no fault struck while an order was unanswered');
    return {
      seed: plan.seed,
      orders: trading.sent,
      faults: this.faults.counts,
      rows: world.remains.rows,
      inFlight: this.inFlight,
      deaths: world.deaths,
      ending,
      wrong: world.wrongs,
    };
  }

  /** Orders, and faults among them: each after so many orders as the dice say. */
  private trade(): void {
    const { plan, trading, faults, random, world } = this;
    const due = Array.from({ length: plan.faults }, () => 2 + random.below(plan.orders - 3)).sort((a, b) => a - b);
    let lastSent = 0;
    let since = 0;
    for (let act = 0; act < MOST_ACTS && (trading.sent < plan.orders || due.length > 0); act++) {
      if (due.length > 0 && trading.sent >= due[0]) this.strike(due);
      trading.act();
      if (random.chance(0.1)) trading.mark();
      this.pause();
      faults.turn();
      since = trading.sent > lastSent ? 0 : since + 1;
      lastSent = trading.sent;
      if (since === PATIENCE) {
        faults.mend();
        faults.clearKills();
        since = 0;
      }
    }
    if (world.gateway !== undefined) trading.mark();
  }

  /** The next fault, most often in the very moment in which orders are under way. */
  private strike(due: number[]): void {
    const { trading, faults, random } = this;
    const needed = this.inFlight === 0 && due.length === 1;
    const unanswered = needed || random.chance(0.7) ? trading.burst() : trading.unanswered;
    if (needed && !unanswered) return;
    if (unanswered) this.inFlight++;
    due.shift();
    faults.strike();
  }

  private pause(): void {
    const { random, world } = this;
    if (random.chance(0.3)) return;
    world.pass(random.chance(0.04) ? (20 + random.below(800)) * MS : random.exponential(1.2 * MS));
  }

  /** Everything is mended: in the end both sides have the same books. @returns what kind of end it was */
  private endHealed(): string {
    const { world, books, faults, plan } = this;
    if (plan.dayEnds) world.venue.core.endDay(world.nowNs);
    faults.mend();
    // nothing has been reached yet: its orders are on ports that are lost, or about to be asked
    if (plan.killEnds) faults.kill(true);
    const { allowance } = books;
    if (!this.settle() && !allowance.misled && !allowance.missed) world.wrong(`nothing settles: ${this.unsettled()}`);
    if (allowance.misled) return 'misled';
    this.trading.mark();
    if (allowance.missed) {
      books.withinDoubt();
      return 'missed';
    }
    books.equal();
    if (plan.killEnds) books.noneOfKilled(faults.killWords());
    return plan.dayEnds ? 'day ended' : 'healed';
  }

  /** All is mended but for one port. */
  private endDead(): void {
    const { world, faults, random, plan, books } = this;
    const dead = plan.ports[random.below(plan.ports.length)];
    faults.mend();
    const silent = random.chance(0.5);
    for (const name of dead.hosts) {
      if (silent) world.network.links.get(name)!.cut = true;
      else faults.add(name, 'kill', {});
    }
    world.note(`${dead.name} is dead from here on`);
    for (let step = 0; step < 40; step++) {
      this.trading.market();
      world.pass(HEAL_STEP_NS);
    }
    this.settle(dead.name);
    books.withinDoubt();
  }

  /** Lets time pass until nothing is under way, and asks again about what is still in doubt. @returns false: it never did */
  private settle(dead?: string): boolean {
    const { world } = this;
    let quiet = 0;
    for (let step = 0; step < HEAL_STEPS; step++) {
      world.pass(HEAL_STEP_NS);
      world.revive();
      if (this.unsettled(dead) === '') {
        if (++quiet >= QUIET_STEPS) return true;
      } else quiet = 0;
      if (step % ASK_AGAIN_STEPS === ASK_AGAIN_STEPS - 1) this.askAgain(dead);
    }
    return false;
  }

  /** A person has the venue asked once more about orders that a barrier left in doubt. */
  private askAgain(dead?: string): void {
    const { world } = this;
    world.inProcess((gateway) => {
      for (const port of gateway.loop.ports) {
        if (port.name === dead) continue;
        if (port.ended) port.revive();
        else if (this.doubtsOf(port.index) > 0) port.failOver();
      }
    });
  }

  private unsettled(dead?: string): string {
    const { gateway } = this.world;
    if (gateway === undefined) return 'the process is dead';
    for (const port of gateway.loop.ports) {
      if (port.name === dead) continue;
      if (!port.usable && !(this.plan.dayEnds && port.ended)) return `${port.name} is not usable`;
      if (this.doubtsOf(port.index) > 0) return `orders of ${port.name} are in doubt`;
    }
    return '';
  }

  private doubtsOf(port: number): number {
    const gateway = this.world.gateway!;
    const pending = OrderFlag.unknown | OrderFlag.blind | OrderFlag.pendingCancel | OrderFlag.pendingReplace;
    let doubts = 0;
    for (let slot = 0; slot < gateway.store.count; slot++) {
      if (gateway.field(slot, 'port') !== port || isDone(gateway.field(slot, 'state'))) continue;
      if (gateway.field(slot, 'state') <= OrderState.sent || (gateway.field(slot, 'flags') & pending) !== 0) doubts++;
    }
    return doubts;
  }
}
