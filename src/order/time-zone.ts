import { dayNumber, dayOfNumber, SECONDS_PER_DAY, weekdayOf } from './civil-day.ts';

/**
 * Time zones as rules, so that the trading day is a function of UTC seconds and the config alone: the platform's tables
 * change under a replay.
 */
export interface ZoneRule {
  /** Seconds east of Greenwich. */
  readonly standardSeconds: number;
  /** Daylight saving, where there is any. */
  readonly daylight?: { readonly seconds: number; readonly begins: ZoneChange; readonly ends: ZoneChange };
}

/** The nth weekday of a month, and when on it. */
export interface ZoneChange {
  readonly month: number;
  /** 1 = first …, -1 = last. */
  readonly nth: number;
  /** 0 = Sunday. */
  readonly weekday: number;
  /** Seconds since midnight, by the wall clock in force before the change or by UTC. */
  readonly second: number;
  readonly by: 'wall' | 'utc';
}

const HOUR = 3600;
const SUNDAY = 0;
const WEEK = 7;

const sunday = (month: number, nth: number, hour: number, by: 'wall' | 'utc' = 'wall'): ZoneChange => ({
  month,
  nth,
  weekday: SUNDAY,
  second: hour * HOUR,
  by,
});
const fixed = (hours: number): ZoneRule => ({ standardSeconds: hours * HOUR });
/** United States, since 2007. */
const american = (hours: number): ZoneRule => ({
  standardSeconds: hours * HOUR,
  daylight: { seconds: (hours + 1) * HOUR, begins: sunday(3, 2, 2), ends: sunday(11, 1, 2) },
});
/** European Union and United Kingdom, since 1996. */
const european = (hours: number): ZoneRule => ({
  standardSeconds: hours * HOUR,
  daylight: { seconds: (hours + 1) * HOUR, begins: sunday(3, -1, 1, 'utc'), ends: sunday(10, -1, 1, 'utc') },
});

/** Zones that venues live in, by their usual names. */
export const ZONES: Readonly<Record<string, ZoneRule>> = {
  UTC: fixed(0),
  'America/New_York': american(-5),
  'America/Chicago': american(-6),
  'Europe/London': european(0),
  'Europe/Berlin': european(1),
  'Europe/Paris': european(1),
  'Europe/Stockholm': european(1),
  'Europe/Zurich': european(1),
  'Asia/Tokyo': fixed(9),
  'Asia/Hong_Kong': fixed(8),
  'Asia/Shanghai': fixed(8),
  'Asia/Singapore': fixed(8),
  'Asia/Kolkata': fixed(5.5),
  'Australia/Sydney': {
    standardSeconds: 10 * HOUR,
    daylight: { seconds: 11 * HOUR, begins: sunday(10, 1, 2), ends: sunday(4, 1, 3) },
  },
};

/** Seconds east of Greenwich in force at a UTC second. */
export function offsetAt(zone: ZoneRule, utcSeconds: number): number {
  const { standardSeconds, daylight } = zone;
  if (daylight === undefined) return standardSeconds;
  const year = Math.floor(dayOfNumber(Math.floor((utcSeconds + standardSeconds) / SECONDS_PER_DAY)) / 10_000);
  const begins = changeAt(daylight.begins, year, standardSeconds);
  const ends = changeAt(daylight.ends, year, daylight.seconds);
  // Where summer spans the new year, it is winter in between instead.
  const inside = begins < ends ? utcSeconds >= begins && utcSeconds < ends : utcSeconds >= begins || utcSeconds < ends;
  return inside ? daylight.seconds : standardSeconds;
}

/**
 * The UTC second at which a zone's wall clock shows `second` of a day (yyyymmdd). `second` may lie before the day or
 * after it. A time that occurs twice is the first of the two; one that is left out is taken by the clock before the change.
 */
export function utcOf(zone: ZoneRule, day: number, second: number): number {
  const wall = dayNumber(day) * SECONDS_PER_DAY + second;
  const daylightSeconds = zone.daylight?.seconds ?? zone.standardSeconds;
  const early = wall - Math.max(zone.standardSeconds, daylightSeconds);
  const late = wall - Math.min(zone.standardSeconds, daylightSeconds);
  if (early + offsetAt(zone, early) === wall) return early;
  if (late + offsetAt(zone, late) === wall) return late;
  return wall - offsetAt(zone, early);
}

/** Day (yyyymmdd) that a zone's wall clock shows at a UTC second. */
export function localDay(zone: ZoneRule, utcSeconds: number): number {
  return dayOfNumber(Math.floor((utcSeconds + offsetAt(zone, utcSeconds)) / SECONDS_PER_DAY));
}

/** UTC second of a change in a year. @param offsetBefore seconds east in force before it */
function changeAt(change: ZoneChange, year: number, offsetBefore: number): number {
  const midnight = nthWeekday(change, year) * SECONDS_PER_DAY;
  return midnight + change.second - (change.by === 'utc' ? 0 : offsetBefore);
}

function nthWeekday({ month, nth, weekday }: ZoneChange, year: number): number {
  if (nth > 0) {
    const first = dayNumber(year * 10_000 + month * 100 + 1);
    return first + ((weekday - weekdayOf(first) + WEEK) % WEEK) + (nth - 1) * WEEK;
  }
  const next = month === 12 ? dayNumber((year + 1) * 10_000 + 101) : dayNumber(year * 10_000 + (month + 1) * 100 + 1);
  const last = next - 1;
  return last - ((weekdayOf(last) - weekday + WEEK) % WEEK);
}
