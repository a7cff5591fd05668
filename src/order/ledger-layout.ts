import { InstrumentExposure, TotalExposure } from './exposure.ts';

/**
 * Layout of the ledger's memory: constants only. Everything is a double and an integer, exact to 2^53: shares, and money
 * in units of price4 × shares (currency × 10^4). Averages are never kept, only sums; what a division leaves over stays in
 * the cost of the position, so that realised P&L less cost always equals the cash that was moved.
 *
 * An *owner* has positions: global, each venue, each account, each strategy. There is a row per owner and instrument, and
 * a row of totals per owner.
 *
 * ```
 * | header | totals per owner | position rows per owner × instrument | marks per instrument | row chains | margin model |
 * ```
 */
export const LEDGER_MAGIC = 0x5247444c; // "LDGR"
export const LEDGER_LAYOUT_VERSION = 1;

/** Int32 words of the header. Region offsets are in doubles. */
export const LedgerHeader = {
  magic: 0,
  layoutVersion: 1,
  venues: 2,
  accounts: 3,
  strategies: 4,
  instruments: 5,
  totalRegion: 6,
  positionRegion: 7,
  markRegion: 8,
  /** Here in int32 words. */
  chainRegion: 9,
  marginRegion: 10,
  end: 11,
  /** Raised at every change: odd while the ledger is being written. */
  version: 16,
  words: 32,
} as const;

/** Doubles of a row per owner and instrument. The first are {@link InstrumentExposure}. */
export const PositionCell = {
  ...InstrumentExposure,
  /** What the position cost: average price × shares, signed as the position. */
  cost4: 5,
  /** P&L of what was closed. */
  realised4: 6,
  openOrders: 7,
  /** Of the day, busts taken off. */
  boughtShares: 8,
  soldShares: 9,
  boughtValue4: 10,
  soldValue4: 11,
  /** Where the fills of the row begin: start of day, or an operator's correction. */
  basePosition: 12,
  baseCost4: 13,
  baseRealised4: 14,
  /** Position × mark, or its cost where there is no mark: what the totals hold of it. */
  value4: 15,
  cells: 16,
  bits: 4,
} as const;

/** Doubles of a row of totals. The first are {@link TotalExposure}. */
export const TotalCell = {
  ...TotalExposure,
  realised4: 6,
  /** Sum of cost: unrealised P&L is {@link TotalExposure.netValue4} less this. */
  cost4: 7,
  /** Orders whose fate is unknown, and those that can't be reached. */
  unknownOrders: 8,
  blindOrders: 9,
  /** Accounts: margin in use, orders that may still trade included. */
  marginUsed4: 10,
  /** Accounts: cash at the start of the day. */
  baseCash4: 11,
  /** Of the day. */
  boughtValue4: 12,
  soldValue4: 13,
  orders: 14,
  cells: 16,
  bits: 4,
} as const;

/** Int32 words of a row's chain of fills: index + 1, 0 = none. */
export const ChainField = {
  first: 0,
  last: 1,
  /** Fills below this index lie before the row's base. */
  cut: 2,
  words: 4,
  bits: 2,
} as const;
