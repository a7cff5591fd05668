import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of real captures beside a checkout; they belong to their publishers and are not part of the project. */
const FOLDER = process.env.WARMLINE_DATA ?? resolve(import.meta.dirname, '../../../shared/data');

/**
 * Finds real data for tests that are skipped where it is absent: `../shared/data` beside the repository, or the folder
 * named by the environment variable WARMLINE_DATA.
 * @returns its path, or undefined if it is not there
 */
export function sharedData(path: string): string | undefined {
  const found = join(FOLDER, path);
  return existsSync(found) ? found : undefined;
}
