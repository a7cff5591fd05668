import { describe, expect, it } from 'vitest';
import { Incident } from './incidents.ts';
import { Intent, SendResult } from './intents.ts';
import { RefusalReason } from './risk-reason.ts';
import { Scope } from './scope.ts';
import { OrderFlag, OrderState, Side } from './terms.ts';
import { OrderRig } from './testing/order-rig.ts';
import { ReportKind, ReportReason } from './venue-report.ts';

describe('the life of an order', () => {
  it('goes from new over sent and live to filled, and holds its exposure until then', () => {
    const rig = new OrderRig();
    const slot = rig.intend();
    expect(slot).toBe(0);
    expect(rig.slot(slot, 'state')).toBe(OrderState.new);
    expect(rig.account()).toMatchObject({ openBuyShares: 100, openBuyValue4: 10_000_000, openOrders: 1 });
    rig.facts.sendResult(slot, Intent.enter, 0, SendResult.handed, 0, 49);
    expect(rig.slot(slot, 'state')).toBe(OrderState.sent);
    rig.accept(slot);
    expect(rig.slot(slot, 'state')).toBe(OrderState.live);
    rig.execute(slot, 40, 99_900, 1);
    expect(rig.slot(slot, 'state')).toBe(OrderState.partFilled);
    expect(rig.account()).toMatchObject({
      position: 40,
      cost4: 3_996_000,
      openBuyShares: 60,
      openBuyValue4: 6_000_000,
    });
    rig.execute(slot, 60, 100_000, 2);
    expect(rig.slot(slot, 'state')).toBe(OrderState.filled);
    expect(rig.slot(slot, 'leaves')).toBe(0);
    expect(rig.time(slot, 'executedValue4')).toBe(9_996_000);
    expect(rig.account()).toMatchObject({
      position: 100,
      cost4: 9_996_000,
      openBuyShares: 0,
      openBuyValue4: 0,
      openOrders: 0,
    });
    expect(rig.total(Scope.account)).toMatchObject({ openOrders: 0, cash4: -9_996_000, grossValue4: 9_996_000 });
    expect(rig.store.openOfPort(0)).toBe(0);
  });

  it('ends when the venue cancels what is open', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ side: Side.sell });
    rig.accept(slot);
    rig.execute(slot, 30, 100_000, 1);
    rig.cancel(slot);
    expect(rig.slot(slot, 'flags')).toBe(OrderFlag.pendingCancel);
    expect(rig.account().openSellShares).toBe(70);
    rig.hear(slot, ReportKind.cancelled, { shares: 70, reason: ReportReason.byUser, venueReason: 85 });
    expect(rig.slot(slot, 'state')).toBe(OrderState.cancelled);
    expect(rig.slot(slot, 'flags')).toBe(0);
    expect(rig.slot(slot, 'reason')).toBe(ReportReason.byUser);
    expect(rig.account()).toMatchObject({ position: -30, cost4: -3_000_000, openSellShares: 0, openSellValue4: 0 });
  });

  it('ends when the venue rejects it', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.hear(slot, ReportKind.rejected, { reason: ReportReason.halted });
    expect(rig.slot(slot, 'state')).toBe(OrderState.rejected);
    expect(rig.account()).toMatchObject({ openBuyShares: 0, openOrders: 0 });
  });

  it('ends when the last check took it back, with our reason', () => {
    const rig = new OrderRig();
    const slot = rig.intend();
    rig.facts.sendResult(slot, Intent.enter, 0, SendResult.withdrawn, RefusalReason.killed, 0);
    expect(rig.slot(slot, 'state')).toBe(OrderState.rejected);
    expect(rig.slot(slot, 'reason')).toBe(-RefusalReason.killed);
    expect(rig.account().openBuyShares).toBe(0);
  });

  it('is told to the listener once store and ledger hold it', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.heard.length = 0;
    rig.accept(slot);
    rig.execute(slot, 100, 100_000, 1);
    rig.execute(slot, 100, 100_000, 1);
    expect(rig.heard).toEqual([
      'order 1 fact 2',
      'order 1 fact 10',
      'fill 1 100@100000',
      `incident ${Incident.repeatedFill}`,
    ]);
  });
});
