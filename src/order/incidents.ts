/**
 * What does not happen to orders when everybody is right: each is counted in the order store, told to the listener, and
 * survived. Nothing is guessed: money that the venue says has moved is booked.
 */
export const Incident = {
  none: 0,
  /** A report about a reference that is not ours. */
  unknownRef: 1,
  /** The same, and it is an execution: money we can't book, for it names no instrument. A person must look. */
  unknownExecution: 2,
  /** An execution beyond what the order could still trade; booked all the same. */
  overExecuted: 3,
  /** An execution of an order that was done; booked all the same. */
  lateExecution: 4,
  /** More cancelled than was open. */
  overCancelled: 5,
  /** The venue's open shares are not those that we had counted; the larger figure is kept. */
  sharesDiffer: 6,
  /** An order that had been concluded dead shows life: it is open again. */
  revived: 7,
  /** The venue replaced an order that we had not asked it to. */
  unaskedReplace: 8,
  /** Told again what was known; nothing changed. */
  repeated: 9,
  /** An execution told again; booked once. */
  repeatedFill: 10,
  /** An execution told again with other shares or another price; the first stands until corrected. */
  fillDiffers: 11,
  /** A bust or correction of an execution that has not been told yet. */
  unknownMatch: 12,
  /** A correction of an execution that was broken; not applied. */
  correctedAfterBust: 13,
  /** No room to remember another execution: booked, but a repetition would be booked again. */
  fillTableFull: 14,
  /** A fact that the order's state does not admit; not applied. */
  illegal: 15,
  /** Without shares, or otherwise not possible; not applied. */
  badReport: 16,
  /** A record or call names an order, port, account… that is not there; not applied. */
  badFact: 17,
  /** A sum of money passed 2^53 units and is not exact any more. */
  inexact: 18,
  /** The venue knows of references above those that we have given. */
  refsAhead: 19,
  /** A cancel went out under a reference that a replace before it took away: the venue ignores it, and another one goes out. */
  cancelVoid: 20,
} as const;
export type Incident = (typeof Incident)[keyof typeof Incident];

/** Doubles among the store's counters: orders that are done, by how: cell `ENDED_COUNTERS + OrderState`. */
export const ENDED_COUNTERS = 48;

/** Doubles in front of the matrix of transitions among the store's counters. */
export const INCIDENT_COUNTERS = 64;
