import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What may be asked of a host. Everything else in this folder is a function of the answers, so that tests can make up hosts. */
export interface Host {
  /** Content of a file without its last line end, or undefined where it can't be read. */
  read(path: string): string | undefined;
  /** Names in a directory, sorted; none where it can't be read. */
  list(path: string): readonly string[];
  /** Output of a program, or undefined where it is missing or fails. */
  run(program: string, ...args: readonly string[]): string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const RUN_TIMEOUT_MS = 5000;

/** The host that this process runs on. @param root where its file system begins */
export function thisHost(root = '/'): Host {
  return {
    read(path) {
      try {
        return readFileSync(join(root, path), 'utf8').trimEnd();
      } catch {
        return undefined;
      }
    },
    list(path) {
      try {
        return readdirSync(join(root, path)).sort();
      } catch {
        return [];
      }
    },
    run(program, ...args) {
      try {
        return execFileSync(program, args, {
          encoding: 'utf8',
          timeout: RUN_TIMEOUT_MS,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      } catch {
        return undefined;
      }
    },
    environment: process.env,
  };
}
