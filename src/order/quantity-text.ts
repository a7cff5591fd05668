import { type LimitSpec, NO_LIMIT } from './limit-table.ts';

/** Quantities of the order half for people. */

const PRICE_UNIT = 10_000;
const PERCENT_UNIT = 100;
const NS_PER_MS = 1e6;

/** 1234567 → `1,234,567`; at most four decimals. */
export function numberText(value: number): string {
  const [whole, part] = String(Math.round(value * PRICE_UNIT) / PRICE_UNIT).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** A price4 or value4 as an amount: 1025000 → `102.50`. */
export function amountText(value4: number): string {
  const text = numberText(value4 / PRICE_UNIT);
  const decimals = text.split('.')[1]?.length ?? 0;
  if (decimals === 0) return `${text}.00`;
  return decimals === 1 ? `${text}0` : text;
}

export function millisecondsText(ns: number): string {
  return `${numberText(ns / NS_PER_MS)} ms`;
}

/** A limit's value as a person reads it: `1,000`, `12,500.50`, `2.5%`, `250 ms`, `check`, `off`. */
export function limitText({ unit }: LimitSpec, value: number): string {
  if (value === NO_LIMIT) return 'off';
  switch (unit) {
    case 'value4':
      return amountText(value);
    case 'ratio4':
      return `${numberText(value / PERCENT_UNIT)}%`;
    case 'ns':
      return millisecondsText(value);
    case 'switch':
      return 'check';
    default:
      return numberText(value);
  }
}
