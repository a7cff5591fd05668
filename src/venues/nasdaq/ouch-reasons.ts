import { ReportReason } from '../../order/venue-report.ts';

/** Venue's codes to our words. What is not listed is {@link ReportReason.other}; the code itself is kept beside it. */
type Reasons = Readonly<Record<string | number, ReportReason>>;

/** Why an order was cancelled, by character code; the same letters in OUCH 4.2 and 5.0. Meanings: general knowledge. */
const CANCEL: Reasons = {
  U: ReportReason.byUser,
  I: ReportReason.immediate,
  T: ReportReason.timeout,
  S: ReportReason.supervisory,
  /** Regulatory restriction. */
  D: ReportReason.notAllowed,
  Q: ReportReason.selfMatch,
  /** By the system. */
  Z: ReportReason.supervisory,
  /** Its cross was cancelled. */
  C: ReportReason.closed,
  /** Market collars. */
  K: ReportReason.price,
  H: ReportReason.halted,
  /** Open protection. */
  X: ReportReason.price,
  E: ReportReason.closed,
  /** Post-only, and it would have taken. */
  F: ReportReason.price,
};

/** Why OUCH 4.2 rejected an order, by character code. Meanings: general knowledge. */
const REJECT_42: Reasons = {
  /** Test mode. */
  T: ReportReason.notAllowed,
  C: ReportReason.closed,
  /** Display. */
  D: ReportReason.notAllowed,
  H: ReportReason.halted,
  /** Firm. */
  L: ReportReason.notAllowed,
  /** Outside of the times for the destination. */
  M: ReportReason.closed,
  /** Fewest shares of an execution. */
  N: ReportReason.size,
  /** Not in this cross. */
  R: ReportReason.notAllowed,
  S: ReportReason.symbol,
  X: ReportReason.price,
  Z: ReportReason.size,
};

/** Why OUCH 5.0 rejected an order, by number. */
const REJECT_50: Reasons = {
  /** Quote unavailable. */
  1: ReportReason.price,
  2: ReportReason.closed,
  /** Display. */
  3: ReportReason.notAllowed,
  /** Max floor. */
  4: ReportReason.size,
  /** Peg. */
  5: ReportReason.price,
  /** Fat finger. */
  6: ReportReason.size,
  7: ReportReason.halted,
  /** Intermarket sweep. */
  8: ReportReason.notAllowed,
  /** Side. */
  9: ReportReason.notAllowed,
  /** A cancel is under way. */
  11: ReportReason.notAllowed,
  /** Firm. */
  12: ReportReason.notAllowed,
  13: ReportReason.size,
  /** No closing reference. */
  14: ReportReason.price,
  /** Cancel not allowed. */
  16: ReportReason.notAllowed,
  /** Pegging. */
  17: ReportReason.price,
  /** Crossed market. */
  18: ReportReason.price,
  19: ReportReason.size,
  /** Cross order. */
  20: ReportReason.notAllowed,
  /** Replace not allowed. */
  21: ReportReason.notAllowed,
  /** Routing. */
  22: ReportReason.notAllowed,
  23: ReportReason.symbol,
  /** Test mode. */
  24: ReportReason.notAllowed,
  /** Late for the closing cross. */
  25: ReportReason.closed,
  /** Retail. */
  26: ReportReason.notAllowed,
  /** Price of a midpoint post-only order. */
  27: ReportReason.price,
  /** Destination. */
  28: ReportReason.notAllowed,
  29: ReportReason.price,
  30: ReportReason.size,
  /** Notional. */
  31: ReportReason.size,
};

const CODES = 256;

function table(reasons: Reasons): Uint8Array {
  const codes = new Uint8Array(CODES).fill(ReportReason.other);
  for (const [code, reason] of Object.entries(reasons))
    codes[/^\d/.test(code) ? Number(code) : code.charCodeAt(0)] = reason;
  return codes;
}

/** {@link ReportReason} of a cancel, by character code. */
export const CANCEL_REASONS: Uint8Array = table(CANCEL);
/** {@link ReportReason} of a rejection in OUCH 4.2, by character code. */
export const OUCH42_REJECT_REASONS: Uint8Array = table(REJECT_42);
/** {@link ReportReason} of a rejection in OUCH 5.0, by number; later revisions have numbers beyond the table. */
export const OUCH50_REJECT_REASONS: Uint8Array = table(REJECT_50);

/** Looks a code up; beyond the table it is {@link ReportReason.other}. */
export function reasonOf(reasons: Uint8Array, code: number): number {
  return code < CODES ? reasons[code] : ReportReason.other;
}
