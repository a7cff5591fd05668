import { copyIn } from './copy.ts';
import { loadAcquire, storeRelease } from './memory-order.ts';
import { maxPayloadBytes, ringCapacity, SpscRing } from './spsc-ring-descriptor.ts';

const { headerBytes, recordHeaderBytes, paddingType } = SpscRing;
const alignmentMask = SpscRing.alignmentBytes - 1;

/** Receives the records of a drain. `bytes` and `view` cover the whole ring; keep neither beyond the call. */
export interface RecordHandler {
  onRecord(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void;
}

/**
 * The writing end of a ring. One thread, one instance. It never waits for the consumer: a full ring refuses the claim
 * and counts it.
 *
 * Write in place with `claim`, then the views, then `commit`; several claims may share one commit, and with it the one
 * store that costs more than others (see memory-order.ts). Or copy with {@link write}.
 */
export class SpscProducer {
  /** Views of the whole ring: write a claimed record's payload through them, at the offset that `claim` gave. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The same memory; a payload starts at `offset >> 2` and `offset >> 3`. */
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  /** Longest payload that the ring takes. */
  readonly maxPayloadBytes: number;

  // Stores that publish go through `published`, all others through `words`. They are one memory; a test replaces one
  // of them to see the order of the stores.
  private readonly words: Int32Array;
  private readonly published: Int32Array;
  private readonly capacity: number;
  private readonly mask: number;
  private position: number;
  /** Where the claims since the last commit begin; equals `position` when there are none. */
  private batchPosition: number;
  /** Length word of the first record of the batch, withheld until commit. */
  private batchFirstLength = 0;
  /** The consumer's position when last looked at: read again only when the ring seems full. */
  private consumerPosition: number;

  /**
   * @param memory from `createSpscRing`. A producer that takes over from one that died goes on where that one last
   * published; what it had claimed but not committed was never visible.
   */
  constructor(memory: ArrayBufferLike) {
    this.capacity = ringCapacity(memory);
    this.mask = this.capacity - 1;
    this.maxPayloadBytes = maxPayloadBytes(this.capacity);
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    this.words = this.int32;
    this.published = this.int32;
    this.consumerPosition = loadAcquire(this.published, SpscRing.consumerPositionCell);
    this.position = this.findEnd();
    this.batchPosition = this.position;
  }

  /**
   * Claims room for a record.
   *
   * @param type any int32 but -1
   * @param length bytes of payload
   * @returns byte offset of the payload in the ring's views, a multiple of 8; or -1 if it is refused (ring full, or
   * longer than {@link maxPayloadBytes}), which is counted
   */
  claim(type: number, length: number): number {
    const words = this.words;
    if (length > this.maxPayloadBytes || length < 0) {
      words[SpscRing.oversizeCell] = (words[SpscRing.oversizeCell]! + 1) | 0;
      return -1;
    }
    const recordLength = length + recordHeaderBytes;
    const aligned = (recordLength + alignmentMask) & ~alignmentMask;
    const position = this.position;
    let index = position & this.mask;
    const toEnd = this.capacity - index;
    const padding = aligned > toEnd ? toEnd : 0;
    const end = (position + padding + aligned) | 0;
    // The header behind the record is zeroed too, so it must be free.
    const free = (this.consumerPosition + this.capacity - end) | 0;
    if (free < recordHeaderBytes && !this.hasRoom(end)) return -1;
    let isFirst = position === this.batchPosition;
    if (padding !== 0) {
      const paddingWord = (headerBytes + index) >> 2;
      words[paddingWord + 1] = paddingType;
      if (isFirst) this.batchFirstLength = padding;
      else words[paddingWord] = padding;
      isFirst = false;
      index = 0;
    }
    words[(headerBytes + (end & this.mask)) >> 2] = 0;
    const headerWord = (headerBytes + index) >> 2;
    words[headerWord + 1] = type;
    if (isFirst) this.batchFirstLength = recordLength;
    else words[headerWord] = recordLength;
    this.position = end;
    return headerBytes + index + recordHeaderBytes;
  }

  /** Publishes everything claimed since the last commit, in one store. */
  commit(): void {
    if (this.batchPosition === this.position) return;
    const firstWord = (headerBytes + (this.batchPosition & this.mask)) >> 2;
    this.words[SpscRing.producerPositionCell] = this.position;
    storeRelease(this.published, firstWord, this.batchFirstLength);
    this.batchPosition = this.position;
  }

  /** Gives back everything claimed since the last commit; the consumer never sees it. */
  abort(): void {
    this.position = this.batchPosition;
  }

  /**
   * Claims, copies `length` bytes at `offset` of `source`, and commits (with whatever was claimed before).
   * @returns false if it was refused, which is counted
   */
  write(type: number, source: DataView, offset: number, length: number): boolean {
    const at = this.claim(type, length);
    if (at < 0) return false;
    copyIn(this.words, at >> 2, source, offset, length);
    this.commit();
    return true;
  }

  /** As {@link write}, but visible only after the next {@link commit}. */
  append(type: number, source: DataView, offset: number, length: number): boolean {
    const at = this.claim(type, length);
    if (at < 0) return false;
    copyIn(this.words, at >> 2, source, offset, length);
    return true;
  }

  /** Claims refused for want of room, since the ring was made. Wraps with int32. */
  get refused(): number {
    return this.words[SpscRing.refusedCell]!;
  }

  private hasRoom(end: number): boolean {
    this.consumerPosition = loadAcquire(this.published, SpscRing.consumerPositionCell);
    const free = (this.consumerPosition + this.capacity - end) | 0;
    if (free >= recordHeaderBytes) return true;
    this.words[SpscRing.refusedCell] = (this.words[SpscRing.refusedCell]! + 1) | 0;
    return false;
  }

  /** The first unpublished header, walking from the consumer: exact even if the last producer died inside commit. */
  private findEnd(): number {
    let position = this.consumerPosition;
    for (;;) {
      const length = loadAcquire(this.published, (headerBytes + (position & this.mask)) >> 2);
      if (length === 0) return position;
      position = (position + ((length + alignmentMask) & ~alignmentMask)) | 0;
    }
  }
}

/**
 * The reading end of a ring. One thread, one instance. Records come in order, once; a consumer that takes over from
 * one that died starts at that one's last published position, so the records of its unfinished drain come again.
 */
export class SpscConsumer {
  /** Views of the whole ring, for records taken with {@link next}. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  /** Type and payload length of the record that {@link next} returned. */
  recordType = 0;
  recordLength = 0;

  private readonly published: Int32Array;
  private readonly words: Int32Array;
  private readonly mask: number;
  private position: number;
  private releasedPosition: number;
  private beats: number;

  constructor(memory: ArrayBufferLike) {
    this.mask = ringCapacity(memory) - 1;
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.int32 = new Int32Array(memory);
    this.float64 = new Float64Array(memory);
    this.words = this.int32;
    this.published = this.int32;
    this.position = loadAcquire(this.published, SpscRing.consumerPositionCell);
    this.releasedPosition = this.position;
    this.beats = this.words[SpscRing.heartbeatCell]!;
  }

  /**
   * Hands at most `limit` records to the handler, then frees their room in one store. If the handler throws, the
   * record it threw on counts as read, so that one bad record cannot stop the ring.
   * @returns how many
   */
  drain(handler: RecordHandler, limit: number): number {
    // The same steps as next(), with everything in local variables: a third faster.
    const { published, words, bytes, view, mask } = this;
    let position = this.position;
    let count = 0;
    try {
      while (count < limit) {
        let index = headerBytes + (position & mask);
        let length = loadAcquire(published, index >> 2);
        if (length === 0) break;
        let type = words[(index >> 2) + 1]!;
        if (type === paddingType) {
          position = (position + length) | 0;
          index = headerBytes;
          length = loadAcquire(published, index >> 2);
          type = words[(index >> 2) + 1]!;
        }
        position = (position + ((length + alignmentMask) & ~alignmentMask)) | 0;
        count++;
        handler.onRecord(type, bytes, view, index + recordHeaderBytes, length - recordHeaderBytes);
      }
    } finally {
      this.position = position;
      this.release();
    }
    return count;
  }

  /**
   * The next record in place: its payload stays valid until {@link release}.
   * @returns its byte offset in the views, or -1 if there is none
   */
  next(): number {
    const mask = this.mask;
    let index = this.position & mask;
    let length = loadAcquire(this.published, (headerBytes + index) >> 2);
    if (length === 0) return -1;
    let type = this.words[((headerBytes + index) >> 2) + 1]!;
    if (type === paddingType) {
      // Padding is published together with the record behind it, or is the first of its batch and that follows.
      this.position = (this.position + length) | 0;
      index = 0;
      length = loadAcquire(this.published, headerBytes >> 2);
      type = this.words[(headerBytes >> 2) + 1]!;
    }
    this.recordType = type;
    this.recordLength = length - recordHeaderBytes;
    this.position = (this.position + ((length + alignmentMask) & ~alignmentMask)) | 0;
    return headerBytes + index + recordHeaderBytes;
  }

  /** Frees the room of every record taken so far, and beats the heart. Call once per turn. */
  release(): void {
    this.beats = (this.beats + 1) | 0;
    this.words[SpscRing.heartbeatCell] = this.beats;
    if (this.position !== this.releasedPosition) {
      this.releasedPosition = this.position;
      storeRelease(this.published, SpscRing.consumerPositionCell, this.position);
    }
  }

  /** Throws away what is in the ring: for a new consumer that does not want its predecessor's backlog. @returns how many records */
  skipToNewest(): number {
    let count = 0;
    while (this.next() >= 0) count++;
    this.release();
    return count;
  }
}

/** Looks at a ring from any thread without disturbing it. */
export class SpscObserver {
  private readonly cells: Int32Array;
  readonly capacityBytes: number;

  constructor(memory: ArrayBufferLike) {
    this.cells = new Int32Array(memory);
    this.capacityBytes = ringCapacity(memory);
  }

  /** Bytes published and not yet freed; approximate while both ends move. */
  get backlogBytes(): number {
    return (this.cells[SpscRing.producerPositionCell]! - this.cells[SpscRing.consumerPositionCell]!) | 0;
  }

  /** Drains made by the consumer, int32. With a backlog and no change between two looks, the consumer is dead or stuck. */
  get heartbeat(): number {
    return this.cells[SpscRing.heartbeatCell]!;
  }

  get refused(): number {
    return this.cells[SpscRing.refusedCell]!;
  }

  get oversize(): number {
    return this.cells[SpscRing.oversizeCell]!;
  }
}
