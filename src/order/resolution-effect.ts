/** What a row of the resolution table does to an order. */
export const Effect = {
  /** It stays as doubtful as it was, with its full risk. */
  stays: 0,
  /** The message itself moves it, by the table of transitions. */
  byMessage: 1,
  /** Done: rejected, nothing of it is or will be at the venue. */
  rejected: 2,
  /** No longer doubtful: the state that was known is the venue's. */
  trusted: 3,
  /** The replace did not happen; the order goes on as it was. */
  replaceDropped: 4,
  /** The cancel did not happen; the order goes on. */
  cancelDropped: 5,
  /** Sent once more under the same reference (opt-in). */
  sentAgain: 6,
  /** It was known live; what became of it since may have been missed for good: unknown until it is done. */
  unknown: 7,
  /** Done: what was open of it ended with its day. */
  expired: 8,
} as const;
export type Effect = (typeof Effect)[keyof typeof Effect];
