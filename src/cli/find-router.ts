import { readCounterFile } from '../runtime/counter-file.ts';
import type { RouterAbout } from '../status/about.ts';
import { type FoundRouters, findRouters, type RouterFile } from '../status/router-files.ts';
import { runtimeDirectories } from '../status/runtime-directory.ts';
import { UserError } from './errors.ts';

/**
 * The router that is meant.
 * @param which its venue, its process number or its counter file
 * @throws {UserError} where there is none, or several
 */
export function findRouter(which: string | undefined): RouterFile {
  if (which?.includes('/')) return readRouterFile(which);
  const found = findRouters(runtimeDirectories());
  const meant = found.routers.filter(
    ({ about, pid }) => which === undefined || about.venue === which || String(pid) === which,
  );
  const running = meant.filter(({ alive }) => alive);
  // one that has died is shown too, if nothing that runs is meant
  const candidates = running.length > 0 ? running : meant;
  if (candidates.length === 1) return candidates[0];
  if (candidates.length === 0) throw new UserError(noneText(which, found), hiddenText(found));
  throw new UserError(
    `several routers are meant:\n${listText(candidates)}`,
    'say which by its venue or process number',
  );
}

/** A table of routers, a line each. */
export function listText(routers: readonly RouterFile[]): string {
  return routers
    .map(({ about, pid, alive, path }) => {
      const state = alive ? 'runs' : 'is gone';
      return `  ${about.venue.padEnd(16)} process ${String(pid).padEnd(8)} ${state.padEnd(8)} ${path}`;
    })
    .join('\n');
}

function readRouterFile(path: string): RouterFile {
  try {
    return readCounterFile<RouterAbout>(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new UserError(`there is no ${path}`, 'the router has ended, or never ran', { cause: error });
    throw new UserError(code === undefined ? message : `${path} can't be read: ${code}`, undefined, { cause: error });
  }
}

function noneText(which: string | undefined, { routers }: FoundRouters): string {
  if (which === undefined) return 'no router runs here';
  const names = [...new Set(routers.map(({ about }) => about.venue))];
  return `no router ${which} runs here${names.length === 0 ? '' : `: there is ${names.join(', ')}`}`;
}

function hiddenText({ unreadable }: FoundRouters): string {
  const looked = `looked in ${runtimeDirectories().join(', ')}`;
  if (unreadable.length === 0) return looked;
  return `${looked}; not readable: ${unreadable.map(({ path, why }) => `${path} (${why})`).join(', ')}`;
}
