import type { FeedHandler } from '../feed/protocol.ts';

const INITIAL_BYTES = 1 << 20;
const MAX_BYTES = 1 << 30;
const LENGTH_BYTES = 4;

/**
 * Collects a snapshot until it is whole. Off the hot path by nature: it grows by doubling, up to 1 GiB (about 25
 * million orders), and keeps its memory for the next one.
 */
export class SnapshotBuffer {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private view = new DataView(this.bytes.buffer);
  private used = 0;
  /** Units collected. */
  count = 0;

  clear(): void {
    this.used = 0;
    this.count = 0;
  }

  /** @returns false if the buffer may not grow any further */
  append(source: DataView, offset: number, length: number): boolean {
    const end = this.used + LENGTH_BYTES + length;
    if (end > this.bytes.length && !this.grow(end)) return false;
    this.view.setUint32(this.used, length, true);
    let to = this.used + LENGTH_BYTES;
    for (let from = offset; from < offset + length; from++) this.bytes[to++] = source.getUint8(from);
    this.used = end;
    this.count++;
    return true;
  }

  /** Applies every unit, in order. */
  forEach(handler: FeedHandler): void {
    let at = 0;
    while (at < this.used) {
      const length = this.view.getUint32(at, true);
      handler.apply(this.bytes, this.view, at + LENGTH_BYTES, length);
      at += LENGTH_BYTES + length;
    }
  }

  private grow(needed: number): boolean {
    if (needed > MAX_BYTES) return false;
    let size = this.bytes.length;
    while (size < needed) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, this.used));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    return true;
  }
}
