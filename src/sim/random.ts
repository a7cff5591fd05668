/**
 * The simulator's only source of randomness: sfc32 (Doty-Humphrey's small fast counting generator, 32-bit words),
 * seeded through splitmix32. The same seed and stream give the same numbers on every machine.
 */
export class Random {
  readonly #state = new Int32Array(4);

  /**
   * @param seed any number; its low 53 bits count
   * @param stream tells generators with the same seed apart, so that switching one fault on does not shift another
   */
  constructor(seed: number, stream = 0) {
    const whole = Math.abs(Math.trunc(seed));
    let mix = ((whole % 0x1_0000_0000) ^ Math.floor(whole / 0x1_0000_0000) ^ Math.imul(stream + 1, 0x9e37_79b1)) | 0;
    for (let word = 0; word < 3; word++) {
      mix = (mix + 0x9e37_79b9) | 0;
      let z = Math.imul(mix ^ (mix >>> 16), 0x21f0_aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
      this.#state[word] = z ^ (z >>> 15);
    }
    this.#state[3] = 1;
    for (let warmUp = 0; warmUp < 12; warmUp++) this.int32();
  }

  /** 32 random bits as a signed integer. */
  int32(): number {
    const state = this.#state;
    const b = state[1];
    const c = state[2];
    const result = (((state[0] + b) | 0) + state[3]) | 0;
    state[3] = (state[3] + 1) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + result) | 0;
    return result;
  }

  /** Uniform in [0, 1), with 32 bits. */
  fraction(): number {
    return (this.int32() >>> 0) / 0x1_0000_0000;
  }

  /** A whole number, uniform in 0…`limit - 1`. `limit` at most 2^31. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Exponentially distributed with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.fraction());
  }

  /** Normally distributed (Box-Muller, one of the pair). */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.fraction());
  }

  /** How many failures before the first success: 0, 1, 2… with mean `(1 - p) / p`. */
  geometric(success: number): number {
    return Math.floor(Math.log(1 - this.fraction()) / Math.log(1 - success));
  }
}
