import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { hostDisk } from './journal-disk.ts';

const EPOCH_NAME = 'epoch';

/** The epoch that the journal's last start took, 0 before the first. */
export function lastEpoch(directory: string): number {
  try {
    const text = readFileSync(join(directory, EPOCH_NAME), 'utf8').trim();
    return /^\d{1,9}$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}

/** Keeps an epoch; it is on the disk when this returns, and the file is never half written. */
export function keepEpoch(directory: string, epoch: number): void {
  const path = join(directory, EPOCH_NAME);
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, `${epoch}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  hostDisk.syncDirectory(directory);
}
