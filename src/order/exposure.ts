/**
 * What the risk checks ask of the ledger, as cells of one Float64Array: a double that a call returned would be boxed, so
 * calls return the index of a row's first cell and readers read the cells. The ledger alone writes them; after each
 * change of an order, a fill or a mark they hold again, orders that are unknown or blind counted in full.
 *
 * Value is price4 × shares (currency × 10^4), exact to 2^53.
 */
export interface Exposure {
  readonly cells: Float64Array;
  /** Row ({@link InstrumentExposure}) of an account's position in an instrument. */
  ofAccount(account: number, instrument: number): number;
  /** The same of a strategy's. */
  ofStrategy(strategy: number, instrument: number): number;
  /** The same over all accounts. */
  ofInstrument(instrument: number): number;
  /** Row ({@link TotalExposure}) of a whole scope: global (index 0), a venue, an account or a strategy. */
  total(scope: number, index: number): number;
  /**
   * What margin the account would need if `moreShares` more could trade on `side` at `price4`, by its margin model: into
   * {@link margin}. Makes no change.
   */
  probeMargin(account: number, instrument: number, side: number, moreShares: number, price4: number): void;
  /** {@link MarginCell}: result of the last probe. */
  readonly margin: Float64Array;
}

/** Cells of one row per account × instrument, strategy × instrument, and instrument over all accounts. */
export const InstrumentExposure = {
  /** Shares held: signed. */
  position: 0,
  /** Shares that open orders can still buy and sell at worst: of a replace under way the larger leg. */
  openBuyShares: 1,
  openSellShares: 2,
  /** What they are worth: of a replace under way the larger leg's price4 × shares. */
  openBuyValue4: 3,
  openSellValue4: 4,
  cells: 8,
} as const;

/** Cells of one row per scope, over all its instruments. */
export const TotalExposure = {
  /** Orders that are not done. */
  openOrders: 0,
  openBuyValue4: 1,
  openSellValue4: 2,
  /** Sums over instruments of |position| × mark and of position × mark. */
  grossValue4: 3,
  netValue4: 4,
  /** Accounts: cash now, that is the start of day's less what was bought plus what was sold. Scopes without: 0. */
  cash4: 5,
  cells: 8,
} as const;

export const MarginCell = {
  /** Margin that the account would need, and its equity, which must cover it. */
  needed4: 0,
  equity4: 1,
  cells: 2,
} as const;

/**
 * The order store as the risk checks read it: slots by {@link SlotField} from `base(slot)` in `int32`, and by
 * {@link SlotTime} from half of that in `float64`.
 */
export interface OrderSlots {
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly maxOrders: number;
  /** Index of the slot's first int32. */
  base(slot: number): number;
}

/** Whoever keeps figures that are a function of a slot: called after each change of one. Ledger first, risk after it. */
export interface SlotReflector {
  reflect(slot: number): void;
}
