import { describe, expect, test } from 'vitest';
import { Incident } from './incidents.ts';
import { Doubt, resolutionEffect, resolutionRow, VenueEvidence } from './resolution-table.ts';
import { OrderState, SessionState } from './terms.ts';
import { GatewayRig } from './testing/gateway-rig.ts';
import { OrderRig } from './testing/order-rig.ts';
import { nameOf, PortRig } from './testing/port-rig.ts';
import { ReportKind, VenueReport } from './venue-report.ts';

/** What `npm run sim:orders` found, each as small as it gets. */

const PRICE4 = 100_000;
const PROBES = { barrier: 'probe', refsMustRise: false } as const;

const stateOf = (rig: OrderRig, slot: number) => nameOf(OrderState, rig.slot(slot, 'state'));

function probeAnswer(ref: number): VenueReport {
  const report = new VenueReport();
  return Object.assign(report, { kind: ReportKind.acceptedDead, ref });
}

describe('a drop copy', () => {
  test('that tells of the end of a probe does not bring the order back that the probe proved never to have arrived', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.lose(0);
    rig.facts.probeAnswered(0, probeAnswer(rig.slot(slot, 'ref')));
    rig.learn(slot, ReportKind.cancelled, { shares: 1 });
    expect(stateOf(rig, slot)).toBe('rejected');
    expect(rig.slot(slot, 'reservedShares')).toBe(0);
  });

  test('that tells of the end of a probe under a replace’s reference does not put the replace into effect', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ shares: 1 });
    const ref = rig.replace(slot, 285, PRICE4);
    rig.lose(0);
    rig.facts.barrierSent(0, 0, ref, slot + 1);
    rig.learn(slot, ReportKind.cancelled, { ref, shares: 1 });
    expect([stateOf(rig, slot), rig.slot(slot, 'shares'), rig.slot(slot, 'pendingRef')]).toEqual(['sent', 1, ref]);
    rig.facts.portRecovered(0, 0, 0);
    // nobody probes any more: what ends now is the order itself, and all that the replace left open
    rig.learn(slot, ReportKind.cancelled, { ref, shares: 1 });
    expect(stateOf(rig, slot)).toBe('sent');
    rig.learn(slot, ReportKind.cancelled, { ref, shares: 285 });
    expect(stateOf(rig, slot)).toBe('cancelled');
  });

  test('that was faster than the port: a replace that the port tells of afterwards is history', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ shares: 100 });
    rig.accept(slot);
    const second = rig.replace(slot, 120, PRICE4);
    rig.learn(slot, ReportKind.executed, { ref: second, shares: 20, price4: PRICE4, matchLo: 1 });
    const third = rig.replace(slot, 150, PRICE4);
    rig.learn(slot, ReportKind.executed, { ref: third, shares: 130, price4: PRICE4, matchLo: 2 });
    expect(stateOf(rig, slot)).toBe('filled');
    rig.hear(slot, ReportKind.replaced, { ref: second, previousRef: 1, shares: 120, price4: PRICE4 });
    rig.hear(slot, ReportKind.executed, { ref: second, shares: 20, price4: PRICE4, matchLo: 1 });
    rig.hear(slot, ReportKind.replaced, { ref: third, previousRef: second, shares: 130, price4: PRICE4 });
    rig.hear(slot, ReportKind.executed, { ref: third, shares: 130, price4: PRICE4, matchLo: 2 });
    expect(stateOf(rig, slot)).toBe('filled');
    expect(rig.slot(slot, 'leaves')).toBe(0);
    expect(rig.slot(slot, 'executed')).toBe(150);
  });
});

describe('a probe', () => {
  test('that was answered has proved its point, whatever becomes of the barrier: its reference can be probed only once', () => {
    const rig = new OrderRig();
    const entered = rig.enter();
    const live = rig.enter();
    rig.accept(live);
    const replace = rig.replace(live, 300, PRICE4);
    rig.lose(0);
    rig.facts.probeAnswered(0, probeAnswer(rig.slot(entered, 'ref')));
    rig.facts.probeAnswered(0, probeAnswer(replace));
    expect(stateOf(rig, entered)).toBe('rejected');
    expect(rig.slot(live, 'pendingRef')).toBe(0);
    expect(rig.slot(live, 'reservedShares')).toBe(100);
  });

  test('whose end comes over the next connection does not bring the order back that its beginning proved never to have arrived', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ shares: 97 });
    const ref = rig.slot(slot, 'ref');
    const replace = rig.replace(slot, 192, PRICE4);
    rig.lose(0);
    rig.facts.barrierSent(0, 0, ref, slot + 1);
    rig.facts.barrierSent(0, 0, replace, slot + 1);
    rig.facts.probeAnswered(0, probeAnswer(ref));
    // cut here: the next connection does not know these for answers to probes
    rig.lose(0);
    expect(rig.hear(slot, ReportKind.cancelled, { ref, shares: 1 })).toBe(-1);
    expect(rig.hear(slot, ReportKind.cancelled, { ref: replace, shares: 1 })).toBe(-1);
    expect([stateOf(rig, slot), rig.slot(slot, 'reservedShares')]).toEqual(['rejected', 0]);
    expect(rig.facts.incidents(Incident.revived)).toBe(0);
  });

  test('does not make an order’s own cancel pass for its end once the order shows life', () => {
    const rig = new OrderRig();
    const slot = rig.enter({ shares: 97 });
    rig.lose(0);
    rig.facts.barrierSent(0, 0, rig.slot(slot, 'ref'), slot + 1);
    rig.hear(slot, ReportKind.rejected);
    rig.accept(slot);
    expect([stateOf(rig, slot), rig.slot(slot, 'leaves')]).toEqual(['live', 97]);
    rig.hear(slot, ReportKind.cancelled, { shares: 1 });
    expect([stateOf(rig, slot), rig.slot(slot, 'leaves')]).toEqual(['live', 96]);
  });

  test('that was answered before the process died leaves nothing unknown', () => {
    const rig = new GatewayRig({ rules: PROBES }).pass(5);
    const [host] = rig.hosts[0];
    host.frozen = true;
    const order = rig.enter();
    host.kill();
    rig.pass(1);
    host.down = false;
    // up to the moment at which the answer to its probe is in the journal
    for (let n = 0; n < 2000 && rig.state(order) === 'sent unknown'; n++) rig.pass(1);
    rig.restart().pass(500);
    expect(rig.state(order)).toBe('rejected');
    expect(rig.folded().equals(rig.bytes())).toBe(true);
  });

  test('is not sent without a reference of its own', () => {
    const rig = new PortRig({ rules: PROBES });
    rig.nextRef = 0;
    rig.pass(5);
    expect(rig.venue.orders).toEqual([]);
    expect(rig.states()).toEqual(['warm']);
  });

  test('is an order by its form: a gateway that is fenced off sends none', () => {
    let fenced = false;
    const rig = new GatewayRig({ rules: PROBES, lastCheck: { check: () => (fenced ? 1 : 0) } }).pass(5);
    const known = rig.venues[0].orders.length;
    fenced = true;
    rig.hosts[0][0].open.at(-1)?.reset();
    rig.pass(1000);
    expect(rig.hosts[0][0].logins).toBeGreaterThan(1);
    expect(rig.venues[0].orders).toHaveLength(known);
  });
});

describe('a venue that went on at a higher number than it was asked for', () => {
  /** The port of order 1 is told that messages are gone. */
  function jumped(): GatewayRig {
    const rig = new GatewayRig({ shape: [1] }).pass(5);
    const [venue] = rig.venues;
    rig.enter();
    rig.pass(5);
    rig.hosts[0][0].kill();
    rig.pass(1);
    venue.say(ReportKind.startOfDay);
    venue.forgotten = venue.log.length;
    rig.hosts[0][0].down = false;
    rig.pass(500);
    expect(rig.state(1)).toBe('live unknown missed');
    return rig;
  }

  /** An order about which the venue says nothing, though its reference is used up. */
  function silentOrder(rig: GatewayRig): number {
    const [venue] = rig.venues;
    const [host] = rig.hosts[0];
    host.frozen = true;
    const order = rig.enter({ price4: 999_000 });
    expect(order).toBeGreaterThan(0);
    host.kill();
    rig.pass(1);
    venue.lastRef = rig.field(order, 'ref');
    host.down = false;
    return order;
  }

  test('proves nothing by its silence any more, however often it is asked', () => {
    const rig = jumped();
    const order = silentOrder(rig);
    rig.pass(1000);
    expect(rig.state(order)).toBe('sent unknown missed');
    rig.loop.ports[0].failOver();
    rig.pass(1000);
    expect(rig.state(order)).toBe('sent unknown missed');
    expect(rig.folded().equals(rig.bytes())).toBe(true);
  });

  test('nor does it after the process was started again', () => {
    const rig = jumped().restart().pass(500);
    const order = silentOrder(rig);
    rig.pass(1000);
    expect(rig.state(order)).toBe('sent unknown missed');
  });
});

describe('a message that can’t be read', () => {
  test('ends the conversation, is asked for again, and is skipped once it was said again: silence proves nothing then', () => {
    const { port } = new PortRig().pass(5);
    const [session] = port.sessions;
    expect(port.unreadable(session, 0)).toBe(false);
    expect(port.reconciler.messagesMissing).toBe(false);
    expect(port.unreadable(session, 0)).toBe(true);
    expect(port.reconciler.messagesMissing).toBe(true);
  });

  test('of a kind that is not known is skipped for the rest of the day once the venue has repeated one', () => {
    const { port } = new PortRig().pass(5);
    const [session] = port.sessions;
    expect([port.unreadable(session, 65), port.unreadable(session, 65)]).toEqual([false, true]);
    session.connection.expected[0]++;
    expect(port.unreadable(session, 65)).toBe(true);
    expect(port.unreadable(session, 66)).toBe(false);
    expect(port.reconciler.messagesMissing).toBe(false);
  });
});

test('a suspect session that does not answer its barrier either is given up, and the replay of another brings the rest', () => {
  const rig = new GatewayRig().pass(5);
  const [venue] = rig.venues;
  rig.hosts[0][0].frozen = true;
  const order = rig.enter();
  rig.pass(100);
  expect(rig.states()[0]).toEqual([nameOf(SessionState, SessionState.suspect)]);
  // the venue has it, but this connection is never told
  rig.hosts[0][0].open[0].cut = true;
  venue.lastRef = rig.field(order, 'ref');
  venue.say(ReportKind.accepted, venue.lastRef, 0, 0, 100, 1_000_000);
  rig.hosts[0][0].frozen = false;
  rig.pass(6000, 5);
  expect(rig.state(order)).toBe('live');
  expect(rig.states()[0]).not.toContain('suspect');
});

/** Seeds 80438 and 87197: the answer to a question that a dead process had asked was taken for that to a new one. */
test('an answer to a barrier is not taken for that to a later one: an order that arrived is not concluded never to have been', () => {
  const rig = new GatewayRig({ shape: [1] }).pass(5);
  const [venue] = rig.venues;
  const [host] = rig.hosts[0];
  const answer = () => venue.say(ReportKind.nextRef, venue.lastRef + 1);
  // answers to queries come by hand from here on
  venue.mute = true;
  host.open.at(-1)!.reset();
  rig.pass(1000);
  rig.restart();
  answer(); // to the question of the process that is dead: the next one reads it in its replay
  rig.pass(1000);
  expect(rig.states()[0]).toEqual(['replaying']);
  answer();
  rig.pass(1);
  expect(rig.states()[0]).toEqual(['active']);

  host.frozen = true;
  const order = rig.enter();
  rig.pass(100);
  expect(rig.states()[0]).toEqual(['suspect']);
  answer(); // to the second question before, which this venue is slow about
  rig.pass(1);
  expect(rig.state(order)).toBe('sent unknown');
  host.thaw();
  answer();
  rig.pass(1);
  expect(rig.state(order)).toBe('live');
  expect(rig.said.filter((line) => line.startsWith('incident'))).toEqual([]);
  expect(rig.folded().equals(rig.bytes())).toBe(true);
});

test('no answer to a barrier is waited for any more once what was sent behind it is answered', () => {
  const rig = new GatewayRig({ shape: [1] }).pass(5);
  const [venue] = rig.venues;
  venue.mute = true;
  rig.hosts[0][0].open.at(-1)!.reset();
  rig.pass(1000);
  venue.mute = false;
  rig.hosts[0][0].open.at(-1)!.reset();
  rig.pass(1000);
  // the first question never arrived, which nobody can know
  expect(rig.store.queriesOut(0)).toBe(1);
  expect(rig.state(rig.enter())).toBe('sent');
  rig.pass(1);
  expect(rig.store.queriesOut(0)).toBe(0);
});

/** Seed 53483: what had been executed unseen was given up with what it was reserved for. */
test('a replacement that is dead ends no order about which messages are missing: any part of it may be executed', () => {
  const rig = new OrderRig();
  const slot = rig.enter({ shares: 100 });
  rig.accept(slot);
  rig.lose(0);
  const row = resolutionRow(Doubt.live, VenueEvidence.messagesMissing);
  rig.facts.resolved(slot, row, resolutionEffect(row));
  rig.facts.portRecovered(0, 0, 0);
  const ref = rig.replace(slot, 40, PRICE4);
  rig.hear(slot, ReportKind.replacedDead, { ref, previousRef: 1, shares: 0 });
  expect([stateOf(rig, slot), rig.slot(slot, 'reservedShares'), rig.slot(slot, 'pendingRef')]).toEqual([
    'live',
    100,
    0,
  ]);
  rig.learn(slot, ReportKind.executed, { shares: 60, price4: PRICE4, matchLo: 1 });
  expect([stateOf(rig, slot), rig.slot(slot, 'reservedShares')]).toEqual(['partFilled', 40]);
});
