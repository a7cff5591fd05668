import { BroadcastRing, broadcastGeometry } from './broadcast-ring-descriptor.ts';
import { copyIn, copyWords } from './copy.ts';
import { loadAcquire, loadAfterLoads, storeBeforeStores, storeRelease } from './memory-order.ts';
import type { RecordHandler } from './spsc-ring.ts';

const { headerBytes, recordHeaderBytes, paddingType } = BroadcastRing;
const alignmentMask = BroadcastRing.alignmentBytes - 1;

/**
 * The writing end of a broadcast ring. One thread, one instance. It never waits, and no reader slows it: who falls
 * behind by more than the ring is told so by its own reader.
 */
export class BroadcastWriter {
  /** Views of the whole ring: write a claimed record's payload through them, at the offset that `claim` gave. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly maxPayloadBytes: number;

  // Stores that publish go through `published`, all others through `words`: see the store-order tests.
  private readonly words: Int32Array;
  private readonly published: Int32Array;
  private readonly segmentBytes: number;
  private readonly segmentMask: number;
  /** Segment being written, and offset of the next record in it. */
  private segment: number;
  private offset: number;
  /** Where the claims since the last commit begin. */
  private batchSegment: number;
  private batchOffset: number;
  /** Length word of the batch's first record, withheld until commit. */
  private batchFirstLength = 0;
  private readySegment: number;
  private announcedSegment: number;

  /** @param memory from `createBroadcastRing`; a writer that takes over from a dead one goes on behind its last record */
  constructor(memory: ArrayBufferLike) {
    const geometry = broadcastGeometry(memory);
    this.segmentBytes = geometry.segmentBytes;
    this.segmentMask = geometry.segmentCount - 1;
    this.maxPayloadBytes = geometry.maxPayloadBytes;
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    this.words = this.int32;
    this.published = this.int32;
    this.readySegment = loadAcquire(this.published, BroadcastRing.readySegmentCell);
    this.announcedSegment = loadAcquire(this.published, BroadcastRing.segmentCell);
    this.segment = this.readySegment;
    this.offset = 0;
    this.findEnd();
    this.batchSegment = this.segment;
    this.batchOffset = this.offset;
  }

  /**
   * Claims room for a record, over the oldest ones.
   *
   * @param type any int32 but -1
   * @param length bytes of payload
   * @returns byte offset of the payload in the ring's views, a multiple of 8; -1 if it is longer than
   * {@link maxPayloadBytes}, which is counted
   */
  claim(type: number, length: number): number {
    const words = this.words;
    if (length > this.maxPayloadBytes || length < 0) {
      words[BroadcastRing.oversizeCell] = (words[BroadcastRing.oversizeCell]! + 1) | 0;
      return -1;
    }
    const recordLength = length + recordHeaderBytes;
    const aligned = (recordLength + alignmentMask) & ~alignmentMask;
    // Behind the record its segment must keep room for one header: zero for now, of a record or padding later.
    if (this.offset + aligned + recordHeaderBytes > this.segmentBytes) this.enterNextSegment();
    const index = this.indexOf(this.segment, this.offset);
    words[(index + aligned) >> 2] = 0;
    words[(index >> 2) + 1] = type;
    this.setLength(index, recordLength);
    this.offset += aligned;
    return index + recordHeaderBytes;
  }

  /** Publishes everything claimed since the last commit. */
  commit(): void {
    if (this.batchOffset === this.offset && this.batchSegment === this.segment) return;
    const first = this.indexOf(this.batchSegment, this.batchOffset) >> 2;
    storeRelease(this.published, first, this.batchFirstLength);
    if (this.readySegment !== this.segment) {
      this.readySegment = this.segment;
      storeRelease(this.published, BroadcastRing.readySegmentCell, this.segment);
    }
    this.batchSegment = this.segment;
    this.batchOffset = this.offset;
  }

  /** Takes back everything claimed since the last commit; what it overwrote is gone all the same. */
  abort(): void {
    this.segment = this.batchSegment;
    this.offset = this.batchOffset;
  }

  /** Claims, copies `length` bytes at `offset` of `source`, and commits. @returns false if too long, which is counted */
  write(type: number, source: DataView, offset: number, length: number): boolean {
    const at = this.claim(type, length);
    if (at < 0) return false;
    copyIn(this.words, at >> 2, source, offset, length);
    this.commit();
    return true;
  }

  private enterNextSegment(): void {
    const words = this.words;
    const index = this.indexOf(this.segment, this.offset);
    words[(index >> 2) + 1] = paddingType;
    this.setLength(index, this.segmentBytes - this.offset);
    const next = (this.segment + 1) | 0;
    // Announced before already if the claims that led there were aborted. Never taken back: the bytes are gone.
    if (((next - this.announcedSegment) | 0) > 0) {
      this.announcedSegment = next;
      storeBeforeStores(this.published, BroadcastRing.segmentCell, next);
    }
    words[this.indexOf(next, 0) >> 2] = 0;
    this.segment = next;
    this.offset = 0;
  }

  private setLength(index: number, length: number): void {
    if (this.offset === this.batchOffset && this.segment === this.batchSegment) this.batchFirstLength = length;
    else this.words[index >> 2] = length;
  }

  private indexOf(segment: number, offset: number): number {
    return headerBytes + (segment & this.segmentMask) * this.segmentBytes + offset;
  }

  private findEnd(): void {
    for (;;) {
      const index = this.indexOf(this.segment, this.offset) >> 2;
      const length = loadAcquire(this.published, index);
      if (length === 0) return;
      if (this.words[index + 1] === paddingType) {
        this.segment = (this.segment + 1) | 0;
        this.offset = 0;
      } else this.offset += (length + alignmentMask) & ~alignmentMask;
    }
  }
}

/** What {@link BroadcastReader.poll} returns instead of a count: records were overwritten before they were read. */
export const LAPPED = -1;

/**
 * A reading end of a broadcast ring: as many as wanted, each on one thread. A record is copied out, checked afterwards
 * not to have been overwritten meanwhile, and only then shown.
 */
export class BroadcastReader {
  /** How often this reader was lapped. */
  lapped = 0;

  private readonly words: Int32Array;
  private readonly published: Int32Array;
  private readonly segmentBytes: number;
  private readonly segmentCount: number;
  private readonly segmentMask: number;
  private readonly scratchWords: Int32Array;
  private readonly scratchBytes: Uint8Array;
  private readonly scratchView: DataView;
  private segment = 0;
  private offset = 0;
  private isLapped = false;

  /** Starts as {@link resync} does: with the records of the writer's current segment. */
  constructor(memory: ArrayBufferLike) {
    const geometry = broadcastGeometry(memory);
    this.segmentBytes = geometry.segmentBytes;
    this.segmentCount = geometry.segmentCount;
    this.segmentMask = geometry.segmentCount - 1;
    this.words = new Int32Array(memory);
    this.published = this.words;
    const scratch = new ArrayBuffer(geometry.segmentBytes);
    this.scratchWords = new Int32Array(scratch);
    this.scratchBytes = new Uint8Array(scratch);
    this.scratchView = new DataView(scratch);
    this.resync();
  }

  /**
   * Shows at most `limit` records to the handler, in order, each whole. `bytes` is the reader's own memory: the record
   * stays there until the next one is copied.
   *
   * @returns how many were shown; or {@link LAPPED} if the writer has overwritten records that this reader had not
   * seen: it stays so until {@link resync}
   */
  poll(handler: RecordHandler, limit: number): number {
    if (this.isLapped) return LAPPED;
    const words = this.words;
    let count = 0;
    while (count < limit) {
      const index = (headerBytes + (this.segment & this.segmentMask) * this.segmentBytes + this.offset) >> 2;
      const length = loadAcquire(this.published, index);
      if (length === 0) {
        if (this.isOvertaken()) return this.noteLap(count);
        break;
      }
      const type = words[index + 1]!;
      // Bytes that have been overwritten can say anything: don't follow them out of the segment.
      if (length < recordHeaderBytes || length > this.segmentBytes - this.offset) return this.noteLap(count);
      const payloadLength = length - recordHeaderBytes;
      const isPadding = type === paddingType;
      if (!isPadding) copyWords(this.scratchWords, 0, words, index + 2, (payloadLength + 3) >> 2);
      if (this.isOvertaken()) return this.noteLap(count);
      if (isPadding) {
        this.segment = (this.segment + 1) | 0;
        this.offset = 0;
        continue;
      }
      this.offset += (length + alignmentMask) & ~alignmentMask;
      count++;
      handler.onRecord(type, this.scratchBytes, this.scratchView, 0, payloadLength);
    }
    return count;
  }

  /**
   * Goes on at the beginning of the writer's current segment: a record boundary, and as far from being lapped again as
   * the ring allows. What lay between is lost to this reader; the records' own numbers say how much it was.
   */
  resync(): void {
    this.segment = loadAcquire(this.published, BroadcastRing.readySegmentCell);
    this.offset = 0;
    this.isLapped = false;
  }

  /** Segments that the writer is ahead, 0 to the number of segments (lapped). Says how close a reader is to being lapped. */
  get segmentsBehind(): number {
    const behind = (loadAcquire(this.published, BroadcastRing.segmentCell) - this.segment) | 0;
    return behind < 0 || behind > this.segmentCount ? this.segmentCount : behind;
  }

  private isOvertaken(): boolean {
    const ahead = (loadAfterLoads(this.published, BroadcastRing.segmentCell) - this.segment) | 0;
    return ahead >= this.segmentCount || ahead < 0;
  }

  /** Records already shown in this call are reported first; the next call tells of the lap. */
  private noteLap(count: number): number {
    this.isLapped = true;
    this.lapped++;
    return count > 0 ? count : LAPPED;
  }
}
