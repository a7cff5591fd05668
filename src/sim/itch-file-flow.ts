import type { CaptureBytes, CaptureFile } from '../capture/capture-bytes.ts';
import { ItchFileReader, looksLikeItch } from '../venues/nasdaq/itch-file.ts';
import { readU48 } from '../venues/nasdaq/wire.ts';
import type { PlayedFlow } from './recorded-source.ts';
import type { UnitStore } from './unit-store.ts';

const TIMESTAMP_OFFSET = 5;
/** Length prefix and the longest message: what can be left over when a piece of the file ends within a message. */
const MAX_LEFT_BYTES = 2 + 0xffff;

/** True if the file (unpacked) begins like a raw ITCH file. */
export async function isItchFile(file: CaptureFile): Promise<boolean> {
  const bytes = await file.open();
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      if (chunk.length > 0) return looksLikeItch(chunk);
    }
    return false;
  } finally {
    await bytes.close();
  }
}

/** The messages of a raw ITCH file as units, in the time of their own stamps; read piece by piece. */
export class ItchFileFlow implements PlayedFlow {
  finished = false;
  /** Why the file could not be read to its end. */
  problem = '';
  readonly #file: CaptureFile;
  #bytes: CaptureBytes | undefined;
  #reader = new ItchFileReader(new Uint8Array(0));
  /** The reader stands on a message that has not been taken. */
  #waiting = false;
  /** First byte of the current piece that is not yet taken. */
  #taken = 0;
  #reading = false;
  #ended = false;
  #startNs = Number.NaN;

  constructor(file: CaptureFile) {
    this.#file = file;
  }

  play(store: UnitStore, elapsedNs: number, units: number): number {
    let played = 0;
    while (played < units && this.#peek()) {
      const { bytes, view, offset, length } = this.#reader;
      if (length >= TIMESTAMP_OFFSET + 6) {
        const stampNs = readU48(view, offset + TIMESTAMP_OFFSET);
        if (Number.isNaN(this.#startNs)) this.#startNs = stampNs;
        if (stampNs - this.#startNs > elapsedNs) break;
      }
      this.#waiting = false;
      this.#taken = offset + length;
      store.append(bytes, offset, length);
      played++;
    }
    return played;
  }

  async close(): Promise<void> {
    this.finished = true;
    await this.#bytes?.close();
  }

  /** True if the reader stands on a message. */
  #peek(): boolean {
    if (this.#waiting) return true;
    if (this.finished || this.#reading) return false;
    if (this.#reader.next()) {
      this.#waiting = true;
      return true;
    }
    const left = this.#reader.bytes.length - this.#taken;
    if (this.#ended || left > MAX_LEFT_BYTES) {
      this.problem = this.#reader.problem;
      this.finished = true;
      return false;
    }
    this.#reading = true;
    this.#readMore().then(
      () => {
        this.#reading = false;
      },
      (error: Error) => {
        this.problem = error.message;
        this.finished = true;
      },
    );
    return false;
  }

  async #readMore(): Promise<void> {
    this.#bytes ??= await this.#file.open();
    const chunk = await this.#bytes.next();
    if (chunk === undefined) {
      this.#ended = true;
      this.problem = this.#bytes.damage ?? '';
      await this.#bytes.close();
      return;
    }
    const left = this.#reader.bytes.subarray(this.#taken);
    this.#reader = new ItchFileReader(Buffer.concat([left, chunk]));
    this.#taken = 0;
  }
}
