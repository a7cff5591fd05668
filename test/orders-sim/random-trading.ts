import { CancelCause } from '../../src/order/intents.ts';
import { OrderEvent } from '../../src/order/order-events.ts';
import { isDone, Marking, OrderFlag, OrderState, Side, TimeInForce } from '../../src/order/terms.ts';
import { Random } from '../../src/sim/random.ts';
import { drawn } from './drawn.ts';
import { FAIR4, SYMBOLS } from './history-plan.ts';
import type { World } from './world.ts';

const TICK4 = 100;
const MOST_SHARES = 400;
/** A price that is no whole cent: no order may have it at the venue. */
const ODD4 = 50;

const ACTS = [
  ['enter', 9],
  ['replace', 4],
  ['cancel', 4],
  ['cancelAll', 0.3],
  ['market', 10],
] as const;

/** Strategies that do anything that strategies may do, and a market that trades with them. */
export class RandomTrading {
  /** Orders whose bytes went to a socket. */
  sent = 0;
  private readonly world: World;
  private readonly random: Random;
  private intents = 0;

  constructor(world: World) {
    this.world = world;
    this.random = new Random(world.plan.seed, 6);
    world.onEvent = (strategy, kind, order) => this.heard(strategy, kind, order);
  }

  act(): void {
    const name = drawn(this.random, ACTS, ([, weight]) => weight)[0];
    if (name === 'enter') this.enter();
    else if (name === 'replace') this.replace();
    else if (name === 'cancel') this.cancel();
    else if (name === 'cancelAll') this.cancelAll();
    else this.market();
  }

  /** Some orders at once, so that something is unanswered. @returns true if something is */
  burst(): boolean {
    for (let n = 1 + this.random.below(4); n > 0; n--) this.enter();
    if (this.random.chance(0.3)) this.replace();
    if (this.random.chance(0.3)) this.cancel();
    return this.unanswered;
  }

  /** Some requests at once about orders that are open, and a new order or two. */
  changes(): void {
    for (let n = this.random.below(3); n > 0; n--) this.enter();
    for (let n = 1 + this.random.below(4); n > 0; n--) {
      if (this.random.chance(0.5)) this.replace();
      else this.cancel();
    }
  }

  /** An order has been sent and the venue has said nothing of it. */
  get unanswered(): boolean {
    const { gateway } = this.world;
    if (gateway === undefined) return false;
    for (let slot = gateway.store.count - 1; slot >= 0; slot--) {
      if (gateway.field(slot, 'state') === OrderState.sent) return true;
    }
    return false;
  }

  enter(strategy = this.random.below(this.world.plan.strategies.length)): void {
    const { random, world } = this;
    const instrument = random.below(SYMBOLS.length);
    const side = random.below(2) as Side;
    const away = random.below(14) - 4;
    const price4 = Math.round(FAIR4 / TICK4) * TICK4 + (side === Side.buy ? -away : away) * TICK4;
    const shares = 1 + random.below(MOST_SHARES);
    const tif = random.chance(0.25) ? TimeInForce.immediateOrCancel : TimeInForce.day;
    const marking = side === Side.buy ? Marking.long : random.chance(0.5) ? Marking.short : Marking.long;
    const tag = ++this.intents;
    const order = world.asStrategy(strategy, ({ gateway }) =>
      gateway.enter(strategy, instrument, side, shares, price4, tif, marking, tag),
    );
    if (order !== undefined && order > 0) {
      this.sent++;
      world.note(
        `s${strategy} enters order ${order}: ${side === Side.buy ? 'buy' : 'sell'} ${shares} ${SYMBOLS[instrument]} at ${price4}${tif === 0 ? '' : ' immediate'}`,
      );
    } else if (order !== undefined) world.note(`s${strategy} is refused: reason ${-order}`);
  }

  replace(): void {
    const { random, world } = this;
    const slot = this.someOpen();
    const gateway = world.gateway;
    if (slot < 0 || gateway === undefined) return;
    const strategy = gateway.field(slot, 'strategy');
    const shares = 1 + random.below(MOST_SHARES);
    const odd4 = random.chance(0.15) ? ODD4 : 0;
    const price4 = gateway.field(slot, 'price4') + (random.below(9) - 4) * TICK4 + odd4;
    const result = world.asStrategy(strategy, ({ gateway: to }) => to.replace(strategy, slot + 1, shares, price4));
    world.note(`s${strategy} replaces order ${slot + 1}: ${shares} at ${price4}: ${result}`);
  }

  cancel(slot = this.someOpen()): void {
    const gateway = this.world.gateway;
    if (slot < 0 || gateway === undefined) return;
    const strategy = gateway.field(slot, 'strategy');
    const result = this.world.asStrategy(strategy, ({ gateway: to }) => to.cancel(strategy, slot + 1));
    this.world.note(`s${strategy} cancels order ${slot + 1}: ${result}`);
  }

  /** Cancels an order whose fate the venue has not told. */
  cancelDoubtful(): void {
    this.cancel(this.someOpen(OrderFlag.unknown));
  }

  cancelAll(): void {
    const strategy = this.random.below(this.world.plan.strategies.length);
    const sent = this.world.asStrategy(strategy, ({ gateway }) => gateway.cancelAll(strategy, CancelCause.cancelAll));
    this.world.note(`s${strategy} cancels all: ${sent}`);
  }

  /** Others trade. */
  market(): void {
    for (let n = 1 + this.random.below(4); n > 0; n--) this.world.flow.step();
    this.world.venue.pump();
  }

  /** Prices by which positions are valued, as the books have them. */
  mark(): void {
    const { gateway, venue } = this.world;
    for (let instrument = 0; instrument < SYMBOLS.length; instrument++) {
      const price4 = venue.core.market.book.best(instrument, 0) || FAIR4;
      gateway?.ledger.mark(instrument, price4);
    }
  }

  /** What a strategy does at once when it is told something: from within the gateway's turn. */
  private heard(strategy: number, kind: number, order: number): void {
    const { random, world } = this;
    if (!random.chance(0.04)) return;
    const { gateway } = world;
    if (gateway === undefined || order === 0) return;
    world.note(`s${strategy} hears of order ${order} and acts`);
    if (kind === OrderEvent.fill || random.chance(0.5)) this.enter(strategy);
    else gateway.gateway.cancel(strategy, order);
  }

  /** @param flags {@link OrderFlag}s of which it must have all */
  private someOpen(flags = 0): number {
    const { gateway } = this.world;
    if (gateway === undefined) return -1;
    const open: number[] = [];
    for (let slot = 0; slot < gateway.store.count; slot++) {
      if (isDone(gateway.field(slot, 'state')) || (gateway.field(slot, 'flags') & flags) !== flags) continue;
      open.push(slot);
    }
    return open.length === 0 ? -1 : open[this.random.below(open.length)];
  }
}
