import { Frame, frameBytes, positionHigh, positionLow } from './frame.ts';
import { FrameState, frameLength, frameStateAt, frameType } from './frame-reader.ts';
import { JournalRingLayout } from './ring-layout.ts';
import { RecordBuffer, type RecordSink } from './segment-scan.ts';

/**
 * Hands the records that a ring holds from a position on to the sink. Nothing in the ring but the records themselves is
 * believed.
 *
 * @param memory the ring, at rest: its writer is dead, or this is a copy
 * @returns the position behind the last of them
 */
export function readRingTail(memory: ArrayBufferLike, position: number, salt: number, sink: RecordSink): number {
  const { headerBytes } = JournalRingLayout;
  const capacityBytes = memory.byteLength - headerBytes;
  const buffer = new RecordBuffer(memory);
  const endCell = memory.byteLength >> 2;
  let here = position;
  // A ring holds no more than its capacity; the bound also ends the walk over one that was made to go round for ever.
  while (here < position + capacityBytes) {
    const offset = headerBytes + (here % capacityBytes);
    const low = positionLow(here);
    const state = frameStateAt(buffer.int32, offset >> 2, endCell, low, positionHigh(here), salt);
    if (state !== FrameState.whole) break;
    const length = frameLength(buffer.int32, offset >> 2);
    const type = frameType(buffer.int32, offset >> 2);
    buffer.position[0] = here;
    if (type !== Frame.paddingType) sink.onRecord(type, buffer, offset + Frame.headerBytes, length);
    here += frameBytes(length);
  }
  return here;
}
