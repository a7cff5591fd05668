import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OrdersConfig } from '../config/orders-schema.ts';
import { parseSegmentName } from '../journal/segment-format.ts';
import { dayNumber, dayOfNumber } from '../order/civil-day.ts';
import { parseStartOfDay, type StartOfDay, writeStartOfDay } from '../order/start-of-day.ts';
import { TradingCalendar } from '../order/trading-day.ts';

/** The trading day that a gateway opens, and how it ends. Structured-cloneable. */
export interface TradingDaySetup {
  /** yyyymmdd */
  readonly day: number;
  /** File that the day begins with; undefined: everything flat. */
  readonly startPath: string | undefined;
  /** UTC ns from which on nothing new is sent and ours are cancelled; infinite: once the venue says that its day is over. */
  readonly closeUtcNs: number;
  /** How long sessions are heard at most after the end, for what comes late. */
  readonly settleNs: number;
  readonly next: { readonly day: number; readonly path: string };
}

const NS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1000;
const DAY_SECONDS = 86_400;
const DEFAULT_CLOSE_SECOND = DAY_SECONDS - 1;

/**
 * Which day it is: by the calendar, or the date at the venue; where that one was ended already, the one that follows it.
 * @throws {Error} where what it begins with is not known
 */
export function tradingDaySetup(orders: OrdersConfig, venue: string, now = new Date()): TradingDaySetup {
  const calendar = calendarOf(orders);
  const utcSeconds = now.getTime() / MS_PER_SECOND;
  const today = calendar?.dayAt(utcSeconds) ?? dateAt(orders.timeZone, now);
  const latest = Math.max(0, ...rolledDays(orders.directory, venue));
  const day = Math.max(today, latest);
  const nextDay = calendar?.nextDay(day) ?? dayOfNumber(dayNumber(day) + 1);
  return {
    day,
    startPath: orders.startOfDay ?? startPathOf(orders.directory, venue, latest, day),
    closeUtcNs:
      calendar === undefined || orders.day?.closeSecond === undefined
        ? Number.POSITIVE_INFINITY
        : calendar.closeOf(day) * NS_PER_SECOND,
    settleNs: orders.day?.settleNs ?? DEFAULT_SETTLE_NS,
    next: { day: nextDay, path: pathOf(orders.directory, venue, nextDay) },
  };
}

const DEFAULT_SETTLE_NS = 10e9;

/** Writes what a day begins with: whole or not at all, also where the host dies meanwhile. @throws what the disk throws */
export function writeStartFile(path: string, start: StartOfDay): void {
  const file = openSync(`${path}.new`, 'w');
  try {
    writeSync(file, writeStartOfDay(start));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

/** Today's date in the venue's time zone, as yyyymmdd. */
export function dateAt(timeZone: string, now: Date): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(now)
    .filter(({ type }) => type !== 'literal')
    .map(({ value }) => value);
  return Number(parts.join(''));
}

/** @throws {Error} in words, where the section `orders.day` is no calendar */
export function calendarOf({ day, timeZone }: Pick<OrdersConfig, 'day' | 'timeZone'>): TradingCalendar | undefined {
  if (day === undefined) return undefined;
  return new TradingCalendar({
    zone: timeZone,
    startSecond: 0,
    openSecond: 0,
    closeSecond: day.closeSecond ?? DEFAULT_CLOSE_SECOND,
    endSecond: DAY_SECONDS,
    weekend: day.weekend,
    holidays: day.holidays,
    earlyCloses: Object.entries(day.earlyCloses).map(([date, closeSecond]) => ({ day: Number(date), closeSecond })),
  });
}

/**
 * The file that an earlier day's end left. Days without trading in between change nothing; a day that traded and was not
 * ended does, and what it came to is not guessed.
 */
function startPathOf(directory: string, venue: string, latest: number, day: number): string | undefined {
  if (latest === 0) return undefined;
  const path = pathOf(directory, venue, latest);
  if (latest === day) return path;
  const open = journalDays(directory, venue).filter((one) => one >= latest && one < day);
  if (open.length > 0) {
    throw new Error(
      `the trading day ${Math.max(...open)} of ${venue} was not ended in order, so that what ${day} begins with is not known: ` +
        'name a file with positions and cash as orders.startOfDay (`warmline journal timeline` shows what happened)',
    );
  }
  const redated = pathOf(directory, venue, day);
  writeStartFile(redated, { ...parseStartOfDay(readFileSync(path, 'utf8')), day });
  return redated;
}

function pathOf(directory: string, venue: string, day: number): string {
  return join(directory, `${venue}-${day}.start`);
}

function rolledDays(directory: string, venue: string): number[] {
  const start = `${venue}-`;
  return namesIn(directory).flatMap((name) => {
    const day = name.startsWith(start) ? /^(\d{8})\.start$/.exec(name.slice(start.length)) : null;
    return day === null ? [] : [Number(day[1])];
  });
}

function journalDays(directory: string, venue: string): number[] {
  return namesIn(directory).flatMap((name) => {
    const segment = parseSegmentName(name);
    return segment?.venue === venue ? [segment.day] : [];
  });
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
