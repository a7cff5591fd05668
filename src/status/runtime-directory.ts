import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where running routers leave what other processes of this host find them by: counter files and control sockets. WARMLINE_RUNTIME_DIRECTORY or
 * systemd names the directory; without them root has /run/warmline, others one of their own, that nobody else may enter.
 */
const SYSTEM_DIRECTORY = '/run/warmline';
const OWN_ALONE = 0o700;
const OTHERS_MAY_WRITE = 0o022;

type Environment = Readonly<Record<string, string | undefined>>;

/** The directory of a router that starts now. */
export function runtimeDirectory(environment: Environment = process.env, uid = process.getuid?.() ?? 0): string {
  // systemd gives a list where the unit names several
  const given = environment.WARMLINE_RUNTIME_DIRECTORY || environment.RUNTIME_DIRECTORY?.split(':')[0];
  return given || ownDirectory(environment, uid);
}

/** Where routers may have left something, besides the directories in these. */
export function runtimeDirectories(environment: Environment = process.env, uid = process.getuid?.() ?? 0): string[] {
  if (environment.WARMLINE_RUNTIME_DIRECTORY) return [environment.WARMLINE_RUNTIME_DIRECTORY];
  return [...new Set([runtimeDirectory(environment, uid), ownDirectory(environment, uid), SYSTEM_DIRECTORY])];
}

function ownDirectory(environment: Environment, uid: number): string {
  if (uid === 0) return SYSTEM_DIRECTORY;
  if (environment.XDG_RUNTIME_DIR) return join(environment.XDG_RUNTIME_DIR, 'warmline');
  return `/tmp/warmline-${uid}`;
}

/**
 * Makes it, where it is not there.
 * @throws {Error} where somebody else could have put something into it
 */
export function makeRuntimeDirectory(path: string, uid = process.getuid?.() ?? 0): void {
  mkdirSync(path, { recursive: true, mode: OWN_ALONE });
  // in /tmp anybody may have been there first, with a link to elsewhere
  const found = lstatSync(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a directory`);
  if (found.uid !== uid && uid !== 0) throw new Error(`${path} belongs to somebody else (user ${found.uid})`);
  if ((found.mode & OTHERS_MAY_WRITE) !== 0) throw new Error(`${path} can be written by others: chmod 0700 ${path}`);
}
