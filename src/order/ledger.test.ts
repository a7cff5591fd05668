import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarginCell } from './exposure.ts';
import { Incident } from './incidents.ts';
import { Ledger } from './ledger.ts';
import { LinearMargin } from './linear-margin.ts';
import { tradeRow } from './position-row.ts';
import { Scope } from './scope.ts';
import { Side } from './terms.ts';
import { naiveTrade } from './testing/naive-ledger.ts';
import { OrderRig, RIG } from './testing/order-rig.ts';
import { ReportKind } from './venue-report.ts';

function trade(rig: OrderRig, side: number, shares: number, price4: number, of: { strategy?: number } = {}): number {
  const slot = rig.enter({ side, shares, price4, ...of });
  rig.accept(slot);
  rig.execute(slot, shares, price4, slot + 1);
  return slot;
}

describe('average cost', () => {
  const trades = fc.array(
    fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 2_000_000_000 })),
    { maxLength: 60 },
  );

  it('is exact to the unit against integers without bounds, and loses nothing: realised less cost is the cash', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const cells = new Float64Array(16);
        const naive = { position: 0n, cost4: 0n, realised4: 0n };
        let cash = 0n;
        for (const [signed, price4] of list) {
          if (signed === 0) continue;
          tradeRow(cells, 0, signed, price4);
          naiveTrade(naive, BigInt(signed), BigInt(price4));
          cash -= BigInt(signed) * BigInt(price4);
          const [position, , , , , cost4, realised4] = cells;
          expect([position, cost4, realised4].map(BigInt)).toEqual([naive.position, naive.cost4, naive.realised4]);
          expect(BigInt(realised4) - BigInt(cost4)).toBe(cash);
        }
      }),
    );
  });

  it('of a position beyond 2^26 shares still loses nothing', () => {
    const cells = new Float64Array(16);
    const shares = [2_000_000_000, 2_000_000_000, -1_234_567_891, 777, -2_765_432_886];
    let cash = 0n;
    shares.forEach((signed, n) => {
      tradeRow(cells, 0, signed, 90_001 + n);
      cash -= BigInt(signed) * BigInt(90_001 + n);
      expect(BigInt(cells[6]) - BigInt(cells[5])).toBe(cash);
    });
    expect([cells[0], cells[5]]).toEqual([0, 0]);
  });
});

describe('positions as stated', () => {
  it('of an account are the whole and move the firm; of a strategy say what is its own of it', () => {
    const rig = new OrderRig();
    rig.facts.position(0, -1, 0, 500, 100_000, 7);
    rig.facts.position(0, 1, 0, 200, 90_000, 0);
    expect(rig.account()).toMatchObject({ position: 500, cost4: 50_000_000, realised4: 7 });
    expect(rig.row(Scope.strategy, 1, 0)).toMatchObject({ position: 200, cost4: 18_000_000 });
    expect(rig.row(Scope.global, 0, 0)).toMatchObject({ position: 500, cost4: 50_000_000, realised4: 7 });
    expect(rig.row(Scope.venue, 0, 0).position).toBe(0); // a venue's row is what was traded there today
    rig.facts.position(0, -1, 0, 100, 100_000, 0);
    expect(rig.account().position).toBe(100);
    expect(rig.row(Scope.global, 0, 0)).toMatchObject({ position: 100, cost4: 10_000_000, realised4: 0 });
  });

  it('keep the cost to the unit through the average that the journal has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 0, max: 2 ** 50 }), (shares, cost4) => {
        const rig = new OrderRig({ maxOrders: 1, maxFills: 1 });
        rig.facts.position(0, -1, 0, shares, cost4 / shares, 0);
        expect(rig.account().cost4).toBe(cost4);
      }),
      { numRuns: 50 },
    );
  });

  it('stated during the day hold what was before; a bust of an execution before it trades it back', () => {
    const rig = new OrderRig();
    const before = trade(rig, Side.buy, 100, 100_000);
    rig.facts.position(0, -1, 0, 1000, 95_000, 0);
    trade(rig, Side.buy, 50, 110_000);
    rig.hear(before, ReportKind.broken, { matchLo: before + 1 });
    expect(rig.account().position).toBe(950);
    expect(rig.account().cost4 - rig.account().realised4).toBe(95_000_000 - 10_000_000 + 5_500_000);
  });

  it('of accounts, strategies or instruments that are not there are refused', () => {
    const rig = new OrderRig();
    rig.facts.position(9, -1, 0, 1, 1, 0);
    rig.facts.position(0, -2, 0, 1, 1, 0);
    rig.facts.position(0, 9, 0, 1, 1, 0);
    rig.facts.position(0, -1, 4, 1, 1, 0);
    rig.facts.balance(2, 5);
    expect(rig.facts.incidents(Incident.badFact)).toBe(5);
  });
});

describe('totals', () => {
  it('value positions at the mark, or at cost where there is none', () => {
    const rig = new OrderRig();
    trade(rig, Side.buy, 100, 100_000);
    expect(rig.total(Scope.account)).toMatchObject({ netValue4: 10_000_000, cost4: 10_000_000 });
    rig.ledger.mark(0, 103_000);
    expect(rig.total(Scope.account)).toMatchObject({
      netValue4: 10_300_000,
      grossValue4: 10_300_000,
      cost4: 10_000_000,
    });
    trade(rig, Side.sell, 300, 104_000);
    expect(rig.total(Scope.account)).toMatchObject({
      netValue4: -200 * 103_000,
      grossValue4: 200 * 103_000,
      realised4: 100 * 4_000,
      cash4: -10_000_000 + 31_200_000,
    });
    rig.ledger.mark(0, 0);
    expect(rig.total(Scope.account).netValue4).toBe(-20_800_000);
  });

  it('of the firm are gross over accounts: one account does not cover another', () => {
    const rig = new OrderRig();
    rig.facts.position(0, -1, 0, 100, 100_000, 0);
    rig.facts.position(1, -1, 0, -100, 100_000, 0);
    expect(rig.total(Scope.global)).toMatchObject({ grossValue4: 20_000_000, netValue4: 0 });
    expect(rig.row(Scope.global, 0, 0).position).toBe(0);
  });

  it('tell when a sum is not exact any more', () => {
    const rig = new OrderRig();
    for (let n = 0; n < 3; n++) rig.enter({ shares: 0x7fffffff, price4: 0x7fffffff });
    expect(rig.facts.incidents(Incident.inexact)).toBe(3);
  });

  it('can be read as a whole from another thread', () => {
    const rig = new OrderRig();
    rig.facts.position(0, -1, 0, 100, 100_000, 0);
    const into = new Float64Array(6);
    expect(rig.ledger.read(rig.ledger.ofAccount(0, 0), 6, into)).toBe(true);
    expect([into[0], into[5]]).toEqual([100, 10_000_000]);
    expect(rig.ledger.position(0, 0)).toBe(100);
  });
});

describe('a replace under way', () => {
  it('holds the larger leg by shares and by value', () => {
    const rig = new OrderRig();
    const more = rig.enter({ shares: 100, price4: 100_000 });
    rig.replace(more, 150, 90_000); // all of the old leg at its price, and 50 more at the new one
    expect(rig.account()).toMatchObject({ openBuyShares: 150, openBuyValue4: 100 * 100_000 + 50 * 90_000 });
    const less = rig.enter({ shares: 100, price4: 100_000, instrument: 1 });
    rig.replace(less, 40, 300_000);
    expect(rig.account(0, 1)).toMatchObject({ openBuyShares: 100, openBuyValue4: 40 * 300_000 });
    expect([rig.slot(less, 'reservedShares'), rig.slot(less, 'reservedPrice4')]).toEqual([100, 300_000]);
  });

  it('that was taken back or rejected lets go of what it held', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.accept(slot);
    const before = rig.account();
    const ref = rig.replace(slot, 500, 120_000);
    expect(rig.account().openBuyShares).toBe(500);
    rig.hear(slot, ReportKind.rejected, { ref });
    expect(rig.account()).toEqual(before);
    expect(rig.slot(slot, 'pendingRef')).toBe(0);
  });

  it('where it states what is to remain, may come after all that is open has traded', () => {
    const rig = new OrderRig({ remainingPorts: [0] });
    const slot = rig.enter();
    rig.accept(slot);
    const ref = rig.replace(slot, 70, 90_000);
    expect(rig.account()).toMatchObject({ openBuyShares: 170, openBuyValue4: 100 * 100_000 + 70 * 90_000 });
    rig.execute(slot, 60, 100_000, 1);
    rig.hear(slot, ReportKind.replaced, { ref, previousRef: 1, shares: 70, price4: 90_000 });
    expect(rig.account()).toMatchObject({ position: 60, openBuyShares: 70, openBuyValue4: 70 * 90_000 });
    expect(rig.slot(slot, 'shares')).toBe(130);
    expect(rig.facts.incidents(Incident.sharesDiffer)).toBe(0);
  });
});

describe('margin probes', () => {
  it('say what an order would need and what covers it, without a change', () => {
    const rig = new OrderRig();
    rig.facts.balance(0, 50_000_000);
    trade(rig, Side.buy, 100, 100_000);
    rig.ledger.mark(0, 110_000);
    const before = rig.bytes();
    rig.ledger.probeMargin(0, 0, Side.buy, 100, 120_000);
    expect(rig.ledger.margin[MarginCell.needed4]).toBe((11_000_000 + 12_000_000) / 2);
    expect(rig.ledger.margin[MarginCell.equity4]).toBe(50_000_000 + 1_000_000);
    rig.ledger.probeMargin(0, 0, Side.sell, 100, 120_000); // makes the position smaller at worst
    expect(rig.ledger.margin[MarginCell.needed4]).toBe(11_000_000 / 2);
    expect(rig.bytes().equals(before)).toBe(true);
    expect(rig.total(Scope.account).marginUsed4).toBe(5_500_000);
    expect(rig.ledger.equity4(0)).toBe(51_000_000);
    expect(rig.ledger.marginFree4(0)).toBe(45_500_000);
    expect(rig.ledger.unrealised4(Scope.account, 0)).toBe(1_000_000);
    expect([rig.ledger.averagePrice4(0, 0), rig.ledger.averagePrice4(0, 1)]).toEqual([100_000, 0]);
  });
});

describe('ledger memory', () => {
  it('refuses sizes, memory and ports that are none', () => {
    const margin = new LinearMargin([1, 1, 1, 1]);
    expect(() => Ledger.memoryFor({ ...RIG, venues: 0 }, margin)).toThrow('venues must be a positive integer');
    expect(() => Ledger.memoryFor({ ...RIG, instruments: 2 ** 27 }, margin)).toThrow('8 GiB');
    const rig = new OrderRig();
    const options = { venueOfPort: [0], margin };
    expect(() => new Ledger(rig.ledger.memory, rig.store, rig.fills, options)).toThrow('port 1 has no venue');
    expect(() => new Ledger(new SharedArrayBuffer(4096), rig.store, rig.fills, options)).toThrow('no ledger of layout');
  });
});
