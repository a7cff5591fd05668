import { describe, expect, test } from 'vitest';
import { CancelCause } from './intents.ts';
import { RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import { GatewayRig, type GatewayRigOptions } from './testing/gateway-rig.ts';
import { ReportKind } from './venue-report.ts';

/** A gateway whose first strategy can be killed. */
function killable(options: GatewayRigOptions = {}) {
  const killed = new Set<number>();
  const check = (request: number, strategy: number) =>
    request !== RequestKind.cancel && killed.has(strategy) ? RefusalReason.killed : 0;
  return { rig: new GatewayRig({ lastCheck: { check }, ...options }).pass(5), killed };
}

/** Why each cancel of an order was asked for. */
const causes = (rig: GatewayRig, order: number) =>
  rig
    .records()
    .flatMap(({ name, fields }) => (name === 'cancelIntent' && fields.number === order ? [fields.cause] : []));

describe('a kill', () => {
  test('cancels orders that could not be reached when it was set, as soon as their port is back: mine, nobody else’s', () => {
    const { rig, killed } = killable();
    const [mine, others] = [rig.enter(), rig.enter({ strategy: 1 })];
    rig.pass(1);
    const [host] = rig.hosts[0];
    host.kill();
    rig.pass(5);
    killed.add(0);
    expect(rig.loop.cancelOpen(0, -1, CancelCause.kill)).toBe(0);
    rig.pass(300);
    expect(rig.state(mine)).toBe('live blind');
    host.down = false;
    rig.pass(2000);
    expect(rig.state(mine)).toBe('cancelled systemCancel');
    expect(rig.state(others)).toBe('live');
    expect(causes(rig, mine)).toEqual([CancelCause.kill]);
    expect(rig.folded().equals(rig.bytes())).toBe(true);
  });

  test('that is set while a mirror host takes over cancels behind the barrier', () => {
    const { rig, killed } = killable({ shape: [2] });
    const order = rig.enter();
    rig.pass(1);
    rig.venues[0].mute = true;
    rig.hosts[0][0].kill();
    rig.pass(20);
    expect(rig.states()).toEqual([['down', 'replaying']]);
    killed.add(0);
    rig.venues[0].mute = false;
    for (let n = 0; n < 20_000 && rig.states()[0].every((state) => state !== 'active'); n += 10) rig.pass(10);
    rig.pass(2);
    expect(rig.state(order)).toBe('cancelled systemCancel');
  });

  test('that stood before the start cancels what an earlier gateway left open', () => {
    const { rig, killed } = killable();
    const order = rig.enter();
    rig.pass(1);
    killed.add(0);
    rig.restart();
    expect(rig.state(order)).toBe('live blind');
    rig.pass(2000);
    expect(rig.state(order)).toBe('cancelled systemCancel');
  });

  test('tries again what the venue refused to cancel, until the order is gone', () => {
    const { rig, killed } = killable();
    const order = rig.enter();
    rig.pass(1);
    const [venue] = rig.venues;
    const { cancelOrder } = venue;
    let refusals = 0;
    venue.cancelOrder = (of) => {
      refusals++;
      venue.say(ReportKind.cancelRejected, of.ref, 0, of.side);
    };
    killed.add(0);
    rig.loop.cancelOpen(0, -1, CancelCause.kill);
    rig.pass(250);
    expect([rig.state(order), refusals]).toEqual(['live systemCancel', 3]);
    venue.cancelOrder = cancelOrder;
    rig.pass(110);
    expect(rig.state(order)).toBe('cancelled systemCancel');
  });
});

describe('a cancel', () => {
  test('that a replace before it made void goes out again under the new reference', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    const [host] = rig.hosts[0];
    host.frozen = true;
    expect(rig.gateway.replace(0, order, 300, 1_000_100)).toBe(0);
    expect(rig.gateway.cancel(0, order)).toBe(0);
    host.thaw();
    rig.pass(2);
    expect(rig.said).toContain('incident 20');
    expect(rig.state(order)).toBe('cancelled');
    expect(rig.venues[0].liveOrders).toEqual([]);
    expect(causes(rig, order)).toEqual([CancelCause.strategy, CancelCause.again]);
    expect(rig.folded().equals(rig.bytes())).toBe(true);
  });

  test('that was void in a replay goes out again once the port is reconciled, also by another process', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    rig.hosts[0][0].open[0].cut = true; // the venue hears of neither
    rig.gateway.replace(0, order, 300, 1_000_100);
    rig.gateway.cancel(0, order);
    // by the time of the replay the replace has been done, the cancel behind it has been ignored
    const [venue] = rig.venues;
    const [theirs] = venue.orders;
    Object.assign(theirs, { ref: 2, total: 300, price4: 1_000_100 });
    theirs.refs.push(2);
    venue.lastRef = 2;
    venue.say(ReportKind.replaced, 2, 1, theirs.side, 300, 1_000_100);
    rig.restart().pass(2000);
    expect(rig.state(order)).toBe('cancelled');
    expect(venue.liveOrders).toEqual([]);
  });

  test('of a cancel-all that was lost with its session goes out again; a strategy’s own is its own to repeat', () => {
    const rig = new GatewayRig().pass(5);
    const [one, all] = [rig.enter(), rig.enter({ strategy: 1 })];
    rig.pass(1);
    rig.hosts[0][0].open[0].cut = true;
    rig.gateway.cancel(0, one);
    rig.gateway.cancelAll(1, CancelCause.cancelAll);
    rig.loop.ports[0].failOver();
    rig.pass(2000);
    expect([rig.state(one), rig.state(all)]).toEqual(['live', 'cancelled systemCancel']);
    expect(causes(rig, all)).toEqual([CancelCause.cancelAll, CancelCause.again]);
  });
});

describe('a day that we end', () => {
  test('cancels what could not be reached, once its port is back', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    const [host] = rig.hosts[0];
    host.kill();
    rig.pass(5);
    expect(rig.loop.endDay()).toBe(0);
    host.down = false;
    rig.pass(2000);
    expect(rig.state(order)).toBe('cancelled systemCancel');
    expect(causes(rig, order)).toEqual([CancelCause.endOfDay]);
  });
});
