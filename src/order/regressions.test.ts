import { describe, expect, test } from 'vitest';
import { RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import { SessionCell } from './session-cells.ts';
import { LostRoutePolicy, OrderState, Side } from './terms.ts';
import { GatewayRig } from './testing/gateway-rig.ts';
import { MESSAGE_BYTES } from './testing/model-protocol.ts';
import { PortRig } from './testing/port-rig.ts';
import { ReportKind } from './venue-report.ts';

/** What users of other systems lost money or sleep over, each as a test of what happens here instead. */

describe('an ambiguous submit (nautilus_trader#4152, #4958)', () => {
  test('stays unknown with its full risk for as long as the venue says nothing, and is never guessed into rejected', () => {
    const rig = new GatewayRig().pass(5);
    rig.hosts[0][0].frozen = true;
    const order = rig.enter({ shares: 500 });
    rig.hosts[0][0].kill();
    rig.pass(3_600_000, 1000);
    expect(rig.state(order)).toBe('sent unknown');
    expect(rig.field(order, 'reservedShares')).toBe(500);
    expect(rig.total('unknownOrders')).toBe(1);
  });

  test('an order without a venue’s number that filled meanwhile is found by the replay: no orphan position', () => {
    const rig = new GatewayRig().pass(5);
    const [stream] = rig.hosts[0][0].open;
    // the venue takes the order, but its answers never come through
    stream.push = () => {};
    const order = rig.enter({ shares: 500 });
    expect(rig.venues[0].orders).toHaveLength(1);
    rig.venues[0].execute(rig.venues[0].orders[0], 500);
    rig.pass(50);
    expect(rig.state(order)).toBe('sent unknown');
    stream.reset();
    rig.pass(1000);
    expect(rig.state(order)).toBe('filled');
    expect(rig.position()).toBe(500);
  });

  test('a fill told twice, by a drop copy and by the port, counts once (#3493, #3046)', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    const [venue] = rig.venues;
    venue.execute(venue.orders[0], 60);
    rig.pass(1);
    rig.restart().pass(1000);
    venue.say(ReportKind.executed, venue.orders[0].ref, 0, 0, 60, 1_000_000, 1);
    rig.pass(1);
    expect(rig.field(order, 'executed')).toBe(60);
    expect(rig.position()).toBe(60);
  });

  test('replayed reports do not change a live order (PR #4991)', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    rig.gateway.replace(0, order, 300, 1_000_100);
    rig.pass(1);
    const before = [rig.state(order), rig.field(order, 'shares'), rig.field(order, 'ref')];
    // the venue repeats everything from the start
    const { port } = rig.hosts[0][0];
    rig.loop.ports[0].expected[0] = 1;
    rig.loop.ports[0].holder!.connection.expected[0] = 1;
    for (const message of port.log.slice()) port.current!.push(message);
    rig.pass(5);
    expect([rig.state(order), rig.field(order, 'shares'), rig.field(order, 'ref')]).toEqual(before);
  });
});

test('accepted orders are not dropped because the network is away (hummingbot#8457, #3374, #4945, #493)', () => {
  const rig = new GatewayRig().pass(5);
  const orders = Array.from({ length: 6 }, (_, i) => rig.enter({ price4: 999_000 - 100 * i }));
  rig.pass(1);
  const [host] = rig.hosts[0];
  for (const stream of host.open) stream.cut = true;
  host.down = true;
  for (const { order, shares } of [
    { order: 0, shares: 100 },
    { order: 3, shares: 70 },
  ]) {
    rig.venues[0].execute(rig.venues[0].orders[order], shares);
  }
  rig.pass(60_000, 50);
  expect(orders.map((order) => rig.state(order))).toEqual(new Array(6).fill('live blind'));
  expect(rig.total('openBuyValue4')).toBeGreaterThan(0);
  host.down = false;
  rig.pass(20_000, 50);
  expect(orders.map((order) => rig.state(order))).toEqual(['filled', 'live', 'live', 'partFilled', 'live', 'live']);
  expect(rig.position()).toBe(170);
});

describe('stopped means that the socket cannot send (hummingbot#720, tracequant#44)', () => {
  const fenced = () => {
    let granted = true;
    const lastCheck = { check: () => (granted ? 0 : RefusalReason.fenced) };
    const rig = new GatewayRig({ lastCheck }).pass(5);
    const resting = rig.enter();
    rig.pass(1);
    return { rig, resting, depose: () => (granted = false) };
  };

  test('a deposed gateway sends nothing, whatever its strategy does, and says so in the journal', () => {
    const { rig, resting, depose } = fenced();
    depose();
    const before = rig.venues[0].orders.length;
    expect(rig.why(rig.enter())).toBe('fenced');
    expect(rig.why(rig.gateway.replace(0, resting, 300, 1_000_000))).toBe('fenced');
    expect(rig.why(rig.gateway.cancel(0, resting))).toBe('fenced');
    rig.pass(5);
    expect(rig.venues[0].orders).toHaveLength(before);
    expect(rig.state(resting)).toBe('live');
    const records = rig.records();
    expect(records.filter(({ name, fields }) => name === 'refused' && fields.reason === 1)).toHaveLength(2);
    expect(records.filter(({ name, fields }) => name === 'sendResult' && fields.result === 2)).toHaveLength(1);
  });

  test('a session that reconnects by itself brings no order back', () => {
    const { rig, depose } = fenced();
    rig.hosts[0][0].frozen = true;
    rig.enter({ price4: 999_000 });
    depose();
    rig.hosts[0][0].kill();
    rig.hosts[0][0].down = false;
    rig.pass(1000);
    expect(rig.states()[0]).toEqual(['warm']);
    expect(rig.venues[0].orders).toHaveLength(1);
  });

  test('an old primary that comes back resends nothing, even where resending is allowed', () => {
    const rig = new GatewayRig({ resends: true, lastCheck: { check: () => 0 } }).pass(5);
    rig.hosts[0][0].frozen = true;
    const order = rig.enter();
    rig.hosts[0][0].kill();
    rig.pass(1);
    // a newer order went out over the peer: this one's port has sent nothing since, so it may go again, once
    rig.enter({ price4: 999_000 });
    rig.hosts[0][0].down = false;
    rig.pass(1000);
    expect(rig.state(order)).toBe('live');
    expect(rig.venues[0].orders.map(({ refs }) => refs)).toEqual([[1]]);
    expect(rig.venues[1].orders).toHaveLength(1);
  });
});

test('killed: new orders and replaces are refused, cancels pass, whatever else goes wrong (hummingbot#2534)', () => {
  let killed = false;
  const lastCheck = {
    check: (request: number) => (killed && request !== RequestKind.cancel ? RefusalReason.killed : 0),
  };
  const rig = new GatewayRig({ lastCheck }).pass(5);
  const orders = [rig.enter(), rig.enter({ strategy: 1, price4: 999_000 })];
  rig.pass(1);
  rig.onEvent = () => {
    if (killed) expect(rig.why(rig.enter({ price4: 998_000 }))).toBe('killed');
  };
  killed = true;
  expect(rig.loop.cancelOpen(-1, -1, 3)).toBe(2);
  rig.pass(5);
  expect(orders.map((order) => rig.state(order))).toEqual(new Array(2).fill('cancelled systemCancel'));
  expect(rig.venues[0].orders).toHaveLength(2);
  expect(rig.store.count).toBe(2);
});

test('cancel-all is scoped to mine (freqtrade#907, Krypto-trading-bot#863, #500, hummingbot#366)', () => {
  const rig = new GatewayRig().pass(5);
  const mine = [rig.enter(), rig.enter({ price4: 999_000 })];
  const theirs = rig.enter({ strategy: 1, price4: 998_000 });
  rig.pass(1);
  // another system's order on the same port
  rig.venues[0].orders.push({
    port: rig.venues[0], ref: 900_000, side: 0, price4: 1, total: 5, executed: 0, live: true, refs: [900_000],
  }); // biome-ignore format: one order
  expect(rig.gateway.cancelAll(0, 1)).toBe(2);
  rig.pass(1);
  expect(mine.map((order) => rig.field(order, 'state'))).toEqual([OrderState.cancelled, OrderState.cancelled]);
  expect(rig.state(theirs)).toBe('live');
  expect(rig.venues[0].liveOrders.map(({ ref }) => ref)).toEqual([3, 900_000]);
});

test('orders left at the venue by a crash are found, counted in full and can be cancelled (hummingbot#366)', () => {
  const rig = new GatewayRig().pass(5);
  const order = rig.enter({ shares: 300 });
  rig.pass(1);
  rig.restart();
  expect(rig.state(order)).toBe('live blind');
  expect(rig.field(order, 'reservedShares')).toBe(300);
  rig.pass(1000);
  expect(rig.state(order)).toBe('live');
  expect(rig.gateway.cancel(0, order)).toBe(0);
  rig.pass(1);
  expect(rig.venues[0].liveOrders).toEqual([]);
});

test('what a dead socket did not take is not recorded as sent (quickfixj#1114, #888)', () => {
  const rig = new GatewayRig({ shape: [1] }).pass(5);
  rig.hosts[0][0].kill();
  const result = rig.enter();
  expect(rig.why(result)).toBe('noSession');
  expect(rig.state(1)).toBe('rejected');
  expect(rig.field(1, 'reservedShares')).toBe(0);
  const sent = rig.records().filter(({ name, fields }) => name === 'sendResult' && fields.result !== 2);
  expect(sent).toEqual([]);
  // and nothing of it is stuck: the session recovers and trades
  rig.hosts[0][0].down = false;
  rig.pass(1000);
  const next = rig.enter();
  rig.pass(1);
  expect(rig.state(next)).toBe('live');
});

describe('a client that lost its place in the numbering (quickfixgo#431)', () => {
  test('does not try ever other numbers: it asks for the next one, and waits for a person when that is refused for good', () => {
    const rig = new PortRig({ port: { logonBudget: { logons: 5, perNs: 3600e9 } } });
    const asked: number[] = [];
    const [host] = rig.hosts;
    const dial = host.dial.bind(host);
    host.dial = () => {
      const stream = dial();
      const send = stream.send.bind(stream);
      stream.send = (bytes, offset, length) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
        if (view.getInt32(0, true) !== 1) return send(bytes, offset, length);
        asked.push(view.getInt32(8, true));
        stream.push(Int32Array.of(12, 83, 1, ...new Array(13).fill(0)));
        stream.closeByPeer();
        return length;
      };
      return stream;
    };
    rig.port.expected[0] = 42;
    rig.pass(600_000, 100);
    expect(asked).toEqual([42, 42, 42, 42, 42]);
    expect(rig.states()).toEqual(['ended']);
  });

  test('a venue that goes on beyond the number asked for is believed, but its silence proves nothing any more', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    rig.pass(1);
    rig.hosts[0][0].kill();
    rig.venues[0].say(ReportKind.startOfDay);
    rig.venues[0].forgotten = rig.venues[0].log.length;
    rig.hosts[0][0].down = false;
    rig.pass(1000);
    expect(rig.state(order)).toBe('live unknown missed');
    expect(rig.loop.ports[0].missed).toBe(1);
    expect(rig.gateway.cancel(0, order)).toBe(0);
    rig.pass(1);
    expect(rig.state(order)).toBe('cancelled');
  });
});

describe('one slow or broken connection holds up no other (artio#498, #545, #34, #103, #324)', () => {
  test('a venue that talks without end is read in bounded pieces; the peer is served in the same turn', () => {
    const rig = new GatewayRig().pass(5);
    const [noisy] = rig.hosts[1][0].open;
    const heartbeat = Int32Array.of(6, ...new Array(15).fill(0));
    for (let i = 0; i < 10_000; i++) noisy.push(heartbeat);
    const before = rig.loop.ports[1].sessions[0].cells[SessionCell.bytesIn];
    const order = rig.enter();
    rig.turn();
    expect(rig.state(order)).toBe('live');
    const read = rig.loop.ports[1].sessions[0].cells[SessionCell.bytesIn] - before;
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(10_000 * MESSAGE_BYTES);
    rig.pass(20);
    expect(rig.loop.ports[1].sessions[0].cells[SessionCell.bytesIn] - before).toBe(10_000 * MESSAGE_BYTES);
  });

  test('a socket that takes nothing is given up on its own clock; orders go over the peer meanwhile', () => {
    const rig = new GatewayRig().pass(5);
    rig.hosts[0][0].open[0].stalled = true;
    const stuck = rig.enter();
    rig.pass(25);
    const order = rig.enter({ price4: 999_000 });
    rig.pass(1);
    expect(rig.field(order, 'port')).toBe(1);
    expect(rig.state(order)).toBe('live');
    expect(rig.state(stuck)).toBe('sent unknown');
    rig.hosts[0][0].down = true;
    rig.pass(300);
    expect(rig.said).toContain('P0 lost P0.0 stalledWrites: 1 unknown, 0 blind');
  });
});

describe('reconciled by content, not by the state of a connection (TradeStation PR #95, InteractiveBrokers#249)', () => {
  test('a stream that drops fills while heartbeats continue is found out by the ack deadline, and the fills are read', () => {
    const rig = new GatewayRig({ shape: [2] }).pass(5);
    const resting = rig.enter({ shares: 200 });
    rig.pass(1);
    const [stream] = rig.hosts[0][0].open;
    const push = stream.push.bind(stream);
    stream.push = (message) => {
      if (message[0] === 6) push(message); // heartbeats alone come through
    };
    rig.venues[0].execute(rig.venues[0].orders[0], 200);
    rig.enter({ price4: 999_000 });
    for (let i = 0; i < 30; i++) {
      rig.venues[0].heartbeat();
      rig.pass(1);
    }
    expect(rig.said.some((line) => line.includes('ackDeadline'))).toBe(true);
    rig.pass(20);
    expect(rig.state(resting)).toBe('filled');
    expect(rig.position()).toBe(200);
  });

  test('fills that arrive while the session is doubted count at once', () => {
    const rig = new GatewayRig().pass(5);
    const resting = rig.enter({ shares: 200 });
    rig.pass(1);
    rig.hosts[0][0].frozen = true;
    rig.enter({ price4: 999_000 });
    rig.pass(25);
    expect(rig.states()[0]).toEqual(['suspect']);
    rig.venues[0].execute(rig.venues[0].orders[0], 200);
    rig.pass(1);
    expect(rig.state(resting)).toBe('filled');
    expect(rig.position()).toBe(200);
  });
});

describe('a restart on stale state (tracequant#44)', () => {
  test('at every record of the journal: what it does not know yet, the venue tells before anything new is sent', () => {
    const rig = new GatewayRig().pass(5);
    for (let i = 0; i < 12; i++) {
      const order = rig.enter({ price4: 999_000 - 100 * i, side: i % 2 === 0 ? Side.buy : Side.buy });
      if (i % 3 === 0) rig.pass(1);
      if (i % 4 === 0) rig.venues[0].execute(rig.venues[0].orders[0], 10);
      if (i % 5 === 0) rig.gateway.cancel(0, order);
      rig.restart();
      expect(rig.why(rig.enter())).toBe('noSession');
      rig.pass(1000);
      expect(rig.position()).toBe(rig.venuePosition());
      expect(rig.total('unknownOrders') + rig.total('blindOrders')).toBe(0);
    }
    const numbers = rig
      .records()
      .filter(({ name }) => name === 'enterIntent')
      .map(({ fields }) => fields.number);
    expect(numbers).toEqual([...numbers.keys()].map((n) => n + 1));
  });

  test('order numbers and references never repeat across it', () => {
    const rig = new GatewayRig().pass(5);
    rig.enter();
    rig.restart().pass(1000);
    const order = rig.enter({ price4: 999_000 });
    expect(order).toBe(2);
    expect(rig.field(order, 'ref')).toBe(2);
  });
});

describe('the policy for a lost route', () => {
  const lostWith = (lostRoute: number) => {
    const rig = new GatewayRig({ lostRoute }).pass(5);
    const order = rig.enter({ shares: 100 });
    rig.pass(1);
    rig.venues[0].execute(rig.venues[0].orders[0], 60);
    rig.pass(1);
    rig.hosts[0][0].kill();
    rig.pass(1);
    expect(rig.state(order)).toBe('partFilled blind');
    return rig;
  };

  test('pause: nothing new until the port has told what became of its orders', () => {
    const rig = lostWith(LostRoutePolicy.pause);
    expect(rig.why(rig.enter())).toBe('paused');
    rig.hosts[0][0].down = false;
    rig.pass(1000);
    expect(rig.enter()).toBeGreaterThan(0);
  });

  test('reduceOnly: only what makes the position smaller', () => {
    const rig = lostWith(LostRoutePolicy.reduceOnly);
    expect(rig.why(rig.enter())).toBe('reduceOnly');
    expect(rig.enter({ side: Side.sell, shares: 50, price4: 1_000_100 })).toBeGreaterThan(0);
    rig.hosts[0][0].down = false;
    rig.pass(1000);
    expect(rig.enter({ price4: 999_000 })).toBeGreaterThan(0);
  });

  test('requote: goes on over the peer, blind orders counted in full', () => {
    const rig = lostWith(LostRoutePolicy.requote);
    const order = rig.enter();
    expect(rig.field(order, 'port')).toBe(1);
    expect(rig.total('openBuyValue4')).toBe(40 * 1_000_000 + 100 * 1_000_000);
  });
});

test('after the venue’s end of day nothing goes out, and what rested has expired', () => {
  const rig = new GatewayRig().pass(5);
  const order = rig.enter();
  rig.pass(1);
  rig.venues[0].say(ReportKind.endOfDay);
  rig.pass(1);
  expect(rig.why(rig.enter())).toBe('dayEnded');
  expect(rig.state(order)).toBe('expired');
  expect(rig.why(rig.gateway.cancel(0, order))).toBe('alreadyDone');
});
