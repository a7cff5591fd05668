import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32Text } from './crc32.ts';
import { applyStartOfDay, numberStartOfDay, rollOver } from './day-roll.ts';
import { Limit } from './limit-table.ts';
import type { RiskShape } from './risk-shape.ts';
import { Scope } from './scope.ts';
import { parseStartOfDay, type StartOfDay, StartOfDayError, writeStartOfDay } from './start-of-day.ts';
import { OrderRig } from './testing/order-rig.ts';
import { VenueStory } from './testing/venue-story.ts';

const LINES = [
  'warmline start of day 1',
  '# written by hand',
  'day 20260107',
  'account main cash 1000000.5',
  'account other cash -12.0001',
  '',
  'position main AAPL 500 cost 93625.25   # all of it',
  'position main AAPL 200 cost 37450 strategy maker',
  'position other MSFT -70 cost -14000.0001',
  'limit account main maxPosition 5000',
  'limit global maxGrossExposure 250000.25',
];
const signed = (body: string) => `${body}crc32 ${crc32Text(body)}\n`;
const file = (lines: readonly string[]) => signed(`${lines.join('\n')}\n`);
const withLine = (number: number, text: string) => file(LINES.map((line, n) => (n + 1 === number ? text : line)));

function errorOf(text: string): StartOfDayError {
  try {
    parseStartOfDay(text);
  } catch (error) {
    if (error instanceof StartOfDayError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('a start-of-day file', () => {
  it('says what the day begins with', () => {
    const { day, balances, positions, limits } = parseStartOfDay(file(LINES));
    expect(day).toBe(20260107);
    expect(balances).toMatchObject([
      { account: 'main', cash4: 10_000_005_000 },
      { account: 'other', cash4: -120_001 },
    ]);
    expect(positions).toMatchObject([
      { account: 'main', symbol: 'AAPL', shares: 500, cost4: 936_252_500 },
      { account: 'main', symbol: 'AAPL', shares: 200, cost4: 374_500_000, strategy: 'maker' },
      { account: 'other', symbol: 'MSFT', shares: -70, cost4: -140_000_001 },
    ]);
    expect(limits).toMatchObject([
      { scope: Scope.account, name: 'main', limit: 'maxPosition', value: 5000 },
      { scope: Scope.global, name: '', limit: 'maxGrossExposure', value: 2_500_002_500 },
    ]);
  });

  it.each<[number, string, number, string]>([
    [1, 'warmline start of day 2', 1, 'the first line must be: warmline start of day 1'],
    [3, 'day 20260230', 5, '20260230 is not a date'],
    [3, 'day', 4, 'the day as yyyymmdd is missing'],
    [3, '# no day', 1, 'the day is missing'],
    [4, 'account main cash 1.00001', 19, '1.00001 is not an amount'],
    [4, 'account main cash 1,000', 19, '1,000 is not an amount'],
    [4, 'account main cash 999999999999', 19, 'more than can be counted exactly'],
    [4, 'account main money 1', 14, 'cash must stand here, not money'],
    [4, 'account main cash 1 2', 21, 'nothing more belongs here: 2'],
    [5, 'account main cash 1', 1, 'account main was stated in line 4 already'],
    [7, 'position main AAPL 5.5 cost 1', 20, '5.5 is not a whole number'],
    [7, 'position main AAPL 3000000000 cost 1', 20, 'more than can be held'],
    [7, 'position main AAPL 5 cost -1', 27, 'the sign of the shares'],
    [7, 'position main AAPL 0 cost 1', 27, 'the sign of the shares'],
    [7, 'position main AAPL 5', 21, 'cost is missing'],
    [8, 'position main IBM 5 cost 1 strategy maker', 1, 'no line says what the account has in all'],
    [10, 'limit desk main maxPosition 5', 7, 'desk is no scope: global, venue'],
    [10, 'limit account main maxPositions 5', 20, 'maxPositions is no limit that a start of day states'],
    [10, 'limit account main maxPosition -5', 32, 'a limit is not negative'],
    [10, 'limt account main maxPosition 5', 1, 'limt is no statement'],
    [9, 'position other MSFT\u00e9 5 cost 1', 20, 'only printable ASCII'],
  ])('that is wrong in line %i (%s) is refused at column %i: %s', (line, text, column, message) => {
    const error = errorOf(withLine(line, text));
    expect(error.message).toContain(message);
    if (message !== 'the day is missing') expect([error.line, error.column]).toEqual([line, column]);
  });

  it('that was cut short anywhere is refused', () => {
    const whole = file(LINES);
    const end = whole.trimEnd().length;
    for (let at = 0; at < end; at++) expect(errorOf(whole.slice(0, at))).toBeInstanceOf(StartOfDayError);
  });

  it('in which a character changed is refused, and the checksum that would fit is named', () => {
    const text = file(LINES).replace('500 cost', '600 cost');
    const error = errorOf(text);
    expect([error.line, error.column]).toEqual([LINES.length + 1, 7]);
    const fitting = /put ([0-9a-f]{8}) here/.exec(error.message)![1];
    expect(parseStartOfDay(text.replace(/crc32 .*/, `crc32 ${fitting}`)).positions[0].shares).toBe(600);
  });

  it('of any bytes is read or refused, never anything else', () => {
    const words = fc.constantFrom(
      'day',
      'account',
      'position',
      'limit',
      'cash',
      'cost',
      'main',
      '1',
      '-5',
      '1.5',
      '#',
      '\n',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((list) => list.join(' ')),
        ),
        fc.boolean(),
        (text, whole) => {
          const body = `warmline start of day 1\n${text}\n`;
          try {
            parseStartOfDay(whole ? signed(body) : text);
          } catch (error) {
            expect(error).toBeInstanceOf(StartOfDayError);
          }
        },
      ),
    );
  });

  it('that was written is read again as it was', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,9}$/);
    const cash4 = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
    const position = fc.record({
      shares: fc.integer({ min: -1e9, max: 1e9 }),
      size4: fc.integer({ min: 0, max: 2 ** 50 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, cash4), { selector: ([key]) => key, maxLength: 5 }),
        fc.uniqueArray(fc.tuple(name, position), { selector: ([key]) => key, maxLength: 5 }),
        (accounts, held) => {
          const start: StartOfDay = {
            day: 20260107,
            balances: accounts.map(([account, cash]) => ({ account, cash4: cash })),
            positions: held.map(([symbol, { shares, size4 }]) => {
              return { account: 'a', symbol, shares, cost4: shares < 0 && size4 > 0 ? -size4 : shares > 0 ? size4 : 0 };
            }),
            limits: [{ scope: Scope.strategy, name: 'maker', limit: 'maxOrderNotional', value: 123_456_789 }],
          };
          const read = parseStartOfDay(writeStartOfDay(start));
          const plain = JSON.parse(
            JSON.stringify(read, (key, value) => (key === 'at' ? undefined : value)),
          ) as StartOfDay;
          expect(plain).toEqual(start);
        },
      ),
    );
  });

  it('has the checksum that everybody computes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(crc32Text(text)).toBe(crc32(text).toString(16).padStart(8, '0'));
      }),
    );
  });
});

const SHAPE: RiskShape = {
  venues: ['x', 'y'],
  accounts: ['main', 'other'],
  strategies: [
    { name: 'maker', account: 0 },
    { name: 'taker', account: 1 },
    { name: 'idle', account: 0 },
  ],
  instruments: ['AAPL', 'MSFT', 'IBM', 'KO'].map((symbol) => ({
    symbol,
    venue: 0,
    tick4: 100,
    lowTick4: 1,
    lowTickBelow4: 10_000,
  })),
};

describe('the roll of a day', () => {
  it('takes cash and positions over to the unit', () => {
    const rig = new OrderRig();
    applyStartOfDay(rig.facts, numberStartOfDay(parseStartOfDay(file(LINES)), SHAPE, 20260107));
    expect(rig.account()).toMatchObject({ position: 500, cost4: 936_252_500 });
    expect(rig.row(Scope.strategy, 0, 0)).toMatchObject({ position: 200, cost4: 374_500_000 });
    expect(rig.account(1, 1)).toMatchObject({ position: -70, cost4: -140_000_001 });
    expect(rig.total(Scope.account).cash4).toBe(10_000_005_000);
    expect(numberStartOfDay(parseStartOfDay(file(LINES)), SHAPE, 20260107).limits).toEqual([
      { limit: Limit.maxPosition, scope: Scope.account, index: 0, value: 5000 },
      { limit: Limit.maxGrossExposure, scope: Scope.global, index: 0, value: 2_500_002_500 },
    ]);
  });

  it('of any day gives the next one the same positions, costs and cash', () => {
    const steps = fc.array(fc.tuple(fc.nat(16), fc.nat(4000), fc.nat(4000)), { minLength: 30, maxLength: 120 });
    fc.assert(
      fc.property(steps, (list) => {
        const story = new VenueStory(true);
        story.rig.facts.balance(0, 777);
        for (const step of list) story.play(step);
        // In the story strategies trade for either account; the roll keeps what is the account's own.
        const strategies = SHAPE.strategies.map((strategy) => ({ ...strategy, account: 9 }));
        const text = writeStartOfDay(rollOver(story.rig.ledger, { ...SHAPE, strategies }, 20260108));
        const next = new OrderRig();
        applyStartOfDay(next.facts, numberStartOfDay(parseStartOfDay(text), SHAPE, 20260108));
        for (let account = 0; account < 2; account++) {
          expect(next.total(Scope.account, account).cash4).toBe(story.rig.total(Scope.account, account).cash4);
          for (let instrument = 0; instrument < 4; instrument++) {
            const { position, cost4 } = story.rig.account(account, instrument);
            expect(next.account(account, instrument)).toMatchObject({ position, cost4, realised4: 0 });
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what strategies have, with the account beside it even where it is flat', () => {
    const rig = new OrderRig();
    rig.facts.position(0, 0, 0, 100, 100_000, 0);
    rig.facts.position(0, 2, 0, -100, 120_000, 0);
    const start = rollOver(rig.ledger, SHAPE, 20260108);
    expect(start.positions).toEqual([
      { account: 'main', symbol: 'AAPL', shares: 0, cost4: 0 },
      { account: 'main', symbol: 'AAPL', shares: 100, cost4: 10_000_000, strategy: 'maker' },
      { account: 'main', symbol: 'AAPL', shares: -100, cost4: -12_000_000, strategy: 'idle' },
    ]);
    expect(parseStartOfDay(writeStartOfDay(start)).positions.length).toBe(3);
  });

  it.each<[string, string]>([
    ['account main cash 1', 'the config has no account nobody'],
    ['position main AAPL 500 cost 93625.25   # all of it', 'the config has no instrument GE'],
    ['position main AAPL 200 cost 37450 strategy maker', 'strategy taker does not trade for account main'],
    ['limit account main maxPosition 5000', 'there is no limit maxGrossExposure for the scope instrument'],
    ['limit account main maxPosition 5000', 'the config has no venue z'],
  ])('refuses names that the config does not have, where they stand: %#', (_, message) => {
    const wrong = [
      withLine(5, 'account nobody cash 1'),
      withLine(9, 'position main GE 1 cost 1'),
      withLine(8, 'position main AAPL 1 cost 1 strategy taker'),
      withLine(10, 'limit instrument AAPL maxGrossExposure 1'),
      withLine(10, 'limit venue z maxGrossExposure 1'),
    ].find((text) => messageOf(text).includes(message))!;
    expect(wrong).toBeDefined();
  });

  it('refuses the file of another day', () => {
    expect(() => numberStartOfDay(parseStartOfDay(file(LINES)), SHAPE, 20260108)).toThrow(
      'this is the start of 20260107, and 20260108 is to begin',
    );
  });
});

function messageOf(text: string): string {
  try {
    numberStartOfDay(parseStartOfDay(text), SHAPE, 20260107);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
