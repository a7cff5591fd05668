import { NO_LIMIT } from '../limit-table.ts';
import { FeedStateCell, FeedTrust, type MarketState, Trading } from '../market-state.ts';
import { SlotField } from '../order-layout.ts';
import { Refusals, RequestKind } from '../refusal.ts';
import { Risk } from '../risk.ts';
import { RiskLimits } from '../risk-limits.ts';
import type { RiskWindows } from '../risk-request.ts';
import type { RiskShape } from '../risk-shape.ts';
import type { Scope } from '../scope.ts';
import { isDone, Marking, OrderFlag, OrderState, Side, TimeInForce } from '../terms.ts';
import { PlainExposure, PlainSlots } from './plain-exposure.ts';

/** Two venues, two accounts, three strategies, three instruments; `mm` and `arb` share an account. */
export const RIG_SHAPE: RiskShape = {
  venues: ['nasdaq', 'bx'],
  accounts: ['main', 'other'],
  strategies: [
    { name: 'mm', account: 0 },
    { name: 'arb', account: 0 },
    { name: 'solo', account: 1 },
  ],
  instruments: [
    { symbol: 'AAPL', venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
    { symbol: 'MSFT', venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
    { symbol: 'PENY', venue: 1, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
  ],
};

/** A market that a test sets. */
export class RigMarket implements MarketState {
  readonly bids4: number[];
  readonly asks4: number[];
  readonly states: number[];
  readonly feedCells: Float64Array = new Float64Array(FeedStateCell.cells);

  constructor(instruments: number) {
    this.bids4 = new Array<number>(instruments).fill(1_000_000);
    this.asks4 = new Array<number>(instruments).fill(1_000_100);
    this.states = new Array<number>(instruments).fill(Trading.trading);
    this.feedCells[FeedStateCell.status] = FeedTrust.live;
  }

  bid4(instrument: number): number {
    return this.bids4[instrument];
  }

  ask4(instrument: number): number {
    return this.asks4[instrument];
  }

  trading(instrument: number): number {
    return this.states[instrument];
  }

  feedOf(): number {
    return 0;
  }
}

/** What a test's order is, where it does not say. */
const USUAL = {
  strategy: 0,
  instrument: 0,
  side: Side.buy as Side,
  marking: Marking.long as Marking,
  shares: 100,
  price4: 1_000_000,
  timeInForce: TimeInForce.day as TimeInForce,
};
export type RigOrder = Partial<typeof USUAL>;

/** Risk with everything around it: plain slots, a plain ledger and a market, all limits off. */
export class RiskRig {
  readonly shape: RiskShape;
  readonly limits: RiskLimits;
  readonly refusals: Refusals;
  readonly market: RigMarket;
  readonly slots: PlainSlots;
  readonly exposure: PlainExposure;
  readonly nowNs: Float64Array = Float64Array.of(1e12);
  readonly risk: Risk;

  constructor(windows: Partial<RiskWindows> = {}, maxOrders = 256, shape = RIG_SHAPE) {
    this.shape = shape;
    this.limits = new RiskLimits(shape);
    this.refusals = new Refusals(this.limits);
    this.market = new RigMarket(shape.instruments.length);
    this.slots = new PlainSlots(maxOrders);
    this.exposure = new PlainExposure(shape, this.slots);
    this.risk = new Risk({
      limits: this.limits,
      refusals: this.refusals,
      exposure: this.exposure,
      market: this.market,
      slots: this.slots,
      nowNs: this.nowNs,
      windows: { messagesNs: 1e9, executionsNs: 1e9, duplicatesNs: 10e6, ...windows },
    });
    this.settle();
  }

  /** Sets a limit; without a value takes it off. */
  limit(limit: number, scope: Scope, index: number, value: number = NO_LIMIT): void {
    this.limits.load([{ limit, scope, index, value }]);
  }

  check(order: RigOrder = {}): number {
    const { strategy, instrument, side, marking, shares, price4, timeInForce } = { ...USUAL, ...order };
    const account = this.shape.strategies[strategy]?.account ?? 0;
    return this.risk.checkNew(strategy, account, instrument, side, marking, shares, price4, timeInForce);
  }

  /** Checks an order and enters it where it passes. @returns its slot, or minus the reason */
  enter(order: RigOrder = {}): number {
    const reason = this.check(order);
    return reason === 0 ? this.place(order) : -reason;
  }

  /** Puts an order on the book unasked. */
  place(order: RigOrder = {}): number {
    const { strategy, instrument, side, marking, shares, timeInForce, price4 } = { ...USUAL, ...order };
    const slot = this.slots.count++;
    const { slots } = this;
    slots.set(slot, SlotField.number, slot + 1);
    slots.set(slot, SlotField.strategy, strategy);
    slots.set(slot, SlotField.account, this.shape.strategies[strategy].account);
    slots.set(slot, SlotField.instrument, instrument);
    slots.set(slot, SlotField.side, side);
    slots.set(slot, SlotField.marking, marking);
    slots.set(slot, SlotField.timeInForce, timeInForce);
    slots.set(slot, SlotField.shares, shares);
    slots.set(slot, SlotField.leaves, shares);
    slots.set(slot, SlotField.price4, price4);
    this.change(slot, OrderState.live);
    this.risk.onSent(slot, RequestKind.enter);
    return slot;
  }

  /** The order is in that state, with these flags. */
  change(slot: number, state: number, flags = 0): void {
    this.slots.set(slot, SlotField.state, state);
    this.slots.set(slot, SlotField.flags, flags);
    this.settle();
    this.risk.reflect(slot);
  }

  askReplace(slot: number, shares: number, price4: number): void {
    this.slots.set(slot, SlotField.pendingShares, shares);
    this.slots.set(slot, SlotField.pendingPrice4, price4);
    this.change(slot, this.slots.get(slot, SlotField.state), OrderFlag.pendingReplace);
    this.risk.onSent(slot, RequestKind.replace);
  }

  replaced(slot: number): void {
    this.slots.set(slot, SlotField.shares, this.slots.get(slot, SlotField.pendingShares));
    this.slots.set(slot, SlotField.price4, this.slots.get(slot, SlotField.pendingPrice4));
    this.slots.set(
      slot,
      SlotField.leaves,
      this.slots.get(slot, SlotField.shares) - this.slots.get(slot, SlotField.taken),
    );
    this.change(slot, this.slots.get(slot, SlotField.state));
  }

  execute(slot: number, shares: number): void {
    const { slots } = this;
    const executed = slots.get(slot, SlotField.executed) + shares;
    slots.set(slot, SlotField.executed, executed);
    slots.set(slot, SlotField.taken, executed);
    slots.set(slot, SlotField.leaves, slots.get(slot, SlotField.shares) - executed);
    const signed = slots.get(slot, SlotField.side) === Side.buy ? shares : -shares;
    const strategy = slots.get(slot, SlotField.strategy);
    this.exposure.addPosition(
      strategy,
      slots.get(slot, SlotField.instrument),
      signed,
      slots.get(slot, SlotField.price4),
    );
    const whole = executed >= slots.get(slot, SlotField.shares);
    this.change(slot, whole ? OrderState.filled : OrderState.partFilled, whole ? 0 : slots.get(slot, SlotField.flags));
    this.risk.onExecuted(slot);
  }

  isOpen(slot: number): boolean {
    return !isDone(this.slots.get(slot, SlotField.state));
  }

  /** Holds shares of an instrument, marked at the bid. */
  hold(strategy: number, instrument: number, shares: number): void {
    this.exposure.addPosition(strategy, instrument, shares, 0);
    this.settle();
  }

  settle(): void {
    this.market.bids4.forEach((bid4, instrument) => {
      this.exposure.marks4[instrument] = bid4;
    });
    this.exposure.settle();
  }

  get words(): string {
    return this.risk.explainRefusal();
  }
}
