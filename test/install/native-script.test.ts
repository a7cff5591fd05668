import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostEnvironment, hostProgram, pathWithOnly, repositoryRoot } from '../support/host.ts';

const compiler = hostProgram('cc');
const hostNode = hostProgram('node') ?? process.execPath;

let folder: string;
let copy: string;

/** A copy of what the install script needs, with the runtime's headers beside it. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-install-'));
  copy = join(folder, 'node_modules', 'warmline');
  for (const path of ['native', 'scripts/install-native.mjs', 'package.json'])
    cpSync(join(repositoryRoot, path), join(copy, path), { recursive: true });
  const runtime = `node-linux-${process.arch}`;
  const headers = join(repositoryRoot, 'node_modules', runtime);
  if (existsSync(headers)) symlinkSync(headers, join(folder, 'node_modules', runtime));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const addon = () => join(copy, 'build', 'Release', 'warmline.node');

/** Runs the script as npm does, with the host's Node. @returns its lines */
function install(environment: Record<string, string> = {}, node = hostNode): string[] {
  const result = spawnSync(node, [join(copy, 'scripts', 'install-native.mjs')], {
    encoding: 'utf8',
    cwd: copy,
    env: hostEnvironment(environment),
  });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  return result.stdout.trimEnd().split('\n');
}

if (!compiler) test.skip('building the addon is left out: this host has no C compiler', () => {});

describe.skipIf(!compiler)('the install script with a compiler', () => {
  test('builds once, with the headers of the pinned runtime, and again only when a source changed', () => {
    const [line, ...more] = install();
    expect(line).toMatch(/^warmline: native addon built with cc, Node-API headers from .*node-linux-/);
    expect(more).toEqual([]);
    const first = statSync(addon()).mtimeMs;
    expect(install()).toEqual(['warmline: native addon is up to date']);
    expect(statSync(addon()).mtimeMs).toBe(first);
    appendFileSync(join(copy, 'native', 'clock.c'), '\n');
    expect(install()[0]).toMatch(/built with cc/);
    expect(install({ CFLAGS: '-g' })[0]).toMatch(/built with cc/);
  });

  test('builds without a single warning', () => {
    expect(install({ CFLAGS: '-Werror' })[0]).toMatch(/built with cc/);
  });

  test('says in one line that the sources do not compile, succeeds, and leaves no addon of other sources', () => {
    install();
    appendFileSync(join(copy, 'native', 'clock.c'), '\n#error on purpose\n');
    const lines = install();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/not built: cc failed \(.*on purpose\); portable i\/o will be used/);
    expect(existsSync(addon())).toBe(false);
  });

  test('says in one line that the folder can not be written, and succeeds', () => {
    writeFileSync(join(copy, 'build'), 'in the way');
    const lines = install();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/not built: .*build\/Release can't be written \(E.*\); portable/);
  });

  test('can be switched off', () => {
    expect(install({ WARMLINE_NATIVE: 'off' })).toEqual(['warmline: native addon skipped (WARMLINE_NATIVE=off)']);
    expect(existsSync(addon())).toBe(false);
  });
});

describe('the install script without', () => {
  test('a compiler in the path says so in one line and succeeds', () => {
    const path = pathWithOnly(join(folder, 'path'), ['sh']);
    const lines = install({ PATH: path });
    expect(lines).toEqual([
      'warmline: native addon not built: no C compiler (cc) in the path; portable i/o will be used',
    ]);
  });

  test('headers says so in one line and succeeds', () => {
    rmSync(join(folder, 'node_modules', `node-linux-${process.arch}`), { force: true });
    // A Node whose own include folder is empty, as distributions ship it.
    const node = join(folder, 'bare', 'bin', 'node');
    mkdirSync(join(folder, 'bare', 'bin'), { recursive: true });
    cpSync(process.execPath, node, { dereference: true });
    expect(install({}, node)).toEqual([
      'warmline: native addon not built: no Node headers (package node-linux-* is missing); portable i/o will be used',
    ]);
  });
});
