import { type BookView, type OrderBooks, Side } from './book.ts';

/** What differs between two books of one instrument. */
export const BookDifference = {
  /** The first has a price level that the second lacks. */
  extraLevel: 0,
  /** The second has a price level that the first lacks. */
  missingLevel: 1,
  /** A level's shares differ. */
  shares: 2,
  /** A level's orders differ in number. */
  orders: 3,
  /** A level's queue differs: other references, other shares of one order, or another order of them. */
  queue: 4,
} as const;
export type BookDifference = (typeof BookDifference)[keyof typeof BookDifference];

/** One finding of an audit. */
export interface AuditFinding {
  readonly instrument: number;
  readonly symbol: string;
  readonly side: Side;
  readonly price: number;
  readonly difference: BookDifference;
}

export interface AuditReport {
  /** Instruments compared. */
  readonly compared: number;
  /** Instruments of which at least one level differs. */
  readonly differing: readonly number[];
  /** What differs, at most `maxFindings`. */
  readonly findings: readonly AuditFinding[];
  /** All that differs, reported or not. */
  readonly total: number;
}

const DEFAULT_MAX_FINDINGS = 1000;

/**
 * Compares live books with a shadow that was built independently (a snapshot taken at some number and the units from
 * there on, to the same number as the live ones). A level that hangs in a live book for hours is found here.
 *
 * Both must stand still: audit on the thread that builds them, between units, or on copies. Allocates: not for the hot
 * path.
 */
export function auditBooks(live: OrderBooks, shadow: OrderBooks, maxFindings = DEFAULT_MAX_FINDINGS): AuditReport {
  const findings: AuditFinding[] = [];
  const differing = new Set<number>();
  let compared = 0;
  let total = 0;
  const instruments = Math.max(live.maxInstruments, shadow.maxInstruments);
  for (let instrument = 0; instrument < instruments; instrument++) {
    const mine = instrument < live.maxInstruments ? live.view(instrument) : undefined;
    const other = instrument < shadow.maxInstruments ? shadow.view(instrument) : undefined;
    if (mine === undefined || other === undefined) continue;
    if (!inUse(mine) && !inUse(other)) continue;
    compared++;
    for (const side of [Side.bid, Side.ask]) {
      compareSides(mine, other, side, (price, difference) => {
        total++;
        differing.add(instrument);
        const symbol = mine.symbol || other.symbol;
        if (findings.length < maxFindings) findings.push({ instrument, symbol, side, price, difference });
      });
    }
  }
  return { compared, differing: [...differing], findings, total };
}

function inUse(book: BookView): boolean {
  return book.levels(Side.bid) !== 0 || book.levels(Side.ask) !== 0;
}

/** Walks both ladders from the best downwards, like a merge. */
function compareSides(
  mine: BookView,
  other: BookView,
  side: Side,
  report: (price: number, difference: BookDifference) => void,
): void {
  const better = (a: number, b: number) => (side === Side.bid ? a > b : a < b);
  let i = 0;
  let j = 0;
  while (i < mine.levels(side) || j < other.levels(side)) {
    const mineLevel = mine.level(side, i);
    const otherLevel = other.level(side, j);
    const minePrice = mineLevel === 0 ? Number.NaN : mine.levelPrice(mineLevel);
    const otherPrice = otherLevel === 0 ? Number.NaN : other.levelPrice(otherLevel);
    if (otherLevel === 0 || better(minePrice, otherPrice)) {
      report(minePrice, BookDifference.extraLevel);
      i++;
      continue;
    }
    if (mineLevel === 0 || better(otherPrice, minePrice)) {
      report(otherPrice, BookDifference.missingLevel);
      j++;
      continue;
    }
    if (mine.levelShares(mineLevel) !== other.levelShares(otherLevel)) report(minePrice, BookDifference.shares);
    else if (mine.levelOrders(mineLevel) !== other.levelOrders(otherLevel)) report(minePrice, BookDifference.orders);
    else if (!sameQueue(mine, other, side, i, j)) report(minePrice, BookDifference.queue);
    i++;
    j++;
  }
}

function sameQueue(mine: BookView, other: BookView, side: Side, i: number, j: number): boolean {
  let a = mine.firstOrder(side, i);
  let b = other.firstOrder(side, j);
  while (a !== 0 && b !== 0) {
    if (
      mine.orderReferenceLow(a) !== other.orderReferenceLow(b) ||
      mine.orderReferenceHigh(a) !== other.orderReferenceHigh(b) ||
      mine.orderShares(a) !== other.orderShares(b)
    ) {
      return false;
    }
    a = mine.nextOrder(a);
    b = other.nextOrder(b);
  }
  return a === b;
}
