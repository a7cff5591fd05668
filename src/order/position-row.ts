import { PositionCell } from './ledger-layout.ts';

const POSITION = PositionCell.position;
const COST = PositionCell.cost4;
const REALISED = PositionCell.realised4;

/** Where a trade is put: the row as it stands, or its base ({@link PositionCell.basePosition} and so on). */
const BASE_SHIFT = PositionCell.basePosition;

/**
 * Average cost with nothing lost to rounding: a position is its shares and their cost. A trade that makes it smaller
 * releases its part of the cost, rounded down to a unit; the rest stays, and is released with the last share at the
 * latest. So at any time *realised less cost* equals the cash moved by all trades, to the unit.
 *
 * @param row index of the row's first cell
 * @param signedShares bought (> 0) or sold (< 0)
 */
export function tradeRow(cells: Float64Array, row: number, signedShares: number, price4: number): void {
  tradeCells(cells, row + POSITION, row + COST, row + REALISED, signedShares, price4);
}

/** The same upon the row's base. */
export function tradeBase(cells: Float64Array, row: number, signedShares: number, price4: number): void {
  const base = row + BASE_SHIFT;
  tradeCells(cells, base, base + 1, base + 2, signedShares, price4);
}

function tradeCells(
  cells: Float64Array,
  positionCell: number,
  costCell: number,
  realisedCell: number,
  signedShares: number,
  price4: number,
): void {
  const held = cells[positionCell];
  cells[positionCell] = held + signedShares;
  if (held === 0 || held > 0 === signedShares > 0) {
    cells[costCell] += signedShares * price4;
    return;
  }
  const size = held > 0 ? held : -held;
  const traded = signedShares > 0 ? signedShares : -signedShares;
  const cost = cells[costCell];
  if (traded >= size) {
    // Closed, and what is beyond opens the other way.
    cells[realisedCell] += held * price4 - cost;
    cells[costCell] = (held + signedShares) * price4 + 0; // never -0: memories are compared bit by bit
    return;
  }
  const sign = held > 0 ? 1 : -1;
  const released = sign * partOf(sign * cost, traded, size);
  cells[realisedCell] += -signedShares * price4 - released;
  cells[costCell] = cost - released;
}

/**
 * `floor(whole × part ÷ of)` for 0 < part < of. The quotient of two integers below 2^53 is never rounded up to the next
 * one, so the floors are exact; so is the product as long as `of` is below 2^26. Above that the share of the remainder may
 * come out a few units otherwise: it is an integer all the same, and what it is short of stays in the cost.
 */
function partOf(whole: number, part: number, of: number): number {
  const quotient = Math.floor(whole / of);
  const remainder = whole - quotient * of;
  return quotient * part + Math.floor((remainder * part) / of);
}
