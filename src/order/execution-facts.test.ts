import { describe, expect, it } from 'vitest';
import { FillField, FillFlag } from './fill-layout.ts';
import { Incident } from './incidents.ts';
import { Scope } from './scope.ts';
import { OrderFlag, OrderState, Side } from './terms.ts';
import { OrderRig } from './testing/order-rig.ts';
import { ReportKind, ReportReason } from './venue-report.ts';

function live(rig: OrderRig, of: Parameters<OrderRig['enter']>[0] = {}): number {
  const slot = rig.enter(of);
  rig.accept(slot);
  return slot;
}
const flagsOf = (rig: OrderRig, fill: number) => rig.fills.int32[rig.fills.base(fill) + FillField.flags];

describe('executions', () => {
  it('count once however often and by whomever they are told', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.learn(slot, ReportKind.executed, { shares: 40, price4: 100_000, matchLo: 7 });
    rig.execute(slot, 40, 100_000, 7);
    rig.learn(slot, ReportKind.executed, { shares: 40, price4: 100_000, matchLo: 7 });
    expect(rig.slot(slot, 'executed')).toBe(40);
    expect(rig.account().position).toBe(40);
    expect(rig.facts.incidents(Incident.repeatedFill)).toBe(2);
    expect(rig.slot(slot, 'fills')).toBe(1);
  });

  it('told otherwise a second time are an incident, and the first stands', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.execute(slot, 40, 100_000, 7);
    rig.execute(slot, 50, 100_000, 7);
    expect(rig.facts.incidents(Incident.fillDiffers)).toBe(1);
    expect(rig.account().position).toBe(40);
  });

  it('of both sides of one match are two, where both are ours', () => {
    const rig = new OrderRig();
    const bought = live(rig);
    const sold = live(rig, { side: Side.sell, strategy: 1 });
    rig.execute(bought, 100, 100_000, 7);
    rig.execute(sold, 100, 100_000, 7);
    expect(rig.account()).toMatchObject({ position: 0, boughtShares: 100, soldShares: 100, realised4: 0 });
    expect(rig.row(Scope.strategy, 0, 0).position).toBe(100);
    expect(rig.row(Scope.strategy, 1, 0).position).toBe(-100);
  });

  it('with match numbers that differ in one half only are different ones', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.hear(slot, ReportKind.executed, { shares: 10, price4: 100_000, matchHi: 1, matchLo: 7 });
    rig.hear(slot, ReportKind.executed, { shares: 10, price4: 100_000, matchHi: 2, matchLo: 7 });
    rig.hear(slot, ReportKind.executed, { shares: 10, price4: 100_000, matchHi: 1, matchLo: -7 });
    expect(rig.slot(slot, 'executed')).toBe(30);
  });

  it('after the end of their order are booked, and an incident', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.hear(slot, ReportKind.cancelled, { shares: 100, reason: ReportReason.byUser });
    rig.execute(slot, 30, 100_000, 7);
    expect(rig.facts.incidents(Incident.lateExecution)).toBe(1);
    expect(rig.slot(slot, 'state')).toBe(OrderState.cancelled);
    expect(rig.account()).toMatchObject({ position: 30, openBuyShares: 0 });
    expect(rig.heard.at(-1)).toBe('fill 1 30@100000');
  });

  it('beyond the shares of their order are booked in full, and an incident', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.execute(slot, 130, 100_000, 7);
    expect(rig.facts.incidents(Incident.overExecuted)).toBe(1);
    expect(rig.account()).toMatchObject({ position: 130, openBuyShares: 0 });
  });

  it('told after the cancel of the rest find their shares still held for them', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.hear(slot, ReportKind.cancelled, { shares: 60, reason: ReportReason.byUser });
    expect(rig.account().openBuyShares).toBe(40); // 40 are neither cancelled nor executed by what we were told
    rig.execute(slot, 40, 100_000, 7);
    expect(rig.slot(slot, 'state')).toBe(OrderState.filled);
    expect(rig.account()).toMatchObject({ position: 40, openBuyShares: 0 });
  });

  it('of an order taken for rejected bring it back with what it may still do', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.hear(slot, ReportKind.rejected);
    rig.execute(slot, 30, 100_000, 7);
    expect(rig.facts.incidents(Incident.revived)).toBe(1);
    expect(rig.slot(slot, 'state')).toBe(OrderState.partFilled);
    expect(rig.account()).toMatchObject({ position: 30, openBuyShares: 70, openOrders: 1 });
  });

  it('under the new reference of a replace prove that it took effect', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    const ref = rig.replace(slot, 200, 101_000);
    rig.learn(slot, ReportKind.executed, { ref, shares: 150, price4: 101_000, matchLo: 7 });
    expect(rig.slot(slot, 'state')).toBe(OrderState.partFilled);
    expect(rig.account()).toMatchObject({ position: 150, openBuyShares: 50, openBuyValue4: 50 * 101_000 });
    rig.hear(slot, ReportKind.replaced, { ref, previousRef: 1, shares: 200, price4: 101_000 });
    expect(rig.account().openBuyShares).toBe(50);
    expect(rig.facts.incidents(Incident.overExecuted)).toBe(0);
  });

  it('of references that are not ours are counted as money that a person must look for', () => {
    const rig = new OrderRig();
    expect(rig.hear(-1, ReportKind.executed, { port: 0, ref: 44, shares: 10, price4: 100_000 })).toBe(-1);
    expect(rig.hear(-1, ReportKind.cancelled, { port: 0, ref: 44, shares: 10 })).toBe(-1);
    expect(rig.hear(-1, ReportKind.accepted, { port: 7, ref: 1 })).toBe(-1);
    expect(rig.facts.incidents(Incident.unknownExecution)).toBe(1);
    expect(rig.facts.incidents(Incident.unknownRef)).toBe(1);
    expect(rig.facts.incidents(Incident.badFact)).toBe(1);
  });

  it('without shares, or with more than an int32 holds, change nothing', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    for (const shares of [0, -1, -0x80000000]) rig.execute(slot, shares, 100_000, 7);
    rig.execute(slot, 10, -5, 8);
    expect(rig.facts.incidents(Incident.badReport)).toBe(4);
    expect(rig.account().position).toBe(0);
  });

  it('are booked though the table is full, without being remembered', () => {
    const rig = new OrderRig({ maxFills: 1 });
    const slot = live(rig);
    rig.execute(slot, 10, 100_000, 1);
    rig.execute(slot, 20, 110_000, 2);
    rig.hear(slot, ReportKind.corrected, { shares: 30, price4: 90_000, matchLo: 3 });
    expect(rig.facts.incidents(Incident.fillTableFull)).toBe(2);
    expect(rig.account()).toMatchObject({ position: 60, cost4: 1_000_000 + 2_200_000 + 2_700_000 });
    rig.hear(slot, ReportKind.broken, { matchLo: 1 });
    expect(rig.account()).toMatchObject({ position: 50, cost4: 4_900_000 });
  });
});

describe('busts', () => {
  it('leave position, cost, P&L and cash as though the execution had never been, after the end too', () => {
    const withIt = new OrderRig();
    const without = new OrderRig();
    for (const rig of [withIt, without]) {
      const bought = live(rig, { shares: 300 });
      const sold = live(rig, { side: Side.sell, shares: 300, strategy: 1 });
      rig.execute(bought, 100, 100_000, 1);
      if (rig === withIt) rig.execute(bought, 100, 130_000, 2);
      rig.execute(sold, 150, 110_001, 3);
      rig.execute(bought, 77, 99_999, 4);
      if (rig === withIt) {
        rig.execute(bought, 23, 1, 5);
        expect(rig.slot(bought, 'state')).toBe(OrderState.filled);
        rig.hear(bought, ReportKind.broken, { matchLo: 2 });
        rig.hear(bought, ReportKind.broken, { matchLo: 5 });
      }
    }
    expect(withIt.account()).toMatchObject({
      ...without.account(),
      openBuyShares: 0,
      openBuyValue4: 0,
      openOrders: 1,
    });
    const total = withIt.total(Scope.account);
    expect(total.cash4).toBe(without.total(Scope.account).cash4);
    expect(total.realised4).toBe(without.total(Scope.account).realised4);
    expect(withIt.row(Scope.strategy, 0, 0).cost4).toBe(without.row(Scope.strategy, 0, 0).cost4);
    expect(withIt.slot(0, 'executed')).toBe(177);
    expect(withIt.slot(0, 'state')).toBe(OrderState.filled); // its shares are not back on the book
  });

  it('told again change nothing', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.execute(slot, 40, 100_000, 7);
    for (let n = 0; n < 2; n++) rig.hear(slot, ReportKind.broken, { matchLo: 7 });
    expect(rig.account().position).toBe(0);
    expect(rig.facts.incidents(Incident.repeatedFill)).toBe(1);
    expect(rig.heard.filter((line) => line.startsWith('fill'))).toEqual(['fill 1 40@100000', 'fill 1 -40@100000']);
  });

  it('before their execution wait for it', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.hear(slot, ReportKind.broken, { matchLo: 7 });
    expect(rig.facts.incidents(Incident.unknownMatch)).toBe(1);
    rig.execute(slot, 40, 100_000, 7);
    expect(flagsOf(rig, 0)).toBe(FillFlag.told | FillFlag.broken);
    expect(rig.account()).toMatchObject({ position: 0, cost4: 0, openBuyShares: 60 });
    expect(rig.slot(slot, 'executed')).toBe(0);
  });
});

describe('corrections', () => {
  it('amend position, cost and cash, and bring no shares back', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.execute(slot, 100, 100_000, 7);
    rig.hear(slot, ReportKind.corrected, { shares: 80, price4: 99_000, matchLo: 7 });
    expect(rig.account()).toMatchObject({ position: 80, cost4: 7_920_000, boughtShares: 80, openBuyShares: 0 });
    expect(rig.total(Scope.account).cash4).toBe(-7_920_000);
    expect(rig.slot(slot, 'executed')).toBe(80);
    expect(rig.time(slot, 'executedValue4')).toBe(7_920_000);
    expect(rig.heard.slice(-2)).toEqual(['fill 1 -100@100000', 'fill 1 80@99000']);
  });

  it('count by the latest, whichever way round they and their execution come', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.hear(slot, ReportKind.corrected, { shares: 80, price4: 99_000, matchLo: 7 });
    expect(rig.account()).toMatchObject({ position: 80, openBuyShares: 100 }); // what was taken is still to be told
    rig.execute(slot, 100, 100_000, 7);
    expect(rig.account()).toMatchObject({ position: 80, cost4: 7_920_000, openBuyShares: 0 });
    rig.hear(slot, ReportKind.corrected, { shares: 90, price4: 98_000, matchLo: 7 });
    expect(rig.account()).toMatchObject({ position: 90, cost4: 8_820_000 });
  });

  it('to nothing are busts, and of a bust are refused', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.execute(slot, 100, 100_000, 7);
    rig.hear(slot, ReportKind.corrected, { shares: 0, price4: 100_000, matchLo: 7 });
    expect(rig.account().position).toBe(0);
    rig.hear(slot, ReportKind.corrected, { shares: 50, price4: 100_000, matchLo: 7 });
    expect(rig.account().position).toBe(0);
    expect(rig.facts.incidents(Incident.correctedAfterBust)).toBe(1);
  });

  it('told again, or impossible, change nothing', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.execute(slot, 100, 100_000, 7);
    for (let n = 0; n < 2; n++) rig.hear(slot, ReportKind.corrected, { shares: 80, price4: 99_000, matchLo: 7 });
    rig.hear(slot, ReportKind.corrected, { shares: -3, price4: 99_000, matchLo: 7 });
    expect(rig.account().position).toBe(80);
    expect(rig.facts.incidents(Incident.repeatedFill)).toBe(1);
    expect(rig.facts.incidents(Incident.badReport)).toBe(1);
  });
});

describe('a drop copy', () => {
  it('ends an order by a cancel of all that is open, and never takes off a part that the port will tell again', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    rig.learn(slot, ReportKind.cancelled, { shares: 40 });
    expect(rig.account().openBuyShares).toBe(100);
    rig.hear(slot, ReportKind.cancelled, { shares: 40 });
    rig.learn(slot, ReportKind.cancelled, { shares: 60 });
    expect(rig.slot(slot, 'state')).toBe(OrderState.cancelled);
    rig.hear(slot, ReportKind.cancelled, { shares: 60 });
    expect(rig.slot(slot, 'cancelled')).toBe(100);
    expect(rig.facts.incidents(Incident.repeated)).toBe(1);
  });

  it('is not asked for anything else', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.learn(slot, ReportKind.accepted, { shares: 100 });
    expect(rig.slot(slot, 'state')).toBe(OrderState.sent);
    expect(rig.facts.incidents(Incident.badFact)).toBe(1);
  });
});

describe('a replace that a drop copy shows first', () => {
  it('a cancel of the old leg that the port tells afterwards takes nothing off the new one', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    const ref = rig.replace(slot, 200, 100_000);
    rig.learn(slot, ReportKind.executed, { ref, shares: 10, price4: 100_000, matchLo: 1 });
    rig.hear(slot, ReportKind.cancelled, { ref: 1, shares: 25, reason: ReportReason.supervisory });
    rig.hear(slot, ReportKind.repriced, { ref: 1, price4: 90_000 });
    rig.hear(slot, ReportKind.replaced, { ref, previousRef: 1, shares: 200, price4: 100_000 });
    expect(rig.account()).toMatchObject({ openBuyShares: 190, openBuyValue4: 190 * 100_000 });
  });
});

describe('a cancel under a reference that a replace took away', () => {
  it('is void: another is owed, and somebody hears of it', () => {
    const rig = new OrderRig();
    const slot = live(rig);
    const ref = rig.replace(slot, 200, 100_000);
    rig.cancel(slot); // under the old reference, behind the replace
    rig.hear(slot, ReportKind.replaced, { ref, previousRef: 1, shares: 200, price4: 100_000 });
    expect(rig.slot(slot, 'flags')).toBe(OrderFlag.cancelOwed);
    expect(rig.facts.incidents(Incident.cancelVoid)).toBe(1);
  });
});
