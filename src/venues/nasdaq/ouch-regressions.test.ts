import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionState } from '../../order/order-protocol.ts';
import { ReportKind } from '../../order/venue-report.ts';
import { ModelOuchVenue } from './model-ouch-venue.ts';
import { OrderClient } from './testing/order-client.ts';

/** What other order engines got wrong, as far as a protocol can: numbers are those of the list of complaints. */
const VERSIONS = ['ouch50', 'ouch42'] as const;
const LARGEST_PAYLOAD = 0xfffe;

function start(version: (typeof VERSIONS)[number]): { venue: ModelOuchVenue; client: OrderClient } {
  const venue = new ModelOuchVenue(version);
  return { venue, client: new OrderClient(version, venue) };
}

describe.each(VERSIONS)('%s', (version) => {
  it('complaint 17: what was encoded for a socket that is gone is never sent on the next one, and counts as nowhere sent', () => {
    const { venue, client } = start(version);
    client.logOn();
    expect(client.enter(1)).toBeGreaterThan(0);
    client.toVenue(10); // the socket takes a part of it and breaks
    client.cut();
    expect(client.connection.outputLength).toBe(0);
    expect(client.enter(2)).toBe(0);
    client.logOn();
    client.exchange();
    expect(venue.taken).toEqual([]);
    expect(venue.refused).toBe(0);
    expect(client.reports).toEqual([]);
    // The session is none the worse for it: the next order goes through.
    client.enter(3);
    client.exchange();
    expect(client.reports).toMatchObject([{ sequence: 1, kind: ReportKind.accepted, ref: 3 }]);
  });

  it('complaint 17: a rejected login leaves the number as it was, and the session recovers', () => {
    const { venue, client } = start(version);
    client.logOn();
    client.enter(1);
    client.toVenue();
    client.cut();
    venue.answer = () => ({ reject: 'S'.charCodeAt(0) });
    for (let i = 0; i < 5; i++) client.logOn();
    expect(client.connection.expected[0]).toBe(1);
    venue.answer = undefined;
    client.logOn();
    expect(client.reports).toMatchObject([{ sequence: 1, ref: 1 }]);
  });

  it('complaint 18: whatever number a venue answers a login with, there is one answer to it and no loop', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (expected, named) => {
        const { venue, client } = start(version);
        client.connection.expected[0] = expected;
        venue.answer = () => ({ session: 'DAY1', next: named });
        client.session = 'DAY1';
        client.logOn();
        expect(venue.logins).toHaveLength(1);
        expect(client.log).toHaveLength(1);
        const goesOn = named >= expected;
        expect(client.connection.state).toBe(goesOn ? ConnectionState.loggedIn : ConnectionState.failed);
        expect(client.connection.expected[0]).toBe(goesOn ? named : expected);
        expect(client.connection.outputLength).toBe(0);
      }),
    );
  });

  it('complaint 19: however often a login fails, it asks for the same number', () => {
    const failure = fc.constantFrom<(() => { reject: number } | { session: string; next: number } | 'silence')[]>(
      () => ({ reject: 'A'.charCodeAt(0) }),
      () => ({ reject: 'S'.charCodeAt(0) }),
      () => ({ session: 'DAY1', next: 6 }), // behind
      () => 'silence',
    );
    fc.assert(
      fc.property(fc.array(failure, { minLength: 1, maxLength: 20 }), (failures) => {
        const { venue, client } = start(version);
        client.session = 'DAY1';
        client.connection.expected[0] = 7;
        for (const answer of failures) {
          venue.answer = answer;
          client.logOn();
          client.cut();
        }
        expect(venue.logins.map(({ sequence }) => sequence)).toEqual(failures.map(() => 7));
        expect(venue.logins.every(({ session }) => session === 'DAY1')).toBe(true);
      }),
    );
  });

  it('complaint 20: a message of the largest size that there can be stops nothing', () => {
    const { venue, client } = start(version);
    client.logOn();
    venue.log.push(new Uint8Array(LARGEST_PAYLOAD).fill(0x41));
    client.enter(1);
    client.exchange(1000);
    expect(client.connection.malformed).toBe(1);
    expect(client.reports).toMatchObject([{ sequence: 2, kind: ReportKind.accepted, ref: 1 }]);
    expect(client.connection.state).toBe(ConnectionState.loggedIn);
  });

  it('complaint 20: a replay longer than any buffer comes whole, as the client takes it', () => {
    const { venue, client } = start(version);
    client.logOn();
    for (let ref = 1; ref <= 1500; ref++) {
      client.enter(ref);
      if (ref % 100 === 0) client.toVenue();
    }
    for (let i = 0; i < 5000; i++) venue.execute(10);
    client.cut();
    client.reports.length = 0;
    client.connection.expected[0] = 1;
    client.logOn();
    expect(client.reports).toHaveLength(venue.log.length);
    expect(venue.log.length).toBe(6500);
  });
});

describe.each(VERSIONS)('%s, what the simulation of orders found', (version) => {
  it('a message that can’t be read is still the next one where the owner does not believe it', () => {
    const { venue, client } = start(version);
    client.believes = false;
    client.logOn();
    client.enter(1);
    client.exchange();
    venue.log.push(Uint8Array.of(0x3f));
    client.exchange();
    expect(client.connection.state).toBe(ConnectionState.failed);
    expect(client.connection.expected[0]).toBe(2);
    client.believes = true;
    client.cut();
    client.logOn();
    client.enter(2);
    client.exchange();
    expect(client.connection.expected[0]).toBe(4);
    expect(client.reports.at(-1)).toMatchObject({ sequence: 3, kind: ReportKind.accepted, ref: 2 });
  });

  it('bytes that make no whole packet are no sign of life: their length may mean nothing', () => {
    const { client } = start(version);
    client.logOn();
    const nowNs = Float64Array.of(1e12);
    client.connection.onTime(nowNs);
    const swallows = Uint8Array.of(0xff, 0xff, 0x53, 0x41);
    for (let second = 0; second < 20; second++) {
      client.connection.onBytes(swallows, 0, swallows.length);
      nowNs[0] += 1e9;
      client.connection.onTime(nowNs);
      client.connection.consumed(client.connection.outputLength);
    }
    expect(client.connection.state).toBe(ConnectionState.failed);
  });
});
