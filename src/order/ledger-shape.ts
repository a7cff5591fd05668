import {
  ChainField,
  LEDGER_LAYOUT_VERSION,
  LEDGER_MAGIC,
  LedgerHeader,
  PositionCell,
  TotalCell,
} from './ledger-layout.ts';

/** Who has positions, and in what. */
export interface LedgerShape {
  readonly venues: number;
  readonly accounts: number;
  readonly strategies: number;
  readonly instruments: number;
}

const DOUBLE_BYTES = 8;
/** Regions begin at cache lines. */
const LINE_DOUBLES = 8;
const MAX_DOUBLES = 2 ** 30;

/** Owners in all: global, venues, accounts, strategies, in this order. */
export function ownersOf(shape: LedgerShape): number {
  return 1 + shape.venues + shape.accounts + shape.strategies;
}

/**
 * Makes memory for a ledger. Untouched pages cost nothing.
 * @param marginCells doubles that the margin model keeps
 * @throws {RangeError} where a size is no positive integer, or needs more than 8 GiB
 */
export function createLedgerMemory(shape: LedgerShape, marginCells: number): SharedArrayBuffer {
  const { venues, accounts, strategies, instruments } = shape;
  for (const [name, value] of Object.entries({ venues, accounts, strategies, instruments })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`ledger: ${name} must be a positive integer, not ${value}`);
    }
  }
  const owners = ownersOf(shape);
  let doubles = LedgerHeader.words / 2;
  const region = (size: number): number => {
    const start = doubles;
    doubles = Math.ceil((start + size) / LINE_DOUBLES) * LINE_DOUBLES;
    return start;
  };
  const totalRegion = region(owners * TotalCell.cells);
  const positionRegion = region(owners * instruments * PositionCell.cells);
  const markRegion = region(instruments);
  const chainRegion = region((owners * instruments * ChainField.words) / 2);
  const marginRegion = region(marginCells);
  if (doubles > MAX_DOUBLES) {
    throw new RangeError(
      `ledger: ${owners} owners × ${instruments} instruments need ${doubles * DOUBLE_BYTES} bytes; 8 GiB are the most`,
    );
  }
  const memory = new SharedArrayBuffer(doubles * DOUBLE_BYTES);
  const header = new Int32Array(memory, 0, LedgerHeader.words);
  header[LedgerHeader.layoutVersion] = LEDGER_LAYOUT_VERSION;
  header[LedgerHeader.venues] = venues;
  header[LedgerHeader.accounts] = accounts;
  header[LedgerHeader.strategies] = strategies;
  header[LedgerHeader.instruments] = instruments;
  header[LedgerHeader.totalRegion] = totalRegion;
  header[LedgerHeader.positionRegion] = positionRegion;
  header[LedgerHeader.markRegion] = markRegion;
  header[LedgerHeader.chainRegion] = chainRegion * 2;
  header[LedgerHeader.marginRegion] = marginRegion;
  header[LedgerHeader.end] = doubles;
  header[LedgerHeader.magic] = LEDGER_MAGIC;
  return memory;
}
