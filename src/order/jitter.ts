const FRACTION = 1 / 0x1_0000_0000;

/**
 * A small generator (xorshift32) that spreads reconnects, so that a hundred sessions that fell together do not dial
 * together. Its seed comes from outside: the same seed gives the same delays, in a simulation as live.
 */
export class Jitter {
  private word: Int32Array;

  constructor(seed: number) {
    // zero is the one state that xorshift never leaves
    this.word = Int32Array.of(seed | 0 || 1);
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    let x = this.word[0];
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.word[0] = x;
    return (x >>> 0) * FRACTION;
  }
}
