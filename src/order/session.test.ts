import { describe, expect, test } from 'vitest';
import { AckCell } from './ack-times.ts';
import { Asked } from './ack-watch.ts';
import { SessionCell } from './session-cells.ts';
import { StreamPhase } from './session-stream.ts';
import { Evidence, OrderState, SessionState } from './terms.ts';
import { MESSAGE_BYTES } from './testing/model-protocol.ts';
import { PortRig } from './testing/port-rig.ts';
import { ReportKind } from './venue-report.ts';

const MS = 1e6;

describe('a session', () => {
  test('dials, logs on, passes the barrier and is warm', () => {
    const rig = new PortRig();
    expect(rig.states()).toEqual(['down']);
    rig.pass(5);
    expect(rig.log).toEqual(['logged on 0 at 1', 'reconciled 0', 'usable']);
    expect(rig.states()).toEqual(['warm']);
    expect(rig.hosts[0].logins).toBe(1);
  });

  test('heartbeats when nothing else is sent, and hears a silent venue out no longer than agreed', () => {
    const rig = new PortRig();
    rig.pass(5);
    const before = rig.port.sessions[0].cells[SessionCell.bytesOut];
    rig.pass(3100, 50);
    expect(rig.port.sessions[0].cells[SessionCell.bytesOut] - before).toBe(3 * MESSAGE_BYTES);
    rig.pass(11_800, 50);
    expect(rig.evidence()).toBe('none');
    rig.pass(300, 50);
    expect(rig.evidence()).toBe('missedHeartbeats');
    expect(rig.log).toContain('lost 0 missedHeartbeats');
    expect(rig.port.sessions[0].cells[SessionCell.evidenceValue]).toBeGreaterThanOrEqual(15e9);
  });

  test('a host that refuses connections is dialled again with growing waits that a seed repeats', () => {
    const dials = (seed: number) => {
      const rig = new PortRig({ seed });
      rig.hosts[0].down = true;
      const at: number[] = [];
      for (let ms = 0; ms < 30_000; ms += 10) {
        const before = rig.hosts[0].streams.length;
        rig.pass(10, 10);
        if (rig.hosts[0].streams.length > before) at.push(ms);
      }
      return at;
    };
    const first = dials(7);
    const gaps = first.slice(1).map((ms, i) => ms - first[i]);
    expect(first.length).toBeGreaterThan(5);
    expect(first.length).toBeLessThan(15);
    expect(Math.max(...gaps)).toBeGreaterThan(20 * gaps[0]);
    expect(dials(7)).toEqual(first);
    expect(dials(8)).not.toEqual(first);
  });

  test.each([
    ['reset', (rig: PortRig) => rig.hosts[0].open[0].reset(), 'reset'],
    ['closed', (rig: PortRig) => rig.hosts[0].open[0].closeByPeer(), 'closedByPeer'],
    ['cut for good by the kernel', (rig: PortRig) => rig.hosts[0].open[0].fail('ETIMEDOUT'), 'kernelUserTimeout'],
  ])('a connection that is %s is lost with that evidence and dialled again', (_, strike, evidence) => {
    const rig = new PortRig();
    rig.pass(5);
    strike(rig);
    rig.pass(1);
    expect(rig.log.at(-1)).toBe(`lost 0 ${evidence}`);
    rig.pass(200);
    expect(rig.states()).toEqual(['warm']);
    expect(rig.hosts[0].logins).toBe(2);
  });

  test('the silence of a venue is held against the bound that was configured, and its evidence says which', () => {
    const connection = { username: 'warm', password: 'line', session: '', day: 20260105, silenceNs: 2e9 };
    const rig = new PortRig({ session: { connection } });
    rig.pass(5);
    rig.pass(2100, 50);
    const { cells } = rig.port.sessions[0];
    expect(cells[SessionCell.evidence]).toBe(Evidence.missedHeartbeats);
    expect(cells[SessionCell.evidenceBound]).toBe(2e9);
  });

  test('a connection that has ended is closed after what waits has gone another way', () => {
    const rig = new PortRig();
    rig.pass(5);
    const [stream] = rig.hosts[0].open;
    stream.closeByPeer();
    rig.pass(1, 1);
    expect(rig.evidence()).toBe('closedByPeer');
    expect(stream.phase).toBe(StreamPhase.closedByPeer);
    rig.pass(1, 1);
    expect(stream.phase).toBe(StreamPhase.closed);
  });

  test('a connection that has ended is closed when its port is stopped right then', () => {
    const rig = new PortRig();
    rig.pass(5);
    const [stream] = rig.hosts[0].open;
    stream.closeByPeer();
    rig.pass(1, 1);
    rig.port.stop(false);
    expect(stream.phase).toBe(StreamPhase.closed);
  });

  test('bytes that the kernel does not take for too long say that it failed', () => {
    const rig = new PortRig();
    rig.pass(5);
    rig.hosts[0].open[0].stalled = true;
    rig.pass(1500);
    expect(rig.evidence()).toBe('stalledWrites');
    expect(rig.port.sessions[0].cells[SessionCell.evidenceBound]).toBe(200 * MS);
  });

  test('a message that the kernel takes in pieces goes out whole and in order', () => {
    const rig = new PortRig();
    rig.pass(5);
    const session = rig.port.sessions[0];
    const [stream] = rig.hosts[0].open;
    stream.takes = 10;
    for (let ref = 1; ref <= 3; ref++) session.connection.enter(ref, 0, 0, 100, 0, 0, 10_000, 0);
    session.flush();
    expect(session.backlog).toBe(3 * MESSAGE_BYTES - 10);
    rig.pass(30);
    expect(session.backlog).toBe(0);
    expect(rig.venue.orders.map((order) => order.ref)).toEqual([1, 2, 3]);
  });

  test('garbage is counted and survived, an end of session is the end', () => {
    const rig = new PortRig();
    rig.pass(5);
    const [stream] = rig.hosts[0].open;
    stream.push(new Int32Array(16).fill(77));
    rig.pass(150);
    expect(rig.states()).toEqual(['warm']);
    expect(rig.port.sessions[0].cells[SessionCell.malformed]).toBe(1);
    stream.push(Int32Array.of(14, ...new Array(15).fill(0)));
    rig.pass(60_000, 100);
    expect(rig.evidence()).toBe('endOfSession');
    expect(rig.states()).toEqual(['ended']);
    expect(rig.hosts[0].logins).toBe(1);
  });
});

describe('the ack deadline', () => {
  test('an order unanswered for too long makes the session suspect; its late answer counts and relieves it', () => {
    const rig = new PortRig();
    rig.pass(5);
    const session = rig.port.sessions[0];
    rig.store.set(3, { state: OrderState.sent });
    rig.hosts[0].frozen = true;
    session.connection.enter(1, 0, 0, 100, 0, 0, 10_000, 0);
    session.flush();
    session.watch.push(3, Asked.enter, 1, rig.now);
    rig.pass(20);
    expect(rig.states()).toEqual(['warm']);
    rig.pass(1);
    expect(rig.states()).toEqual(['suspect']);
    expect(rig.log.at(-1)).toBe('lost 0 ackDeadline');
    expect(session.cells[SessionCell.evidenceBound]).toBe(20 * MS);
    rig.pass(500);
    expect(rig.states()).toEqual(['suspect']);
    rig.hosts[0].thaw();
    rig.store.set(3, { state: OrderState.live });
    rig.pass(1);
    expect(rig.reports).toEqual([ReportKind.nextRef, ReportKind.accepted, ReportKind.nextRef]);
    expect(rig.states()).toEqual(['warm']);
    expect(rig.hosts[0].logins).toBe(1);
  });

  test('rises with the venue’s own slowest answers, and never falls below its floor', () => {
    const rig = new PortRig({ session: { ackDeadlineFloorNs: 1 * MS, ackDeadlineFactor: 5 } });
    const { acks } = rig.port.sessions[0];
    const answer = (ns: number) => {
      acks.cells[AckCell.lastNs] = ns;
      acks.record();
    };
    for (let i = 0; i < 2048; i++) answer(10_000);
    expect(acks.cells[AckCell.deadlineNs]).toBe(1 * MS);
    for (let i = 0; i < 2048; i++) answer(i % 100 === 0 ? 3 * MS : 10_000);
    expect(acks.cells[AckCell.tailNs]).toBeGreaterThan(2.7 * MS);
    expect(acks.cells[AckCell.tailNs]).toBeLessThan(3.4 * MS);
    expect(acks.cells[AckCell.deadlineNs]).toBe(5 * acks.cells[AckCell.tailNs]);
  });
});

describe('a port with mirror hosts', () => {
  test('logs on at the first, keeps the second primed, and dials it anew before the login deadline', () => {
    const rig = new PortRig({ hosts: 2 });
    rig.pass(5);
    expect(rig.states()).toEqual(['warm', 'primed']);
    rig.pass(10_000, 100);
    rig.venue.current?.push(Int32Array.of(6, ...new Array(15).fill(0)));
    rig.pass(14_000, 100);
    rig.venue.current?.push(Int32Array.of(6, ...new Array(15).fill(0)));
    expect(rig.hosts[1].streams).toHaveLength(1);
    rig.pass(200, 100);
    expect(rig.hosts[1].streams).toHaveLength(2);
    expect(rig.states()).toEqual(['warm', 'primed']);
    expect(rig.log).toHaveLength(3);
  });

  test('the spare takes over at the next expected number, reads what was missed, and passes the barrier first', () => {
    const rig = new PortRig({ hosts: 2 });
    rig.pass(5);
    rig.venue.say(ReportKind.startOfDay);
    rig.pass(1);
    rig.log.length = 0;
    rig.reports.length = 0;
    rig.hosts[0].kill();
    rig.venue.say(ReportKind.endOfDay);
    rig.pass(2);
    expect(rig.log).toEqual(['lost 0 reset', 'logged on 1 at 3', 'reconciled 1', 'usable']);
    expect(rig.reports).toEqual([ReportKind.endOfDay, ReportKind.nextRef]);
    expect(rig.states()).toEqual(['down', 'warm']);
    rig.hosts[0].down = false;
    rig.pass(1000);
    expect(rig.states()).toEqual(['primed', 'warm']);
  });

  test('a suspect session is reset before the spare logs on: never two at once', () => {
    const rig = new PortRig({ hosts: 2 });
    rig.pass(5);
    rig.hosts[0].frozen = true;
    rig.store.set(0, { state: OrderState.sent });
    rig.port.sessions[0].watch.push(0, Asked.enter, 1, rig.now);
    const [old] = rig.hosts[0].open;
    rig.pass(22);
    expect(rig.states()[1]).toBe('warm');
    expect(old.phase).toBe(4);
    expect(rig.log).toContain('lost 0 ackDeadline');
  });

  test('a host that refuses the second login while the first looks alive is asked again until it lets go', () => {
    const rig = new PortRig({ hosts: 2, rules: { secondLogin: 'refused' } });
    rig.pass(5);
    // the cable: neither end hears of the other's reset, the venue believes the first login alive
    const [old] = rig.hosts[0].open;
    old.cut = true;
    old.close = () => {};
    rig.port.failOver();
    rig.hosts[0].down = true;
    rig.pass(2000);
    expect(rig.hosts[1].refusals).toBeGreaterThan(2);
    expect(rig.port.usable).toBe(false);
    rig.venue.current = undefined;
    rig.pass(5000);
    expect(rig.states()).toEqual(['down', 'warm']);
    expect(rig.port.sessions[1].cells[SessionCell.loginRejects]).toBe(rig.hosts[1].refusals);
  });

  test('the logon budget bounds it: then the port waits for a person', () => {
    const rig = new PortRig({
      hosts: 2,
      rules: { secondLogin: 'refused' },
      port: { logonBudget: { logons: 4, perNs: 60e9 } },
    });
    rig.pass(5);
    const [old] = rig.hosts[0].open;
    old.cut = true;
    old.close = () => {};
    rig.port.failOver();
    rig.pass(50_000, 10);
    expect(rig.states()).toEqual(['ended', 'ended']);
    expect(rig.hosts[0].refusals + rig.hosts[1].refusals).toBe(3);
    rig.venue.current = undefined;
    rig.port.revive();
    rig.pass(2000);
    expect(rig.port.usable).toBe(true);
  });
});

test('a session that is not authorised is not asked again', () => {
  const rig = new PortRig();
  rig.pass(2);
  const session = rig.port.sessions[0];
  rig.hosts[0].open[0].reset();
  const dial = rig.hosts[0].dial.bind(rig.hosts[0]);
  rig.hosts[0].dial = () => {
    const stream = dial();
    stream.send = (bytes, _offset, length) => {
      if (bytes[0] === 1) stream.push(Int32Array.of(12, 65, 0, ...new Array(13).fill(0)));
      return length;
    };
    return stream;
  };
  rig.pass(60_000, 50);
  expect(session.state).toBe(SessionState.ended);
  expect(session.cells[SessionCell.loginRejects]).toBe(1);
  expect(session.cells[SessionCell.evidence]).toBe(Evidence.loginRejected);
});

test('a connection with nothing to be read is not asked, and its end is heard of once there is something', () => {
  const ready = Int32Array.of(1);
  const rig = new PortRig({ ready });
  rig.pass(5);
  expect(rig.port.usable).toBe(true);
  const [stream] = rig.hosts[0].open;
  const receive = stream.receive.bind(stream);
  let asked = 0;
  stream.receive = (...range) => {
    asked++;
    return receive(...range);
  };
  ready[0] = 0;
  rig.pass(10);
  expect(asked).toBe(0);
  expect(rig.port.usable).toBe(true);
  stream.reset();
  ready[0] = 1;
  rig.pass(1);
  expect(asked).toBe(1);
  expect(rig.evidence()).toBe('reset');
});
