/**
 * Layout of a single-producer single-consumer byte ring in shared memory.
 *
 * ```
 *  0          128        256        384                                 384 + capacity
 *  | producer | consumer | heart-   | record | record | … | padding |   ← a record never wraps
 *  | line     | line     | beat     |
 * ```
 * A record is an 8-byte header (length, type) and its payload, padded to 8. The length word publishes it: it is zero
 * until everything before it in the ring, and the whole record itself, has been written. So that stale bytes of the
 * last lap are never taken for a length, the producer zeroes the header that will follow a record *before* it
 * publishes that record. One transfer of one cache line therefore brings a small record to the consumer's core: the
 * line that the consumer waits on is the line that holds the payload. (A ring that publishes a position needs two.)
 *
 * Positions count bytes since the start as int32 and wrap. Only differences are used, and those never exceed the
 * capacity (at most 2^30), so `(a - b) | 0` is exact for ever. Int32 rather than doubles because V8 keeps an int32 in
 * an object's field without boxing it and `Atomics` has no double.
 *
 * Lines are 128 bytes apart, not 64: the adjacent-line prefetcher of current x86 cores pulls lines in pairs.
 */
export const SpscRing = {
  /** Bytes before the first record. */
  headerBytes: 384,
  /** Int32 cell: the producer's position after its last commit. For observers and for a new producer; the consumer never reads it. */
  producerPositionCell: 0,
  /** Int32 cell: claims refused because the ring was full. */
  refusedCell: 1,
  /** Int32 cell: claims refused because the record was longer than any the ring takes. */
  oversizeCell: 2,
  /** Int32 cell: the consumer's position, published once per drain. */
  consumerPositionCell: 32,
  /** Int32 cell: how many drains the consumer has made, empty ones included. A consumer whose count stands still is dead or stuck. */
  heartbeatCell: 64,
  /** Length word and type word. */
  recordHeaderBytes: 8,
  /** Records start on multiples of this. A payload too, so it may be viewed as Int32Array or Float64Array. */
  alignmentBytes: 8,
  /** Type of the record that fills the end of the ring when the next one does not fit there. */
  paddingType: -1,
  minimumCapacityBytes: 64,
  /** Above it int32 differences of positions would be ambiguous. */
  maximumCapacityBytes: 2 ** 30,
} as const;

/** Longest payload that a ring of this capacity always takes once it is empty, wherever its positions stand. */
export function maxPayloadBytes(capacityBytes: number): number {
  // Worst case: padding almost as long as the record, the record, and the zeroed header behind it.
  return capacityBytes / 2 - SpscRing.recordHeaderBytes;
}

/**
 * Makes the memory of a ring.
 *
 * @param capacityBytes bytes for records, headers included; a power of two from 64 to 2^30
 * @param startPosition where both positions start (a multiple of 8); other than 0 only in tests of the wrap
 * @throws {RangeError} on any other capacity or start
 */
export function createSpscRing(capacityBytes: number, startPosition = 0): SharedArrayBuffer {
  checkCapacity(capacityBytes);
  if ((startPosition | 0) !== startPosition || startPosition % SpscRing.alignmentBytes !== 0) {
    throw new RangeError(`ring start position must be an int32 and a multiple of 8, not ${startPosition}`);
  }
  const memory = new SharedArrayBuffer(SpscRing.headerBytes + capacityBytes);
  const cells = new Int32Array(memory);
  cells[SpscRing.producerPositionCell] = startPosition;
  cells[SpscRing.consumerPositionCell] = startPosition;
  return memory;
}

/** Capacity of a ring by its memory. @throws {RangeError} if the memory is not a ring's */
export function ringCapacity(memory: ArrayBufferLike): number {
  const capacityBytes = memory.byteLength - SpscRing.headerBytes;
  checkCapacity(capacityBytes);
  return capacityBytes;
}

function checkCapacity(capacityBytes: number): void {
  const isPowerOfTwo = Number.isInteger(Math.log2(capacityBytes));
  if (!isPowerOfTwo || capacityBytes < SpscRing.minimumCapacityBytes || capacityBytes > SpscRing.maximumCapacityBytes) {
    throw new RangeError(
      `ring capacity must be a power of two from ${SpscRing.minimumCapacityBytes} to ` +
        `${SpscRing.maximumCapacityBytes} bytes, not ${capacityBytes}`,
    );
  }
}
