import { frameChecksum } from './checksum.ts';
import { Frame, frameBytes } from './frame.ts';

const { lengthCell, typeCell, unsyncedCell, checksumCell, positionCell } = Frame;

/** What stands at a place where a frame may begin. */
export const FrameState = {
  whole: 0,
  /** Length 0: nothing was published here. */
  none: 1,
  /** It reaches beyond the bytes that are there. */
  cut: 2,
  /** A length that no record has. */
  badLength: 3,
  /** A record of another place: left over, or moved. */
  badPosition: 4,
  badChecksum: 5,
} as const;
export type FrameState = (typeof FrameState)[keyof typeof FrameState];

export const FRAME_STATE_WORDS: Readonly<Record<FrameState, string>> = {
  [FrameState.whole]: 'a whole record',
  [FrameState.none]: 'nothing',
  [FrameState.cut]: 'the beginning of a record',
  [FrameState.badLength]: 'a record of impossible length',
  [FrameState.badPosition]: 'a record of another place',
  [FrameState.badChecksum]: 'a record whose checksum is wrong',
};

/**
 * Looks at a frame without believing it. Allocates nothing, reads nothing outside the words that it is given.
 *
 * @param cell where it begins
 * @param endCell behind the last word that may be read
 * @param low low half of the position that must stand there, and `high` its high half
 */
export function frameStateAt(
  words: Int32Array,
  cell: number,
  endCell: number,
  low: number,
  high: number,
  salt: number,
): FrameState {
  if (cell + Frame.payloadCell > endCell) return FrameState.cut;
  const length = words[cell + lengthCell]!;
  if (length === 0) return FrameState.none;
  if (length < 0 || length > Frame.maxPayloadBytes || (length & 7) !== 0) return FrameState.badLength;
  if (words[cell + positionCell] !== low || words[cell + positionCell + 1] !== high) return FrameState.badPosition;
  if (cell + (frameBytes(length) >> 2) > endCell) return FrameState.cut;
  if (words[cell + checksumCell] !== frameChecksum(words, cell, length, salt)) return FrameState.badChecksum;
  return FrameState.whole;
}

/** Type of the frame at `cell`, {@link Frame.paddingType} for padding. */
export function frameType(words: Int32Array, cell: number): number {
  return words[cell + typeCell]!;
}

/** Payload bytes of the frame at `cell`. */
export function frameLength(words: Int32Array, cell: number): number {
  return words[cell + lengthCell]!;
}

/** How far the disk lagged behind when the frame at `cell` was claimed. */
export function frameUnsyncedBytes(words: Int32Array, cell: number): number {
  return words[cell + unsyncedCell]!;
}
