/**
 * Layout of a broadcast ring in shared memory: one writer, any number of readers, none of which the writer knows.
 *
 * ```
 *  0        128                                                          128 + capacity
 *  | writer | segment 0: record | record | padding | segment 1: … | … |
 * ```
 * The ring is cut into equal segments; a record never leaves its segment, and every segment ends with padding. Segments
 * are numbered for ever (int32, wrapping); number n lies at place n mod `segmentCount`.
 *
 * Before it overwrites anything of segment n - `segmentCount`, the writer announces n in `segmentCell`. A reader at
 * segment r therefore reads bytes that stand as long as `announced - r < segmentCount`. It copies a record first and
 * looks at the announcement afterwards. Since that changes once per segment and not once per record, its cache line
 * stays with the readers, and a record costs them one transfer: that of its own line.
 *
 * Within a segment records are published as in the SPSC ring: by their length word, zero until the record stands, the
 * one behind zeroed beforehand. (A byte position would have to be 64 bits wide, for a reader may be lapped any number of
 * times, and `Atomics` has none that does not allocate. A segment number fits: it takes 2^32 segments to come round.)
 */
export const BroadcastRing = {
  /** Bytes before the first segment. */
  headerBytes: 128,
  /** Int32 cell: the newest segment that the writer may have begun to write. */
  segmentCell: 0,
  /** Int32 cell: the newest segment in which reading may start: its first header stands. */
  readySegmentCell: 1,
  /** Int32 cell: records refused because they were longer than any the ring takes. */
  oversizeCell: 2,
  /** Int32 cell: log2 of the number of segments, for those who are handed the memory alone. */
  segmentCountBitsCell: 3,
  recordHeaderBytes: 8,
  alignmentBytes: 8,
  paddingType: -1,
  defaultSegmentCount: 16,
  minimumSegmentBytes: 64,
  maximumCapacityBytes: 2 ** 30,
} as const;

/** Sizes of a ring, read from its memory. */
export interface BroadcastGeometry {
  readonly capacityBytes: number;
  readonly segmentBytes: number;
  readonly segmentCount: number;
  /** Longest payload: a segment less its header and the padding's. */
  readonly maxPayloadBytes: number;
}

/**
 * Makes the memory of a ring. A reader may fall behind by `segmentCount - 1` segments before it is lapped.
 *
 * @param capacityBytes bytes for records; a power of two up to 2^30
 * @param segmentCount a power of two from 2; more segments waste less of the capacity, fewer take longer records
 * @param startSegment number of the first segment; other than 0 only in tests of the wrap
 * @throws {RangeError} on other sizes
 */
export function createBroadcastRing(
  capacityBytes: number,
  segmentCount: number = BroadcastRing.defaultSegmentCount,
  startSegment = 0,
): SharedArrayBuffer {
  const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));
  if (!isPowerOfTwo(segmentCount) || segmentCount < 2) {
    throw new RangeError(`broadcast ring: segment count must be a power of two from 2, not ${segmentCount}`);
  }
  if (
    !isPowerOfTwo(capacityBytes) ||
    capacityBytes < segmentCount * BroadcastRing.minimumSegmentBytes ||
    capacityBytes > BroadcastRing.maximumCapacityBytes
  ) {
    throw new RangeError(
      `broadcast ring: capacity must be a power of two from ${segmentCount * BroadcastRing.minimumSegmentBytes} to ` +
        `${BroadcastRing.maximumCapacityBytes} bytes, not ${capacityBytes}`,
    );
  }
  const memory = new SharedArrayBuffer(BroadcastRing.headerBytes + capacityBytes);
  const cells = new Int32Array(memory);
  cells[BroadcastRing.segmentCell] = startSegment;
  cells[BroadcastRing.readySegmentCell] = startSegment;
  cells[BroadcastRing.segmentCountBitsCell] = Math.log2(segmentCount);
  return memory;
}

export function broadcastGeometry(memory: ArrayBufferLike): BroadcastGeometry {
  const capacityBytes = memory.byteLength - BroadcastRing.headerBytes;
  const segmentCount = 2 ** new Int32Array(memory)[BroadcastRing.segmentCountBitsCell]!;
  const segmentBytes = capacityBytes / segmentCount;
  return {
    capacityBytes,
    segmentBytes,
    segmentCount,
    maxPayloadBytes: segmentBytes - 2 * BroadcastRing.recordHeaderBytes,
  };
}
