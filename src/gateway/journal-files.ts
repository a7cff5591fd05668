import { join } from 'node:path';
import type { JournalIdentity } from '../journal/identity.ts';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  parseSegmentName,
  type SegmentHeader,
  SegmentLayout,
  segmentName,
} from '../journal/segment-format.ts';
import { type JournalDisk, writeWhole } from './journal-disk.ts';

const { headerBytes } = SegmentLayout;
/** The next file, full of zeroes: room on the disk that is ours before it is needed. */
const SPARE_NAME = 'spare.segment';
/** The spare is filled so much at a time, so that copying never waits for long. */
const SPARE_CHUNK_BYTES = 1 << 20;
const ZEROES = new Uint8Array(SPARE_CHUNK_BYTES);

/**
 * The files of a journal while it is written: the current one, and a spare that is preallocated to become the next. So the
 * disk is found full a whole file before the room runs out: what is left of the current one is for cancels and reports.
 *
 * A file gets its name last, when its header is on the disk: a name never stands for a file without a beginning, wherever
 * its making is interrupted. Everything here throws what the disk throws, and may be tried again.
 */
export class JournalFiles {
  private readonly disk: JournalDisk;
  private readonly directory: string;
  private readonly segmentBytes: number;
  private current = -1;
  private header: SegmentHeader | undefined = undefined;
  /** Bytes of records in the current file. */
  private usedBytes = 0;
  private spare = -1;
  private spareBytes = 0;

  /** @param segmentBytes size that a file is made with; one that can't be followed by another grows beyond it */
  constructor(disk: JournalDisk, directory: string, segmentBytes: number) {
    this.disk = disk;
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  /**
   * Begins a file at `start.startPosition`, behind whatever files of that day there are: the last one is cut to end
   * there, for what it holds beyond is still in the ring.
   */
  begin(start: Omit<SegmentHeader, 'index'>): void {
    this.closeCurrent();
    const last = lastSegmentOf(this.disk, this.directory, start);
    let index = 1;
    if (last !== undefined) {
      const kept = this.endLast(last.name, start.startPosition);
      index = kept ? last.index + 1 : last.index;
    }
    this.makeCurrent({ ...start, index });
  }

  /** Bytes of records that still fit before the next file is due. */
  get roomBytes(): number {
    return Math.max(0, this.segmentBytes - headerBytes - this.usedBytes);
  }

  append(bytes: Uint8Array, offset: number, length: number): void {
    writeWhole(this.disk, this.current, bytes, offset, length, headerBytes + this.usedBytes);
    this.usedBytes += length;
  }

  sync(): void {
    this.disk.sync(this.current);
  }

  /** Goes on in a new file. What the old one holds must have been synced: the new one's beginning proves it. */
  roll(): void {
    const { header } = this;
    if (header === undefined) return;
    const full = { file: this.current, bytes: headerBytes + this.usedBytes };
    this.makeCurrent({ ...header, startPosition: header.startPosition + this.usedBytes, index: header.index + 1 });
    this.disk.truncate(full.file, full.bytes);
    this.disk.close(full.file);
  }

  /** Does a piece of the work of making the spare. @returns whether it is whole */
  prepareSpare(): boolean {
    if (this.spareBytes >= this.segmentBytes) return true;
    if (this.spare < 0) {
      this.spare = this.disk.open(join(this.directory, SPARE_NAME), 'create');
      this.spareBytes = 0;
    }
    const length = Math.min(SPARE_CHUNK_BYTES, this.segmentBytes - this.spareBytes);
    writeWhole(this.disk, this.spare, ZEROES, 0, length, this.spareBytes);
    this.spareBytes += length;
    return this.spareBytes >= this.segmentBytes;
  }

  completeSpare(): void {
    while (!this.prepareSpare());
  }

  get hasSpare(): boolean {
    return this.spareBytes >= this.segmentBytes;
  }

  /** Cuts the current file to its records. */
  trim(): void {
    this.disk.truncate(this.current, headerBytes + this.usedBytes);
  }

  /** Closes the current file: none follows until the next {@link begin}. */
  endCurrent(): void {
    this.closeCurrent();
  }

  close(): void {
    this.closeCurrent();
    this.dropSpare();
  }

  private dropSpare(): void {
    if (this.spare >= 0) this.disk.close(this.spare);
    this.spare = -1;
    this.spareBytes = 0;
  }

  private closeCurrent(): void {
    if (this.current >= 0) this.disk.close(this.current);
    this.current = -1;
    this.header = undefined;
    this.usedBytes = 0;
  }

  private makeCurrent(header: SegmentHeader): void {
    this.completeSpare();
    try {
      const bytes = encodeSegmentHeader(header);
      writeWhole(this.disk, this.spare, bytes, 0, bytes.length, 0);
      this.disk.sync(this.spare);
      this.disk.rename(join(this.directory, SPARE_NAME), join(this.directory, segmentName(header, header.index)));
      this.disk.syncDirectory(this.directory);
    } catch (error) {
      // It may have its new name already: the next attempt begins with another spare, which takes that name over.
      this.dropSpare();
      throw error;
    }
    this.current = this.spare;
    this.header = header;
    this.usedBytes = 0;
    this.spare = -1;
    this.spareBytes = 0;
  }

  /** @returns whether the file holds records before `position`; one that doesn't gives its name away */
  private endLast(name: string, position: number): boolean {
    const file = this.disk.open(join(this.directory, name), 'existing');
    try {
      const bytes = new Uint8Array(headerBytes);
      const count = this.disk.read(file, bytes, 0, headerBytes, 0);
      const header = decodeSegmentHeader(bytes.subarray(0, count));
      if (typeof header === 'string') throw new Error(`${name} ${header}: it was whole when this journal was opened`);
      const recordBytes = position - header.startPosition;
      if (recordBytes <= 0) return false;
      this.disk.truncate(file, headerBytes + recordBytes);
      this.disk.sync(file);
      return true;
    } finally {
      this.disk.close(file);
    }
  }
}

/** Names of a day's files in a directory, in their order. */
export function segmentsOf(disk: JournalDisk, directory: string, identity: JournalIdentity): string[] {
  return disk
    .list(directory)
    .map((name) => ({ name, parsed: parseSegmentName(name) }))
    .filter(({ parsed }) => parsed !== undefined && parsed.venue === identity.venue && parsed.day === identity.day)
    .sort((a, b) => a.parsed!.index - b.parsed!.index)
    .map(({ name }) => name);
}

function lastSegmentOf(
  disk: JournalDisk,
  directory: string,
  identity: JournalIdentity,
): { name: string; index: number } | undefined {
  const name = segmentsOf(disk, directory, identity).at(-1);
  return name === undefined ? undefined : { name, index: parseSegmentName(name)!.index };
}
