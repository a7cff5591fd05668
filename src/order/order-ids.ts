import { isDate } from './civil-day.ts';

/**
 * An order's identity is its trading day and its number within it: (20260107, 42). Numbers begin at 1, rise by one, and
 * go on where the journal ends after a restart, so an id never names two orders. As text: `20260107-42`.
 */
export interface OrderId {
  /** yyyymmdd */
  readonly day: number;
  readonly number: number;
}

const ID = /^(\d{8})-([1-9]\d{0,9})$/;
const MAX_NUMBER = 0x7fffffff;

export function orderIdText(day: number, number: number): string {
  return `${day}-${number}`;
}

/** The id that a text names, or undefined. */
export function parseOrderId(text: string): OrderId | undefined {
  const match = ID.exec(text);
  if (match === null) return undefined;
  const id = { day: Number(match[1]), number: Number(match[2]) };
  return isDate(id.day) && id.number <= MAX_NUMBER ? id : undefined;
}
