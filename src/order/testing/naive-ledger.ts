import { PositionCell, TotalCell } from '../ledger-layout.ts';
import type { SlotField } from '../order-layout.ts';
import { Scope } from '../scope.ts';
import { OrderFlag, OrderState, Side } from '../terms.ts';
import { type OrderRig, RATE_BP, RIG } from './order-rig.ts';

/** A fill that was told, as it counts. */
export interface NaiveFill {
  readonly slot: number;
  shares: bigint;
  price4: bigint;
}

interface Sums {
  position: bigint;
  cost4: bigint;
  realised4: bigint;
}

const abs = (x: bigint) => (x < 0n ? -x : x);
const floorDiv = (a: bigint, b: bigint) => (a >= 0n ? a / b : -((-a + b - 1n) / b));

/** Average cost by the book: the part of the cost that a smaller position releases is rounded down to a unit. */
export function naiveTrade(row: Sums, signed: bigint, price4: bigint): void {
  const { position, cost4 } = row;
  const sign = position < 0n ? -1n : 1n;
  row.position += signed;
  if (position === 0n || position > 0n === signed > 0n) row.cost4 += signed * price4;
  else if (abs(signed) >= abs(position)) {
    row.realised4 += position * price4 - cost4;
    row.cost4 = row.position * price4;
  } else {
    const released = sign * floorDiv(sign * cost4 * abs(signed), abs(position));
    row.realised4 += -signed * price4 - released;
    row.cost4 = cost4 - released;
  }
}

/** Owners as [scope, index]. */
const OWNERS: readonly (readonly [number, number])[] = [
  [Scope.global, 0],
  ...Array.from({ length: RIG.venues }, (_, index) => [Scope.venue, index] as const),
  ...Array.from({ length: RIG.accounts }, (_, index) => [Scope.account, index] as const),
  ...Array.from({ length: RIG.strategies }, (_, index) => [Scope.strategy, index] as const),
];

function belongs(rig: OrderRig, slot: number, scope: number, index: number): boolean {
  if (scope === Scope.global) return true;
  if (scope === Scope.venue) return rig.slot(slot, 'port') === index;
  return rig.slot(slot, scope === Scope.account ? 'account' : 'strategy') === index;
}

/** What an order can do at worst: shares and value, by looking at every share that may trade before a replace arrives. */
function worst(rig: OrderRig, slot: number): { shares: bigint; value4: bigint } {
  const field = (name: keyof typeof SlotField) => BigInt(rig.slot(slot, name));
  if (rig.slot(slot, 'state') >= OrderState.filled) return { shares: 0n, value4: 0n };
  const leaves = field('leaves');
  let shares = leaves;
  let value4 = leaves * field('price4');
  if ((rig.slot(slot, 'flags') & OrderFlag.pendingReplace) === 0) return { shares, value4 };
  const left = field('pendingShares') - field('taken');
  const price4 = field('pendingPrice4');
  for (let before = 0n; before <= leaves; before++) {
    const after = left > before ? left - before : 0n;
    if (before + after > shares) shares = before + after;
    const value = before * field('price4') + after * price4;
    if (value > value4) value4 = value;
  }
  return { shares, value4 };
}

/** Everything that the ledger must hold, computed anew from fills, slots and marks. Keys: cell names by owner. */
export function naiveLedger(rig: OrderRig, fills: readonly NaiveFill[], marks: readonly number[]): string {
  const lines: string[] = [];
  let accountsGross = 0n;
  for (const [scope, index] of OWNERS) {
    const total = { openOrders: 0n, openBuyValue4: 0n, openSellValue4: 0n, grossValue4: 0n, netValue4: 0n, cash4: 0n, realised4: 0n, cost4: 0n, boughtValue4: 0n, soldValue4: 0n, marginUsed4: 0n }; // biome-ignore format: one look
    for (let instrument = 0; instrument < RIG.instruments; instrument++) {
      const row = { position: 0n, cost4: 0n, realised4: 0n };
      const open = { buy: 0n, sell: 0n, buyValue4: 0n, sellValue4: 0n };
      for (const { slot, shares, price4 } of fills) {
        if (rig.slot(slot, 'instrument') !== instrument || !belongs(rig, slot, scope, index) || shares === 0n) continue;
        const buys = rig.slot(slot, 'side') === Side.buy;
        naiveTrade(row, buys ? shares : -shares, price4);
        if (buys) total.boughtValue4 += shares * price4;
        else total.soldValue4 += shares * price4;
      }
      for (let slot = 0; slot < rig.store.count; slot++) {
        if (rig.slot(slot, 'instrument') !== instrument || !belongs(rig, slot, scope, index)) continue;
        const { shares, value4 } = worst(rig, slot);
        if (shares > 0n) total.openOrders++;
        if (rig.slot(slot, 'side') === Side.buy) {
          open.buy += shares;
          open.buyValue4 += value4;
        } else {
          open.sell += shares;
          open.sellValue4 += value4;
        }
      }
      const value4 = marks[instrument] === 0 ? row.cost4 : row.position * BigInt(marks[instrument]);
      total.openBuyValue4 += open.buyValue4;
      total.openSellValue4 += open.sellValue4;
      total.grossValue4 += abs(value4);
      total.netValue4 += value4;
      total.realised4 += row.realised4;
      total.cost4 += row.cost4;
      const high = value4 + open.buyValue4;
      const low = open.sellValue4 - value4;
      const margin = high > low ? high : low;
      if (margin > 0n) total.marginUsed4 += (margin * BigInt(RATE_BP) + 9999n) / 10_000n;
      lines.push(
        `${scope}.${index}.${instrument} ${row.position} ${open.buy} ${open.sell} ${open.buyValue4} ${open.sellValue4} ${row.cost4} ${row.realised4}`,
      );
    }
    total.cash4 = scope === Scope.account ? total.soldValue4 - total.boughtValue4 : 0n;
    if (scope === Scope.account) accountsGross += total.grossValue4;
    else total.marginUsed4 = 0n;
    lines.push(`${scope}.${index} ${Object.values(total).join(' ')}`);
  }
  // Firm-wide gross is the sum over accounts.
  return lines.map((line) => (line.startsWith('0.0 ') ? withGross(line, accountsGross) : line)).join('\n');
}

function withGross(line: string, gross: bigint): string {
  const words = line.split(' ');
  words[4] = `${gross}`;
  return words.join(' ');
}

/** The same text of what the ledger holds. */
export function ledgerText(rig: OrderRig): string {
  const { cells } = rig.ledger;
  const P = PositionCell;
  const T = TotalCell;
  const lines: string[] = [];
  for (const [scope, index] of OWNERS) {
    const owner = rig.ledger.owner(scope, index);
    for (let instrument = 0; instrument < RIG.instruments; instrument++) {
      const row = rig.ledger.row(owner, instrument);
      const columns = [
        P.position,
        P.openBuyShares,
        P.openSellShares,
        P.openBuyValue4,
        P.openSellValue4,
        P.cost4,
        P.realised4,
      ];
      lines.push(`${scope}.${index}.${instrument} ${columns.map((cell) => cells[row + cell]).join(' ')}`);
    }
    const total = rig.ledger.totalOf(owner);
    const columns = [T.openOrders, T.openBuyValue4, T.openSellValue4, T.grossValue4, T.netValue4, T.cash4, T.realised4, T.cost4, T.boughtValue4, T.soldValue4, T.marginUsed4]; // biome-ignore format: one look
    lines.push(`${scope}.${index} ${columns.map((cell) => cells[total + cell]).join(' ')}`);
  }
  return lines.join('\n');
}
