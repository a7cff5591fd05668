/**
 * Layout of the flight ring: the last packets of a thread's sockets, kept in shared memory by the datagram poller and
 * read by whoever writes an incident down. The poller copies the packets of one turn at the start of the next, when
 * they have long been delivered, so recording is behind the hot path, not on it.
 *
 * ```
 *  0        64                                                   64 + capacity
 *  | header | record | record | … | padding | ← wraps; a record never does
 * ```
 * Positions count bytes since the start (doubles, exact to 2^53); a record's place is `64 + position % capacity`.
 * `capacity` is the memory after the header rounded down to 8 bytes. Where a record does not fit before the end of the
 * ring, a padding record stands there; where fewer than `recordHeaderBytes` are left there is no padding record, and
 * reader and writer both go on at the start.
 *
 * The writer first moves `tail` past the records that it is about to overwrite, then writes, then moves `head`. A
 * reader copies, reads `tail` again, and throws away what lay before it.
 */
export const FlightRing = {
  headerBytes: 64,
  /** Float64 cell of the header: position after the newest record. */
  headCell: 0,
  /** Float64 cell: position of the oldest record that still stands. */
  tailCell: 1,
  /** Fixed part of a record, in bytes; the packet follows, padded to 8. */
  recordHeaderBytes: 40,
  /** Offsets within a record. */
  rxNsOffset: 0, // f64, monotonic ns of receive
  utcOffsetNsOffset: 8, // f64, UTC ns minus monotonic ns at that time, rounded to 1 ns as far as a double holds
  kernelNsOffset: 16, // f64, kernel stamp on the monotonic clock, 0 = none
  lengthOffset: 24, // i32, packet bytes; -1 marks padding up to the end of the ring
  socketOffset: 28, // i32, index of the socket in its poller
  sourceAddressOffset: 32, // i32, sender's IPv4 address, big-endian value
  sourcePortOffset: 36, // i32
} as const;
