import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FillField } from './fill-layout.ts';
import { Incident } from './incidents.ts';
import { LedgerHeader } from './ledger-layout.ts';
import { Scope } from './scope.ts';
import { isDone, OrderFlag, OrderState, Side } from './terms.ts';
import { ledgerText, naiveLedger } from './testing/naive-ledger.ts';
import { OrderRig, RIG, type Told } from './testing/order-rig.ts';
import { type Step, VenueStory } from './testing/venue-story.ts';

const steps = fc.array(fc.tuple(fc.nat(16), fc.nat(4000), fc.nat(4000)), {
  minLength: 20,
  maxLength: 200,
}) as fc.Arbitrary<Step[]>;
const RUNS = 300;

interface ToldFact {
  readonly op: number;
  readonly port: number;
  readonly ref: number;
  readonly shares: number;
  readonly price4: number;
}

/** How many orders ended filled, cancelled, rejected, expired: as it is counted, and by looking at every order. */
const ENDS = [OrderState.filled, OrderState.cancelled, OrderState.rejected, OrderState.expired];
function endings(rig: OrderRig): number[] {
  return ENDS.map((state) => rig.store.ended[state]);
}
function naiveEndings(rig: OrderRig): number[] {
  const states = Array.from({ length: rig.store.count }, (_, slot) => rig.slot(slot, 'state'));
  return ENDS.map((end) => states.filter((state) => state === end).length);
}

/** The venue can have traded, and can still trade, no more of an order than we have booked and hold. */
function checkOrders(story: VenueStory): void {
  const { rig } = story;
  for (let slot = 0; slot < rig.store.count; slot++) {
    const port = story.ports[rig.slot(slot, 'port')];
    const firstRef = rig.slot(slot, 'firstRef');
    const atVenue = (port.orders.get(firstRef)?.executed ?? 0) + port.canStill(firstRef);
    const ours = rig.slot(slot, 'taken') + rig.slot(slot, 'reservedShares');
    if (atVenue > ours) expect.fail(`order ${slot + 1}: venue ${atVenue} beyond ours ${ours}`);
  }
}

/** The venue's position, and all that it can become, lies within ours and what we hold. */
function checkPositions(story: VenueStory): void {
  const { rig } = story;
  for (let account = 0; account < RIG.accounts; account++) {
    for (let instrument = 0; instrument < RIG.instruments; instrument++) {
      let [low, high] = [0, 0];
      for (let slot = 0; slot < rig.store.count; slot++) {
        if (rig.slot(slot, 'account') !== account || rig.slot(slot, 'instrument') !== instrument) continue;
        const port = story.ports[rig.slot(slot, 'port')];
        const firstRef = rig.slot(slot, 'firstRef');
        const executed = port.orders.get(firstRef)?.executed ?? 0;
        const most = executed + port.canStill(firstRef);
        if (rig.slot(slot, 'side') === Side.buy) {
          low += executed;
          high += most;
        } else {
          low -= most;
          high -= executed;
        }
      }
      const { position, openBuyShares, openSellShares } = rig.row(Scope.account, account, instrument);
      if (high > position + openBuyShares || low < position - openSellShares) {
        expect.fail(`venue ${low}…${high} not within ${position} - ${openSellShares} + ${openBuyShares}`);
      }
    }
  }
}

/** Once all is told and resolved: every order is what the venue says it is, and nothing is held beyond it. */
function checkSettled(story: VenueStory): void {
  const { rig } = story;
  const position = new Array<number>(RIG.ports).fill(0);
  for (let slot = 0; slot < rig.store.count; slot++) {
    const truth = story.truthOf(slot);
    const open = truth?.open ?? 0;
    expect(rig.slot(slot, 'leaves')).toBe(open);
    expect(rig.slot(slot, 'reservedShares')).toBe(open);
    expect(isDone(rig.slot(slot, 'state'))).toBe(open === 0);
    // a cancel that came to nothing is sent again by the gateway, which has no part here
    expect(rig.slot(slot, 'flags') & ~OrderFlag.cancelOwed).toBe(0);
    expect(rig.slot(slot, 'taken')).toBe(truth?.executed ?? 0);
    if (truth === undefined) expect(rig.slot(slot, 'state')).toBe(OrderState.rejected);
    else if (open > 0) expect(rig.slot(slot, 'ref')).toBe(truth.ref);
    const executed = [...(truth?.fills.values() ?? [])].reduce((sum, fill) => sum + fill.shares, 0);
    expect(rig.slot(slot, 'executed')).toBe(executed);
    position[rig.slot(slot, 'port')] += rig.slot(slot, 'side') === Side.buy ? executed : -executed;
  }
  expect(position).toEqual(story.ports.map((port) => port.position()));
  for (const incident of [
    Incident.illegal,
    Incident.revived,
    Incident.unknownRef,
    Incident.sharesDiffer,
    Incident.badFact,
  ]) {
    expect(rig.facts.incidents(incident)).toBe(0);
  }
}

describe('orders against a venue that knows nothing of them', () => {
  it('whatever is lost, late or told twice: positions, P&L, exposure and margin are those of a naive ledger', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (list, amends) => {
        const story = new VenueStory(amends);
        for (const step of list) {
          story.play(step);
          const { rig } = story;
          expect(ledgerText(rig)).toBe(naiveLedger(rig, story.fills, story.marks));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('at any time its possible position lies within ours and what is reserved', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const story = new VenueStory(false);
        for (const step of list) {
          story.play(step);
          checkOrders(story);
          checkPositions(story);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('once all is healed every order is what the venue says, busts and corrections included, and none is in doubt', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (list, amends) => {
        const story = new VenueStory(amends);
        for (const step of list) {
          story.play(step);
          checkOrders(story);
        }
        story.settle();
        checkSettled(story);
        const { rig } = story;
        expect(ledgerText(rig)).toBe(naiveLedger(rig, story.fills, story.marks));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('whatever a venue says', () => {
  const small = fc.integer({ min: -3, max: 40 });
  const wild = fc.oneof(small, fc.integer(), fc.constantFrom(0, 0x7fffffff, -0x80000000));
  const told = (number: fc.Arbitrary<number>) =>
    fc.record({
      op: fc.nat(9),
      port: fc.oneof(fc.nat(1), number),
      kind: fc.integer({ min: 0, max: 23 }),
      ref: number,
      previousRef: number,
      shares: number,
      price4: number,
      matchLo: fc.nat(5),
      reason: fc.nat(16),
    });

  /** Facts and calls without sense, in between orders of ours. */
  function tell(rig: OrderRig, fact: ToldFact): void {
    const { facts, report } = rig;
    rig.tick();
    report.clear();
    Object.assign(report, { ...fact, op: undefined, port: undefined });
    const { op, port, ref, shares, price4 } = fact;
    if (op === 0) rig.intend({ port: port & 1, side: ref & 1, shares: 1 + (Math.abs(shares) % 50), price4: 10_000 });
    else if (op === 1) facts.sendResult(ref, [10, 11, 12][shares & 3] ?? 7, port, price4 & 3, 2, 0);
    else if (op === 2) facts.replaceAsked(ref, port, rig.store.nextRef(port & 1), shares, price4);
    else if (op === 3) facts.cancelAsked(ref, port, ref, shares, price4);
    else if (op === 4) facts.portLost(port, ref, shares);
    else if (op === 5) facts.portRecovered(port, ref, shares);
    else if (op === 6) facts.resolved(ref, shares, price4 & 7);
    else if (op === 7) facts.evidence(1, port, report);
    else facts.reported(port, ref, report);
  }

  it('store and ledger stay of one mind, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.array(told(small), { maxLength: 150 }), (list) => {
        const rig = new OrderRig({ maxOrders: 32, maxFills: 512 });
        for (const fact of list) {
          tell(rig, fact);
          const fills = Array.from({ length: rig.fills.count }, (_, fill) => {
            const base = rig.fills.base(fill);
            const [slot, shares, price4] = [FillField.slot, FillField.shares, FillField.price4].map(
              (field) => rig.fills.int32[base + field],
            );
            return { slot, shares: BigInt(shares), price4: BigInt(price4) };
          });
          expect(ledgerText(rig)).toBe(naiveLedger(rig, fills, [0, 0, 0, 0]));
        }
        for (let slot = 0; slot < rig.store.count; slot++) {
          expect(rig.slot(slot, 'leaves')).toBeGreaterThanOrEqual(0);
          expect(rig.store.isLinked(slot)).toBe(!isDone(rig.slot(slot, 'state')));
          expect(isDone(rig.slot(slot, 'state'))).toBe(rig.slot(slot, 'leaves') === 0);
        }
        expect(endings(rig)).toEqual(naiveEndings(rig));
      }),
      { numRuns: RUNS },
    );
  });

  it('of any size is survived', () => {
    fc.assert(
      fc.property(fc.array(told(wild), { maxLength: 150 }), (list) => {
        const rig = new OrderRig({ maxOrders: 32, maxFills: 16 });
        for (const fact of list) tell(rig, fact);
        for (let slot = 0; slot < rig.store.count; slot++) {
          expect(rig.slot(slot, 'leaves')).toBeGreaterThanOrEqual(0);
          expect(rig.slot(slot, 'executed')).toBeGreaterThanOrEqual(0);
          expect(rig.slot(slot, 'reservedShares')).toBeGreaterThanOrEqual(0);
          expect(rig.slot(slot, 'version') & 1).toBe(0);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('recovery', () => {
  it('the same facts in fresh memory give the same bytes, wherever the story is cut', () => {
    fc.assert(
      fc.property(steps, fc.nat(200), (list, cut) => {
        const tape: Told[] = [];
        const story = new VenueStory(true, { tape });
        story.rig.facts.opened(20260107, 1);
        story.rig.facts.balance(0, 1e9);
        story.rig.facts.position(1, 2, 3, -700, 10_001.5, 0);
        for (const step of list.slice(0, cut)) story.play(step);
        const recovered = new OrderRig({ maxOrders: 256, maxFills: 1024 });
        for (const told of tape) told(recovered.facts);
        // Prices are no facts: whoever recovers is told them anew.
        for (const [instrument, price4] of story.marks.entries()) recovered.ledger.mark(instrument, price4);
        const [before, after] = [story.rig, recovered].map(comparable);
        expect(after.equals(before)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('carries on with numbers and references that no order had', () => {
    const tape: Told[] = [];
    const rig = new OrderRig({ tape });
    for (let n = 0; n < 5; n++) rig.enter({ port: n % 2 });
    rig.replace(0, 200, 100_000);
    const recovered = new OrderRig();
    for (const told of tape) told(recovered.facts);
    expect(recovered.store.allocate()).toBe(5);
    expect([recovered.store.nextRef(0), recovered.store.nextRef(1)]).toEqual([5, 3]);
  });

  it('refuses facts of another day', () => {
    const rig = new OrderRig();
    expect(rig.facts.opened(20260107, 1)).toBe(true);
    expect(rig.facts.opened(20260107, 2)).toBe(true);
    expect(rig.facts.opened(20260108, 1)).toBe(false);
    expect([rig.store.day, rig.store.epoch]).toEqual([20260107, 2]);
  });
});

/** All memory, but for the count of changes that readers of the ledger look at: marks are changes too. */
function comparable(rig: OrderRig): Buffer {
  const bytes = rig.bytes();
  const ledger = rig.store.memory.byteLength + rig.fills.memory.byteLength;
  bytes.fill(0, ledger + LedgerHeader.version * 4, ledger + (LedgerHeader.version + 1) * 4);
  return bytes;
}
