import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionState } from '../../order/order-protocol.ts';
import { ReportKind } from '../../order/venue-report.ts';
import { ModelOuchVenue } from './model-ouch-venue.ts';
import { type KeptReport, OrderClient, SYMBOL_HI, SYMBOL_LO } from './testing/order-client.ts';

const VERSIONS = ['ouch50', 'ouch42'] as const;
const seconds = (value: number) => Float64Array.of(value * 1e9);
const sequences = (client: OrderClient) => client.reports.map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

function start(version: (typeof VERSIONS)[number]): { venue: ModelOuchVenue; client: OrderClient } {
  const venue = new ModelOuchVenue(version);
  return { venue, client: new OrderClient(version, venue) };
}

describe.each(VERSIONS)('%s: a conversation', (version) => {
  it('keeps the login back until it is released, then asks for session and number', () => {
    const { venue, client } = start(version);
    client.open();
    expect(client.connection.state).toBe(ConnectionState.primed);
    expect(client.connection.outputLength).toBe(0);
    expect(client.enter(1)).toBe(0);
    client.connection.expected[0] = 7; // the port has read on over another host meanwhile
    client.connection.login('DAY1');
    expect(client.connection.state).toBe(ConnectionState.loggingIn);
    expect(client.enter(1)).toBe(0);
    client.exchange();
    expect(venue.logins).toMatchObject([{ username: 'warm', password: 'line', session: 'DAY1', sequence: 7 }]);
    expect(client.connection.state).toBe(ConnectionState.loggedIn);
    expect(client.log).toEqual(['accepted DAY1 7']);
  });

  it('asks for its own session where none is named', () => {
    const venue = new ModelOuchVenue(version);
    const client = new OrderClient(version, venue, 'DAY1').logOn();
    expect(venue.logins[0].session).toBe('DAY1');
    expect(client.connection.session).toBe('DAY1');
  });

  it('enters, replaces and cancels, and reads what becomes of it', () => {
    const { venue, client } = start(version);
    client.logOn();
    expect(client.enter(1)).toBeGreaterThan(0);
    expect(client.connection.replace(1, 2, 0, 0, 300, 101_0000)).toBeGreaterThan(0);
    client.exchange();
    venue.execute(120);
    client.exchange();
    expect(client.connection.cancel(2, 0)).toBeGreaterThan(0);
    client.exchange();
    expect(client.reports.map(({ sequence, kind, ref, shares }) => [sequence, kind, ref, shares])).toEqual([
      [1, ReportKind.accepted, 1, 100],
      [2, ReportKind.replaced, 2, 300],
      [3, ReportKind.executed, 2, 120],
      [4, ReportKind.cancelled, 2, 180],
    ]);
    expect([client.connection.malformed, client.connection.foreign, venue.refused]).toEqual([0, 0, 0]);
    expect(client.connection.expected[0]).toBe(5);
  });

  it('returns the length of each message, and takes the last one back', () => {
    const { venue, client } = start(version);
    client.logOn();
    const { connection } = client;
    const first = client.enter(1);
    expect(connection.outputLength).toBe(first);
    const second = client.enter(2);
    connection.withdraw(second);
    expect(connection.outputLength).toBe(first);
    client.exchange();
    expect(venue.taken).toHaveLength(1);
  });

  it('does not let messages that were taken back stand in for heartbeats', () => {
    const { client } = start(version);
    client.logOn();
    const { connection } = client;
    connection.onTime(seconds(0));
    connection.onTime(seconds(0.5));
    for (let t = 0.6; t < 1.4; t += 0.1) {
      connection.withdraw(client.enter(1));
      connection.onTime(seconds(t));
    }
    connection.onTime(seconds(1.6));
    expect([...connection.output.slice(0, connection.outputLength)]).toEqual([0, 1, 0x52]);
  });

  it('refuses what an order cannot have, and what does not fit the output', () => {
    const { venue, client } = start(version);
    client.logOn();
    const { connection } = client;
    expect([client.enter(0), client.enter(-1), client.enter(1, 0), client.enter(1, -5), client.enter(1, 1, 0)]).toEqual(
      [0, 0, 0, 0, 0],
    );
    expect([connection.replace(1, 0, 0, 0, 1, 1), connection.replace(1, 2, 0, 0, -1, 1)]).toEqual([0, 0]);
    expect([connection.cancel(0, 0), connection.cancel(1, -1)]).toEqual([0, 0]);
    let entered = 0;
    while (client.enter(entered + 1) > 0) entered++;
    expect(entered).toBeGreaterThan(1000);
    expect(connection.outputLength).toBeLessThanOrEqual(connection.output.length);
    client.exchange();
    expect(venue.taken).toHaveLength(entered);
    expect(client.reports).toHaveLength(entered);
  });

  it('heartbeats both ways, hears every kind of byte, and gives up a silent venue', () => {
    const { client } = start(version);
    client.logOn();
    const { connection, endpoint } = client;
    for (let t = 0; t <= 40; t++) {
      connection.onTime(seconds(t));
      endpoint.onTime(seconds(t));
      client.exchange();
    }
    expect(connection.state).toBe(ConnectionState.loggedIn);
    expect(client.heardCalls).toBeGreaterThanOrEqual(40);
    const heard = client.heardCalls;
    endpoint.debug('are you there?');
    client.toClient();
    expect(client.heardCalls).toBe(heard + 1);
    for (let t = 41; t <= 56; t++) connection.onTime(seconds(t));
    expect(connection.state).toBe(ConnectionState.failed);
    expect(client.log.at(-1)).toContain('nothing heard');
  });

  it('gives up a login that is not answered, counted from when it was sent', () => {
    const { venue, client } = start(version);
    venue.answer = () => 'silence';
    client.open();
    client.connection.onTime(seconds(0));
    client.connection.onTime(seconds(29));
    client.connection.login('');
    client.toVenue();
    client.connection.onTime(seconds(29.1));
    client.connection.onTime(seconds(58));
    expect(client.connection.state).toBe(ConnectionState.loggingIn);
    client.connection.onTime(seconds(59.2));
    expect(client.connection.state).toBe(ConnectionState.failed);
  });

  it('says whether a rejected login is worth another try', () => {
    const { venue, client } = start(version);
    venue.answer = () => ({ reject: 'A'.charCodeAt(0) });
    client.logOn();
    venue.answer = () => ({ reject: 'S'.charCodeAt(0) });
    client.logOn();
    expect(client.log).toEqual(['rejected A', 'rejected S, try again']);
    expect(client.connection.state).toBe(ConnectionState.ended);
    venue.answer = undefined;
    client.logOn();
    expect(client.connection.state).toBe(ConnectionState.loggedIn);
  });

  it('ends with the session, and by its own logout', () => {
    const ended = start(version).client.logOn();
    ended.endpoint.endSession();
    ended.exchange();
    expect(ended.log.at(-1)).toBe('end of session');
    expect(ended.enter(1)).toBe(0);
    const left = start(version).client.logOn();
    left.connection.logout();
    expect(left.connection.state).toBe(ConnectionState.ended);
    expect([...left.connection.output.slice(0, left.connection.outputLength)]).toEqual([0, 1, 0x4f]);
  });

  it('reads unsequenced messages too, without a number', () => {
    const { venue, client } = start(version);
    client.logOn();
    client.enter(1);
    client.exchange();
    const [accepted] = venue.log;
    client.endpoint.sendUnsequenced(accepted, 0, accepted.length);
    client.exchange();
    expect(sequences(client)).toEqual([1, 0]);
    expect(client.connection.expected[0]).toBe(2);
  });

  it('counts and skips what it can’t read and what is not its own, and goes on with the next message', () => {
    const { venue, client } = start(version);
    client.logOn();
    client.enter(1);
    client.exchange();
    const accepted = venue.log[0];
    const foreign = accepted.slice();
    foreign.fill(0, 9, 23);
    venue.log.push(Uint8Array.of(), Uint8Array.of(0x3f), accepted.slice(0, 20), foreign);
    venue.execute(100);
    client.exchange();
    expect(sequences(client)).toEqual([1, 6]);
    expect([client.connection.malformed, client.connection.foreign]).toEqual([3, 1]);
    expect(client.connection.expected[0]).toBe(7);
  });

  it('goes on over a venue that has another session now', () => {
    const { venue, client } = start(version);
    client.logOn();
    client.enter(1);
    client.exchange();
    client.cut();
    venue.session = 'DAY2';
    venue.log = [];
    venue.answer = () => ({ session: 'DAY2', next: 1 });
    client.logOn();
    expect(client.log.at(-1)).toBe('accepted DAY2 1');
  });

  it('says which messages the venue will not send again', () => {
    const { venue, client } = start(version);
    client.logOn();
    client.cut();
    venue.answer = () => ({ session: 'DAY1', next: 40 });
    client.logOn();
    expect(client.log.at(-1)).toBe('accepted DAY1 40');
    expect(client.connection.expected[0]).toBe(40);
  });

  it('does not go on with a host that is behind what was read', () => {
    const { venue, client } = start(version);
    client.logOn();
    client.enter(1);
    client.exchange();
    client.cut();
    venue.answer = () => ({ session: 'DAY1', next: 1 });
    client.logOn();
    expect(client.log.at(-1)).toContain('failed: the venue would go on at message 1');
    expect(sequences(client)).toEqual([1]);
    expect(client.connection.expected[0]).toBe(2);
    venue.answer = undefined;
    client.logOn();
    expect(client.connection.state).toBe(ConnectionState.loggedIn);
  });

  it('survives an owner that opens the next connection from within a callback', () => {
    const { client } = start(version);
    client.open();
    client.connection.login('');
    client.toVenue();
    const piece = client.endpoint.output.slice(0, client.endpoint.outputLength);
    const original = client.loginAccepted.bind(client);
    client.loginAccepted = () => {
      original();
      client.open();
    };
    client.connection.onBytes(Uint8Array.of(...piece, 0, 1, 0x5a), 0, piece.length + 3);
    expect(client.connection.state).toBe(ConnectionState.primed);
    expect(client.log).toEqual(['accepted DAY1 1']);
  });
});

/**
 * What was reported. That a cancel ended a probe is known only to a connection that has seen the probe accepted; of any
 * other the order half knows it.
 */
function said(client: OrderClient): KeptReport[] {
  return client.reports.map((one) => (one.kind === ReportKind.cancelled ? { ...one, probe: false } : one));
}

/** Orders, a replace, a cancel, fills and a barrier, a step at a time. */
function scenario({ venue, client }: { venue: ModelOuchVenue; client: OrderClient }): (() => void)[] {
  return [
    () => client.enter(1),
    () => client.enter(2, 200),
    () => venue.execute(30),
    () => client.connection.replace(2, 3, 0, 0, 250, 101_0000),
    () => client.connection.cancel(1, 0),
    () => venue.execute(40),
    () => client.enter(4, 10, 100_0000, 1),
    () => client.connection.barrier(5, 0, SYMBOL_HI, SYMBOL_LO),
    () => venue.execute(50),
  ];
}

describe.each(VERSIONS)('%s: connections that are cut', (version) => {
  it('anywhere from venue to client: every message comes once, in order', () => {
    const whole = start(version);
    whole.client.logOn();
    const before = whole.client.reports.length;
    let bytes = 0;
    for (const step of scenario(whole)) {
      step();
      whole.client.toVenue();
      bytes += whole.client.toClient();
    }
    expect(before).toBe(0);
    expect(bytes).toBeGreaterThan(300);
    for (let cutAt = 0; cutAt <= bytes; cutAt++) {
      const { venue, client } = start(version);
      client.logOn();
      let left = cutAt;
      for (const step of scenario({ venue, client })) {
        step();
        client.toVenue();
        left -= client.toClient(left);
      }
      client.cut();
      client.logOn();
      expect(said(client), `cut after ${cutAt} bytes`).toEqual(said(whole.client));
    }
  });

  it('anywhere from client to venue: the barrier tells exactly what has arrived', () => {
    const whole = start(version);
    whole.client.logOn();
    for (const ref of upTo(6)) whole.client.enter(ref);
    const bytes = whole.client.connection.outputLength;
    for (let cutAt = 0; cutAt <= bytes; cutAt++) {
      const { venue, client } = start(version);
      client.logOn();
      for (const ref of upTo(6)) client.enter(ref);
      client.toVenue(cutAt);
      const arrived = venue.taken.length;
      client.cut();
      client.logOn();
      if (version === 'ouch50') {
        client.connection.barrier(0, 0, 0, 0);
        client.exchange();
        expect(client.reports.at(-1)).toMatchObject({ kind: ReportKind.nextRef, ref: arrived + 1 });
      } else {
        for (const ref of upTo(7)) client.connection.barrier(ref, 0, SYMBOL_HI, SYMBOL_LO);
        client.exchange();
        const probes = client.reports.filter(({ kind, probe }) => probe && kind === ReportKind.accepted);
        expect(probes.map(({ ref }) => ref)).toEqual(upTo(7).slice(arrived));
        const orders = client.reports.filter(({ probe }) => !probe);
        expect(orders.map(({ ref }) => ref)).toEqual(upTo(arrived));
      }
    }
  });

  it('again and again, in any pieces, at any moment: no report is lost, none comes twice', () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.constant('enter' as const) },
      { weight: 3, arbitrary: fc.constant('execute' as const) },
      { weight: 2, arbitrary: fc.constantFrom('replace' as const, 'cancel' as const, 'barrier' as const) },
      { weight: 1, arbitrary: fc.constantFrom('cut' as const, 'time' as const) },
    );
    const step = fc.record({
      action,
      toVenue: fc.nat({ max: 120 }),
      toClient: fc.nat({ max: 120 }),
      number: fc.nat({ max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const { venue, client } = start(version);
        client.logOn();
        let ref = 0;
        let nowS = 0;
        for (const { action: what, toVenue, toClient, number } of steps) {
          const known = 1 + (ref === 0 ? 0 : number % ref);
          if (what === 'enter') client.enter(++ref, 1 + number);
          else if (what === 'execute') venue.execute(1 + number);
          else if (what === 'replace') client.connection.replace(known, ++ref, 0, 0, 1 + number, 100_0000);
          else if (what === 'cancel') client.connection.cancel(known, 0);
          else if (what === 'barrier') client.connection.barrier(++ref, 0, SYMBOL_HI, SYMBOL_LO);
          else if (what === 'time') {
            nowS += 2;
            client.connection.onTime(seconds(nowS));
            client.endpoint.onTime(seconds(nowS));
          } else {
            client.cut();
            client.open();
            client.connection.login(client.session);
          }
          client.toVenue(toVenue);
          client.toClient(toClient);
        }
        client.cut();
        client.logOn();
        expect(sequences(client)).toEqual(upTo(venue.log.length));
        expect(new Set(venue.taken).size).toBe(venue.taken.length);
        expect([client.connection.malformed, client.connection.foreign, venue.refused]).toEqual([0, 0, 0]);
        expect(client.log.filter((line) => line.startsWith('failed') && line !== 'failed: cut')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
