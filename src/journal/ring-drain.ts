import { loadAcquire, storeRelease } from '../ring/memory-order.ts';
import { Frame, frameBytes, positionHigh, positionLow } from './frame.ts';
import { FrameState, frameLength, frameStateAt, frameType } from './frame-reader.ts';
import { journalSalt } from './identity.ts';
import { JournalRecord } from './record-types.ts';
import { JournalRingLayout, type JournalState, readRingHeader } from './ring-layout.ts';

const { headerBytes, copiedCell, syncedCell, stateCell, errnoCell, heartbeatCell, sealedCell } = JournalRingLayout;
const { copiedPositionCell, syncedPositionCell, generationCell } = JournalRingLayout;

/**
 * The reading end of the journal's ring: finds runs of whole records, frees them once they are in a file, and tells the
 * writer what is on the disk. One thread, one instance.
 */
export class RingDrain {
  readonly bytes: Uint8Array;
  /** Where the run that {@link take} found begins, in `bytes`. */
  offset = 0;
  /** Ends of that run: its last record seals the day; behind it stands what no writer wrote. */
  sealed = false;
  damaged: FrameState = FrameState.whole;
  /** Cell 0: position up to which the ring was freed. Cell 1: position up to which the disk has it. */
  readonly positions = new Float64Array(2);
  /** Which making of the ring this drains: {@link isStale} once it was made anew. */
  private readonly generation: number;

  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly capacityBytes: number;
  private readonly salt: number;

  /** @throws {Error} if the memory is no ring */
  constructor(memory: ArrayBufferLike) {
    const header = readRingHeader(memory);
    if (typeof header === 'string') throw new Error(`the journal's ring ${header}`);
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory, 0, headerBytes >> 3);
    this.capacityBytes = header.capacityBytes;
    this.salt = journalSalt(header);
    this.generation = this.words[generationCell]!;
    this.positions[0] = this.doubles[copiedPositionCell]!;
    this.positions[1] = this.doubles[syncedPositionCell]!;
  }

  get isStale(): boolean {
    return loadAcquire(this.words, generationCell) !== this.generation;
  }

  /**
   * Finds the records that follow what was freed: as many as stand in one piece, at most `maxBytes`, up to one that seals
   * the day. Padding is part of a run, as it is of the files.
   * @returns bytes of the run, 0 if there is nothing new or not even one record fits into `maxBytes` ({@link waiting} tells)
   */
  take(maxBytes: number): number {
    const position = this.positions[0]!;
    const index = position % this.capacityBytes;
    this.offset = headerBytes + index;
    this.sealed = false;
    const endCell = (headerBytes + this.capacityBytes) >> 2;
    const limit = Math.min(maxBytes, this.capacityBytes - index);
    let bytes = 0;
    while (bytes < limit && !this.sealed) {
      const cell = (this.offset + bytes) >> 2;
      // Whatever else stands in the frame is read after its length, which published it.
      if (loadAcquire(this.words, cell) === 0) break;
      const here = position + bytes;
      const state = frameStateAt(this.words, cell, endCell, positionLow(here), positionHigh(here), this.salt);
      if (state !== FrameState.whole) {
        this.damaged = state;
        break;
      }
      const size = frameBytes(frameLength(this.words, cell));
      if (bytes + size > limit) break;
      bytes += size;
      this.sealed = frameType(this.words, cell) === JournalRecord.sealed.type;
    }
    return bytes;
  }

  /** Whether a record waits: published and not yet freed. */
  get waiting(): boolean {
    return loadAcquire(this.words, (headerBytes + (this.positions[0]! % this.capacityBytes)) >> 2) !== 0;
  }

  /** Frees a run: its bytes are in a file. */
  release(bytes: number): void {
    this.positions[0]! += bytes;
    this.doubles[copiedPositionCell] = this.positions[0]!;
    storeRelease(this.words, copiedCell, positionLow(this.positions[0]!));
  }

  /** Everything freed so far is on the disk. */
  markSynced(): void {
    this.positions[1] = this.positions[0]!;
    this.doubles[syncedPositionCell] = this.positions[1]!;
    storeRelease(this.words, syncedCell, positionLow(this.positions[1]!));
  }

  /** Tells the writer how the files do. @param errno positive, 0 for none */
  setState(state: JournalState, errno: number): void {
    this.words[errnoCell] = errno;
    storeRelease(this.words, stateCell, state);
  }

  beat(): void {
    this.words[heartbeatCell] = (this.words[heartbeatCell]! + 1) | 0;
  }

  /** The sealed day is on the disk and its file closed. */
  markSealed(): void {
    storeRelease(this.words, sealedCell, 1);
  }
}

/** Largest frame there is: a run limited to so much is never empty for want of room. */
export const LARGEST_FRAME_BYTES = frameBytes(Frame.maxPayloadBytes);
