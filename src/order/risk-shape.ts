import { Scope } from './scope.ts';

/** An instrument as the risk checks know it. */
export interface RiskInstrument {
  readonly symbol: string;
  /** Number of its venue. */
  readonly venue: number;
  /** Price steps in price4: from `lowTickBelow4` on `tick4`, below it `lowTick4`. */
  readonly tick4: number;
  readonly lowTick4: number;
  readonly lowTickBelow4: number;
}

/** Who trades what: fixed at start, numbered as everywhere in the order half. Structured-cloneable. */
export interface RiskShape {
  readonly venues: readonly string[];
  readonly accounts: readonly string[];
  readonly strategies: readonly { readonly name: string; readonly account: number }[];
  readonly instruments: readonly RiskInstrument[];
}

/**
 * The scopes' rows, one after the other: global, venues, accounts, strategies, instruments. Limits, counters and rate
 * windows are arrays of such rows.
 */
export class ScopeRows {
  readonly shape: RiskShape;
  readonly firstVenue: number;
  readonly firstAccount: number;
  readonly firstStrategy: number;
  readonly firstInstrument: number;
  readonly rows: number;
  /** By scope: how many members, and the first one's row. */
  private readonly sizes: Int32Array;
  private readonly firsts: Int32Array;

  constructor(shape: RiskShape) {
    this.shape = shape;
    this.firstVenue = 1;
    this.firstAccount = this.firstVenue + shape.venues.length;
    this.firstStrategy = this.firstAccount + shape.accounts.length;
    this.firstInstrument = this.firstStrategy + shape.strategies.length;
    this.rows = this.firstInstrument + shape.instruments.length;
    const { venues, accounts, strategies, instruments } = shape;
    this.sizes = Int32Array.of(1, venues.length, accounts.length, strategies.length, instruments.length);
    this.firsts = Int32Array.of(0, this.firstVenue, this.firstAccount, this.firstStrategy, this.firstInstrument);
  }

  /** Row of a scope's member, or -1 where there is none. */
  row(scope: number, index: number): number {
    if ((scope | 0) !== scope || scope < 0 || scope >= this.sizes.length) return -1;
    if ((index | 0) !== index || index < 0 || index >= this.sizes[scope]) return -1;
    return this.firsts[scope] + index;
  }

  /** Scope of a row. */
  scopeOf(row: number): Scope {
    if (row < this.firstVenue) return Scope.global;
    if (row < this.firstAccount) return Scope.venue;
    if (row < this.firstStrategy) return Scope.account;
    return row < this.firstInstrument ? Scope.strategy : Scope.instrument;
  }

  /** Which member of its scope a row is. */
  indexOf(row: number): number {
    return row - this.firsts[this.scopeOf(row)];
  }

  /** How many members a scope has. */
  size(scope: number): number {
    return this.sizes[scope] ?? 0;
  }

  /** Name of a scope's member, for people; '' for the global scope. */
  name(scope: number, index: number): string {
    const { venues, accounts, strategies, instruments } = this.shape;
    if (scope === Scope.venue) return venues[index] ?? '';
    if (scope === Scope.account) return accounts[index] ?? '';
    if (scope === Scope.strategy) return strategies[index]?.name ?? '';
    if (scope === Scope.instrument) return instruments[index]?.symbol ?? '';
    return '';
  }
}

/** Int32s of one instrument in {@link instrumentWords}. */
export const InstrumentRiskWord = { venue: 0, tick4: 1, lowTick4: 2, lowTickBelow4: 3, words: 4 } as const;

/** The instruments as int32s that the hot path reads. */
export function instrumentWords(shape: RiskShape): Int32Array {
  const words = new Int32Array(shape.instruments.length * InstrumentRiskWord.words);
  shape.instruments.forEach((instrument, i) => {
    const at = i * InstrumentRiskWord.words;
    words[at + InstrumentRiskWord.venue] = instrument.venue;
    words[at + InstrumentRiskWord.tick4] = instrument.tick4;
    words[at + InstrumentRiskWord.lowTick4] = instrument.lowTick4;
    words[at + InstrumentRiskWord.lowTickBelow4] = instrument.lowTickBelow4;
  });
  return words;
}
