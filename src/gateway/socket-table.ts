import { loadNative } from '../io/native.ts';
import type { StreamSocket } from '../io/stream.ts';

/** Int32s of an entry: descriptor + 1 (0 = none), cookie. A cache line each. */
const ENTRY_WORDS = 16;
const IDENTITY_WORDS = 3;

/** Memory for the sockets of that many sessions. */
export function createSocketTableMemory(sessions: number): SharedArrayBuffer {
  return new SharedArrayBuffer(sessions * ENTRY_WORDS * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * The gateway's sockets by session, so that the main thread can end their connections while the gateway's thread hangs.
 * The kernel's cookie stands beside each descriptor: one that was closed and given to something else is left alone.
 */
export class SocketTable {
  private readonly words: Int32Array;
  private readonly identity = new Int32Array(IDENTITY_WORDS);

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /** The gateway's thread: that session has this socket now. A portable one can't be named and is left out. */
  set(session: number, socket: StreamSocket): void {
    const at = session * ENTRY_WORDS;
    this.clear(session);
    if (socket.identify?.(this.identity, 0) !== true) return;
    this.words[at + 1] = this.identity[1];
    this.words[at + 2] = this.identity[2];
    Atomics.store(this.words, at, this.identity[0] + 1);
  }

  clear(session: number): void {
    Atomics.store(this.words, session * ENTRY_WORDS, 0);
  }

  /** Any other thread: ends all connections; the venue sees resets. @returns how many */
  abortAll(): number {
    const native = loadNative();
    if (native === undefined) return 0;
    let aborted = 0;
    for (let at = 0; at < this.words.length; at += ENTRY_WORDS) {
      const descriptor = Atomics.load(this.words, at) - 1;
      if (descriptor >= 0 && native.abortSocket(descriptor, this.words[at + 1], this.words[at + 2]) === 0) aborted++;
    }
    return aborted;
  }
}
