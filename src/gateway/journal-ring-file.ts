import {
  accessSync,
  constants,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { JournalError } from './journal-error.ts';

/** Link in the journal's directory to the file that is mapped as its ring, wherever that lies. */
const LINK_NAME = 'ring';
const MEMORY_DIRECTORY = '/dev/shm';

/**
 * Where a ring lies that was not configured: in memory, where no page of it ever waits for a disk, if the host has such a
 * file system; named after the journal's directory.
 */
export function defaultRingPath(directory: string): string {
  try {
    accessSync(MEMORY_DIRECTORY, constants.W_OK);
  } catch {
    return join(directory, 'ring.memory');
  }
  const place = realpathSync(directory).replaceAll('/', '-').slice(1);
  // File names end at 255 bytes; the end of a path tells more than its beginning.
  return join(MEMORY_DIRECTORY, `warmline-${place.slice(-200)}.ring`);
}

/** Where the journal's last ring lies, or undefined if there is none. */
export function ringPathOf(directory: string): string | undefined {
  try {
    return resolve(directory, readlinkSync(join(directory, LINK_NAME)));
  } catch {
    return undefined;
  }
}

/** A copy of the last ring's memory, or undefined if there is none. What was mapped is read as any file: they are one memory. */
export function readRingFile(directory: string): ArrayBuffer | undefined {
  const path = ringPathOf(directory);
  if (path === undefined) return undefined;
  try {
    const bytes = readFileSync(path);
    const memory = new ArrayBuffer(bytes.length & ~7);
    new Uint8Array(memory).set(bytes.subarray(0, memory.byteLength));
    return memory;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Lets the journal's directory tell where its ring lies, from the next start and for people. */
export function linkRing(directory: string, ringPath: string): void {
  if (ringPathOf(directory) === resolve(ringPath)) return;
  const fresh = join(directory, `${LINK_NAME}.new`);
  rmSync(fresh, { force: true });
  symlinkSync(resolve(ringPath), fresh);
  renameSync(fresh, join(directory, LINK_NAME));
}

export function unlinkRing(directory: string): void {
  rmSync(join(directory, LINK_NAME), { force: true });
}

/** @throws {JournalError} if a file at that place belongs to another user, who could read or alter the journal */
export function checkRingOwner(ringPath: string): void {
  const owner = statSync(ringPath, { throwIfNoEntry: false })?.uid;
  const self = process.getuid?.();
  if (owner === undefined || self === undefined || owner === self) return;
  throw new JournalError(
    `the journal's ring ${ringPath} belongs to user ${owner}, not to user ${self}`,
    `remove it, or configure another place than ${dirname(ringPath)} for ${basename(ringPath)}`,
  );
}
