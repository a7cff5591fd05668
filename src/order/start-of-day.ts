import { isDate } from './civil-day.ts';
import { crc32Text } from './crc32.ts';
import { LIMIT_TABLE, type LimitUnit } from './limit-table.ts';
import { SCOPE_NAMES, Scope } from './scope.ts';

/**
 * What a trading day begins with, as a text that people and programs write:
 *
 * ```
 * warmline start of day 1
 * day 20260107
 * account main cash 1000000.00
 * position main AAPL 500 cost 93625.00
 * position main AAPL 200 cost 37450.00 strategy maker
 * limit account main maxPosition 5000
 * crc32 5d41402a
 * ```
 *
 * One statement a line, blanks between words, `#` begins a comment. Money has up to four decimals. `cost` is what the
 * position cost in all, signed as the position: an average would have to be rounded. A position without a strategy is the
 * account's whole; with one, what is held to be the strategy's of it. The last line is the CRC-32 of all bytes before it.
 */
export interface StartOfDay {
  /** Trading day as yyyymmdd. */
  readonly day: number;
  readonly balances: readonly DayBalance[];
  readonly positions: readonly DayPosition[];
  readonly limits: readonly DayLimit[];
}

/** Where in the file something stands, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface DayBalance {
  readonly account: string;
  readonly cash4: number;
  readonly at?: Place;
}

export interface DayPosition {
  readonly account: string;
  readonly symbol: string;
  /** Signed. */
  readonly shares: number;
  /** Signed as the shares. */
  readonly cost4: number;
  /** Absent: the account's whole. */
  readonly strategy?: string;
  readonly at?: Place;
}

export interface DayLimit {
  readonly scope: Scope;
  /** Of the scope's member; '' for the global one. */
  readonly name: string;
  readonly limit: string;
  /** In the limit's own unit: shares, a count, or value4. */
  readonly value: number;
  readonly at?: Place;
}

/** A start-of-day file that can't be used: where, and why in words. */
export class StartOfDayError extends Error {
  readonly line: number;
  readonly column: number;
  constructor(at: Place, message: string) {
    super(message);
    this.name = 'StartOfDayError';
    this.line = at.line;
    this.column = at.column;
  }
}

const TITLE = 'warmline start of day 1';
const DECIMALS = 4;
const UNIT4 = 10 ** DECIMALS;
const MONEY = /^([+-]?)(\d{1,12})(?:\.(\d{1,4}))?$/;
const WHOLE = /^[+-]?\d{1,10}$/;
const CHECKSUM = /^crc32 ([0-9a-f]{8})$/;
const MAX_SHARES = 0x7fffffff;
/** Units in which a file may state a limit; what remains is the config's to state. */
const STATED_UNITS: readonly LimitUnit[] = ['shares', 'value4', 'count', 'ticks'];
const LARGEST_EXACT = Number.MAX_SAFE_INTEGER;

interface Word extends Place {
  readonly text: string;
}

/** @throws {StartOfDayError} at the first thing that is wrong */
export function parseStartOfDay(text: string): StartOfDay {
  const body = checkedBody(text);
  const lines = body.split('\n');
  if (lines[0].trim() !== TITLE) throw new StartOfDayError({ line: 1, column: 1 }, `the first line must be: ${TITLE}`);
  const reader = new Statements();
  for (let n = 1; n < lines.length; n++) reader.read(wordsOf(lines[n], n + 1), { line: n + 1, column: 1 });
  return reader.done({ line: lines.length, column: 1 });
}

/** The text of a start of day, checksum included: {@link parseStartOfDay} reads the same from it. */
export function writeStartOfDay(start: StartOfDay): string {
  const lines = [TITLE, `day ${start.day}`];
  for (const { account, cash4 } of start.balances) lines.push(`account ${account} cash ${moneyText(cash4)}`);
  for (const { account, symbol, shares, cost4, strategy } of start.positions) {
    const own = strategy === undefined ? '' : ` strategy ${strategy}`;
    lines.push(`position ${account} ${symbol} ${shares} cost ${moneyText(cost4)}${own}`);
  }
  for (const { scope, name, limit, value } of start.limits) {
    const whose = scope === Scope.global ? 'global' : `${SCOPE_NAMES[scope]} ${name}`;
    lines.push(`limit ${whose} ${limit} ${limitUnit(limit) === 'value4' ? moneyText(value) : value}`);
  }
  const body = `${lines.join('\n')}\n`;
  return `${body}crc32 ${crc32Text(body)}\n`;
}

/** Everything before the checksum's line, once that is right. */
function checkedBody(text: string): string {
  for (let at = 0, line = 1, start = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) {
      line++;
      start = at + 1;
    } else if (code > 0x7e || (code < 0x20 && code !== 0x09 && code !== 0x0d)) {
      throw new StartOfDayError({ line, column: at - start + 1 }, 'only printable ASCII may stand here');
    }
  }
  const trimmed = text.trimEnd();
  const start = trimmed.lastIndexOf('\n') + 1;
  const at = { line: trimmed.split('\n').length, column: 1 };
  const match = CHECKSUM.exec(trimmed.slice(start));
  const body = text.slice(0, start);
  if (match === null) {
    throw new StartOfDayError(
      at,
      'the last line must be the checksum (crc32 and eight hexadecimal digits): the file may have been cut short',
    );
  }
  const sum = crc32Text(body);
  if (match[1] !== sum) {
    throw new StartOfDayError(
      { line: at.line, column: 'crc32 '.length + 1 },
      `checksum ${match[1]}, but the lines before it give ${sum}: they were changed or damaged. If you changed them on purpose, put ${sum} here`,
    );
  }
  return body;
}

function wordsOf(line: string, number: number): Word[] {
  const code = line.split('#', 1)[0];
  return [...code.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, line: number, column: index + 1 }));
}

/** Reads statements one by one and keeps what they say. */
class Statements {
  private day: number | undefined = undefined;
  private readonly balances: DayBalance[] = [];
  private readonly positions: DayPosition[] = [];
  private readonly limits: DayLimit[] = [];
  private readonly seen = new Map<string, Place>();

  read(words: readonly Word[], start: Place): void {
    if (words.length === 0) return;
    const [first, ...rest] = words;
    const cursor = new Cursor(rest, {
      line: start.line,
      column: (words.at(-1)!.column ?? 1) + words.at(-1)!.text.length,
    });
    if (first.text === 'day') this.readDay(first, cursor);
    else if (first.text === 'account') this.readBalance(first, cursor);
    else if (first.text === 'position') this.readPosition(first, cursor);
    else if (first.text === 'limit') this.readLimit(first, cursor);
    else throw new StartOfDayError(first, `${first.text} is no statement: day, account, position or limit`);
    cursor.end();
  }

  done(end: Place): StartOfDay {
    if (this.day === undefined) throw new StartOfDayError(end, 'the day is missing: day yyyymmdd');
    const { day, balances, positions, limits } = this;
    for (const { account, symbol, strategy, at } of positions) {
      if (strategy !== undefined && !this.seen.has(`position ${account} ${symbol}`)) {
        const message = `strategy ${strategy} has ${symbol} of account ${account}, but no line says what the account has in all`;
        throw new StartOfDayError(at!, message);
      }
    }
    return { day, balances, positions, limits };
  }

  private readDay(at: Place, cursor: Cursor): void {
    this.once('day', at);
    const word = cursor.next('the day as yyyymmdd');
    const day = Number(word.text);
    if (!/^\d{8}$/.test(word.text) || !isDate(day))
      throw new StartOfDayError(word, `${word.text} is not a date (yyyymmdd)`);
    this.day = day;
  }

  private readBalance(at: Place, cursor: Cursor): void {
    const account = cursor.next('the name of an account').text;
    this.once(`account ${account}`, at);
    cursor.expect('cash');
    this.balances.push({ account, cash4: cursor.money(), at });
  }

  private readPosition(at: Place, cursor: Cursor): void {
    const account = cursor.next('the name of an account').text;
    const symbol = cursor.next('a symbol').text;
    const word = cursor.peek();
    const shares = cursor.whole('shares');
    if (Math.abs(shares) > MAX_SHARES)
      throw new StartOfDayError(word!, `${shares} shares are more than can be held here`);
    cursor.expect('cost');
    const costWord = cursor.peek();
    const cost4 = cursor.money();
    if (cost4 !== 0 && (shares === 0 || cost4 > 0 !== shares > 0)) {
      throw new StartOfDayError(
        costWord!,
        'the cost must have the sign of the shares: a short position costs less than nothing',
      );
    }
    let strategy: string | undefined;
    if (cursor.peek() !== undefined) {
      cursor.expect('strategy');
      strategy = cursor.next('the name of a strategy').text;
    }
    this.once(
      strategy === undefined ? `position ${account} ${symbol}` : `position ${account} ${symbol} ${strategy}`,
      at,
    );
    this.positions.push({ account, symbol, shares, cost4, ...(strategy === undefined ? {} : { strategy }), at });
  }

  private readLimit(at: Place, cursor: Cursor): void {
    const scopeWord = cursor.next(`a scope: ${SCOPE_NAMES.join(', ')}`);
    const scope = (SCOPE_NAMES as readonly string[]).indexOf(scopeWord.text);
    if (scope < 0) throw new StartOfDayError(scopeWord, `${scopeWord.text} is no scope: ${SCOPE_NAMES.join(', ')}`);
    const name = scope === Scope.global ? '' : cursor.next(`the name of the ${scopeWord.text}`).text;
    const limitWord = cursor.next('the name of a limit');
    const limit = limitWord.text;
    const unit = limitUnit(limit);
    if (unit === undefined || !STATED_UNITS.includes(unit)) {
      const stated = LIMIT_TABLE.filter(({ unit }) => STATED_UNITS.includes(unit)).map(({ name }) => name);
      throw new StartOfDayError(limitWord, `${limit} is no limit that a start of day states: ${stated.join(', ')}`);
    }
    this.once(`limit ${scope} ${name} ${limit}`, at);
    const valueWord = cursor.peek();
    const value = unit === 'value4' ? cursor.money() : cursor.whole('the value of the limit');
    if (value < 0) throw new StartOfDayError(valueWord!, 'a limit is not negative');
    this.limits.push({ scope: scope as Scope, name, limit, value, at });
  }

  private once(key: string, at: Place): void {
    const before = this.seen.get(key);
    if (before !== undefined) throw new StartOfDayError(at, `${key} was stated in line ${before.line} already`);
    this.seen.set(key, { line: at.line, column: at.column });
  }
}

/** The words of a statement, one after the other. */
class Cursor {
  private readonly words: readonly Word[];
  private readonly after: Place;
  private at = 0;

  constructor(words: readonly Word[], after: Place) {
    this.words = words;
    this.after = after;
  }

  peek(): Word | undefined {
    return this.words[this.at];
  }

  next(what: string): Word {
    const word = this.words[this.at++];
    if (word === undefined) throw new StartOfDayError(this.after, `${what} is missing`);
    return word;
  }

  expect(text: string): void {
    const word = this.next(text);
    if (word.text !== text) throw new StartOfDayError(word, `${text} must stand here, not ${word.text}`);
  }

  whole(what: string): number {
    const word = this.next(what);
    if (!WHOLE.test(word.text)) throw new StartOfDayError(word, `${word.text} is not a whole number (${what})`);
    return Number(word.text) + 0;
  }

  /** Money in units of 10^-4, read digit by digit: no double comes near a fraction. */
  money(): number {
    const word = this.next('an amount');
    const match = MONEY.exec(word.text);
    if (match === null) {
      throw new StartOfDayError(
        word,
        `${word.text} is not an amount: digits, and up to ${DECIMALS} decimals behind a point`,
      );
    }
    const value4 = Number(match[2]) * UNIT4 + Number((match[3] ?? '').padEnd(DECIMALS, '0'));
    if (value4 > LARGEST_EXACT) throw new StartOfDayError(word, `${word.text} is more than can be counted exactly`);
    return match[1] === '-' ? 0 - value4 : value4;
  }

  end(): void {
    const word = this.words[this.at];
    if (word !== undefined) throw new StartOfDayError(word, `nothing more belongs here: ${word.text}`);
  }
}

function limitUnit(name: string): LimitUnit | undefined {
  return LIMIT_TABLE.find((limit) => limit.name === name)?.unit;
}

function moneyText(value4: number): string {
  const size = Math.abs(value4);
  const whole = Math.floor(size / UNIT4);
  const decimals = `${size - whole * UNIT4}`.padStart(DECIMALS, '0');
  return `${value4 < 0 ? '-' : ''}${whole}.${decimals}`;
}
