import { loadAcquire, storeRelease } from '../ring/memory-order.ts';
import { frameChecksum } from './checksum.ts';
import { Frame, joinPosition, positionHigh, positionLow } from './frame.ts';
import { journalSalt } from './identity.ts';
import { JournalRingLayout, type JournalState, readRingHeader } from './ring-layout.ts';

const { headerBytes, copiedCell, syncedCell, stateCell, positionCell } = JournalRingLayout;
const { lengthCell, typeCell, unsyncedCell, checksumCell, payloadCell, paddingType } = Frame;
const lowCell = Frame.positionCell;
const highCell = Frame.positionCell + 1;
const frameHeaderBytes = Frame.headerBytes;
const alignmentMask = Frame.alignmentBytes - 1;
const alignmentBytes = Frame.alignmentBytes;
const maxPayloadBytes = Frame.maxPayloadBytes;
/** An int32 that has become negative: further behind than can be said. */
const FURTHEST = 0x7fffffff;

/** Where records are written: the ring itself, or (portable build) a ring that is written to its file at each commit. */
export interface JournalOutput {
  /** Views of the whole memory: fill a claimed record's payload through them. */
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly bytes: Uint8Array;
  /**
   * Claims room for a record; one at a time, and a claim that was not committed is forgotten by the next.
   * @param length bytes of payload, a multiple of 8
   * @returns byte offset of the payload in the views, a multiple of 8, or -1 where there is no room, which is counted
   */
  claim(type: number, length: number): number;
  /** As {@link claim}, for records that open risk: refused while the journal is ill, and before the last quarter of the ring. */
  claimOpening(type: number, length: number): number;
  /** Publishes the record. @returns whether it is as safe as the configuration promises without a wait */
  commit(): boolean;
  /** Low half of the position behind the last committed record. */
  readonly endLow: number;
  /** Whether everything before a position (low half) is on the disk. */
  isSynced(low: number): boolean;
  readonly state: JournalState;
}

/**
 * The writing end of the journal's ring. One thread, one instance. It never waits: a full ring refuses the claim and counts
 * it. A quarter of the ring is kept for what does not open risk (cancels, results, the venue's reports), so that these
 * still find room when new orders don't.
 */
export class JournalRing implements JournalOutput {
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly bytes: Uint8Array;
  readonly capacityBytes: number;
  /** Bytes that records which open risk leave free. */
  readonly reservedBytes: number;

  // Stores that publish go through `published`, all others through `words`. They are one memory; a test replaces one
  // of them to see the order of the stores.
  private readonly words: Int32Array;
  private readonly published: Int32Array;
  private readonly mask: number;
  private readonly salt: number;
  private low: number;
  private high: number;
  /** Low half of the position up to which the ring was free when last looked at. */
  private copiedLow: number;
  private claimedBytes = 0;
  private claimedLength = 0;
  private claimedPadding = 0;

  /**
   * @param memory made by `formatJournalRing`. A writer that takes over from one whose thread died goes on behind the last
   * published record.
   * @throws {Error} if the memory is no ring
   */
  constructor(memory: ArrayBufferLike) {
    const header = readRingHeader(memory);
    if (typeof header === 'string') throw new Error(`the journal's ring ${header}`);
    this.capacityBytes = header.capacityBytes;
    this.reservedBytes = header.capacityBytes / 4;
    this.mask = header.capacityBytes - 1;
    this.salt = journalSalt(header);
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    this.bytes = new Uint8Array(memory);
    this.words = this.int32;
    this.published = this.int32;
    const copied = this.float64[JournalRingLayout.copiedPositionCell]!;
    this.copiedLow = positionLow(copied);
    this.low = this.copiedLow;
    this.high = positionHigh(copied);
    this.skipPublished();
  }

  claim(type: number, length: number): number {
    const at = this.place(type, length, 0);
    if (at < 0) this.words[JournalRingLayout.lostCell] = (this.words[JournalRingLayout.lostCell]! + 1) | 0;
    return at;
  }

  claimOpening(type: number, length: number): number {
    const at = this.words[stateCell] === 0 ? this.place(type, length, this.reservedBytes) : -1;
    if (at < 0) this.words[JournalRingLayout.refusedCell] = (this.words[JournalRingLayout.refusedCell]! + 1) | 0;
    return at;
  }

  commit(): boolean {
    const bytes = this.claimedBytes;
    if (bytes === 0) return true;
    const words = this.words;
    const length = this.claimedLength;
    const padding = this.claimedPadding;
    const first = (headerBytes + (this.low & this.mask)) >> 2;
    const frame = padding === 0 ? first : headerBytes >> 2;
    words[frame + checksumCell] = frameChecksum(words, frame, length, this.salt);
    this.advance((padding + bytes) | 0);
    this.claimedBytes = 0;
    this.float64[positionCell] = joinPosition(this.low, this.high);
    if (padding === 0) {
      storeRelease(this.published, frame + lengthCell, length);
    } else {
      words[frame + lengthCell] = length;
      storeRelease(this.published, first + lengthCell, (padding - frameHeaderBytes) | 0);
    }
    return true;
  }

  get endLow(): number {
    return this.low;
  }

  /** Whole position behind the last committed record. Cold: boxes. */
  get position(): number {
    return joinPosition(this.low, this.high);
  }

  isSynced(low: number): boolean {
    return ((loadAcquire(this.published, syncedCell) - low) | 0) >= 0;
  }

  get state(): JournalState {
    return this.words[stateCell] as JournalState;
  }

  /** Records that would have opened risk and were refused; facts that found no room. Since the ring was made, int32. */
  get refused(): number {
    return this.words[JournalRingLayout.refusedCell]!;
  }

  get lost(): number {
    return this.words[JournalRingLayout.lostCell]!;
  }

  private place(type: number, length: number, reserve: number): number {
    const words = this.words;
    if (length > maxPayloadBytes || length <= 0 || (length & 7) !== 0) {
      words[JournalRingLayout.oversizeCell] = (words[JournalRingLayout.oversizeCell]! + 1) | 0;
      return -1;
    }
    const bytes = (length + frameHeaderBytes + alignmentMask) & ~alignmentMask;
    const low = this.low;
    let index = low & this.mask;
    const toEnd = this.capacityBytes - index;
    const padding = bytes > toEnd ? toEnd : 0;
    const end = (low + padding + bytes) | 0;
    // The header behind the record is zeroed too, so it must be free.
    const needed = (alignmentBytes + reserve) | 0;
    if (((this.copiedLow + this.capacityBytes - end) | 0) < needed && !this.hasRoom(end, needed)) return -1;
    if (padding !== 0) {
      this.writePadding((headerBytes + index) >> 2, (padding - frameHeaderBytes) | 0);
      index = 0;
    }
    words[((headerBytes + (end & this.mask)) >> 2) + lengthCell] = 0;
    const start = (low + padding) | 0;
    const carry = start >>> 0 < low >>> 0 ? 1 : 0;
    const frame = (headerBytes + index) >> 2;
    this.writeHeader(frame, type, start, (this.high + carry) | 0);
    // What the record's fields don't fill: the last word of a payload may round it up, more words do so for the frame.
    for (let at = frame + payloadCell + (length >> 2) - 1; at < frame + (bytes >> 2); at++) words[at] = 0;
    this.claimedBytes = bytes;
    this.claimedLength = length;
    this.claimedPadding = padding;
    return headerBytes + index + frameHeaderBytes;
  }

  private writeHeader(cell: number, type: number, low: number, high: number): void {
    const words = this.words;
    const unsynced = (low - words[syncedCell]!) | 0;
    words[cell + typeCell] = type;
    words[cell + lowCell] = low;
    words[cell + highCell] = high;
    words[cell + unsyncedCell] = unsynced < 0 ? FURTHEST : unsynced;
  }

  private writePadding(cell: number, length: number): void {
    const words = this.words;
    this.writeHeader(cell, paddingType, this.low, this.high);
    for (let i = 0; i < length >> 2; i++) words[cell + payloadCell + i] = 0;
    words[cell + checksumCell] = frameChecksum(words, cell, length, this.salt);
  }

  private hasRoom(end: number, needed: number): boolean {
    this.copiedLow = loadAcquire(this.published, copiedCell);
    return ((this.copiedLow + this.capacityBytes - end) | 0) >= needed;
  }

  private advance(bytes: number): void {
    const before = this.low;
    this.low = (before + bytes) | 0;
    if (this.low >>> 0 < before >>> 0) this.high = (this.high + 1) | 0;
  }

  private skipPublished(): void {
    for (;;) {
      const cell = (headerBytes + (this.low & this.mask)) >> 2;
      const length = loadAcquire(this.published, cell + lengthCell);
      if (length === 0) return;
      this.advance((length + frameHeaderBytes + alignmentMask) & ~alignmentMask);
    }
  }
}
