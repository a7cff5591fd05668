import { RefusalReason } from '../order/risk-reason.ts';
import { Evidence, MARKET_PRICE4, Marking, OrderState, SessionState, Side, TimeInForce } from '../order/terms.ts';
import { ReportKind, ReportReason } from '../order/venue-report.ts';

/** Tables that journal records name, by the name of their export. */
const TABLES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Evidence,
  Marking,
  OrderState,
  RefusalReason,
  ReportKind,
  ReportReason,
  SessionState,
  Side,
  TimeInForce,
};

const WORDS: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map(
  Object.entries(TABLES).map(([table, words]) => [
    table,
    new Map(Object.entries(words).map(([word, code]) => [code, word])),
  ]),
);

/** The word of a code in a journal record, or undefined where this version has none. */
export function journalWord(table: string, code: number): string | undefined {
  return WORDS.get(table)?.get(code);
}

/** The same as people read it: `ackDeadline` → `ack deadline`; a code without a word as the number. */
export function spelled(table: string, code: number): string {
  const word = journalWord(table, code);
  if (word === undefined) return `${table} ${code}`;
  return word.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const PRICE_UNIT = 10_000;
const FEWEST_DECIMALS = 2;
const MOST_DECIMALS = 4;
const MS_PER_SECOND = 1000;

/** 1025000 → `102.50`, 1025001 → `102.5001`. */
export function priceText(price4: number): string {
  if (price4 === MARKET_PRICE4) return 'the market';
  const text = (price4 / PRICE_UNIT).toFixed(MOST_DECIMALS);
  return text.replace(new RegExp(`0{1,${MOST_DECIMALS - FEWEST_DECIMALS}}$`), '');
}

/** `2026-11-21 14:30:00.123456789`, UTC. */
export function utcText(seconds: number, ns: number): string {
  const date = new Date(seconds * MS_PER_SECOND);
  const fraction = String(ns).padStart(9, '0');
  if (Number.isNaN(date.getTime())) return `${seconds}.${fraction}`;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`;
}
