/**
 * Doubles that an arbiter and its parts work with, at `at[…]`. They live in one typed array, because a double in an object's field or a call's
 * argument costs an allocation each time it changes.
 */
export const Cell = {
  /** Number of the next unit to deliver. */
  expected: 0,
  /** Highest number of the stream as the policy sees it: up to here, what has not come is missing. */
  lead: 1,
  /** The clock: highest stamp seen. */
  now: 2,
  /** When `onTime` next has something to do. */
  deadline: 3,
  /** Highest number held, since the last restart. */
  highestHeld: 4,
  /** First number of the stream. */
  first: 5,
  /** Arguments of private methods: a unit's number, a range. */
  id: 6,
  from: 7,
  to: 8,
  /** Units that arrived above all gaps, ever: the clock by which hold-off counts. */
  laterUnits: 9,
  /** The run of filled numbers that has not been reported yet; `fillFrom` = 0 if none. */
  fillFrom: 10,
  fillTo: 11,
  fillOpenedAt: 12,
  /** When the next look at the lines' health is due. */
  healthDue: 13,
  /** When the first packet was heard. */
  startedAt: 14,
  lastKernelDropAt: 15,
  snapshotDue: 16,
  /** A standby's unit waits for the active line since …; 0 = none known to. */
  aheadSince: 17,
  /** When a new unit last came, and how long ago that is. */
  lastProgressAt: 18,
  silentFor: 19,
  window: 20,
  /** When some line was last heard: argument of the guards. */
  heardAt: 21,
  /** First number that the unit under way covers: its own, where units are counted. */
  unitFrom: 22,
  /** When a line was heard again after silence on all of them. */
  awakeSince: 23,
  /** Stamp of the packet in hand. Arbiter.time[rxNs] and [nowNs] are these two. */
  nowNs: 24,
  rxNs: 25,
  /** The unit under delivery: `Arbiter.unit`. */
  unitId: 26,
  unitRxNs: 27,
  /** Numbers below this have a clear place in the {@link BroughtBitmap}. */
  clearedTo: 28,
  /** By how long a copy came first: argument of a private method. */
  margin: 29,
  number: 30,
} as const;

/**
 * The windows tell numbers apart by their low 32 bits. A number this far below the lead (possible only inside one huge
 * gap, such as a late start) is therefore neither held nor compared, only delivered when its turn has come.
 */
export const FAR = 2 ** 31;
