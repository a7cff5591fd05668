/**
 * How much margin an account needs, as a plug-in. A model is told the worst that each position can become (orders that
 * may still trade included) and keeps sums of its own, in cells that lie in the ledger's memory and are a function of
 * the positions alone: all integers, so that the order of changes leaves no trace.
 *
 * Doubles go through cells, since a call would box them.
 */
export interface MarginModel {
  readonly name: string;
  /** Doubles that it keeps for so many accounts and instruments. */
  cells(accounts: number, instruments: number): number;
  /** Gives it its cells, all zero or as it left them, from index `first` on. Before any other call. */
  bind(cells: Float64Array, first: number, accounts: number, instruments: number): void;
  /**
   * An account's position in an instrument may lie between {@link marginInput} `lowValue4` and `highValue4`.
   * @param keep true: it does from now on; false: what if it did?
   * The account's requirement over all instruments goes to {@link marginOutput}.
   */
  require(account: number, instrument: number, keep: boolean): void;
}

/** What {@link MarginModel.require} reads: value4 (shares × price4, signed) of the position at its lowest and highest. */
export const marginInput = new Float64Array(2);
export const MarginInput = { lowValue4: 0, highValue4: 1 } as const;

/** What it writes: cell 0, margin in value4. */
export const marginOutput = new Float64Array(1);

/** Rates are in basis points: 10,000 = the whole value. */
export const WHOLE_BP = 10_000;

/** `ceil(value4 × rateBp ÷ 10,000)` for value4 ≥ 0, exact while the result is. */
export function atRate(value4: number, rateBp: number): number {
  const units = Math.floor(value4 / WHOLE_BP);
  return units * rateBp + Math.ceil(((value4 - units * WHOLE_BP) * rateBp) / WHOLE_BP);
}

/** @throws {RangeError} where a rate is no integer from 0 to 10 × the whole */
export function checkRates(model: string, rates: Int32Array | readonly number[]): void {
  rates.forEach((rate, instrument) => {
    if (!Number.isInteger(rate) || rate < 0 || rate > 10 * WHOLE_BP) {
      throw new RangeError(`margin model ${model}: rate ${rate} of instrument ${instrument} is not within 0…100000 bp`);
    }
  });
}
