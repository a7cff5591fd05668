import type { Native, NativeReadySetHandle } from './native.ts';
import type { StreamSocket } from './stream.ts';

/** Words of an identity: descriptor, cookie. */
const IDENTITY_WORDS = 3;

/**
 * Which connections of a thread have something to be read: bytes, an end, a failure. One that a look did not find ready need
 * not be asked, so that many idle connections cost a turn one system call and not one each.
 */
export interface ReadySet {
  /** By slot: 0 = nothing to be read at the last {@link look}; anything else = ask. */
  readonly cells: Int32Array;
  /** That slot's connection is this one now, once the one before it is closed or about to be. */
  set(slot: number, socket: StreamSocket): void;
  /**
   * Once a turn, before connections are asked. What comes later is found by the next look.
   * @returns how many are ready, or may be
   */
  look(): number;
}

/** Nothing is known beforehand: every connection is asked. */
export class AskingReadySet implements ReadySet {
  readonly cells: Int32Array;

  constructor(slots: number) {
    this.cells = new Int32Array(slots).fill(1);
  }

  set(): void {
    // asked as all of them
  }

  look(): number {
    return this.cells.length;
  }
}

/** The kernel keeps the set (`epoll`, level-triggered: what is not read is found again). */
export class NativeReadySet implements ReadySet {
  readonly cells: Int32Array;
  private readonly handle: NativeReadySetHandle;
  private readonly identity = new Int32Array(IDENTITY_WORDS);
  /** A connection that the kernel would not take into the set: from then on all are asked, for good. */
  private incomplete = false;

  private constructor(handle: NativeReadySetHandle, cells: Int32Array) {
    this.handle = handle;
    this.cells = cells;
  }

  /** @returns an {@link AskingReadySet} where the kernel gives none (out of descriptors) */
  static open(native: Native, slots: number): ReadySet {
    const cells = new Int32Array(slots);
    const handle = native.createReadySet(cells);
    return typeof handle === 'number' ? new AskingReadySet(slots) : new NativeReadySet(handle, cells);
  }

  set(slot: number, socket: StreamSocket): void {
    const { identity } = this;
    // one without a descriptor has failed already, which its state says
    if (socket.identify?.(identity, 0) !== true || this.handle.add(slot, identity[0]) === 0) return;
    this.incomplete = true;
    this.cells.fill(1);
  }

  look(): number {
    return this.incomplete ? this.cells.length : this.handle.look();
  }
}
