import { atRate, checkRates, type MarginModel, marginInput, marginOutput, WHOLE_BP } from './margin.ts';

export interface HaircutOptions {
  /** Per instrument: part of its value that it may lose, in basis points. */
  readonly haircutsBp: Int32Array | readonly number[];
  /** Per instrument: number of the group (sector, underlying) within which long and short offset each other. */
  readonly groups: Int32Array | readonly number[];
  /** How much of the smaller side's haircut is forgiven within a group, in basis points: 0 = nothing, 10,000 = all. */
  readonly offsetBp: number;
}

/**
 * Portfolio haircut: the longs and the shorts of a group are each cut by their instruments' haircuts; the larger side
 * counts in full, the smaller one less the offset. Groups don't offset each other.
 *
 * Orders that may still trade: the long side counts every purchase as done and the short side every sale, each by itself.
 * The requirement grows with either side, so no outcome of the orders can need more.
 */
export class HaircutMargin implements MarginModel {
  readonly name = 'haircut';
  private readonly haircutsBp: Int32Array;
  private readonly groupOf: Int32Array;
  private readonly groups: number;
  private readonly countedBp: number;
  private store: Float64Array = new Float64Array(0);
  private sums = 0;
  private sides = 0;
  private owns = 0;
  private instruments = 0;

  /** @throws {RangeError} where a rate, group or the offset is impossible */
  constructor(options: HaircutOptions) {
    checkRates('haircut', options.haircutsBp);
    const { offsetBp } = options;
    if (!Number.isInteger(offsetBp) || offsetBp < 0 || offsetBp > WHOLE_BP) {
      throw new RangeError(`margin model haircut: offset ${offsetBp} is not within 0…${WHOLE_BP} bp`);
    }
    this.haircutsBp = Int32Array.from(options.haircutsBp);
    this.groupOf = Int32Array.from(options.groups);
    if (this.groupOf.some((group) => group < 0))
      throw new RangeError('margin model haircut: groups are numbered from 0');
    this.groups = this.groupOf.reduce((most, group) => Math.max(most, group + 1), 1);
    this.countedBp = WHOLE_BP - offsetBp;
  }

  /** Per account the sum; per account and group long and short; per account and instrument long and short. */
  cells(accounts: number, instruments: number): number {
    return accounts * (1 + 2 * this.groups + 2 * instruments);
  }

  bind(cells: Float64Array, first: number, accounts: number, instruments: number): void {
    if (instruments > this.haircutsBp.length || instruments > this.groupOf.length) {
      throw new RangeError(
        `margin model haircut: ${this.haircutsBp.length} haircuts and ${this.groupOf.length} groups for ${instruments} instruments`,
      );
    }
    this.store = cells;
    this.sums = first;
    this.sides = first + accounts;
    this.owns = this.sides + accounts * 2 * this.groups;
    this.instruments = instruments;
  }

  require(account: number, instrument: number, keep: boolean): void {
    const { store } = this;
    const haircutBp = this.haircutsBp[instrument];
    const high = marginInput[1];
    const low = -marginInput[0];
    const long = high > 0 ? atRate(high, haircutBp) : 0;
    const short = low > 0 ? atRate(low, haircutBp) : 0;
    const own = this.owns + (account * this.instruments + instrument) * 2;
    const side = this.sides + (account * this.groups + this.groupOf[instrument]) * 2;
    const longBefore = store[side];
    const shortBefore = store[side + 1];
    const longAfter = longBefore - store[own] + long;
    const shortAfter = shortBefore - store[own + 1] + short;
    const { countedBp } = this;
    const before =
      longBefore > shortBefore
        ? longBefore + atRate(shortBefore, countedBp)
        : shortBefore + atRate(longBefore, countedBp);
    const after =
      longAfter > shortAfter ? longAfter + atRate(shortAfter, countedBp) : shortAfter + atRate(longAfter, countedBp);
    const sum = this.sums + account;
    const total = store[sum] - before + after;
    if (keep) {
      store[own] = long;
      store[own + 1] = short;
      store[side] = longAfter;
      store[side + 1] = shortAfter;
      store[sum] = total;
    }
    marginOutput[0] = total;
  }
}
