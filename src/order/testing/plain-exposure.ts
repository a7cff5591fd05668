import { type Exposure, InstrumentExposure, MarginCell, type OrderSlots, TotalExposure } from '../exposure.ts';
import { SLOT_BYTES, SLOT_INT32, SlotField, SlotTime } from '../order-layout.ts';
import type { RiskShape } from '../risk-shape.ts';
import { Scope } from '../scope.ts';
import { isDone, OrderFlag, OrderState, Side } from '../terms.ts';

/** Slots in plain memory. */
export class PlainSlots implements OrderSlots {
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly maxOrders: number;
  count = 0;

  constructor(maxOrders: number) {
    const memory = new ArrayBuffer(maxOrders * SLOT_BYTES);
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    this.maxOrders = maxOrders;
  }

  base(slot: number): number {
    return slot * SLOT_INT32;
  }

  get(slot: number, field: number): number {
    return this.int32[this.base(slot) + field];
  }

  set(slot: number, field: number, value: number): void {
    this.int32[this.base(slot) + field] = value;
  }
}

interface Row {
  position: number;
  buyShares: number;
  sellShares: number;
  buyValue4: number;
  sellValue4: number;
}

/**
 * Exposure the long way: all cells reckoned anew from every slot and position. For tests of the risk checks; margin is a
 * flat tenth of the gross value.
 */
export class PlainExposure implements Exposure {
  static readonly MARGIN_SHARE = 0.1;
  readonly cells: Float64Array;
  readonly margin = new Float64Array(MarginCell.cells);
  readonly cash4: number[];
  readonly marks4: number[];
  /** Signed shares by `strategy/instrument`. */
  readonly positions = new Map<string, number>();
  private readonly shape: RiskShape;
  private readonly slots: PlainSlots;
  private readonly totals: number;
  private readonly firstOfScope: Int32Array;
  private readonly instruments: number;
  private readonly accounts: number;

  constructor(shape: RiskShape, slots: PlainSlots) {
    this.shape = shape;
    this.slots = slots;
    this.instruments = shape.instruments.length;
    this.accounts = shape.accounts.length;
    this.firstOfScope = Int32Array.of(0, 1, 1 + shape.venues.length, 1 + shape.venues.length + this.accounts);
    const rows = (shape.accounts.length + shape.strategies.length + 1) * shape.instruments.length;
    this.totals = rows * InstrumentExposure.cells;
    const members = 1 + shape.venues.length + shape.accounts.length + shape.strategies.length;
    this.cells = new Float64Array(this.totals + members * TotalExposure.cells);
    this.cash4 = shape.accounts.map(() => 0);
    this.marks4 = shape.instruments.map(() => 0);
  }

  ofInstrument(instrument: number): number {
    return instrument * InstrumentExposure.cells;
  }

  ofAccount(account: number, instrument: number): number {
    return Math.imul(Math.imul(1 + account, this.instruments) + instrument, InstrumentExposure.cells);
  }

  ofStrategy(strategy: number, instrument: number): number {
    return this.ofAccount((this.accounts + strategy) | 0, instrument);
  }

  total(scope: number, index: number): number {
    return (this.totals + (this.firstOfScope[scope] + index) * TotalExposure.cells) | 0;
  }

  position(account: number, instrument: number): number {
    return this.cells[this.ofAccount(account, instrument) + InstrumentExposure.position];
  }

  probeMargin(account: number, instrument: number, side: number, moreShares: number, price4: number): void {
    const total = this.total(Scope.account, account);
    const { cells } = this;
    const gross4 =
      cells[total + TotalExposure.grossValue4] +
      cells[total + TotalExposure.openBuyValue4] +
      cells[total + TotalExposure.openSellValue4] +
      moreShares * price4;
    void instrument;
    void side;
    this.margin[MarginCell.needed4] = gross4 * PlainExposure.MARGIN_SHARE;
    this.margin[MarginCell.equity4] = this.cash4[account] + cells[total + TotalExposure.netValue4];
  }

  addPosition(strategy: number, instrument: number, shares: number, price4: number): void {
    const key = `${strategy}/${instrument}`;
    this.positions.set(key, (this.positions.get(key) ?? 0) + shares);
    this.cash4[this.shape.strategies[strategy].account] -= shares * price4;
  }

  /** Writes all cells anew. */
  settle(): void {
    this.cells.fill(0);
    for (const [key, shares] of this.positions) {
      const [strategy, instrument] = key.split('/').map(Number);
      this.add(strategy, instrument, { position: shares, buyShares: 0, sellShares: 0, buyValue4: 0, sellValue4: 0 }, 0);
    }
    for (let slot = 0; slot < this.slots.count; slot++) this.reserve(slot);
    this.addMarks();
  }

  private reserve(slot: number): void {
    const { slots } = this;
    const state = slots.get(slot, SlotField.state);
    if (state === OrderState.none) return;
    let shares = 0;
    let value4 = 0;
    if (!isDone(state)) {
      shares = slots.get(slot, SlotField.shares) - slots.get(slot, SlotField.executed);
      value4 = shares * slots.get(slot, SlotField.price4);
      if ((slots.get(slot, SlotField.flags) & OrderFlag.pendingReplace) !== 0) {
        const pending = slots.get(slot, SlotField.pendingShares) - slots.get(slot, SlotField.executed);
        const pendingPrice4 = slots.get(slot, SlotField.pendingPrice4);
        const both4 = value4 + Math.max(0, pending - shares) * pendingPrice4;
        value4 = Math.max(both4, pending * pendingPrice4);
        shares = Math.max(shares, pending);
      }
    }
    slots.set(slot, SlotField.reservedShares, shares);
    slots.float64[slots.base(slot) / 2 + SlotTime.reservedValue4] = value4;
    if (isDone(state)) return;
    const buys = slots.get(slot, SlotField.side) === Side.buy;
    const row = {
      position: 0,
      buyShares: buys ? shares : 0,
      sellShares: buys ? 0 : shares,
      buyValue4: buys ? value4 : 0,
      sellValue4: buys ? 0 : value4,
    };
    this.add(slots.get(slot, SlotField.strategy), slots.get(slot, SlotField.instrument), row, 1);
  }

  private add(strategy: number, instrument: number, row: Row, orders: number): void {
    const { account } = this.shape.strategies[strategy];
    const { cells } = this;
    const rows = [
      this.ofInstrument(instrument),
      this.ofAccount(account, instrument),
      this.ofStrategy(strategy, instrument),
    ];
    for (const at of rows) {
      cells[at + InstrumentExposure.position] += row.position;
      cells[at + InstrumentExposure.openBuyShares] += row.buyShares;
      cells[at + InstrumentExposure.openSellShares] += row.sellShares;
      cells[at + InstrumentExposure.openBuyValue4] += row.buyValue4;
      cells[at + InstrumentExposure.openSellValue4] += row.sellValue4;
    }
    for (const at of this.totalsOf(strategy, instrument)) {
      cells[at + TotalExposure.openOrders] += orders;
      cells[at + TotalExposure.openBuyValue4] += row.buyValue4;
      cells[at + TotalExposure.openSellValue4] += row.sellValue4;
    }
  }

  private totalsOf(strategy: number, instrument: number): number[] {
    const { account } = this.shape.strategies[strategy];
    return [
      this.total(Scope.global, 0),
      this.total(Scope.venue, this.shape.instruments[instrument].venue),
      this.total(Scope.account, account),
      this.total(Scope.strategy, strategy),
    ];
  }

  /** A scope's value of an instrument is what all of that scope holds of it, netted. */
  private addMarks(): void {
    const { cells, shape } = this;
    const mark = (at: number, row: number, instrument: number): void => {
      const value4 = cells[row + InstrumentExposure.position] * this.marks4[instrument];
      cells[at + TotalExposure.grossValue4] += Math.abs(value4);
      cells[at + TotalExposure.netValue4] += value4;
    };
    shape.instruments.forEach(({ venue }, instrument) => {
      mark(this.total(Scope.global, 0), this.ofInstrument(instrument), instrument);
      mark(this.total(Scope.venue, venue), this.ofInstrument(instrument), instrument);
      shape.accounts.forEach((_, account) => {
        mark(this.total(Scope.account, account), this.ofAccount(account, instrument), instrument);
      });
      shape.strategies.forEach((_, strategy) => {
        mark(this.total(Scope.strategy, strategy), this.ofStrategy(strategy, instrument), instrument);
      });
    });
    this.cash4.forEach((cash4, account) => {
      cells[this.total(Scope.account, account) + TotalExposure.cash4] = cash4;
    });
  }
}
