import { copyBytes } from '../copy-bytes.ts';

const FIRST_CHUNK_BYTES = 4096;
const MAX_CHUNK_BYTES = 1 << 20;
/** Record: when it was appended (float64), its length, its bytes. */
const RECORD = { timeAt: 0, lengthAt: 8, bytesAt: 10 } as const;
/** Bytes of a chunk per message that it may index: shorter messages fill the index first. */
const BYTES_PER_INDEX = 32;

interface Chunk {
  readonly first: number;
  next: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly offsets: Int32Array;
  used: number;
}

/**
 * The sequenced messages of a port (or of a drop copy): numbered from 1, kept for the day, so that whoever logs in again
 * is told what he has missed. Each carries the time at which the venue said it.
 */
export class MessageLog {
  readonly #chunks: Chunk[] = [];
  #next = 1;
  /** The chunk found last: readers go forward. */
  #cached: Chunk | undefined;

  /** The number that the next message will have. */
  get next(): number {
    return this.#next;
  }

  append(bytes: Uint8Array, offset: number, length: number, nowNs: number): number {
    const chunk = this.#chunkFor(RECORD.bytesAt + length);
    const at = chunk.used;
    chunk.view.setFloat64(at + RECORD.timeAt, nowNs);
    chunk.view.setUint16(at + RECORD.lengthAt, length);
    copyBytes(bytes, offset, length, chunk.bytes, at + RECORD.bytesAt);
    chunk.offsets[chunk.next - chunk.first] = at;
    chunk.used = at + RECORD.bytesAt + length;
    chunk.next++;
    return this.#next++;
  }

  /** When message `number` was appended. */
  timeOf(number: number): number {
    const chunk = this.#find(number);
    return chunk.view.getFloat64(chunk.offsets[number - chunk.first] + RECORD.timeAt);
  }

  /** Hands out message `number`; the bytes are lent for the call. @returns what `take` returns */
  read<T>(number: number, take: (bytes: Uint8Array, offset: number, length: number) => T): T {
    const chunk = this.#find(number);
    const at = chunk.offsets[number - chunk.first];
    return take(chunk.bytes, at + RECORD.bytesAt, chunk.view.getUint16(at + RECORD.lengthAt));
  }

  #chunkFor(recordBytes: number): Chunk {
    const last = this.#chunks.at(-1);
    const roomy =
      last !== undefined &&
      last.used + recordBytes <= last.bytes.length &&
      last.next - last.first < last.offsets.length;
    if (roomy) return last;
    const size = Math.min(MAX_CHUNK_BYTES, (last?.bytes.length ?? FIRST_CHUNK_BYTES / 2) * 2);
    const bytes = new Uint8Array(Math.max(size, recordBytes));
    const chunk: Chunk = {
      first: this.#next,
      next: this.#next,
      bytes,
      view: new DataView(bytes.buffer),
      offsets: new Int32Array(Math.ceil(bytes.length / BYTES_PER_INDEX)),
      used: 0,
    };
    this.#chunks.push(chunk);
    return chunk;
  }

  #find(number: number): Chunk {
    const cached = this.#cached;
    if (cached !== undefined && number >= cached.first && number < cached.next) return cached;
    const found = this.#chunks.findLast(({ first, next }) => number >= first && number < next);
    if (found === undefined) throw new RangeError(`there is no message ${number}: the next one will be ${this.#next}`);
    this.#cached = found;
    return found;
  }
}
