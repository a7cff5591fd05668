import { writeSync } from 'node:fs';

const BUFFER_CHARACTERS = 1 << 16;
const RETRY_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Lines to the standard output from code that can't wait: many of them, in bounded memory, however slowly the reader takes
 * them. `flush` at the end.
 */
export class LineOutput {
  private text = '';
  private readonly file: number;

  constructor(file = 1) {
    this.file = file;
  }

  line(text: string): void {
    this.text += `${text}\n`;
    if (this.text.length >= BUFFER_CHARACTERS) this.flush();
  }

  /** @throws {Error} with code `EPIPE` where the reader has gone */
  flush(): void {
    let bytes = Buffer.from(this.text);
    this.text = '';
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.file, bytes));
      } catch (error) {
        // A pipe that somebody made non-blocking and nobody has emptied yet.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(sleeper, 0, 0, RETRY_MS);
      }
    }
  }
}
