import { describe, expect, it } from 'vitest';
import { DropCopyRecord, DropCopyType } from '../../venues/nasdaq/drop-copy.ts';
import { BookSide, CoreRig, portOptions } from './testing/core-rig.ts';
import { cancel, enter, massCancel, modify, orderEntry, query, replace } from './testing/ouch-by-hand.ts';

const PRICE4 = 100_000;
const SECOND_NS = 1e9;
const { buy, sell } = BookSide;

describe('an order port', () => {
  it('rests an order, is hit by others, and is told of each execution', () => {
    const rig = new CoreRig([portOptions('P1')]);
    expect(rig.ask(enter({ key: 1, shares: 300 }))).toEqual(['A 1 B 300@100000 L']);
    rig.sweep(sell, PRICE4, 100);
    rig.sweep(sell, PRICE4, 200);
    expect(rig.hear()).toEqual(['E 1 100@100000 A #1', 'E 1 200@100000 A #2']);
    expect(rig.position()).toBe(300);
    expect(rig.core.accountTruth('ours').orders).toEqual([]);
  });

  it('takes what stands there before it rests', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.house(sell, PRICE4, 50);
    rig.house(sell, PRICE4 + 100, 70);
    expect(rig.ask(enter({ key: 1, shares: 200, price4: PRICE4 + 100 }))).toEqual([
      'A 1 B 200@100100 L',
      'E 1 50@100000 R #1',
      'E 1 70@100100 R #2',
    ]);
    expect(rig.core.accountTruth('ours').orders[0]).toMatchObject({ executed: 120, leaves: 80 });
  });

  it('cancels what is left of an immediate order, and says that one which meets nothing is dead', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { unmarketable: 'cancelled' })]);
    rig.house(sell, PRICE4, 50);
    expect(rig.ask(enter({ key: 1, life: 'ioc' }))).toEqual(['A 1 B 100@100000 L', 'E 1 50@100000 R #1', 'C 1 50 I']);
    expect(rig.ask(enter({ key: 2, life: 'ioc' }))).toEqual(['A 2 B 100@100000 D']);
    expect(rig.ask(enter({ key: 1, life: 'ioc' }), 1)).toEqual(['A 1 B 100@100000 L', 'C 1 100 I']);
    expect(rig.position()).toBe(50);
  });

  it('takes a market order as far as there is something', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.house(buy, PRICE4, 30);
    rig.house(buy, PRICE4 - 500, 30);
    expect(rig.ask(enter({ key: 1, side: 'T', price4: 0x7fffffff }))).toEqual([
      'A 1 T 100@2147483647 L',
      'E 1 30@100000 R #1',
      'E 1 30@99500 R #2',
      'C 1 40 I',
    ]);
    expect(rig.position()).toBe(-60);
  });

  it('reads the quantity of a cancel as what may have traded in all', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.ask(enter({ key: 1, shares: 500 }));
    rig.sweep(sell, PRICE4, 100);
    rig.hear();
    expect(rig.ask(cancel(1, 300))).toEqual(['C 1 200 U']);
    expect(rig.ask(cancel(1, 300))).toEqual([]);
    expect(rig.ask(cancel(1, 50))).toEqual(['C 1 200 U']);
    expect(rig.ask(cancel(1))).toEqual([]);
  });

  it('reads the quantity of a replace as the whole chain, takes a new reference, and loses its place', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2')]);
    rig.ask(enter({ key: 1, shares: 500 }));
    rig.ask(enter({ key: 1, shares: 10 }), 1);
    rig.sweep(sell, PRICE4, 100);
    rig.hear();
    expect(rig.ask(replace(1, { key: 2, shares: 500 }))).toEqual(['U 1>2 B 400@100000 L']);
    rig.sweep(sell, PRICE4, 15);
    expect(rig.hear(1)).toEqual(['E 1 10@100000 A #2']);
    expect(rig.hear()).toEqual(['E 2 5@100000 A #3']);
    // The old reference is no more.
    expect(rig.ask(cancel(1))).toEqual([]);
    expect(rig.ask(replace(1, { key: 3 }))).toEqual([]);
    expect(rig.ask(cancel(2))).toEqual(['C 2 395 U']);
  });

  it('lets a replaced order trade at once where its new price does', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.ask(enter({ key: 1, shares: 100 }));
    rig.house(sell, PRICE4 + 200, 60);
    expect(rig.ask(replace(1, { key: 2, shares: 100, price4: PRICE4 + 200 }))).toEqual([
      'U 1>2 B 100@100200 L',
      'E 2 60@100200 R #1',
    ]);
    expect(rig.ask(replace(2, { key: 3, shares: 50 }))).toEqual(['C 2 40 U']);
  });

  it('refuses a bad replace and leaves the order, or takes it off where the venue is strict', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { badReplace: 'cancels' })]);
    rig.ask(enter({ key: 1 }));
    expect(rig.ask(replace(1, { key: 2, price4: 7 }))).toEqual(['J 2 29']);
    expect(rig.ask(cancel(1))).toEqual(['C 1 100 U']);
    rig.ask(enter({ key: 1 }), 1);
    expect(rig.ask(replace(1, { key: 2, price4: 7 }), 1)).toEqual(['C 1 100 U']);
    expect(rig.ask(query(), 1)).toEqual(['Q 3']);
  });

  it('takes a bad replace as dead where the venue does so: the order goes with it', () => {
    const rig = new CoreRig([portOptions('P1', { badReplace: 'dead' })]);
    rig.ask(enter({ key: 1 }));
    expect(rig.ask(replace(1, { key: 2, price4: 7 }))).toEqual(['U 1>2 B 100@100000 D']);
    expect(rig.ask(cancel(2))).toEqual([]);
    expect(rig.core.accountTruth('ours').orders).toEqual([]);
  });

  it('modifies in place: marks a sale anew, takes shares off, keeps its turn', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.ask(enter({ key: 1, side: 'S', shares: 100 }));
    rig.ask(enter({ key: 2, side: 'S', shares: 100 }));
    expect(rig.ask(modify(1, 'T', 80))).toEqual(['M 1 T 80']);
    expect(rig.ask(modify(1, 'B', 80))).toEqual([]);
    rig.sweep(buy, PRICE4, 90);
    expect(rig.hear()).toEqual(['E 1 80@100000 A #1', 'E 2 10@100000 A #2']);
  });

  it('ignores in silence a reference that is not above the last, and answers a query with the next', () => {
    const rig = new CoreRig([portOptions('P1')]);
    expect(rig.ask(query())).toEqual(['Q 1']);
    rig.ask(enter({ key: 5 }));
    expect(rig.ask(enter({ key: 5 }))).toEqual([]);
    expect(rig.ask(enter({ key: 4 }))).toEqual([]);
    expect(rig.ask(query())).toEqual(['Q 6']);
    expect(rig.port().ignored).toBe(2);
    // A refused order has used up its reference too.
    expect(rig.ask(enter({ key: 9, symbol: 'NOPE' }))).toEqual(['J 9 23']);
    expect(rig.ask(query())).toEqual(['Q 10']);
  });

  it('OUCH 4.2: ignores a token that was used, so that a probe under it is answered only if the order never came', () => {
    const rig = new CoreRig([portOptions('P1', { protocol: 'ouch42' })]);
    expect(rig.ask(enter({ key: 'ONE' }))).toEqual(['A ONE B 100@100000 L']);
    const probe = (key: string) => enter({ key, shares: 1, price4: 100, life: 'ioc' });
    expect(rig.ask(probe('ONE'))).toEqual([]);
    expect(rig.ask(probe('TWO'))).toEqual(['A TWO B 1@100 D']);
    expect(rig.ask(enter({ key: 'BAD', shares: 1_000_000 }))).toEqual(['J BAD Z']);
    expect(rig.ask(enter({ key: 'BAD' }))).toEqual([]);
    expect(rig.ask(replace('ONE', { key: 'NEW', shares: 70 }))).toEqual(['U ONE>NEW B 70@100000 L']);
    expect(rig.ask(cancel('NEW'))).toEqual(['C NEW 70 U']);
  });

  it.each([
    ['a symbol that is not traded', { symbol: 'NOPE' }, 23],
    ['no side', { side: 'X' }, 9],
    ['no shares', { shares: 0 }, 30],
    ['too many shares', { shares: 1_000_000 }, 30],
    ['a price between two cents', { price4: 100_050 }, 29],
    ['a price beyond the highest', { price4: 2_000_000_000 }, 29],
    ['no display that it knows', { display: 'Q' }, 3],
    ['fewest shares on an order that rests', { minShares: 50 }, 13],
    ['another firm', { firm: 'ELSE' }, 12],
  ])('refuses %s', (_, changes, reason) => {
    const rig = new CoreRig([portOptions('P1', { firm: 'WLNE' })]);
    expect(rig.ask(enter({ key: 1, ...changes }))).toEqual([`J 1 ${reason}`]);
  });

  it('counts bytes that are no request, and says nothing', () => {
    const rig = new CoreRig([portOptions('P1')]);
    for (const bytes of [[], [0], [79, 1, 2], Array(45).fill(255)]) rig.send(Uint8Array.from(bytes));
    expect(rig.hear()).toEqual([]);
    expect(rig.port().malformed).toBe(4);
  });

  it('refuses orders while an instrument is halted; what rests stays', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.ask(enter({ key: 1 }));
    rig.core.setHalted(0, true, 0);
    expect(rig.ask(enter({ key: 2 }))).toEqual(['J 2 7']);
    expect(rig.ask(replace(1, { key: 3, shares: 50 }))).toEqual(['J 3 7']);
    expect(rig.ask(enter({ key: 4, symbol: 'LINE' }))).toEqual(['A 4 B 100@100000 L']);
    rig.core.setHalted(0, false, 0);
    expect(rig.ask(replace(1, { key: 5, shares: 50 }))).toEqual(['U 1>5 B 50@100000 L']);
  });

  it('cancels many at once, by symbol, and of the whole account where the port may', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { massCancelReaches: 'account' })]);
    rig.ask(enter({ key: 1 }));
    rig.ask(enter({ key: 2, symbol: 'LINE' }));
    rig.ask(enter({ key: 1 }), 1);
    expect(rig.ask(massCancel(3, 'LINE'))).toEqual(['X 3', 'C 2 100 U']);
    expect(rig.ask(massCancel(2), 1)).toEqual(['X 2', 'C 1 100 U']);
    expect(rig.hear(0)).toEqual(['C 1 100 U']);
  });

  it('disables and enables order entry; cancels pass', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.ask(enter({ key: 1 }));
    expect(rig.ask(orderEntry('D', 2))).toEqual(['G 2']);
    expect(rig.ask(enter({ key: 3 }))).toEqual(['J 3 21']);
    expect(rig.ask(cancel(1))).toEqual(['C 1 100 U']);
    expect(rig.ask(orderEntry('E', 4))).toEqual(['K 4']);
    expect(rig.ask(enter({ key: 5 }))).toEqual(['A 5 B 100@100000 L']);
  });

  it.each([
    ['off', ['A 2 S 100@100000 L', 'E 1 100@100000 A #1', 'E 2 100@100000 R #1']],
    ['newest', ['A 2 S 100@100000 L', 'D 2 100 Q']],
    ['oldest', ['A 2 S 100@100000 L', 'D 1 100 Q']],
    ['both', ['A 2 S 100@100000 L', 'D 1 100 Q', 'D 2 100 Q']],
  ] as const)('keeps an account from trading with itself: %s', (selfMatch, told) => {
    const rig = new CoreRig([portOptions('P1', { selfMatch })]);
    rig.ask(enter({ key: 1 }));
    expect(rig.ask(enter({ key: 2, side: 'S' }))).toEqual(told);
    expect(rig.position()).toBe(0);
    expect(rig.core.accountTruth('ours').orders).toHaveLength(
      selfMatch === 'oldest' ? 1 : selfMatch === 'newest' ? 1 : 0,
    );
  });

  it('tells both sides of a match by the same number, and breaks and corrects them', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { account: 'theirs', protocol: 'ouch42' })]);
    rig.ask(enter({ key: 1 }));
    rig.ask(enter({ key: 'X', side: 'S', shares: 60 }), 1);
    expect(rig.hear(0)).toEqual(['E 1 60@100000 A #1']);
    expect(rig.core.correct(1, PRICE4 - 100, 0)).toBe(2);
    expect(rig.hear(0)).toEqual(['F 1 60@99900 #1']);
    expect(rig.hear(1)).toEqual(['F X 60@99900 #1']);
    expect(rig.core.accountTruth('ours').positions).toEqual([{ symbol: 'WARM', shares: 60, cost4: 60 * 99_900 }]);
    expect(rig.core.bust(1, 0)).toBe(2);
    expect(rig.hear(0)).toEqual(['B 1 #1']);
    expect([rig.position(), rig.position('WARM', 'theirs')]).toEqual([0, 0]);
    expect(rig.core.bust(1, 0)).toBe(0);
  });

  it('lets an order end by itself, and all of them at the end of the day', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { protocol: 'ouch42' })]);
    rig.ask(enter({ key: 1, life: 60 }));
    rig.ask(enter({ key: 2 }));
    rig.ask(enter({ key: 'T', life: 90 }), 1);
    expect(rig.core.nextDueNs).toBe(60 * SECOND_NS);
    rig.core.onTime(60 * SECOND_NS);
    expect(rig.hear()).toEqual(['C 1 100 T']);
    rig.core.endDay(61 * SECOND_NS);
    expect(rig.hear()).toEqual(['C 2 100 E', 'S E']);
    expect(rig.hear(1)).toEqual(['C T 100 E', 'S E']);
    expect(rig.ask(enter({ key: 3 }))).toEqual([]);
  });

  it.each([
    ['off', 0, false, []],
    ['port', 0, false, ['C 1 100 Z', 'C 2 100 Z']],
    ['order', 0, false, ['C 1 100 Z']],
    ['port', 5, false, ['C 1 100 Z', 'C 2 100 Z']],
    ['port', 5, true, []],
  ] as const)('cancels on disconnect: %s after %d s, back in time: %s', (cancelOnDisconnect, seconds, back, told) => {
    const options = { cancelOnDisconnect, cancelOnDisconnectDelayNs: seconds * SECOND_NS };
    const rig = new CoreRig([portOptions('P1', options)]);
    rig.ask(enter({ key: 1 }));
    rig.ask(enter({ key: 2, life: 'extended' }));
    rig.core.onDisconnect(rig.port(), false, 0);
    rig.core.onTime(seconds * SECOND_NS - 1);
    if (seconds > 0) expect(rig.hear()).toEqual([]);
    if (back) rig.core.onConnect(rig.port(), seconds * SECOND_NS - 1);
    rig.core.onTime(seconds * SECOND_NS);
    expect(rig.hear()).toEqual(told);
  });

  it('cancels upon an orderly logout only where the port is set so', () => {
    const rig = new CoreRig([
      portOptions('P1', { cancelOnDisconnect: 'port' }),
      portOptions('P2', { logoutCancels: true }),
    ]);
    for (const index of [0, 1]) rig.ask(enter({ key: 1 }), index);
    for (const port of rig.core.ports) rig.core.onDisconnect(port, true, 0);
    expect([rig.hear(0), rig.hear(1)]).toEqual([[], ['C 1 100 Z']]);
  });

  it('hides an order that is not to be displayed, and lets the displayed ones at its price go first', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { account: 'theirs' })]);
    rig.ask(enter({ key: 1, display: 'N' }));
    rig.ask(enter({ key: 1 }), 1);
    expect(rig.core.market.book.orders).toBe(1);
    rig.sweep(sell, PRICE4, 150);
    expect(rig.hear(1)).toEqual(['E 1 100@100000 A #1']);
    expect(rig.hear(0)).toEqual(['E 1 50@100000 A #2']);
  });

  it('cancels an order that would take though it is only to be added', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.house(sell, PRICE4, 10);
    expect(rig.ask(enter({ key: 1, postOnly: true }))).toEqual(['A 1 B 100@100000 L', 'C 1 100 F']);
    expect(rig.ask(enter({ key: 2, postOnly: true, price4: PRICE4 - 100 }))).toEqual(['A 2 B 100@99900 L']);
  });

  it('takes nothing where fewer shares stand there than an immediate order must have', () => {
    const rig = new CoreRig([portOptions('P1')]);
    rig.house(sell, PRICE4, 30);
    expect(rig.ask(enter({ key: 1, life: 'ioc', minShares: 50 }))).toEqual(['A 1 B 100@100000 L', 'C 1 100 I']);
    rig.house(sell, PRICE4, 30);
    expect(rig.ask(enter({ key: 2, life: 'ioc', minShares: 50 })).slice(1)).toEqual([
      'E 2 30@100000 R #1',
      'E 2 30@100000 R #2',
      'C 2 40 I',
    ]);
  });

  it('tells the account on its drop copy, whichever port it was', () => {
    const rig = new CoreRig([portOptions('P1'), portOptions('P2', { protocol: 'ouch42' })]);
    rig.ask(enter({ key: 7 }));
    rig.ask(enter({ key: 'TOKEN', side: 'S', price4: PRICE4 + 100 }), 1);
    rig.sweep(sell, PRICE4, 40);
    rig.sweep(buy, PRICE4 + 100, 100);
    rig.core.correct(2, PRICE4 + 200, 0, 90);
    rig.core.bust(1, 0);
    rig.ask(cancel(7));
    const { log } = rig.core.dropCopies.get('ours')!;
    const record = new DropCopyRecord();
    const told = [1, 2, 3, 4, 5].map((number) =>
      log.read(number, (bytes, offset) => {
        const { type, username, userRefNum, id, side, shares, symbol, price4, matchNumber } = record.wrap(
          new DataView(bytes.buffer),
          offset,
        );
        return [type, username, userRefNum, id, String.fromCharCode(side), shares, symbol, price4, matchNumber];
      }),
    );
    const { executed, broken, corrected, cancelled } = DropCopyType;
    expect(told).toEqual([
      [executed, 'P1', 7, '', 'B', 40, 'WARM', PRICE4, 1],
      [executed, 'P2', 0, 'TOKEN', 'S', 100, 'WARM', PRICE4 + 100, 2],
      [corrected, 'P2', 0, 'TOKEN', 'S', 90, 'WARM', PRICE4 + 200, 2],
      [broken, 'P1', 7, '', 'B', 40, 'WARM', PRICE4, 1],
      [cancelled, 'P1', 7, '', 'B', 60, 'WARM', 0, 0],
    ]);
    expect(log.next).toBe(6);
  });
});
