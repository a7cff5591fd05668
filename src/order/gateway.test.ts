import { describe, expect, test } from 'vitest';
import { Side, TimeInForce } from './terms.ts';
import { GatewayRig } from './testing/gateway-rig.ts';

describe('an order’s way', () => {
  test('goes over the first port that is warm, and its answer comes back as an event', () => {
    const rig = new GatewayRig().pass(5);
    expect(rig.states()).toEqual([['active'], ['warm']]);
    const order = rig.enter();
    expect(order).toBe(1);
    expect(rig.state(order)).toBe('sent');
    rig.pass(1);
    expect(rig.state(order)).toBe('live');
    rig.venues[0].execute(rig.venues[0].orders[0], 40);
    rig.pass(1);
    expect(rig.state(order)).toBe('partFilled');
    expect(rig.position()).toBe(40);
    expect(rig.told.slice(-3)).toEqual(['order 1', 'order 1', 'fill 1 40@1000000']);
  });

  test('how long the venue took to answer is measured, of new orders that it answered', () => {
    const rig = new GatewayRig().pass(5);
    rig.enter();
    rig.pass(3, 3);
    rig.hosts[0][0].frozen = true;
    rig.enter();
    rig.pass(1);
    expect(rig.answers).toEqual([3e6]);
  });

  test('replaces the chain and cancels it', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    expect(rig.gateway.replace(0, order, 300, 1_000_100)).toBe(0);
    expect(rig.state(order)).toBe('live pendingReplace');
    rig.pass(1);
    expect([rig.state(order), rig.field(order, 'shares'), rig.field(order, 'ref')]).toEqual(['live', 300, 2]);
    expect(rig.gateway.cancel(0, order)).toBe(0);
    rig.pass(1);
    expect(rig.state(order)).toBe('cancelled');
    expect(rig.why(rig.gateway.cancel(0, order))).toBe('alreadyDone');
  });

  test('refuses with a reason that the journal keeps: no session, another’s order, a request without sense', () => {
    const rig = new GatewayRig();
    expect(rig.why(rig.enter())).toBe('noSession');
    rig.pass(5);
    const order = rig.enter();
    rig.pass(1);
    expect(rig.why(rig.gateway.cancel(1, order))).toBe('unknownOrder');
    expect(rig.why(rig.enter({ shares: 0 }))).toBe('badRequest');
    const refused = rig.records().filter(({ name }) => name === 'refused');
    expect(refused.map(({ fields }) => fields.reason)).toEqual([3, 6, 5]);
  });

  test('the intent is in the journal before the bytes are at the socket, the result after them', () => {
    const rig = new GatewayRig().pass(5);
    const [stream] = rig.hosts[0][0].open;
    const send = stream.send.bind(stream);
    let atSend: string[] = [];
    stream.send = (bytes, offset, length) => {
      atSend = rig.records().map(({ name }) => name);
      return send(bytes, offset, length);
    };
    rig.enter();
    expect(atSend.at(-1)).toBe('enterIntent');
    expect(rig.records().at(-1)?.name).toBe('sendResult');
  });

  test('a session whose socket turns out dead at the send makes way for its peer within the same call', () => {
    const rig = new GatewayRig().pass(5);
    rig.hosts[0][0].kill();
    const order = rig.enter();
    expect(order).toBe(2);
    expect(rig.state(1)).toBe('rejected');
    expect(rig.field(order, 'port')).toBe(1);
    expect(rig.venues[1].orders).toHaveLength(1);
    expect(rig.said).toContain('routed 0 to 1 reset');
  });

  test('bytes that the kernel takes in part count as sent; behind a backlog nothing new is entered, cancels are', () => {
    const rig = new GatewayRig().pass(5);
    const resting = rig.enter();
    rig.pass(1);
    const [stream] = rig.hosts[0][0].open;
    stream.takes = 20;
    const order = rig.enter({ price4: 999_900 });
    expect(rig.state(order)).toBe('sent');
    expect(rig.why(rig.enter({ price4: 999_800 }))).toBe('backPressure');
    expect(rig.gateway.cancel(0, resting)).toBe(0);
    rig.pass(10);
    expect(rig.state(order)).toBe('live');
    expect(rig.state(resting)).toBe('cancelled');
  });

  test('what happened folds from the journal to the same bytes', () => {
    const rig = new GatewayRig().pass(5);
    for (let i = 0; i < 30; i++) {
      const order = rig.enter({
        shares: 100 + i,
        price4: 1_000_000 - 100 * i,
        tif: i % 3 === 0 ? TimeInForce.immediateOrCancel : TimeInForce.day,
      });
      rig.pass(1);
      if (i % 4 === 1) rig.gateway.replace(0, order, 200 + i, 999_000);
      if (i % 4 === 2) rig.gateway.cancel(0, order);
      if (i % 5 === 0) rig.venues[0].execute(rig.venues[0].orders.at(-1)!, 30);
      if (i === 20) rig.hosts[0][0].kill();
      rig.pass(2);
    }
    expect(rig.folded().equals(rig.bytes())).toBe(true);
  });

  test('hot-hot: instruments prefer their own port, and go to the other when it fails', () => {
    const rig = new GatewayRig({ group: { policy: 'hot-hot' } }).pass(5);
    expect(rig.states()).toEqual([['active'], ['active']]);
    const [a, b] = [rig.enter({ instrument: 0 }), rig.enter({ instrument: 1 })];
    expect([rig.field(a, 'port'), rig.field(b, 'port')]).toEqual([0, 1]);
    rig.hosts[1][0].kill();
    rig.pass(1);
    expect(rig.field(rig.enter({ instrument: 1, side: Side.sell }), 'port')).toBe(0);
    expect(rig.said).toContain('routed 1 to 0 reset');
  });

  test('failback: never, after clean time, by hand', () => {
    const back = (failback: 'never' | 'manual' | { afterNs: number }) => {
      const rig = new GatewayRig({ group: { failback } }).pass(5);
      rig.hosts[0][0].open[0].reset();
      rig.pass(500);
      return rig;
    };
    expect(back('never').states()).toEqual([['warm'], ['active']]);
    expect(back({ afterNs: 1e6 }).states()).toEqual([['active'], ['warm']]);
    const manual = back('manual');
    expect(manual.states()).toEqual([['warm'], ['active']]);
    expect(manual.loop.groups[0].failBack()).toBe(1);
    expect(manual.states()).toEqual([['active'], ['warm']]);
  });
});

test('the last check right before the send takes back what was allowed a moment earlier', () => {
  let asked = Number.NEGATIVE_INFINITY;
  const rig = new GatewayRig({ lastCheck: { check: () => (++asked === 2 ? 1 : 0) } }).pass(5);
  asked = 0;
  expect(rig.why(rig.enter())).toBe('fenced');
  expect(rig.state(1)).toBe('rejected');
  expect(rig.venues[0].orders).toEqual([]);
  expect(rig.field(1, 'reservedShares')).toBe(0);
  expect(rig.enter()).toBe(2);
});
