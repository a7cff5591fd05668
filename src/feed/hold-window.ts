const HEADER_BYTES = 8;
const SPARSE_REACH = 32;
const IN_USE = 1;
const FREE = 0;

/**
 * Units that have arrived but can't be delivered yet, found by number. Bounded twice: by numbers (a ring of slots) and
 * by bytes (a circular arena of copies). Copies leave in any order; their bytes are reclaimed in order of arrival.
 *
 * ```
 *  arena: | size, state | bytes, padded to 8 | size, state | bytes … |     a record never wraps
 * ```
 */
export class HoldWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Per slot: where the unit's bytes start in the arena; -1 = nothing held. */
  readonly offset: Int32Array;
  readonly length: Int32Array;
  /** Per slot: low 32 bits of the unit's number. */
  readonly low: Int32Array;
  /** Per slot: who brought it, and when it was received (ns). */
  readonly source: Int8Array;
  readonly rxNs: Float64Array;
  readonly mask: number;
  /** Units held. */
  count = 0;
  /** Bytes of arena in use, headers and padding included. */
  usedBytes = 0;
  /** Slots in a row that a number may be found in: 1 where numbers follow each other, more where they are sparse. */
  private readonly reach: number;
  private readonly words: Int32Array;
  private readonly capacity: number;
  private head = 0;
  private tail = 0;

  /**
   * @param units slots; a power of two
   * @param capacityBytes size of the arena
   * @param sparse numbers are far apart (linked feeds), so that two of them may want the same slot
   */
  constructor(units: number, capacityBytes: number, sparse = false) {
    this.reach = sparse ? Math.min(units, SPARSE_REACH) : 1;
    this.capacity = capacityBytes & ~7;
    const memory = new ArrayBuffer(this.capacity);
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.words = new Int32Array(memory);
    this.offset = new Int32Array(units).fill(-1);
    this.length = new Int32Array(units);
    this.source = new Int8Array(units);
    this.rxNs = new Float64Array(units);
    this.low = new Int32Array(units);
    this.mask = units - 1;
  }

  /** Slot of the held unit whose number has these low 32 bits; -1 if it is not held. */
  find(low: number): number {
    const slot = low & this.mask;
    if (this.offset[slot] >= 0 && this.low[slot] === low) return slot;
    return this.reach === 1 ? -1 : this.findNearby(low);
  }

  /**
   * Copies a unit in. The caller then writes its stamp to `rxNs[slot]`.
   * @returns its slot, or -1 where slot or arena have no room
   */
  hold(low: number, source: number, view: DataView, offset: number, length: number): number {
    let slot = low & this.mask;
    if (this.offset[slot] >= 0) {
      slot = this.freeNearby(low);
      if (slot < 0) return -1;
    }
    const at = this.claim(HEADER_BYTES + ((length + 7) & ~7));
    if (at < 0) return -1;
    const start = at + HEADER_BYTES;
    this.copyIn(start, view, offset, length);
    this.offset[slot] = start;
    this.length[slot] = length;
    this.low[slot] = low;
    this.source[slot] = source;
    this.count++;
    return slot;
  }

  /** Gives a slot up. Its bytes stay readable until the next {@link hold}. */
  release(slot: number): void {
    const at = this.offset[slot] - HEADER_BYTES;
    this.offset[slot] = -1;
    this.count--;
    this.words[(at >> 2) + 1] = FREE;
    this.reclaim();
  }

  /** Forgets everything. */
  clear(): void {
    this.offset.fill(-1);
    this.count = 0;
    this.usedBytes = 0;
    this.head = 0;
    this.tail = 0;
  }

  private findNearby(low: number): number {
    for (let step = 1; step < this.reach; step++) {
      const slot = (low + step) & this.mask;
      if (this.offset[slot] >= 0 && this.low[slot] === low) return slot;
    }
    return -1;
  }

  private freeNearby(low: number): number {
    for (let step = 1; step < this.reach; step++) {
      const slot = (low + step) & this.mask;
      if (this.offset[slot] < 0) return slot;
    }
    return -1;
  }

  /** Finds contiguous room for a record. @returns its place, or -1 */
  private claim(size: number): number {
    const { capacity, words } = this;
    if (this.usedBytes === 0) {
      this.head = 0;
      this.tail = 0;
    }
    const free = capacity - this.usedBytes;
    if (size > free) return -1;
    let at = this.tail;
    if (at >= this.head || this.usedBytes === 0) {
      const toEnd = capacity - at;
      if (size > toEnd) {
        if (size > free - toEnd) return -1;
        words[at >> 2] = toEnd;
        words[(at >> 2) + 1] = FREE;
        this.usedBytes += toEnd;
        at = 0;
      }
    }
    words[at >> 2] = size;
    words[(at >> 2) + 1] = IN_USE;
    this.usedBytes += size;
    this.tail = at + size === capacity ? 0 : at + size;
    return at;
  }

  private reclaim(): void {
    const { words, capacity } = this;
    while (this.usedBytes > 0 && words[(this.head >> 2) + 1] === FREE) {
      const size = words[this.head >> 2];
      this.usedBytes -= size;
      this.head = this.head + size === capacity ? 0 : this.head + size;
    }
  }

  /** Word by word: `set` would need a subarray, which allocates. */
  private copyIn(to: number, view: DataView, offset: number, length: number): void {
    const target = this.view;
    let from = offset;
    let at = to;
    const end = offset + length;
    for (const stop = end - 16; from <= stop; from += 16, at += 16) {
      target.setInt32(at, view.getInt32(from, true), true);
      target.setInt32(at + 4, view.getInt32(from + 4, true), true);
      target.setInt32(at + 8, view.getInt32(from + 8, true), true);
      target.setInt32(at + 12, view.getInt32(from + 12, true), true);
    }
    for (; from <= end - 4; from += 4, at += 4) target.setInt32(at, view.getInt32(from, true), true);
    for (; from < end; from++, at++) target.setUint8(at, view.getUint8(from));
  }
}
