import { describe, expect, it } from 'vitest';
import { BookSide, HOUSE } from '../exchange-book.ts';
import { FaultSpecError } from '../fault-spec.ts';
import { cancel, enter, query } from './testing/ouch-by-hand.ts';
import { packet } from './testing/soup-by-hand.ts';
import { MS, SECOND, VenueRig, venuePort } from './testing/venue-rig.ts';

const PRICE4 = 100_000;
const { buy, sell } = BookSide;

const pair = (changes = {}) => new VenueRig([venuePort('P1', ['a', 'b'], changes)]);
const two = (changes = {}) => new VenueRig([venuePort('P1', ['a'], changes), venuePort('P2', ['b'], changes)]);
const sweep = (rig: VenueRig, shares: number, side: BookSide = sell) => {
  rig.venue.core.market.take(0, side, PRICE4, shares, HOUSE);
  rig.settle();
};

describe('a host of an order port', () => {
  it('takes a login, says the day has begun, and answers orders with numbered messages', () => {
    const client = pair().connect('a').login('P1');
    expect(client.take()).toEqual(['login S-P1 1', '#1 S S']);
    client.order(enter({ key: 1 })).order(cancel(1));
    expect(client.take()).toEqual(['#2 A 1 B 100@100000 L', '#3 C 1 100 U']);
  });

  it('rejects a wrong name, a wrong password and a session that is not its own', () => {
    const rig = pair();
    const wrong = [
      rig.connect('a').login('P9'),
      rig.connect('a').send(
        packet(
          'L',
          Uint8Array.from('P1    wrong     '.padEnd(46), (c) => c.charCodeAt(0)),
        ),
      ),
      rig.connect('a').login('P1', 'OTHER'),
    ];
    expect(wrong.map((client) => [client.take(), client.ended])).toEqual([
      [['rejected A'], 'closed'],
      [[], 'reset'],
      [['rejected S'], 'closed'],
    ]);
    expect(rig.connect('a').login('p1', 'S-P1').take()[0]).toBe('login S-P1 1');
  });

  it('replays from the number that is asked for; 0 asks for the latest', () => {
    const rig = pair();
    const first = rig.connect('a').login('P1');
    for (const key of [1, 2, 3]) first.order(enter({ key }));
    first.drop();
    const from = (sequence: number) => {
      const client = rig.connect('a').login('P1', 'S-P1', sequence);
      const heard = client.take();
      client.drop();
      return heard;
    };
    expect(from(3)).toEqual(['login S-P1 3', '#3 A 2 B 100@100000 L', '#4 A 3 B 100@100000 L']);
    expect(from(5)).toEqual(['login S-P1 5']);
    expect(from(0)).toEqual(['login S-P1 4', '#4 A 3 B 100@100000 L']);
    expect(from(99)).toEqual(['login S-P1 5']);
  });

  it('replays more than any buffer holds', () => {
    const rig = pair();
    const first = rig.connect('a').login('P1');
    for (let key = 1; key <= 3000; key++) first.order(enter({ key, price4: 100 }));
    const told = first.take();
    first.drop();
    const again = rig.connect('b').login('P1').take();
    expect(again).toEqual(told);
    expect(again.length).toBe(3002);
  });

  it('tells a client that was away what happened to its orders meanwhile', () => {
    const rig = pair();
    const first = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    first.drop();
    sweep(rig, 40);
    expect(rig.connect('a').login('P1', 'S-P1', 3).take()).toEqual(['login S-P1 3', '#3 E 1 40@100000 A #1']);
  });

  it('sends heartbeats, drops who sends none, and drops who does not log in', () => {
    const rig = pair({ silenceNs: 5 * SECOND, loginDeadlineNs: 8 * SECOND });
    const quiet = rig.connect('a').login('P1');
    const never = rig.connect('b');
    rig.pass(4 * SECOND, [quiet]);
    expect(quiet.ear.heartbeats).toBeGreaterThanOrEqual(3);
    expect(quiet.ended).toBeUndefined();
    rig.pass(2 * SECOND, [quiet]);
    expect([quiet.ended, never.ended]).toEqual(['reset', undefined]);
    rig.pass(3 * SECOND);
    expect(never.ended).toBe('reset');
  });

  it('ends the session when the day is over, once everything has been said', () => {
    const rig = pair();
    const client = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    client.take();
    rig.fault('orders/exchange:end');
    expect(client.take()).toEqual(['#3 C 1 100 E', '#4 S E', 'end']);
    expect(client.ended).toBe('closed');
    expect(rig.connect('b').login('P1', '', 4).take()).toEqual(['login S-P1 4', '#4 S E', 'end']);
  });
});

describe('two ports', () => {
  it("have each their own sequence and references, and cannot cancel each other's orders", () => {
    const rig = two();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    const b = rig
      .connect('b')
      .login('P2')
      .order(enter({ key: 1, shares: 7 }))
      .order(cancel(1));
    expect(a.take()).toEqual(['login S-P1 1', '#1 S S', '#2 A 1 B 100@100000 L']);
    expect(b.take()).toEqual(['login S-P2 1', '#1 S S', '#2 A 1 B 7@100000 L', '#3 C 1 7 U']);
    expect(rig.venue.core.accountTruth('ours').orders).toHaveLength(1);
  });
});

describe('mirror hosts of one port', () => {
  it('share its sequence: the second goes on where the first stopped', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    a.drop();
    const b = rig.connect('b').login('P1', 'S-P1', 3).order(query()).order(cancel(1));
    expect(b.take()).toEqual(['login S-P1 3', '#3 Q 2', '#4 C 1 100 U']);
  });

  it('let a second login displace the first, whose say is over', () => {
    const rig = pair({ secondLogin: 'displaces', cancelOnDisconnect: 'port' });
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    const b = rig.connect('b').login('P1', '', 3);
    expect([a.ended, b.take()]).toEqual(['reset', ['login S-P1 3']]);
    // The port was never left: nothing is cancelled.
    expect(rig.venue.core.accountTruth('ours').orders).toHaveLength(1);
  });

  it('or refuse the second while the first looks alive, and no longer', () => {
    const rig = pair({ secondLogin: 'refused', silenceNs: 5 * SECOND });
    const a = rig.connect('a').login('P1');
    rig.fault('orders/a:freeze');
    expect(rig.connect('b').login('P1').take()).toEqual(['rejected S']);
    rig.pass(4 * SECOND, [a]);
    expect(rig.connect('b').login('P1').take()).toEqual(['rejected S']);
    rig.pass(2 * SECOND, [a]);
    const b = rig
      .connect('b')
      .login('P1', '', 2)
      .order(enter({ key: 1 }));
    expect(b.take()).toEqual(['login S-P1 2', '#2 A 1 B 100@100000 L']);
    // What was sent to the frozen host counts no more once it goes on.
    a.order(enter({ key: 2 }));
    rig.clear('a');
    expect([a.ended, b.take()]).toEqual(['reset', []]);
  });
});

describe('faults of a host', () => {
  it('kill: connections are reset and none is taken, until it is back', () => {
    const rig = pair({ secondLogin: 'displaces' });
    const a = rig.connect('a').login('P1');
    rig.fault('orders/a:kill=2s');
    expect(a.ended).toBe('reset');
    expect(() => rig.connect('a')).toThrow('connection refused by a');
    expect(rig.connect('b').login('P1').take()[0]).toBe('login S-P1 1');
    rig.pass(2 * SECOND);
    expect(rig.connect('a').login('P1').take()[0]).toBe('login S-P1 1');
  });

  it('reset and close: once, and the host still listens', () => {
    const rig = pair();
    for (const [fault, ended] of [
      ['reset', 'reset'],
      ['close', 'closed'],
    ]) {
      const a = rig.connect('a').login('P1');
      rig.fault(`orders/a:${fault}`);
      expect(a.ended).toBe(ended);
    }
    expect(rig.connect('a').login('P1').take()[0]).toBe('login S-P1 1');
  });

  it('freeze: nothing is read or said; then it goes on with what has come meanwhile', () => {
    const rig = pair();
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/a:freeze=20s');
    a.order(enter({ key: 1 }));
    rig.pass(19 * SECOND);
    expect([a.take(), a.ended, a.connection.reading]).toEqual([[], undefined, false]);
    rig.pass(2 * SECOND);
    expect(a.take()).toEqual(['#2 A 1 B 100@100000 L']);
    expect(a.ended).toBeUndefined();
  });

  it('freeze: a client that went away is missed only afterwards', () => {
    const rig = pair({ cancelOnDisconnect: 'port' });
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    rig.fault('orders/a:freeze');
    a.drop();
    rig.pass(SECOND);
    expect(rig.venue.core.accountTruth('ours').orders).toHaveLength(1);
    rig.clear('a');
    expect(rig.venue.core.accountTruth('ours').orders).toHaveLength(0);
  });

  it('blackhole: what comes and goes is lost, and in the end the connection is reset', () => {
    const rig = pair();
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/a:blackhole=3s');
    a.order(enter({ key: 1 }));
    rig.pass(2 * SECOND);
    expect([a.take(), a.ear.heartbeats]).toEqual([[], 0]);
    rig.pass(2 * SECOND);
    expect(a.ended).toBe('reset');
    expect(rig.connect('a').login('P1', '', 2).order(query()).take()).toEqual(['login S-P1 2', '#2 Q 1']);
  });

  it('unread: nothing is read, heartbeats and answers still go out', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    a.take();
    rig.fault('orders/a:unread');
    a.order(enter({ key: 2 }));
    sweep(rig, 10);
    rig.pass(3 * SECOND);
    expect([a.take(), a.connection.reading]).toEqual([['#3 E 1 10@100000 A #1'], false]);
    expect(a.ear.heartbeats).toBeGreaterThan(1);
    rig.clear();
    expect(a.take()).toEqual(['#4 A 2 B 100@100000 L']);
  });

  it('withhold: all is processed, heartbeats go on, messages are to be had by a new login alone', () => {
    const rig = pair({ secondLogin: 'displaces' });
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/a:withhold');
    a.order(enter({ key: 1 }));
    sweep(rig, 30);
    rig.pass(3 * SECOND);
    expect(a.take()).toEqual([]);
    expect(a.ear.heartbeats).toBeGreaterThan(1);
    const again = rig.connect('a').login('P1', '', 2);
    expect(again.take()).toEqual(['login S-P1 2', '#2 A 1 B 100@100000 L', '#3 E 1 30@100000 A #1']);
    expect(a.ended).toBe('reset');
  });

  it('withhold: when it ends, what was held back is said', () => {
    const rig = pair();
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/a:withhold=1s');
    a.order(enter({ key: 1 }));
    rig.pass(2 * SECOND);
    expect(a.take()).toEqual(['#2 A 1 B 100@100000 L']);
  });

  it('slow and delay: requests are processed, or answered, later', () => {
    const rig = two();
    const a = rig.connect('a').login('P1');
    const b = rig.connect('b').login('P2');
    a.take();
    b.take();
    rig.fault('orders/a:slow=300ms');
    rig.fault('orders/b:delay=300ms');
    a.order(enter({ key: 1 }));
    b.order(enter({ key: 1 }));
    expect(rig.venue.core.accountTruth('ours').orders.map(({ port }) => port)).toEqual(['P2']);
    expect(rig.venue.nextDueNs).toBeLessThanOrEqual(300 * MS);
    rig.pass(200 * MS);
    expect([a.take(), b.take()]).toEqual([[], []]);
    rig.pass(100 * MS);
    expect([a.take(), b.take()]).toEqual([['#2 A 1 B 100@100000 L'], ['#2 A 1 B 100@100000 L']]);
  });

  it('lose: requests vanish without a trace, and the query says so', () => {
    const rig = pair();
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/a:lose=2');
    a.order(enter({ key: 1 }))
      .order(enter({ key: 2 }))
      .order(query())
      .order(enter({ key: 3 }));
    expect(a.take()).toEqual(['#2 Q 1', '#3 A 3 B 100@100000 L']);
    // Now the lost ones can't come any more.
    a.order(enter({ key: 1 })).order(query());
    expect(a.take()).toEqual(['#4 Q 4']);
  });

  it('duplicate: an execution is told twice, and is one', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    a.take();
    rig.fault('orders/a:duplicate=1');
    sweep(rig, 40);
    expect(a.take()).toEqual(['#3 E 1 40@100000 A #1', '#4 E 1 40@100000 A #1']);
    expect(rig.venue.core.accountTruth('ours').positions).toEqual([{ symbol: 'WARM', shares: 40, cost4: 40 * PRICE4 }]);
  });

  it('late: shares trade after their cancel was confirmed', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1, shares: 500 }));
    a.take();
    rig.fault('orders/a:late');
    a.order(cancel(1));
    expect(a.take()).toEqual(['#3 C 1 500 U', '#4 E 1 100@100000 A #1']);
    expect(rig.venue.core.accountTruth('ours').positions[0].shares).toBe(100);
  });

  it('pend and deny: a cancel is carried out later, or not at all', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1, shares: 300 }));
    a.take();
    rig.fault('orders/a:deny');
    rig.fault('orders/a:pend=500ms');
    a.order(cancel(1)).order(cancel(1, 200));
    sweep(rig, 50);
    expect(a.take()).toEqual(['#3 I 1', '#4 P 1', '#5 E 1 50@100000 A #1']);
    rig.pass(500 * MS);
    expect(a.take()).toEqual(['#6 C 1 100 U']);
    a.order(cancel(1));
    sweep(rig, 150);
    rig.pass(SECOND);
    expect(a.take()).toEqual(['#7 P 1', '#8 E 1 150@100000 A #2']);
  });

  it('foreign and misdirect: messages about orders that are not ours', () => {
    const rig = two();
    const a = rig.connect('a').login('P1');
    const b = rig.connect('b').login('P2');
    a.take();
    b.take();
    rig.fault('orders/a:foreign=2');
    expect(a.take()).toEqual(['#2 E 3000000001 100@100000 A #3000000001', '#3 E 3000000002 100@100000 A #3000000002']);
    rig.fault('orders/a:misdirect');
    b.order(enter({ key: 5 })).order(cancel(5));
    expect([a.take(), b.take()]).toEqual([['#4 A 5 B 100@100000 L'], ['#2 A 5 B 100@100000 L', '#3 C 5 100 U']]);
    expect(rig.venue.core.accountTruth('ours').executions).toEqual([]);
  });

  it('garbage: bytes that mean nothing, the same for the same seed', () => {
    const bytes = (seed: number) => {
      const rig = new VenueRig([venuePort('P1', ['a'])], seed);
      const a = rig.connect('a').login('P1');
      a.take();
      rig.fault('orders/a:garbage=40');
      return [a.take(), [...a.ear.rest]];
    };
    expect(bytes(1)).toEqual(bytes(1));
    expect(bytes(1)).not.toEqual(bytes(2));
  });

  it('half: a message is cut, then the connection is closed; the whole of it is in the replay', () => {
    const rig = pair();
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/a:half');
    a.order(enter({ key: 1 }));
    expect([a.take(), a.ended, a.ear.rest.length]).toEqual([[], 'closed', 3 + 32]);
    expect(rig.connect('a').login('P1', '', 2).take()).toEqual(['login S-P1 2', '#2 A 1 B 100@100000 L']);
  });

  it('jump: a login is told a number beyond the one it asked for', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }))
      .order(enter({ key: 2 }));
    a.drop();
    rig.fault('orders/a:jump=2');
    const again = rig.connect('a').login('P1', '', 2);
    expect(again.take()).toEqual(['login S-P1 4']);
    again.drop();
    rig.fault('orders/a:jump=5');
    expect(rig.connect('a').login('P1', '', 4).order(query()).take()).toEqual(['login S-P1 9', '#9 Q 3']);
  });

  it('reject and blackout: logins are refused, or not answered until it is over', () => {
    const rig = two();
    rig.fault('orders/a:reject');
    rig.fault('orders/b:reject=S');
    expect([rig.connect('a').login('P1').take(), rig.connect('b').login('P2').take()]).toEqual([
      ['rejected A'],
      ['rejected S'],
    ]);
    rig.clear();
    rig.fault('orders/a:blackout=5s');
    const waiting = rig.connect('a').login('P1');
    rig.pass(4 * SECOND);
    expect(waiting.take()).toEqual([]);
    rig.pass(SECOND);
    expect(waiting.take()).toEqual(['login S-P1 1', '#1 S S']);
  });

  it('end: end of session in the middle of the day', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    rig.fault('orders/a:end');
    expect([a.take().at(-1), a.ended]).toEqual(['end', 'closed']);
    expect(rig.connect('b').login('P1', '', 3).order(cancel(1)).take()).toEqual(['login S-P1 3', '#3 C 1 100 U']);
  });

  it('begin and end when they are told to', () => {
    const rig = pair();
    rig.fault('orders/*:kill=1s,after=2s');
    expect(rig.venue.listFaults(rig.nowNs).map(({ target, inForce }) => [target, inForce])).toEqual([
      ['a', false],
      ['b', false],
      ['copy', false],
    ]);
    rig.pass(1900 * MS);
    rig.connect('a').login('P1');
    rig.pass(200 * MS);
    expect(() => rig.connect('a')).toThrow();
    rig.pass(SECOND);
    expect(rig.venue.listFaults(rig.nowNs)).toEqual([]);
    rig.connect('a');
  });
});

describe('faults of the exchange', () => {
  it('halt: no order is taken until it is cleared', () => {
    const rig = pair();
    const a = rig.connect('a').login('P1');
    a.take();
    rig.fault('orders/exchange:halt=WARM,for=1s');
    a.order(enter({ key: 1 }));
    rig.pass(SECOND);
    a.order(enter({ key: 2 }));
    expect(a.take()).toEqual(['#2 J 1 7', '#3 A 2 B 100@100000 L']);
  });

  it('bust and correct: the latest trade of a member, or the one that is named, also of an order that is done', () => {
    const rig = pair();
    const a = rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    sweep(rig, 40);
    sweep(rig, 60);
    a.take();
    rig.fault('orders/exchange:correct=1');
    rig.fault('orders/exchange:bust');
    expect(a.take()).toEqual(['#5 F 1 40@99900 #1', '#6 B 1 #2']);
    expect(rig.venue.core.accountTruth('ours').positions).toEqual([{ symbol: 'WARM', shares: 40, cost4: 40 * 99_900 }]);
  });

  it('are refused with what there is', () => {
    const rig = pair();
    expect(() => rig.fault('orders/c:freeze')).toThrow(FaultSpecError);
    expect(() => rig.fault('orders/c:freeze')).toThrow("no host 'c': a, b, copy, *, exchange");
    expect(() => rig.fault('orders/exchange:halt=NOPE')).toThrow("symbol 'NOPE' is not traded here");
  });
});

describe('the drop copy', () => {
  it('can be read by several at once, from any number, and has faults like any host', () => {
    const rig = two();
    rig
      .connect('a')
      .login('P1')
      .order(enter({ key: 1 }));
    rig
      .connect('b')
      .login('P2')
      .order(enter({ key: 1, side: 'S', price4: PRICE4 + 100 }));
    sweep(rig, 40);
    sweep(rig, 100, buy);
    const first = rig.connect('copy').login('copy');
    rig.venue.core.market.take(0, buy, PRICE4 + 100, 10, HOUSE);
    rig.settle();
    const second = rig.connect('copy').login('copy', 'COPY', 2);
    expect(first.take().map((line) => line.slice(0, 4))).toEqual(['logi', '#1 E', '#2 E']);
    expect(second.take().map((line) => line.slice(0, 4))).toEqual(['logi', '#2 E']);
    rig.fault('orders/copy:reset');
    expect([first.ended, second.ended]).toEqual(['reset', 'reset']);
  });
});
