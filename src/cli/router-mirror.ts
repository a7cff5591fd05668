import { join } from 'node:path';
import { errnoName, loadNative } from '../io/native.ts';
import type { Router } from '../router/router.ts';
import { type CounterMirror, type MirrorRegion, mirrorCounters } from '../runtime/counter-file.ts';
import type { RouterAbout } from '../status/about.ts';
import { topsMemory } from '../status/book-tops.ts';
import { counterFileName, topsRegionNames } from '../status/router-files.ts';
import { orderRegions } from './orders-mirror.ts';

/** Feeds whose best prices are shown: a file has room for so many pieces of memory. */
const FEEDS_WITH_PRICES = 24;

/**
 * Begins to show a running router's counters to other processes.
 * @returns how to end it, or in words why nobody can look: the router goes on without
 */
export function mirrorRouter({ setup }: Router, directory: string, about: RouterAbout): CounterMirror | string {
  const path = join(directory, counterFileName(about.venue, process.pid));
  const regions = setup.feeds.slice(0, FEEDS_WITH_PRICES).flatMap(({ options: { books } }, feed): MirrorRegion[] => {
    if (books === undefined) return [];
    const { records, directory: symbols } = topsMemory(books.memory);
    const names = topsRegionNames(feed);
    return [
      { name: names.records, words: records },
      { name: names.directory, words: symbols },
    ];
  });
  if (setup.gateway !== undefined) regions.push(...orderRegions(setup.gateway));
  const mirror = mirrorCounters(loadNative(), path, setup.counters, about, Date.now(), regions);
  return typeof mirror === 'number' ? `${path} can't be made: ${errnoName(mirror)}` : mirror;
}
