import { loadAcquire, storeRelease } from '../ring/memory-order.ts';

/**
 * What an operator did, on its way from the main thread to the journal, which only the gateway's thread writes. One text at
 * a time; the gateway looks now and then, not in every turn.
 */
const Word = { written: 0, taken: 1, bytes: 2 } as const;
const TEXT_AT = 16;
export const MAX_NOTE_BYTES = 1008;

export function createNoteMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(TEXT_AT + MAX_NOTE_BYTES);
}

/** The main thread's end. */
export class OperatorNotes {
  private readonly words: Int32Array;
  private readonly text: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.text = new Uint8Array(memory, TEXT_AT);
  }

  /** @param text cut where it is too long @returns false if the last one has not been taken yet */
  write(text: string): boolean {
    const { words } = this;
    const written = words[Word.written];
    if (loadAcquire(words, Word.taken) !== written) return false;
    const encoded = new TextEncoder().encode(text);
    const length = wholeCharacters(encoded, MAX_NOTE_BYTES);
    this.text.set(encoded.subarray(0, length));
    words[Word.bytes] = length;
    storeRelease(words, Word.written, (written + 1) | 0);
    return true;
  }

  /** The last one has been taken. */
  get isTaken(): boolean {
    return loadAcquire(this.words, Word.taken) === this.words[Word.written];
  }
}

/** The gateway's end. */
export class OperatorNoteReader {
  private readonly words: Int32Array;
  private readonly text: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.text = new Uint8Array(memory, TEXT_AT);
  }

  /** Hands the text that waits, if one does, to `keep`; where that can't keep it now, it goes on waiting. */
  take(keep: (text: string) => boolean): void {
    const { words } = this;
    const written = loadAcquire(words, Word.written);
    if (written === words[Word.taken]) return;
    // a copy: a text in shared memory is not decoded in place
    const bytes = Uint8Array.from(this.text.subarray(0, words[Word.bytes]));
    if (keep(new TextDecoder().decode(bytes))) storeRelease(words, Word.taken, written);
  }
}

/** How many of the bytes, at most `most`, end at a whole character. */
function wholeCharacters(bytes: Uint8Array, most: number): number {
  let length = Math.min(bytes.length, most);
  while (length > 0 && length < bytes.length && (bytes[length]! & 0xc0) === 0x80) length--;
  return length;
}
