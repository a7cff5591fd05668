import { createHash, type Hash } from 'node:crypto';
import { copyBytes } from './copy-bytes.ts';

/** Bytes in front of each unit: its length, 4-byte big-endian, so that a chunk is the very stream that is hashed. */
const RECORD_HEADER_BYTES = 4;
const DEFAULT_CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_UNITS_PER_CHUNK = 128 * 1024;
export const DEFAULT_STORE_BYTES = 256 * 1024 * 1024;
/** Longest unit a store takes: a length field of 16 bits is the widest among the protocols. */
const MAX_UNIT_BYTES = 0xffff;

/** Units that follow each other, in one arena. A range that the source itself lacks is a chunk without bytes. */
interface Chunk {
  readonly first: number;
  /** Number after the last unit. */
  next: number;
  readonly bytes: Buffer;
  used: number;
  /** Offset of each unit's record in `bytes`. */
  readonly recordOffset: Int32Array;
}

/** What a run published, for assertions from end to end. */
export interface UnitTruth {
  readonly session: string;
  readonly firstUnit: number;
  readonly nextUnit: number;
  /** Units published; fewer than `nextUnit - firstUnit` where the source itself has holes. */
  readonly units: number;
  /** Over each unit in order as a 4-byte big-endian length and its bytes. */
  readonly sha256: string;
}

/**
 * The venue's own journal: every unit of a session in order of its number, for retransmit, packetising and the truth
 * that a test compares with. Bounded: beyond `maxBytes` the oldest units are forgotten, and {@link has} says so.
 */
export class UnitStore {
  session: string;
  readonly firstUnit: number;
  readonly maxBytes: number;
  readonly #chunkBytes: number;
  readonly #chunkUnits: number;
  #chunks: Chunk[] = [];
  #next: number;
  #units = 0;
  #heldBytes = 0;
  #forgottenUnits = 0;
  /** Covers the chunks that are complete. */
  readonly #hash: Hash = createHash('sha256');
  #hashedTo = 0;
  /** The chunk found last: readers go forward. */
  #cached: Chunk | undefined;

  constructor(session: string, options: { firstUnit?: number; maxBytes?: number; chunkBytes?: number } = {}) {
    this.session = session;
    this.firstUnit = options.firstUnit ?? 1;
    this.maxBytes = options.maxBytes ?? DEFAULT_STORE_BYTES;
    // A quarter at a time is forgotten at most.
    this.#chunkBytes = Math.max(
      MAX_UNIT_BYTES + RECORD_HEADER_BYTES,
      Math.min(options.chunkBytes ?? DEFAULT_CHUNK_BYTES, Math.floor(this.maxBytes / 4)),
    );
    this.#chunkUnits = Math.min(MAX_UNITS_PER_CHUNK, this.#chunkBytes >> 3);
    this.#next = this.firstUnit;
  }

  /** The number that the next unit will have. */
  get next(): number {
    return this.#next;
  }

  get units(): number {
    return this.#units;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Units dropped because `maxBytes` was reached: they can no longer be retransmitted. */
  get forgottenUnits(): number {
    return this.#forgottenUnits;
  }

  /** The oldest number still kept. */
  get firstKept(): number {
    return this.#chunks.length > 0 ? this.#chunks[0].first : this.#next;
  }

  /**
   * Adds the next unit. @returns its number
   * @throws {RangeError} if it is longer than a protocol's length field can say
   */
  append(bytes: Uint8Array, offset: number, length: number): number {
    if (length > MAX_UNIT_BYTES) throw new RangeError(`a unit of ${length} bytes is longer than ${MAX_UNIT_BYTES}`);
    const chunk = this.#chunkFor(RECORD_HEADER_BYTES + length);
    const at = chunk.used;
    chunk.bytes.writeUInt32BE(length, at);
    copyBytes(bytes, offset, length, chunk.bytes, at + RECORD_HEADER_BYTES);
    const unit = this.#next;
    chunk.recordOffset[unit - chunk.first] = at;
    chunk.used = at + RECORD_HEADER_BYTES + length;
    chunk.next = unit + 1;
    this.#next = unit + 1;
    this.#units++;
    return unit;
  }

  /** The source lacks the numbers up to `next`: nobody can be given them. */
  skipTo(next: number): void {
    if (next <= this.#next) return;
    this.#hashUpToDate(true);
    const hole = this.#newChunk(0, 0);
    hole.next = next;
    this.#next = next;
  }

  /** True if this unit can be read: published, and not forgotten. */
  has(unit: number): boolean {
    const chunk = this.#find(unit);
    return chunk !== undefined && chunk.bytes.length > 0;
  }

  /** Length of a unit in bytes, or -1 if it is not {@link has had}. */
  lengthOf(unit: number): number {
    const chunk = this.#find(unit);
    if (chunk === undefined || chunk.bytes.length === 0) return -1;
    return chunk.bytes.readUInt32BE(chunk.recordOffset[unit - chunk.first]);
  }

  /** Copies a unit into `target` at `offset`. @returns its length, or -1 if the store does not have it */
  copy(unit: number, target: Uint8Array, offset: number): number {
    const chunk = this.#find(unit);
    if (chunk === undefined || chunk.bytes.length === 0) return -1;
    const at = chunk.recordOffset[unit - chunk.first];
    const length = chunk.bytes.readUInt32BE(at);
    copyBytes(chunk.bytes, at + RECORD_HEADER_BYTES, length, target, offset);
    return length;
  }

  /** Number and hash of everything appended so far. */
  truth(): UnitTruth {
    this.#hashUpToDate(false);
    return {
      session: this.session,
      firstUnit: this.firstUnit,
      nextUnit: this.#next,
      units: this.#units,
      sha256: this.#hash.copy().digest('hex'),
    };
  }

  #chunkFor(recordBytes: number): Chunk {
    const last = this.#chunks[this.#chunks.length - 1];
    if (
      last !== undefined &&
      last.used + recordBytes <= last.bytes.length &&
      last.next - last.first < last.recordOffset.length
    ) {
      return last;
    }
    this.#hashUpToDate(true);
    this.#forget();
    return this.#newChunk(this.#chunkBytes, this.#chunkUnits);
  }

  #newChunk(bytes: number, units: number): Chunk {
    const chunk: Chunk = {
      first: this.#next,
      next: this.#next,
      bytes: Buffer.allocUnsafeSlow(bytes),
      used: 0,
      recordOffset: new Int32Array(units),
    };
    this.#heldBytes += bytes + units * Int32Array.BYTES_PER_ELEMENT;
    this.#chunks.push(chunk);
    return chunk;
  }

  #forget(): void {
    const wanted = this.#chunkBytes + this.#chunkUnits * Int32Array.BYTES_PER_ELEMENT;
    while (this.#chunks.length > 1 && this.#heldBytes + wanted > this.maxBytes) {
      const oldest = this.#chunks.shift()!;
      this.#heldBytes -= oldest.bytes.length + oldest.recordOffset.byteLength;
      if (oldest.bytes.length > 0) this.#forgottenUnits += oldest.next - oldest.first;
      if (this.#cached === oldest) this.#cached = undefined;
    }
  }

  /** Hashes what the newest chunk has gained; `sealing` = it takes no more. */
  #hashUpToDate(sealing: boolean): void {
    const last = this.#chunks[this.#chunks.length - 1];
    if (last !== undefined && last.used > this.#hashedTo) {
      this.#hash.update(last.bytes.subarray(this.#hashedTo, last.used));
      this.#hashedTo = last.used;
    }
    if (sealing) this.#hashedTo = 0;
  }

  #find(unit: number): Chunk | undefined {
    const cached = this.#cached;
    if (cached !== undefined && unit >= cached.first && unit < cached.next) return cached;
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const chunk = chunks[middle];
      if (unit < chunk.first) high = middle - 1;
      else if (unit >= chunk.next) low = middle + 1;
      else {
        this.#cached = chunk;
        return chunk;
      }
    }
    return undefined;
  }
}
