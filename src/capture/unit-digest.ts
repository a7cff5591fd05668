import { createHash, type Hash } from 'node:crypto';

const BUFFER_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;

/** SHA-256 over delivered units in order, each as a 4-byte big-endian length and its bytes. */
export class UnitDigest {
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;

  add(bytes: Uint8Array, offset: number, length: number): void {
    if (this.#used + LENGTH_BYTES + length > BUFFER_BYTES) this.#flush();
    this.#used = this.#buffer.writeUInt32BE(length, this.#used);
    if (LENGTH_BYTES + length > BUFFER_BYTES) {
      this.#flush();
      this.#hash.update(bytes.subarray(offset, offset + length));
      return;
    }
    this.#buffer.set(bytes.subarray(offset, offset + length), this.#used);
    this.#used += length;
  }

  /** The digest in hex. Ends the digest: call once. */
  hex(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}
