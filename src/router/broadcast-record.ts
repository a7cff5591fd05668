/**
 * Records of the broadcast ring from the router to strategy threads: delivered units and feed events. Eight-byte
 * aligned, little-endian.
 */
export const BroadcastRecord = {
  /** Type of a record that carries a delivered unit. */
  unitType: 1,
  /** Type of a record that carries an event (`feed/event-record.ts`). */
  eventType: 2,
  /** f64, the unit's number. */
  idOffset: 0,
  /** f64, monotonic ns at which the delivered copy was received. */
  rxNsOffset: 8,
  /** i32, the router's number of the feed. */
  feedOffset: 16,
  /** i32, line that brought it, or a `Source`. */
  sourceOffset: 20,
  /** The unit's bytes follow. */
  headerBytes: 24,
} as const;
