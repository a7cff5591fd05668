import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_DIRECTORY = '/dev/shm';
const LEAST_BYTES = 2 ** 31;
let made: string | undefined;

/**
 * A folder for what the bench's programs write, removed when the bench ends: they are ended by a signal and can't clean up.
 * It lies in memory where the host has room there: journals write more within a second than a slow disk syncs, and nothing
 * that is measured waits for their files.
 */
export function scratchDirectory(): string {
  if (made === undefined) {
    const directory = mkdtempSync(join(hasRoom(MEMORY_DIRECTORY) ? MEMORY_DIRECTORY : tmpdir(), 'warmline-bench-'));
    process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
    made = directory;
  }
  return made;
}

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= LEAST_BYTES;
  } catch {
    return false;
  }
}
