/**
 * Days of the Gregorian calendar without a clock or the platform's calendar: as yyyymmdd, and as a count from 1970-01-01.
 * The count's arithmetic is the usual one of eras of 400 years that begin in March.
 */
const ERA_DAYS = 146_097;
const ERA_YEARS = 400;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_SHIFT = 719_468;
const YEAR_DAYS = 365;
const FIRST_MONTH = 3;
const MONTHS = 12;
/** Days from 1 March to the first of a month m months later are floor((153 m + 2) / 5). */
const MONTH_SPAN = 153;
const YEAR_FACTOR = 10_000;
const MONTH_FACTOR = 100;
const WEEK = 7;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

export const SECONDS_PER_DAY = 86_400;

/** Days from 1970-01-01 to a yyyymmdd. */
export function dayNumber(day: number): number {
  const month = Math.floor(day / MONTH_FACTOR) % MONTH_FACTOR;
  const year = Math.floor(day / YEAR_FACTOR) - (month < FIRST_MONTH ? 1 : 0);
  const era = Math.floor(year / ERA_YEARS);
  const yearOfEra = year - era * ERA_YEARS;
  const monthOfYear = (month + MONTHS - FIRST_MONTH) % MONTHS;
  const dayOfYear = Math.floor((MONTH_SPAN * monthOfYear + 2) / 5) + (day % MONTH_FACTOR) - 1;
  const dayOfEra = yearOfEra * YEAR_DAYS + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_SHIFT;
}

/** The yyyymmdd of so many days from 1970-01-01. */
export function dayOfNumber(number: number): number {
  const shifted = number + EPOCH_SHIFT;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / YEAR_DAYS);
  const dayOfYear = dayOfEra - (YEAR_DAYS * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthOfYear = Math.floor((5 * dayOfYear + 2) / MONTH_SPAN);
  const dayOfMonth = dayOfYear - Math.floor((MONTH_SPAN * monthOfYear + 2) / 5) + 1;
  const month = ((monthOfYear + FIRST_MONTH - 1) % MONTHS) + 1;
  const year = yearOfEra + era * ERA_YEARS + (month < FIRST_MONTH ? 1 : 0);
  return year * YEAR_FACTOR + month * MONTH_FACTOR + dayOfMonth;
}

/** 0 = Sunday … 6 = Saturday. */
export function weekdayOf(number: number): number {
  return (((number + EPOCH_WEEKDAY) % WEEK) + WEEK) % WEEK;
}

/** True for a yyyymmdd that is a date. */
export function isDate(day: number): boolean {
  return Number.isInteger(day) && day >= YEAR_FACTOR && dayOfNumber(dayNumber(day)) === day;
}
