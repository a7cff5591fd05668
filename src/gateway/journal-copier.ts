import { LARGEST_FRAME_BYTES, RingDrain } from '../journal/ring-drain.ts';
import { JournalState, readRingHeader } from '../journal/ring-layout.ts';
import type { JournalDisk } from './journal-disk.ts';
import { JournalFiles } from './journal-files.ts';

/** `process`: survives the end of the process at any instruction; `disk`: the end of the host. */
export type Durability = 'process' | 'disk';

export interface CopierOptions {
  readonly directory: string;
  /** Size that files are made with. */
  readonly segmentBytes: number;
  readonly durability: Durability;
  /** `process`: the disk is synced every so often all the same. `disk`: whenever there is something to sync. */
  readonly syncIntervalNs: number;
}

/** A turn copies no more, so that syncing has its turn too. */
const BYTES_PER_TURN = 4 << 20;
const RETRY_NS = 100e6;
/** Codes of errors that say that there is no room. */
export const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const NS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1000;

/**
 * Moves records from the ring to files: copies, rolls, syncs, and tells the writer through the ring how the disk does. What
 * can't be written stays in the ring and is tried again. Its owner is a thread of its own (`JournalAgent`), or, in the
 * portable build, the writer itself.
 */
export class JournalCopier {
  private readonly memory: ArrayBufferLike;
  private readonly files: JournalFiles;
  private readonly options: CopierOptions;
  private readonly nowNs: Float64Array;
  private drain: RingDrain;
  private open = false;
  /** The day's last record is in the file, which is not closed yet; then: it is, and no other follows it. */
  private sealing = false;
  private isSealed = false;
  /** Nothing that was not synced before can be promised any more; copying goes on as long as the ring can be read. */
  private isFailed = false;
  private lastSyncNs = 0;
  private retryWriteNs = 0;
  private retrySpareNs = 0;
  private writeError: NodeJS.ErrnoException | undefined = undefined;
  private spareError: NodeJS.ErrnoException | undefined = undefined;

  /**
   * @param memory a ring; its records from what it was freed up to on are not in a file yet
   * @param nowNs cell 0: monotonic ns
   */
  constructor(memory: ArrayBufferLike, disk: JournalDisk, options: CopierOptions, nowNs: Float64Array) {
    this.memory = memory;
    this.files = new JournalFiles(disk, options.directory, options.segmentBytes);
    this.options = options;
    this.nowNs = nowNs;
    this.drain = new RingDrain(memory);
  }

  /**
   * Begins the file that the next records go to. Called before the first of them, it keeps them from waiting for it.
   * @throws what the disk throws
   */
  begin(): void {
    if (this.open) return;
    const header = readRingHeader(this.memory);
    if (typeof header === 'string') throw new Error(`the journal's ring ${header}`);
    const { venue, day, epoch, boot } = header;
    const startPosition = this.drain.positions[0]!;
    // Recovery doesn't need it, people do; the monotonic time of the host would tell them nothing.
    const createdUtcSeconds = Math.floor(Date.now() / MS_PER_SECOND);
    this.files.begin({ venue, day, epoch, boot, startPosition, createdUtcSeconds });
    this.open = true;
  }

  /** @returns bytes moved; 0 = there was nothing to do */
  doWork(): number {
    const now = this.nowNs[0]!;
    this.drain.beat();
    if (this.drain.isStale) this.restart();
    let work = this.copyNow();
    this.syncIfDue(now);
    if (this.open && work === 0 && now >= this.retrySpareNs && !this.files.hasSpare) work = this.workOnSpare(now);
    this.tellState();
    return work;
  }

  /**
   * Copies what is there, without sync or other work.
   * @returns bytes moved
   */
  copyNow(): number {
    const now = this.nowNs[0]!;
    if (this.drain.damaged !== 0 || now < this.retryWriteNs) return 0;
    try {
      const moved = this.copy();
      this.writeError = undefined;
      return moved;
    } catch (error) {
      this.writeError = error as NodeJS.ErrnoException;
      this.retryWriteNs = now + RETRY_NS;
      this.tellState();
      return 0;
    }
  }

  /** Everything that was published is in a file. */
  get isLevel(): boolean {
    return !this.drain.waiting;
  }

  /** Moves and syncs everything that is there, now. @returns whether all of it is on the disk */
  flush(): boolean {
    this.retryWriteNs = 0;
    while (this.copyNow() > 0 && this.drain.waiting);
    if (this.drain.positions[0] !== this.drain.positions[1]) this.sync();
    this.tellState();
    return !this.drain.waiting && this.drain.positions[0] === this.drain.positions[1];
  }

  /** Ends in order: everything on the disk, the file cut to its records. */
  close(): void {
    this.flush();
    try {
      if (this.open) this.files.trim();
      this.sync();
    } finally {
      this.files.close();
      this.open = false;
    }
  }

  /** What the disk last said, in words; undefined while it does well. */
  get trouble(): string | undefined {
    return (this.writeError ?? this.spareError)?.message;
  }

  /** The ring was made anew: another day. */
  private restart(): void {
    this.drain = new RingDrain(this.memory);
    this.open = false;
    this.sealing = false;
    this.isSealed = false;
  }

  private copy(): number {
    if (this.sealing) {
      this.seal();
      return 0;
    }
    if (!this.drain.waiting || this.isSealed) return 0;
    this.begin();
    let moved = 0;
    while (moved < BYTES_PER_TURN) {
      const bytes = this.drain.take(this.roomOrRoll());
      if (bytes === 0) break;
      this.files.append(this.drain.bytes, this.drain.offset, bytes);
      this.drain.release(bytes);
      moved += bytes;
      if (this.drain.sealed) {
        this.seal();
        break;
      }
    }
    if (this.drain.damaged !== 0) this.isFailed = true;
    return moved;
  }

  /** Room in the current file, a new one if it has none. Where there can't be one, the current one grows. */
  private roomOrRoll(): number {
    const room = this.files.roomBytes;
    if (room >= LARGEST_FRAME_BYTES) return room;
    const now = this.nowNs[0]!;
    if (now < this.retrySpareNs) return BYTES_PER_TURN;
    try {
      this.files.completeSpare();
      this.sync();
      this.files.roll();
      this.spareError = undefined;
      return this.files.roomBytes;
    } catch (error) {
      this.spareError = error as NodeJS.ErrnoException;
      this.retrySpareNs = now + RETRY_NS;
      return BYTES_PER_TURN;
    }
  }

  private seal(): void {
    this.sealing = true;
    this.files.trim();
    this.sync();
    this.files.endCurrent();
    // A day whose end may not be on the disk is not told sealed.
    if (!this.isFailed) this.drain.markSealed();
    this.open = false;
    this.sealing = false;
    this.isSealed = true;
  }

  private workOnSpare(now: number): number {
    try {
      this.files.prepareSpare();
      if (this.files.hasSpare) this.spareError = undefined;
      return 1;
    } catch (error) {
      this.spareError = error as NodeJS.ErrnoException;
      this.retrySpareNs = now + RETRY_NS;
      return 0;
    }
  }

  private syncIfDue(now: number): void {
    if (this.drain.positions[0] === this.drain.positions[1]) return;
    if (this.options.durability === 'process' && now - this.lastSyncNs < this.options.syncIntervalNs) return;
    this.lastSyncNs = now;
    this.sync();
  }

  private sync(): void {
    if (!this.open || this.isFailed) return;
    try {
      this.files.sync();
      this.drain.markSynced();
    } catch (error) {
      // The kernel may have dropped what it could not write and forgotten the error: no later sync proves anything.
      this.writeError = error as NodeJS.ErrnoException;
      this.isFailed = true;
      this.tellState();
    }
  }

  private tellState(): void {
    const error = this.writeError ?? this.spareError;
    const errno = Math.abs(error?.errno ?? 0);
    if (this.isFailed) this.drain.setState(JournalState.failed, errno);
    else if (error === undefined) this.drain.setState(JournalState.ok, 0);
    else this.drain.setState(FULL.includes(error.code ?? '') ? JournalState.diskFull : JournalState.ioError, errno);
  }
}

/** Default of `syncIntervalNs`: what a host that dies may forget in `process`. */
export const DEFAULT_SYNC_INTERVAL_NS = NS_PER_SECOND / 10;
