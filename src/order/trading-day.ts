import { dayNumber, dayOfNumber, isDate, SECONDS_PER_DAY, weekdayOf } from './civil-day.ts';
import { localDay, utcOf, ZONES, type ZoneRule } from './time-zone.ts';

/** Where a trading day stands; part of the journal's format (`dayPhase`). */
export const DayPhase = {
  /** No day is under way. */
  closed: 0,
  /** Positions and limits are loaded, sessions expected, day-scoped ids and counters begin. */
  starting: 1,
  /** Orders may be sent. */
  open: 2,
  /** Nothing new; mine are cancelled by policy, the journal is rolled and sealed at the end. */
  ending: 3,
} as const;
export type DayPhase = (typeof DayPhase)[keyof typeof DayPhase];

/** A venue's trading day. Seconds count from the day's midnight by the venue's wall clock; a start may lie before it. */
export interface TradingDayOptions {
  /** A name of {@link ZONES}, or a rule. */
  readonly zone: string | ZoneRule;
  readonly startSecond: number;
  readonly openSecond: number;
  readonly closeSecond: number;
  readonly endSecond: number;
  /** Weekdays without trading, 0 = Sunday. Default: Saturday and Sunday. */
  readonly weekend?: readonly number[];
  /** Days without trading, yyyymmdd. */
  readonly holidays?: readonly number[];
  /** Days that close early, yyyymmdd, and when. */
  readonly earlyCloses?: readonly { readonly day: number; readonly closeSecond: number }[];
}

const SATURDAY = 6;
const SUNDAY = 0;
/** No venue is closed for longer: a calendar that says so is wrong. */
const LONGEST_PAUSE_DAYS = 60;

/**
 * A venue's days as functions of UTC seconds: which is under way, in which phase, and when that changes next. Days are
 * named by the date at the venue on which they close.
 */
export class TradingCalendar {
  private readonly zone: ZoneRule;
  private readonly options: TradingDayOptions;
  private readonly weekend: ReadonlySet<number>;
  private readonly holidays: ReadonlySet<number>;
  private readonly earlyCloses: ReadonlyMap<number, number>;

  /** @throws {RangeError} where the options are no calendar, in words for a person */
  constructor(options: TradingDayOptions) {
    this.zone = zoneOf(options.zone);
    this.options = options;
    this.weekend = new Set(options.weekend ?? [SATURDAY, SUNDAY]);
    this.holidays = new Set(options.holidays ?? []);
    this.earlyCloses = new Map((options.earlyCloses ?? []).map(({ day, closeSecond }) => [day, closeSecond]));
    this.check();
  }

  isTradingDay(day: number): boolean {
    return !this.weekend.has(weekdayOf(dayNumber(day))) && !this.holidays.has(day);
  }

  /** The trading day that is under way, or else the next one. */
  dayAt(utcSeconds: number): number {
    // A day may begin on the date before it and end on the date after it.
    let number = dayNumber(localDay(this.zone, utcSeconds)) - 2;
    for (const last = number + LONGEST_PAUSE_DAYS; number <= last; number++) {
      const day = dayOfNumber(number);
      if (this.isTradingDay(day) && utcSeconds < this.endOf(day)) return day;
    }
    throw new RangeError(`trading day: the calendar has none within ${LONGEST_PAUSE_DAYS} days`);
  }

  /** {@link DayPhase} of the day that {@link dayAt} gives. */
  phaseAt(utcSeconds: number): DayPhase {
    const day = this.dayAt(utcSeconds);
    if (utcSeconds < this.startOf(day)) return DayPhase.closed;
    if (utcSeconds < this.openOf(day)) return DayPhase.starting;
    return utcSeconds < this.closeOf(day) ? DayPhase.open : DayPhase.ending;
  }

  /** The UTC second at which day or phase change next. */
  nextChangeAt(utcSeconds: number): number {
    const day = this.dayAt(utcSeconds);
    for (const at of [this.startOf(day), this.openOf(day), this.closeOf(day)]) if (utcSeconds < at) return at;
    return this.endOf(day);
  }

  /** The trading day after one. */
  nextDay(day: number): number {
    return this.dayAt(this.endOf(day));
  }

  /** UTC seconds at which a trading day starts, opens, closes and ends. */
  startOf(day: number): number {
    return utcOf(this.zone, day, this.options.startSecond);
  }
  openOf(day: number): number {
    return utcOf(this.zone, day, this.options.openSecond);
  }
  closeOf(day: number): number {
    return utcOf(this.zone, day, this.earlyCloses.get(day) ?? this.options.closeSecond);
  }
  endOf(day: number): number {
    return utcOf(this.zone, day, this.options.endSecond);
  }

  private check(): void {
    const { startSecond, openSecond, closeSecond, endSecond } = this.options;
    if (!(startSecond <= openSecond && openSecond < closeSecond && closeSecond <= endSecond)) {
      throw new RangeError('trading day: start, open, close and end must follow each other in this order');
    }
    if (startSecond <= -SECONDS_PER_DAY || endSecond - SECONDS_PER_DAY > startSecond) {
      throw new RangeError(
        'trading day: a day must start less than 24 h before its date, and end before the next starts',
      );
    }
    for (const day of [...this.holidays, ...this.earlyCloses.keys()]) {
      if (!isDate(day)) throw new RangeError(`trading day: ${day} is not a date (yyyymmdd)`);
    }
    for (const [day, second] of this.earlyCloses) {
      if (!(second > openSecond && second <= closeSecond)) {
        throw new RangeError(`trading day: the early close of ${day} does not lie between open and close`);
      }
    }
    if (this.weekend.size >= 7) throw new RangeError('trading day: every weekday is a weekend');
  }
}

function zoneOf(zone: string | ZoneRule): ZoneRule {
  if (typeof zone !== 'string') return zone;
  const rule = ZONES[zone];
  if (rule === undefined) {
    throw new RangeError(`trading day: no rule for the time zone ${zone}; there are ${Object.keys(ZONES).join(', ')}`);
  }
  return rule;
}
