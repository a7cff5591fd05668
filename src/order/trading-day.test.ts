import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayNumber, dayOfNumber, isDate, weekdayOf } from './civil-day.ts';
import { localDay, offsetAt, utcOf, ZONES } from './time-zone.ts';
import { DayPhase, TradingCalendar, type TradingDayOptions } from './trading-day.ts';

const HOUR = 3600;
const utc = (text: string) => Date.parse(text) / 1000;
/** From 2007 on the rules are those of today. */
const seconds = fc.integer({ min: utc('2008-01-01T00:00:00Z'), max: utc('2037-12-31T00:00:00Z') });

/** Seconds east of Greenwich by the platform's tables. */
function platformOffset(zone: string, utcSeconds: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(utcSeconds * 1000);
  const of = (type: string) => Number(parts.find((part) => part.type === type)!.value);
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wall / 1000 - utcSeconds;
}

describe('days', () => {
  it('are counted as the platform counts them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 200_000 }), (number) => {
        const date = new Date(number * 86_400_000);
        const day = date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
        expect(dayOfNumber(number)).toBe(day);
        expect(dayNumber(day)).toBe(number);
        expect(weekdayOf(number)).toBe(date.getUTCDay());
        expect(isDate(day)).toBe(true);
      }),
    );
  });

  it('are dates only where the calendar has them', () => {
    expect([20240229, 20000229, 19991231].every(isDate)).toBe(true);
    expect([20260229, 21000229, 20260431, 20261301, 20260100, 0, 2026.5, -20260101].some(isDate)).toBe(false);
  });
});

describe.each(Object.keys(ZONES))('time zone %s', (name) => {
  const zone = ZONES[name];

  it('is what the platform says', () => {
    fc.assert(
      fc.property(seconds, (at) => {
        expect(offsetAt(zone, at)).toBe(platformOffset(name, at));
      }),
      { numRuns: 300 },
    );
  });

  it('changes at the second at which the platform does', () => {
    for (let at = utc('2026-01-01T00:00:00Z'); at < utc('2029-01-01T00:00:00Z'); at += 86_400) {
      if (offsetAt(zone, at) === offsetAt(zone, at + 86_400)) continue;
      let [low, high] = [at, at + 86_400];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (offsetAt(zone, middle) === offsetAt(zone, at)) low = middle;
        else high = middle;
      }
      expect(platformOffset(name, low)).toBe(offsetAt(zone, low));
      expect(platformOffset(name, high)).toBe(offsetAt(zone, high));
    }
  });

  it('finds the UTC second of a wall clock time', () => {
    fc.assert(
      fc.property(seconds, (at) => {
        const day = localDay(zone, at);
        const second = at + offsetAt(zone, at) - dayNumber(day) * 86_400;
        const found = utcOf(zone, day, second);
        // Where the clock shows it twice, the first.
        expect(found === at || (found === at - HOUR && offsetAt(zone, found) !== offsetAt(zone, at))).toBe(true);
      }),
    );
  });
});

const EQUITIES: TradingDayOptions = {
  zone: 'America/New_York',
  startSecond: 3 * HOUR,
  openSecond: 9.5 * HOUR,
  closeSecond: 16 * HOUR,
  endSecond: 20 * HOUR,
  holidays: [20260101, 20260703],
  earlyCloses: [{ day: 20261127, closeSecond: 13 * HOUR }],
};
/** A day that begins on the evening before. */
const FUTURES: TradingDayOptions = {
  zone: 'America/Chicago',
  startSecond: -7.5 * HOUR,
  openSecond: -7 * HOUR,
  closeSecond: 16 * HOUR,
  endSecond: 16.25 * HOUR,
};

describe('a trading day', () => {
  const { closed, starting, open, ending } = DayPhase;

  it.each([
    ['2026-01-07T07:59:59Z', 20260107, closed],
    ['2026-01-07T08:00:00Z', 20260107, starting],
    ['2026-01-07T14:30:00Z', 20260107, open],
    ['2026-01-07T21:00:00Z', 20260107, ending],
    ['2026-01-08T01:00:00Z', 20260108, closed],
    ['2026-01-09T23:00:00Z', 20260109, ending],
    ['2026-01-10T01:00:00Z', 20260112, closed], // over the weekend
    ['2025-12-31T23:59:00Z', 20251231, ending],
    ['2026-01-01T15:00:00Z', 20260102, closed], // a holiday
    ['2026-03-06T14:29:59Z', 20260306, starting], // the last day of winter
    ['2026-03-09T13:30:00Z', 20260309, open], // the first of summer
    ['2026-11-02T14:29:59Z', 20261102, starting],
    ['2026-11-27T18:00:00Z', 20261127, ending], // closes early
  ])('of equities at %s is %i in phase %i', (at, day, phase) => {
    const calendar = new TradingCalendar(EQUITIES);
    expect([calendar.dayAt(utc(at)), calendar.phaseAt(utc(at))]).toEqual([day, phase]);
  });

  it.each([
    ['2026-01-06T22:29:59Z', 20260107, closed],
    ['2026-01-06T22:30:00Z', 20260107, starting], // 16:30 in Chicago, on the evening before
    ['2026-01-06T23:00:00Z', 20260107, open],
    ['2026-01-07T22:15:00Z', 20260108, closed],
    ['2026-01-11T23:00:00Z', 20260112, open], // Monday begins on Sunday
  ])('of futures at %s is %i in phase %i', (at, day, phase) => {
    const calendar = new TradingCalendar(FUTURES);
    expect([calendar.dayAt(utc(at)), calendar.phaseAt(utc(at))]).toEqual([day, phase]);
  });

  it.each([
    ['equities', EQUITIES],
    ['futures', FUTURES],
  ])('of %s changes when it says it will, and not before', (_, options) => {
    const calendar = new TradingCalendar(options);
    fc.assert(
      fc.property(seconds, fc.double({ min: 0, max: 1, noNaN: true }), (at, part) => {
        const change = calendar.nextChangeAt(at);
        expect(change).toBeGreaterThan(at);
        const state = (when: number) => `${calendar.dayAt(when)} ${calendar.phaseAt(when)}`;
        expect(state(at + Math.floor((change - 1 - at) * part))).toBe(state(at));
        expect(state(change)).not.toBe(state(at));
        const day = calendar.dayAt(at);
        expect(calendar.isTradingDay(day)).toBe(true);
        expect(calendar.nextDay(day)).toBeGreaterThan(day);
        expect(calendar.startOf(calendar.nextDay(day))).toBeGreaterThanOrEqual(calendar.endOf(day));
      }),
    );
  });

  it.each<[string, Partial<TradingDayOptions>]>([
    ['follow each other', { openSecond: 2 * HOUR }],
    ['follow each other', { closeSecond: 9 * HOUR }],
    ['end before the next starts', { endSecond: 27.5 * HOUR }],
    ['20261301 is not a date', { holidays: [20261301] }],
    ['early close of 20261127', { earlyCloses: [{ day: 20261127, closeSecond: 17 * HOUR }] }],
    ['every weekday is a weekend', { weekend: [0, 1, 2, 3, 4, 5, 6] }],
    ['no rule for the time zone Mars/Olympus', { zone: 'Mars/Olympus' }],
  ])('is refused where it can not be: %s', (message, wrong) => {
    expect(() => new TradingCalendar({ ...EQUITIES, ...wrong })).toThrow(message);
  });

  it('says so where the calendar never trades again', () => {
    const holidays = Array.from({ length: 100 }, (_, n) => dayOfNumber(dayNumber(20260101) + n));
    expect(() => new TradingCalendar({ ...EQUITIES, holidays }).dayAt(utc('2026-01-05T12:00:00Z'))).toThrow(
      'none within 60 days',
    );
  });
});
