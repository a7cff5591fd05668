import { Frame, frameBytes, positionHigh, positionLow } from './frame.ts';
import { FrameState, frameLength, frameStateAt, frameType, frameUnsyncedBytes } from './frame-reader.ts';
import { SegmentLayout } from './segment-format.ts';

/** A journal file's bytes. */
export interface SegmentSource {
  readonly name: string;
  readonly sizeBytes: number;
  /** Reads up to `length` bytes at `at` into `into[offset…]`. @returns how many; fewer only at the end */
  read(into: Uint8Array, offset: number, length: number, at: number): number;
}

/** Memory that records are read from; the same for all records of a file. */
export class RecordBuffer {
  readonly bytes: Uint8Array;
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly view: DataView;
  /** Cell 0: position of the record that is being shown. */
  readonly position = new Float64Array(1);

  constructor(memory: ArrayBufferLike) {
    this.bytes = new Uint8Array(memory);
    this.int32 = new Int32Array(memory, 0, memory.byteLength >> 2);
    this.float64 = new Float64Array(memory, 0, memory.byteLength >> 3);
    this.view = new DataView(memory);
  }
}

/** Receives a journal's records, in order. Keep nothing of the buffer beyond the call. */
export interface RecordSink {
  /** @param offset of the payload in the buffer, a multiple of 8 */
  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void;
}

/** How a file's records end. */
export interface SegmentEnd {
  /** Position behind the last record of the unbroken sequence. */
  readonly endPosition: number;
  readonly records: number;
  /** What stands there. */
  readonly state: FrameState;
  /** Bytes from there to the last one that is not zero; 0 = nothing follows. */
  readonly restBytes: number;
  /** Records that are whole and in their place behind it all the same, and the position behind the last of them. */
  readonly wholeBeyond: number;
  readonly lastWholeEnd: number;
  /** These records prove that everything before this position had been synced; 0 if there are none. */
  readonly provenSynced: number;
}

const MOST_READ_BYTES = 1 << 22;
/** Holds the longest frame, and is a multiple of every alignment. */
const LEAST_READ_BYTES = 1 << 14;

/** Memory to read files through of which the largest has `sizeBytes`: bounded, whatever their size. */
export function readMemory(sizeBytes: number): ArrayBuffer {
  const rounded = Math.ceil(sizeBytes / LEAST_READ_BYTES) * LEAST_READ_BYTES;
  return new ArrayBuffer(Math.max(LEAST_READ_BYTES, Math.min(MOST_READ_BYTES, rounded)));
}

/** Reads one file's records. Bounded memory; never throws over content, never reads outside it. */
export class SegmentScan {
  private readonly source: SegmentSource;
  private readonly start: number;
  private readonly salt: number;
  private readonly buffer: RecordBuffer;
  /** Where in the file the buffer's content begins, and how much of it there is. */
  private loadedAt = 0;
  private loadedBytes = 0;

  /** @param startPosition position of the file's first record */
  constructor(source: SegmentSource, startPosition: number, salt: number, buffer: RecordBuffer) {
    this.source = source;
    this.start = startPosition;
    this.salt = salt;
    this.buffer = buffer;
  }

  read(sink: RecordSink): SegmentEnd {
    const { buffer, salt } = this;
    const { int32 } = buffer;
    let records = 0;
    let state: FrameState = FrameState.none;
    this.load(SegmentLayout.headerBytes);
    let offset = 0;
    for (;;) {
      const position = this.positionAt(offset);
      const endCell = this.loadedBytes >> 2;
      state = frameStateAt(int32, offset >> 2, endCell, positionLow(position), positionHigh(position), salt);
      if (state === FrameState.cut && offset > 0 && this.hasMore()) {
        this.load(this.loadedAt + offset);
        offset = 0;
        continue;
      }
      if (state !== FrameState.whole) break;
      const length = frameLength(int32, offset >> 2);
      const type = frameType(int32, offset >> 2);
      if (type !== Frame.paddingType) {
        records++;
        buffer.position[0] = position;
        sink.onRecord(type, buffer, offset + Frame.headerBytes, length);
      }
      offset += frameBytes(length);
    }
    if (state === FrameState.cut && this.loadedBytes === offset) state = FrameState.none;
    return this.lookBeyond(offset, records, state);
  }

  /** Looks for whole records behind the last one, and for the last byte that is not zero. */
  private lookBeyond(firstOffset: number, records: number, state: FrameState): SegmentEnd {
    const endPosition = this.positionAt(firstOffset);
    const { int32, bytes } = this.buffer;
    let wholeBeyond = 0;
    let lastWholeEnd = 0;
    let provenSynced = 0;
    let lastUsed = endPosition;
    let offset = firstOffset;
    for (;;) {
      const endCell = this.loadedBytes >> 2;
      while (offset < this.loadedBytes) {
        const used = usedBytes(bytes, offset, Math.min(offset + Frame.alignmentBytes, this.loadedBytes));
        const position = this.positionAt(offset);
        if (used > 0) {
          lastUsed = position + used;
          const cell = offset >> 2;
          const found = frameStateAt(int32, cell, endCell, positionLow(position), positionHigh(position), this.salt);
          if (found === FrameState.cut && offset > 0 && this.hasMore()) break;
          if (found === FrameState.whole) {
            wholeBeyond++;
            lastWholeEnd = position + frameBytes(frameLength(int32, cell));
            provenSynced = Math.max(provenSynced, position - frameUnsyncedBytes(int32, cell));
          }
        }
        offset += Frame.alignmentBytes;
      }
      // A file that became shorter meanwhile has no more, whatever its size was.
      if (!this.hasMore() || this.loadedBytes === 0) break;
      this.load(this.loadedAt + offset);
      offset = 0;
    }
    const restBytes = lastUsed - endPosition;
    return { endPosition, records, state, restBytes, wholeBeyond, lastWholeEnd, provenSynced };
  }

  private positionAt(offset: number): number {
    return this.start + this.loadedAt + offset - SegmentLayout.headerBytes;
  }

  private hasMore(): boolean {
    return this.loadedAt + this.loadedBytes < this.source.sizeBytes;
  }

  private load(at: number): void {
    const { bytes } = this.buffer;
    this.loadedAt = at;
    const wanted = Math.max(0, Math.min(bytes.length, this.source.sizeBytes - at));
    this.loadedBytes = wanted === 0 ? 0 : this.source.read(bytes, 0, wanted, at);
    // A word that the file ends within reads as zero.
    const whole = (this.loadedBytes + 3) & ~3;
    bytes.fill(0, this.loadedBytes, Math.min(whole, bytes.length));
  }
}

/** Bytes from `from` to the last one before `to` that is not zero. */
function usedBytes(bytes: Uint8Array, from: number, to: number): number {
  for (let at = to - 1; at >= from; at--) if (bytes[at] !== 0) return at - from + 1;
  return 0;
}
