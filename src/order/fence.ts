/**
 * The fence: which epoch may send. Every active gateway has an epoch of its own, higher than any before it; the word says
 * which one is granted now. A gateway that is not granted sends nothing at all, cancels included: its orders are another's
 * to manage. Looked at first, right before every send, so that a router that was stopped, deposed or woke up late can't
 * send whatever its strategies do.
 */
export const FenceWord = {
  /** The epoch that may send; 0 = none. */
  granted: 0,
  words: 16,
} as const;

const GRANTED = FenceWord.granted;
const NOBODY = 0;

/** The words of one host: shared memory, or a mapped file. */
export function createFenceMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(FenceWord.words * Int32Array.BYTES_PER_ELEMENT);
}

export class Fence {
  private readonly words: Int32Array;
  private readonly epoch: number;

  /** @param epoch this gateway's own, from 1 */
  constructor(words: Int32Array, epoch: number) {
    if (!(Number.isInteger(epoch) && epoch > NOBODY)) throw new RangeError(`fence: no epoch ${epoch}`);
    this.words = words;
    this.epoch = epoch;
  }

  /** True unless this gateway is the one that may send. */
  refuses(): boolean {
    return this.words[GRANTED] !== this.epoch;
  }
}

/** Who decides which epoch may send: whoever starts the gateway, later the hot-standby host. */
export class FenceControl {
  private readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  get granted(): number {
    return Atomics.load(this.words, GRANTED);
  }

  /**
   * Lets this epoch send, and nobody else from then on. Epochs only rise: one that was deposed never comes back.
   * @returns false if a later one was granted before
   */
  grant(epoch: number): boolean {
    for (;;) {
      const now = this.granted;
      // A word that was revoked keeps its epoch, negative.
      if (epoch < Math.abs(now) || (now < 0 && epoch === -now)) return false;
      if (Atomics.compareExchange(this.words, GRANTED, now, epoch) === now) return true;
    }
  }

  /** Lets nobody send, until a later epoch is granted. */
  revoke(): void {
    for (;;) {
      const now = this.granted;
      if (now <= 0 || Atomics.compareExchange(this.words, GRANTED, now, -now) === now) return;
    }
  }
}
