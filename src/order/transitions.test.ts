import { describe, expect, it } from 'vitest';
import { INCIDENT_COUNTERS, Incident } from './incidents.ts';
import { Intent, SendResult } from './intents.ts';
import { Effect } from './resolution-effect.ts';
import { isDone, OrderFlag, OrderState } from './terms.ts';
import { OrderRig } from './testing/order-rig.ts';
import { FACTS, Fact, Fit, STATES, TRANSITIONS } from './transitions.ts';
import { ReportKind, ReportReason } from './venue-report.ts';

/** Ways to bring a fresh order of 100 shares into a state, accepted by the venue or not. Part-filled: 60 are open. */
const REACH: Readonly<Record<number, (rig: OrderRig, live: (rig: OrderRig) => number) => number>> = {
  [OrderState.new]: (rig) => rig.intend(),
  [OrderState.sent]: (rig) => rig.enter(),
  [OrderState.live]: (rig, live) => live(rig),
  [OrderState.partFilled]: (rig, live) => after(live(rig), (slot) => rig.execute(slot, 40, 100_000, 1)),
  [OrderState.filled]: (rig, live) => after(live(rig), (slot) => rig.execute(slot, 100, 100_000, 1)),
  [OrderState.cancelled]: (rig, live) =>
    after(live(rig), (slot) => rig.hear(slot, ReportKind.cancelled, { shares: 100, reason: ReportReason.byUser })),
  [OrderState.rejected]: (rig) => after(rig.enter(), (slot) => rig.hear(slot, ReportKind.rejected)),
  [OrderState.expired]: (rig, live) =>
    after(live(rig), (slot) => rig.hear(slot, ReportKind.cancelled, { shares: 100, reason: ReportReason.timeout })),
};

/** Ways to tell an order a fact, as it is in reality. What is open is told by `open`. */
const TELL: Readonly<Record<number, (rig: OrderRig, slot: number, open: number) => unknown>> = {
  [Fact.sent]: (rig, slot) => rig.facts.sendResult(slot, Intent.enter, 0, SendResult.handed, 0, 49),
  [Fact.withdrawn]: (rig, slot) => rig.facts.sendResult(slot, Intent.enter, 0, SendResult.withdrawn, 2, 0),
  [Fact.accepted]: (rig, slot) => rig.accept(slot),
  [Fact.acceptedDead]: (rig, slot) => rig.hear(slot, ReportKind.acceptedDead),
  [Fact.replaced]: (rig, slot, open) => {
    const ref = isDone(rig.slot(slot, 'state')) ? 50 : rig.replace(slot, 100, 99_000);
    return rig.hear(slot, ReportKind.replaced, { ref, previousRef: 1, shares: open || 10, price4: 99_000 });
  },
  [Fact.replacedDead]: (rig, slot) => rig.hear(slot, ReportKind.replacedDead),
  [Fact.reduced]: (rig, slot) => rig.hear(slot, ReportKind.cancelled, { shares: 10, reason: ReportReason.byUser }),
  [Fact.cancelled]: (rig, slot, open) => rig.hear(slot, ReportKind.cancelled, { shares: open || 10 }),
  [Fact.expired]: (rig, slot, open) =>
    rig.hear(slot, ReportKind.cancelled, { shares: open || 10, reason: ReportReason.closed }),
  [Fact.partExecuted]: (rig, slot) => rig.execute(slot, 10, 100_000, 9),
  [Fact.executed]: (rig, slot, open) => rig.execute(slot, open || 10, 100_000, 9),
  [Fact.rejected]: (rig, slot) => rig.hear(slot, ReportKind.rejected),
  [Fact.requestRejected]: (rig, slot) => rig.hear(slot, ReportKind.cancelRejected),
  [Fact.noted]: (rig, slot) => rig.hear(slot, ReportKind.restated),
  [Fact.replaceAsked]: (rig, slot) => rig.facts.replaceAsked(slot, 0, 50, 200, 99_000),
  [Fact.cancelAsked]: (rig, slot) => rig.facts.cancelAsked(slot, 0, 1, 0, 0),
  [Fact.requestVoid]: (rig, slot) => rig.facts.sendResult(slot, Intent.cancel, 0, SendResult.withdrawn, 1, 0),
  [Fact.lost]: (rig, slot) => rig.lose(rig.slot(slot, 'port')),
  [Fact.recovered]: (rig, slot) => rig.facts.portRecovered(rig.slot(slot, 'port'), 0, 0),
  [Fact.resolvedOpen]: (rig, slot) => rig.facts.resolved(slot, 3, Effect.trusted),
  [Fact.resolvedNever]: (rig, slot) => rig.facts.resolved(slot, 4, Effect.rejected),
};

/** Facts that done orders are never told: they are in no list of open ones, or what is left decides what the fact is. */
const NEVER_TOLD_TO_DONE: readonly number[] = [Fact.lost, Fact.recovered, Fact.reduced, Fact.partExecuted];

function accepted(rig: OrderRig): number {
  return after(rig.enter(), (slot) => rig.accept(slot));
}
/** Live by conclusion: the venue's accept is still to come. */
function concludedLive(rig: OrderRig): number {
  return after(rig.enter(), (slot) => rig.facts.resolved(slot, 0, Effect.trusted));
}
function after(slot: number, what: (slot: number) => unknown): number {
  what(slot);
  return slot;
}

/** Only the venue's word, our own last check and a conclusion from evidence end an order: never a loss, never a wish. */
const ENDING: readonly number[] = [
  Fact.withdrawn,
  Fact.acceptedDead,
  Fact.replacedDead,
  Fact.cancelled,
  Fact.expired,
  Fact.executed,
  Fact.rejected,
  Fact.resolvedNever,
];

const nameOf = (words: Readonly<Record<string, number>>, code: number) =>
  Object.keys(words).find((word) => words[word] === code) ?? `${code}`;
const ROWS = Object.values(Fact).flatMap((fact) =>
  Object.values(OrderState)
    .filter((state) => state !== OrderState.none)
    .map((state) => ({ fact, state, name: `${nameOf(Fact, fact)} of a ${nameOf(OrderState, state)} order` })),
);

describe('the table of transitions', () => {
  it('has a cell for every fact and state, and none for orders that are not there', () => {
    expect(TRANSITIONS.length).toBe(FACTS);
    expect(Object.values(Fact)).toEqual(Array.from({ length: FACTS }, (_, fact) => fact));
    for (const row of TRANSITIONS) {
      expect(row.length).toBe(STATES);
      expect(row[OrderState.none].fit).toBe(Fit.illegal);
    }
  });

  it('takes no order back from an end but by life, and ends none but by evidence', () => {
    const cells = TRANSITIONS.flatMap((row, fact) => row.map((cell, state) => ({ ...cell, fact, state })));
    for (const { fact, state, fit, to } of cells) {
      if (to !== 'same' && isDone(state)) expect([fact, fit]).toEqual([Fact.replaced, Fit.revives]);
      if (typeof to === 'number' && isDone(to)) expect(ENDING).toContain(fact);
    }
  });

  it.each(ROWS)('$name', ({ fact, state }) => {
    const rig = new OrderRig();
    const slot = REACH[state](rig, fact === Fact.accepted ? concludedLive : accepted);
    expect(rig.slot(slot, 'state')).toBe(state);
    const open = state === OrderState.rejected ? 100 : rig.slot(slot, 'leaves');
    const { fit, to } = TRANSITIONS[fact][state];
    const told = rig.store.counters + INCIDENT_COUNTERS + fact * STATES + state;
    const before = rig.store.float64[told];
    TELL[fact](rig, slot, open);
    if (isDone(state) && NEVER_TOLD_TO_DONE.includes(fact) && fit !== Fit.revives) {
      expect(rig.slot(slot, 'state')).toBe(state);
      return;
    }
    expect(rig.store.float64[told], 'the row was hit and counted').toBe(before + 1);
    const executed = rig.slot(slot, 'taken') > 0;
    if (fit === Fit.illegal) expect(rig.facts.incidents(Incident.illegal)).toBe(1);
    if (fit === Fit.repeated) expect(rig.facts.incidents(Incident.repeated)).toBe(1);
    if (fit === Fit.revives) expect(rig.facts.incidents(Incident.revived)).toBe(1);
    if (to === 'open') {
      expect(rig.slot(slot, 'state')).toBe(executed ? OrderState.partFilled : OrderState.live);
    } else if (fit === Fit.revives) {
      const again = TRANSITIONS[fact][OrderState.sent].to;
      const live = executed ? OrderState.partFilled : OrderState.live;
      expect(rig.slot(slot, 'state')).toBe(again === 'open' ? live : again);
    } else {
      expect(rig.slot(slot, 'state')).toBe(to === 'same' ? state : to);
    }
    const now = rig.slot(slot, 'state');
    expect(rig.slot(slot, 'leaves') > 0).toBe(!isDone(now));
    expect(rig.store.isLinked(slot)).toBe(!isDone(now));
    expect(rig.account().openOrders).toBe(isDone(now) ? 0 : 1);
    expect(rig.account().openBuyShares >= rig.slot(slot, 'leaves')).toBe(true);
    expect(rig.slot(slot, 'version') & 1).toBe(0);
  });
});

describe('reports that are told again', () => {
  it('an accept changes nothing and is counted', () => {
    const rig = new OrderRig();
    const slot = accepted(rig);
    rig.heard.length = 0;
    rig.accept(slot);
    expect(rig.facts.incidents(Incident.repeated)).toBe(1);
    expect(rig.heard).toEqual([`incident ${Incident.repeated}`]); // no order event: nothing changed
  });

  it('a replace changes nothing and is counted', () => {
    const rig = new OrderRig();
    const slot = accepted(rig);
    const ref = rig.replace(slot, 150, 101_000);
    for (let n = 0; n < 2; n++)
      rig.hear(slot, ReportKind.replaced, { ref, previousRef: 1, shares: 150, price4: 101_000 });
    expect(rig.facts.incidents(Incident.repeated)).toBe(1);
    expect(rig.account()).toMatchObject({ openBuyShares: 150, openBuyValue4: 15_150_000 });
  });
});

describe('what the loss of a port does', () => {
  it('makes what is in flight unknown and what rests blind, and holds both in full', () => {
    const rig = new OrderRig();
    const [sent, live, cancelling, replacing] = [rig.enter(), accepted(rig), accepted(rig), accepted(rig)];
    const elsewhere = rig.enter({ port: 1 });
    rig.cancel(cancelling);
    rig.replace(replacing, 300, 101_000);
    const before = rig.account();
    rig.lose(0);
    const { unknown, blind, pendingCancel, pendingReplace } = OrderFlag;
    expect([sent, live, cancelling, replacing, elsewhere].map((slot) => rig.slot(slot, 'flags'))).toEqual([
      unknown,
      blind,
      unknown | blind | pendingCancel,
      unknown | blind | pendingReplace,
      0,
    ]);
    expect(rig.account()).toEqual(before);
    expect([rig.facts.foundUnknown(0), rig.facts.foundBlind(0)]).toEqual([3, 1]);
    expect(rig.total(2)).toMatchObject({ unknownOrders: 3, blindOrders: 3 });
  });

  it('is written to orders in steps without anybody seeing a step', () => {
    const whole = new OrderRig();
    const steps = new OrderRig();
    for (const rig of [whole, steps]) for (let n = 0; n < 10; n++) accepted(rig);
    whole.lose(0);
    whole.hear(9, ReportKind.executed, { shares: 5, price4: 100_000, matchLo: 3 });
    steps.tick();
    steps.facts.noteLost(0, 0, 1);
    expect(steps.facts.markLost(0, 4)).toBe(false);
    expect(steps.slot(9, 'flags')).toBe(0);
    steps.hear(9, ReportKind.executed, { shares: 5, price4: 100_000, matchLo: 3 });
    expect(steps.facts.markLost(0, 1)).toBe(true);
    expect(steps.bytes().equals(whole.bytes())).toBe(true);
  });

  it('ends for an order in flight when the venue tells of it, and leaves it blind until the port is back', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.lose(0);
    rig.accept(slot);
    expect(rig.slot(slot, 'flags')).toBe(OrderFlag.blind);
    rig.facts.portRecovered(0, 0, 2);
    expect(rig.slot(slot, 'flags')).toBe(0);
    expect(rig.total(0)).toMatchObject({ unknownOrders: 0, blindOrders: 0, openOrders: 1 });
  });

  it('is not over for an order whose fate no evidence tells, however long', () => {
    const rig = new OrderRig();
    const slot = rig.enter();
    rig.lose(0);
    rig.facts.portRecovered(0, 0, 0);
    rig.lose(0);
    rig.facts.portRecovered(0, 0, 0);
    expect(rig.slot(slot, 'flags')).toBe(OrderFlag.unknown);
    expect(rig.account().openBuyShares).toBe(100);
  });

  it('a conclusion keeps its row with the order', () => {
    const rig = new OrderRig();
    const [never, dropped, resent] = [rig.enter(), accepted(rig), rig.enter()];
    rig.cancel(dropped);
    rig.lose(0);
    rig.facts.resolved(never, 5, Effect.rejected);
    rig.facts.resolved(dropped, 6, Effect.cancelDropped);
    rig.facts.resolved(resent, 7, Effect.sentAgain);
    rig.facts.portRecovered(0, 0, 0);
    expect([never, dropped, resent].map((slot) => rig.slot(slot, 'resolution'))).toEqual([6, 7, 8]);
    expect([never, dropped, resent].map((slot) => rig.slot(slot, 'state'))).toEqual([
      OrderState.rejected,
      OrderState.live,
      OrderState.sent,
    ]);
    expect([never, dropped, resent].map((slot) => rig.slot(slot, 'flags'))).toEqual([0, 0, 0]);
  });

  it('the venue knowing more references than we do is an incident, and they are not given again', () => {
    const rig = new OrderRig();
    rig.facts.portRecovered(0, 0, 40);
    expect(rig.facts.incidents(Incident.refsAhead)).toBe(1);
    expect(rig.store.nextRef(0)).toBe(40);
  });
});
