import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

/**
 * What the journal asks of a file system, so that a test can be one that fills up, fails, tears writes and forgets what was
 * not synced. Errors are thrown as Node throws them, with `code` and `errno`.
 */
export interface JournalDisk {
  /** Names in a directory; empty if there is none. */
  list(directory: string): string[];
  /** Opens for reading and writing (`create`: makes it, or empties it), or only for reading. */
  open(path: string, how: 'create' | 'existing' | 'read'): number;
  sizeOf(file: number): number;
  read(file: number, into: Uint8Array, offset: number, length: number, at: number): number;
  /** @returns bytes written, perhaps fewer than asked for */
  write(file: number, bytes: Uint8Array, offset: number, length: number, at: number): number;
  truncate(file: number, sizeBytes: number): void;
  /** Content and size are on the disk when it returns. */
  sync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Names are on the disk when it returns. */
  syncDirectory(directory: string): void;
}

const FILE_MODE = 0o600;
const OPEN_FLAGS = { create: 'w+', existing: 'r+', read: 'r' } as const;

/** The file system of this host. */
export const hostDisk: JournalDisk = {
  list(directory) {
    try {
      return readdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
  open: (path, how) => openSync(path, OPEN_FLAGS[how], FILE_MODE),
  sizeOf: (file) => fstatSync(file).size,
  read: (file, into, offset, length, at) => readSync(file, into, offset, length, at),
  write: (file, bytes, offset, length, at) => writeSync(file, bytes, offset, length, at),
  truncate: (file, sizeBytes) => ftruncateSync(file, sizeBytes),
  sync: (file) => fdatasyncSync(file),
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  syncDirectory(directory) {
    const file = openSync(directory, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
};

/** Writes all of it. */
export function writeWhole(
  disk: JournalDisk,
  file: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
): void {
  let done = 0;
  while (done < length) done += disk.write(file, bytes, offset + done, length - done, at + done);
}
