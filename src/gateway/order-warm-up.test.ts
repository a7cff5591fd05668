import { describe, expect, test } from 'vitest';
import { GatewayCell } from '../order/gateway-parts.ts';
import { Incident } from '../order/incidents.ts';
import { SlotField } from '../order/order-layout.ts';
import { SourceCell } from '../order/source-cells.ts';
import { OrderState } from '../order/terms.ts';
import { GatewayRig } from '../order/testing/gateway-rig.ts';
import type { Clock } from '../runtime/clock.ts';
import { orderProtocolNames } from '../venues/order-registry.ts';
import { OrderRehearsal, type RehearsalInput } from './order-rehearsal.ts';
import { warmUpOrders } from './order-warm-up.ts';
import { DISGUISES } from './rehearsal-disguise.ts';
import { REHEARSED_ORDERS } from './rehearsal-options.ts';
import { bareGatewayOptions, PLAIN_TAKE } from './testing/bare-options.ts';

const STEP_NS = 1000;

function steppingClock(): Clock {
  const nowNs = Float64Array.of(1e12);
  return {
    nowNs,
    read() {
      nowNs[0] += STEP_NS;
    },
    readUtcOffsetNs: () => 0,
  };
}

const inputOf = (...protocols: readonly string[]): RehearsalInput => ({
  gateway: bareGatewayOptions(...protocols),
  native: undefined,
  createClock: steppingClock,
  hosts: [],
});

describe('an order rehearsal', () => {
  test.each(orderProtocolNames.flatMap((name) => [true, false].map((limited) => [name, limited] as const)))(
    '%s, with limits: %s: orders that rest, trade, are replaced, cancelled and refused, and a session that is lost',
    (name, limited) => {
      const input = inputOf(name);
      const rehearsal = new OrderRehearsal(input, { ...PLAIN_TAKE, limited });
      rehearsal.play();
      const { store, cells, facts } = rehearsal.loop.parts;
      const ends = new Set<number>();
      for (let slot = 0; slot < store.count; slot++) ends.add(store.int32[store.base(slot) + SlotField.state]);
      expect(ends).toEqual(new Set([OrderState.filled, OrderState.cancelled, OrderState.rejected]));
      expect(store.count).toBeGreaterThan(REHEARSED_ORDERS / 2);
      for (const cell of ['entered', 'replaced', 'cancelled', 'refused', 'fills', 'portsLost', 'resolved'] as const) {
        expect(cells[GatewayCell[cell]], cell).toBeGreaterThan(0);
      }
      expect(cells[GatewayCell.switchedNs]).toBeGreaterThan(0);
      // the drop copy's connection is of the rehearsal too
      const copy = rehearsal.options.dropCopy!.options.cells!;
      expect(copy[SourceCell.logins]).toBeGreaterThan(0);
      expect(input.gateway.dropCopy!.options.cells!.every((cell) => cell === 0)).toBe(true);
      for (const incident of [Incident.badFact, Incident.illegal, Incident.unknownRef, Incident.unknownExecution]) {
        expect(facts.incidents(incident)).toBe(0);
      }
    },
  );

  test('goes the same way in every disguise, as long as it fails back the same way', () => {
    const stories = [0, 2, DISGUISES - 1].map((i) => {
      const rehearsal = new OrderRehearsal(inputOf('ouch50'), { ...PLAIN_TAKE, limited: true, disguise: i });
      rehearsal.play();
      return Buffer.from(rehearsal.loop.parts.store.memory).toString('base64');
    });
    expect(new Set(stories).size).toBe(1);
  });
});

describe('the warm-up of orders', () => {
  const input = inputOf(...orderProtocolNames);

  test('ends when its time is over, whatever it has not got to', () => {
    const clock = steppingClock();
    const own = { ...input, createClock: () => clock };
    expect(warmUpOrders(own, 0)).toBe(0);
    const start = clock.nowNs[0];
    const once = warmUpOrders(own, 2 * STEP_NS);
    expect(once).toBeGreaterThan(0);
    const took = clock.nowNs[0] - start;
    expect(warmUpOrders(own, 3 * took)).toBeGreaterThan(2 * once);
  });

  test('leaves no trace in a gateway that trades: not in memory, not in the journal, not in what comes after', () => {
    const day = (warmUp: () => void) => {
      const rig = new GatewayRig().pass(5);
      rig.enter();
      const resting = rig.enter({ shares: 300 });
      rig.pass(1);
      const before = rig.bytes();
      warmUp();
      expect(rig.bytes().equals(before)).toBe(true);
      rig.gateway.replace(0, resting, 400, 1_000_100);
      rig.pass(1);
      rig.venues[0].execute(rig.venues[0].orders[0], 40);
      rig.enter({ shares: 0 });
      rig.pass(1);
      rig.gateway.cancelAll(0, 0);
      rig.pass(2);
      return { memory: rig.bytes(), records: rig.records(), told: rig.told };
    };
    const cold = day(() => {});
    const warm = day(() => expect(warmUpOrders(input, 2 * STEP_NS)).toBeGreaterThan(0));
    expect(warm.memory.equals(cold.memory)).toBe(true);
    expect(warm.records).toEqual(cold.records);
    expect(warm.told).toEqual(cold.told);
  });
});
