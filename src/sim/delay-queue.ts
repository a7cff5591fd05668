interface DelayedPacket {
  readonly dueNs: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

const POOLED_BUFFERS = 1024;
const POOLED_BYTES = 2048;

/** Packets that leave later, in order of when they are due; equal times keep the order in which they came. */
export class DelayQueue {
  #packets: DelayedPacket[] = [];
  #head = 0;
  readonly #pool: Uint8Array[] = [];

  get length(): number {
    return this.#packets.length - this.#head;
  }

  /** When the first packet is due; Infinity if there is none. */
  get nextDueNs(): number {
    return this.#head < this.#packets.length ? this.#packets[this.#head].dueNs : Number.POSITIVE_INFINITY;
  }

  /** Keeps a copy of the packet until `dueNs`. */
  add(bytes: Uint8Array, offset: number, length: number, dueNs: number): void {
    const copy =
      (length <= POOLED_BYTES ? this.#pool.pop() : undefined) ?? new Uint8Array(Math.max(length, POOLED_BYTES));
    copy.set(bytes.subarray(offset, offset + length));
    const packet = { dueNs, bytes: copy, length };
    let at = this.#packets.length;
    while (at > this.#head && this.#packets[at - 1].dueNs > dueNs) at--;
    if (at === this.#packets.length) this.#packets.push(packet);
    else this.#packets.splice(at, 0, packet);
  }

  /** Hands over the first packet; its bytes are lent for the call only. */
  shift(output: (bytes: Uint8Array, length: number) => void): void {
    const packet = this.#packets[this.#head++];
    output(packet.bytes, packet.length);
    if (packet.bytes.length === POOLED_BYTES && this.#pool.length < POOLED_BUFFERS) this.#pool.push(packet.bytes);
    if (this.#head === this.#packets.length) {
      this.#packets.length = 0;
      this.#head = 0;
    } else if (this.#head >= POOLED_BUFFERS) {
      this.#packets.splice(0, this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#packets.length = 0;
    this.#head = 0;
  }
}
