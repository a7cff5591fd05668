/**
 * How a record stands in the journal, the same in the ring and in files.
 *
 * ```
 *  0        4      8            16               20         24                    multiple of 32
 *  | length | type | position   | unsyncedBytes  | checksum | payload (length) | 0 |
 * ```
 * The *position* counts the journal's bytes since the day began, frames of padding included. So a record that stands where
 * it doesn't belong (left over from the ring's last lap, from another file, from yesterday) is known by its own header,
 * and nothing but the record itself is needed to trust it. The checksum covers the whole frame but itself, and begins with
 * a salt made of venue and day. What rounds a frame up is zero.
 *
 * `unsyncedBytes` says how far the disk lagged behind when the record was claimed: a record at position p proves that
 * everything before p - unsyncedBytes had been synced. That is what tells a tail torn by a dying host, which is cut,
 * from damage to what was promised to last, which never is.
 *
 * All numbers are little-endian. Frames are multiples of 32 bytes, so that whatever room is left at the end of the ring
 * holds a whole header.
 */
export const Frame = {
  headerBytes: 24,
  alignmentBytes: 32,
  /** Int32 cells of the header. The length publishes the record: it is written last, and zero before. */
  lengthCell: 0,
  typeCell: 1,
  /** Position as two halves: low, then high. */
  positionCell: 2,
  unsyncedCell: 4,
  checksumCell: 5,
  payloadCell: 6,
  /** Type of the frame that fills the end of the ring where the next record does not fit. */
  paddingType: -1,
  /** Longest payload; a multiple of 8. */
  maxPayloadBytes: 8168,
} as const;

const TWO_32 = 2 ** 32;
const HEADER_AND_ROUNDING = Frame.headerBytes + Frame.alignmentBytes - 1;

/** Bytes of the frame of a payload. */
export function frameBytes(payloadBytes: number): number {
  return (payloadBytes + HEADER_AND_ROUNDING) & ~(Frame.alignmentBytes - 1);
}

/** A position from its halves. */
export function joinPosition(low: number, high: number): number {
  return high * TWO_32 + (low >>> 0);
}

export function positionLow(position: number): number {
  return position | 0;
}

export function positionHigh(position: number): number {
  return Math.floor(position / TWO_32) | 0;
}
