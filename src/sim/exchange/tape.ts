/**
 * What a market tells the world: every change of the displayed books and every trade, in the order in which they happen.
 * Instruments are numbered from 0; order references and match numbers are the venue's.
 */
export interface Tape {
  /** A displayed order now rests: `slot` of the market's book. */
  added(slot: number): void;
  /** A displayed order traded at its own price. */
  executed(instrument: number, ref: number, shares: number, match: number): void;
  /** A displayed order traded at another price. */
  executedAt(instrument: number, ref: number, shares: number, match: number, price4: number, printable: boolean): void;
  /** A displayed order lost some of its shares and stands where it stood. */
  cancelled(instrument: number, ref: number, shares: number): void;
  deleted(instrument: number, ref: number): void;
  /** A displayed order was replaced by one that stands behind the others of its price. */
  replaced(instrument: number, ref: number, newRef: number, shares: number, price4: number): void;
  /** An order that was not displayed traded. */
  traded(instrument: number, shares: number, price4: number, match: number): void;
  broken(instrument: number, match: number): void;
  /** @param state character of the trading state: `H` halted, `T` trading @param reason up to four characters */
  tradingState(instrument: number, state: string, reason: string): void;
}

const nothing = (): void => {};

/** Tells nobody: for markets whose orders alone matter. */
export const SILENT_TAPE: Tape = {
  added: nothing,
  executed: nothing,
  executedAt: nothing,
  cancelled: nothing,
  deleted: nothing,
  replaced: nothing,
  traded: nothing,
  broken: nothing,
  tradingState: nothing,
};
