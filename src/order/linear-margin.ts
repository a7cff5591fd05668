import { atRate, checkRates, type MarginModel, marginInput, marginOutput } from './margin.ts';

/**
 * Linear margin: of each position the larger of what it can become long and short, at the instrument's rate; positions
 * don't offset each other.
 */
export class LinearMargin implements MarginModel {
  readonly name = 'linear';
  private readonly ratesBp: Int32Array;
  private store: Float64Array = new Float64Array(0);
  private first = 0;
  private accounts = 0;
  private instruments = 0;

  /** @param ratesBp per instrument, in basis points of its value. @throws {RangeError} where one is impossible */
  constructor(ratesBp: Int32Array | readonly number[]) {
    checkRates('linear', ratesBp);
    this.ratesBp = Int32Array.from(ratesBp);
  }

  /** Per account the sum, and per account and instrument what it holds of it. */
  cells(accounts: number, instruments: number): number {
    return accounts + accounts * instruments;
  }

  bind(cells: Float64Array, first: number, accounts: number, instruments: number): void {
    if (instruments > this.ratesBp.length) {
      throw new RangeError(`margin model linear: ${this.ratesBp.length} rates for ${instruments} instruments`);
    }
    this.store = cells;
    this.first = first;
    this.accounts = accounts;
    this.instruments = instruments;
  }

  require(account: number, instrument: number, keep: boolean): void {
    const { store } = this;
    const sum = this.first + account;
    const own = this.first + this.accounts + account * this.instruments + instrument;
    const low = -marginInput[0];
    const high = marginInput[1];
    const worst = Math.max(low, high);
    const needed = worst > 0 ? atRate(worst, this.ratesBp[instrument]) : 0;
    const total = store[sum] - store[own] + needed;
    if (keep) {
      store[own] = needed;
      store[sum] = total;
    }
    marginOutput[0] = total;
  }
}
