/**
 * Who is told what facts did to orders. Called after store and ledger hold the new state; it may read anything and must
 * not call facts. Recovery uses {@link deaf}.
 */
export interface FactListener {
  /** An order's state, flags, shares or price changed: by which `Fact`. Not called for what we ask ourselves. */
  onOrder(slot: number, fact: number): void;
  /** Shares of it were executed; negative: an execution was broken, or what a correction took the place of. */
  onFill(slot: number, shares: number, price4: number): void;
  /** @param slot -1 where no order is known, @param value what the incident is about: shares, reference, fact */
  onIncident(incident: number, port: number, slot: number, value: number): void;
}

/** Hears nothing. */
export const deaf: FactListener = { onOrder() {}, onFill() {}, onIncident() {} };
