import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CounterFile, readCounterFile } from '../runtime/counter-file.ts';
import type { RouterAbout } from './about.ts';
import type { StatusSource } from './status-reader.ts';

/** Counter files of routers: where they stand, which of them run, and what a status is read from. */
export type RouterFile = CounterFile<RouterAbout>;

const EXTENSION = '.counters';

/** Name of a router's counter file in its runtime directory. */
export function counterFileName(venue: string, pid: number): string {
  return `${venue}-${pid}${EXTENSION}`;
}

/** Name of a router's control socket in its runtime directory. */
export function controlSocketName(venue: string, pid: number): string {
  return `${venue}-${pid}.sock`;
}

/** Names of the regions that a feed's best prices are mirrored in. */
export function topsRegionNames(feed: number): { readonly records: string; readonly directory: string } {
  return { records: `feed ${feed} records`, directory: `feed ${feed} directory` };
}

/** What a search found. */
export interface FoundRouters {
  /** Those that run first, then by venue. */
  readonly routers: readonly RouterFile[];
  /** Files that can't be read, and why: other users' routers, other versions. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/** Looks for routers in directories and in the directories in these. */
export function findRouters(directories: readonly string[]): FoundRouters {
  const routers: RouterFile[] = [];
  const unreadable: { path: string; why: string }[] = [];
  for (const path of new Set(directories.flatMap(filesIn))) {
    try {
      routers.push(readCounterFile<RouterAbout>(path));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // one that ended meanwhile is none
      if (code !== 'ENOENT') unreadable.push({ path, why: code ?? message });
    }
  }
  const order = (a: RouterFile, b: RouterFile) =>
    Number(b.alive) - Number(a.alive) || a.about.venue.localeCompare(b.about.venue) || a.startedUtcMs - b.startedUtcMs;
  return { routers: routers.sort(order), unreadable };
}

/** Removes what routers of a venue left in a directory that have died. */
export function removeDeadRouters(directory: string, venue: string): void {
  for (const { alive, about, path } of findRouters([directory]).routers) {
    if (alive || about.venue !== venue) continue;
    rmSync(path, { force: true });
    if (about.control !== undefined) rmSync(about.control, { force: true });
  }
}

/** A router's memory as its file has it, for a status. */
export function statusSource({ pid, about, description, memory, regions }: RouterFile): StatusSource {
  const words = (name: string) => {
    const region = regions.get(name);
    return region && new BigUint64Array(region);
  };
  return {
    pid,
    about,
    description,
    memory,
    tops: about.feeds.map((_, feed) => {
      const names = topsRegionNames(feed);
      const [records, directory] = [words(names.records), words(names.directory)];
      return records && directory && { records, directory };
    }),
  };
}

function filesIn(directory: string): string[] {
  const inside = (folder: string) => {
    try {
      return readdirSync(folder, { withFileTypes: true });
    } catch {
      return [];
    }
  };
  const entries = inside(directory);
  const nested = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  return [directory, ...nested].flatMap((folder) =>
    inside(folder)
      .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
      .map(({ name }) => join(folder, name)),
  );
}
