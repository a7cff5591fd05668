/**
 * Warmline as people install it: a clone, a packed tarball as a dependency, and a global install; under npm 10 and
 * npm 11, always with an empty npmrc, with and without a compiler.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hostEnvironment,
  hostPath,
  hostProgram,
  pathWithOnly,
  pinnedNodeVersion,
  repositoryRoot,
} from '../support/host.ts';

const NPM_VERSIONS = ['10', '11'] as const;
type NpmVersion = (typeof NPM_VERSIONS)[number];
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'build', 'shared', '.build', 'results']);
const PINNED = `v${pinnedNodeVersion()}`;
/** What npm itself and `bin/warmline` call, and no compiler. */
const TOOLS_WITHOUT_COMPILER = ['node', 'sh', 'uname', 'dirname', 'readlink', 'env'];
const LONGEST_STEP_MS = 150_000;
const hasCompiler = hostProgram('cc') !== undefined;
const hasTools = hostProgram('npm') !== undefined && hostProgram('node') !== undefined;

if (!hasTools) test.skip('installing is left out: the host has no node and npm of its own', () => {});

describe.skipIf(!hasTools)('installed', () => {
  let folder: string;
  let registry: string;
  let clone: string;
  let tarball: string;

  /** Runs a program to its end; its output is the message when it fails. */
  function run(command: string, args: string[], cwd: string, environment: Record<string, string> = {}) {
    const result = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      timeout: LONGEST_STEP_MS,
      env: hostEnvironment({ npm_config_userconfig: '/dev/null', npm_config_registry: registry, ...environment }),
    });
    if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${result.stdout}\n${result.stderr}`);
    return result;
  }

  function npmCli(version: NpmVersion, program: 'npm' | 'npx' = 'npm'): string {
    return join(folder, `npm-${version}`, 'node_modules', 'npm', 'bin', `${program}-cli.js`);
  }

  function npm(version: NpmVersion, args: string[], cwd: string, environment: Record<string, string> = {}) {
    const common = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];
    return run('node', [npmCli(version), ...common, ...args], cwd, environment);
  }

  function makeClone(path: string): void {
    cpSync(repositoryRoot, path, {
      recursive: true,
      filter: (source) =>
        !relative(repositoryRoot, source)
          .split(sep)
          .some((part) => LEFT_OUT.has(part)),
    });
  }

  function project(name: string): string {
    const path = join(folder, name);
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), '{"private":true,"type":"module"}');
    return path;
  }

  /** Which Node runs Warmline's bin, and whether it has the addon. */
  function whatRuns(packageFolder: string, environment: Record<string, string> = {}): { node: string; io: string } {
    const program = join(folder, 'what-runs.mjs');
    const io = join(packageFolder, existsSync(join(packageFolder, 'dist')) ? 'dist/io/open.js' : 'src/io/open.ts');
    writeFileSync(
      program,
      `const { ioKind } = await import(${JSON.stringify(io)});
       process.stdout.write(JSON.stringify({ node: process.version, io: ioKind('auto') }));`,
    );
    // The bin `exec`s its runtime with these flags before its own main module: the program answers instead of it.
    const result = run(join(packageFolder, 'bin', 'warmline'), [], folder, {
      WARMLINE_NODE_OPTIONS: `--import=${program} -e 0`,
      ...environment,
    });
    return JSON.parse(result.stdout);
  }

  function version(bin: string, environment: Record<string, string> = {}): string {
    return run(bin, ['--version'], folder, environment).stdout.trim();
  }

  /** Runs the demo from a package; its first line tells the i/o it runs on, its summary what came through. */
  function demo(bin: string, environment: Record<string, string> = {}): { io: string; delivered: number } {
    const { stdout } = run(bin, ['demo', '--for', '2s'], folder, environment);
    const io = /i\/o (native|portable)/.exec(stdout)?.[1] ?? stdout;
    const delivered = Number(/([\d,]+) units delivered/.exec(stdout)?.[1].replaceAll(',', ''));
    return { io, delivered };
  }

  function ownLines(result: SpawnSyncReturns<string>): string[] {
    return result.stdout.split('\n').filter((line) => line.startsWith('warmline: '));
  }

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'warmline-packages-')));
    registry = spawnSync('npm', ['config', 'get', 'registry'], {
      encoding: 'utf8',
      env: hostEnvironment(),
    }).stdout.trim();
    for (const version of NPM_VERSIONS) {
      const prefix = join(folder, `npm-${version}`);
      run(
        'npm',
        ['install', '--prefix', prefix, '--prefer-offline', '--no-audit', '--no-fund', `npm@${version}`],
        folder,
      );
    }
    clone = join(folder, 'clone');
    makeClone(clone);
    npm('11', ['ci'], clone);
    npm('11', ['pack', '--pack-destination', folder], clone);
    const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (packed === undefined) throw new Error('npm pack made no tarball');
    tarball = join(folder, packed);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function expectWorkingClone(path: string): void {
    expect(version(join(path, 'node_modules', '.bin', 'node'))).toBe(PINNED);
    expect(version(join(path, 'bin', 'warmline'))).toMatch(/^\d+\.\d+\.\d+/);
    expect(whatRuns(path)).toEqual({ node: PINNED, io: hasCompiler ? 'native' : 'portable' });
  }

  test('a clone under npm 11: npm scripts and the bin run on the pinned Node, the addon is built', () => {
    expectWorkingClone(clone);
  });

  test('a clone under npm 10, which makes no link to the runtime itself', () => {
    const path = join(folder, 'clone-10');
    makeClone(path);
    npm('10', ['ci', '--omit=dev'], path);
    expectWorkingClone(path);
    expect(npm('10', ['exec', '--', 'node', '--version'], path).stdout.trim()).toBe(PINNED);
    rmSync(path, { recursive: true });
  });

  test.each(NPM_VERSIONS)('npx warmline works in a clone under npm %s', (npmVersion) => {
    const result = run('node', [npmCli(npmVersion, 'npx'), 'warmline', '--version'], clone);
    expect(result.stdout.trim()).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('the tarball holds what runs and builds, and nothing of the workshop', () => {
    const list = run('tar', ['-tzf', tarball], folder).stdout.trim().split('\n');
    for (const wanted of [
      'package/bin/warmline',
      'package/dist/cli/main.js',
      'package/dist/index.js',
      'package/dist/index.d.ts',
      'package/dist/config/schema.json',
      'package/native/addon.c',
      'package/native/addon.h',
      'package/scripts/install-native.mjs',
      'package/LICENSE',
    ])
      expect(list).toContain(wanted);
    expect(list.filter((name) => /\.test\.|\/testing\/|\/src\/|\.node$|package\/test\//.test(name))).toEqual([]);
  });

  test.each(NPM_VERSIONS)(
    'the tarball as a dependency under npm %s: its bin, addon, library and demo work',
    (npmVersion) => {
      const path = project(`site-${npmVersion}`);
      const result = npm(npmVersion, ['install', '--foreground-scripts', tarball], path);
      const own = ownLines(result);
      expect(own).toHaveLength(1);
      if (hasCompiler) expect(own[0]).toMatch(/native addon built with cc/);
      const installed = join(path, 'node_modules', 'warmline');
      expect(version(join(path, 'node_modules', '.bin', 'warmline'))).toMatch(/^\d+\.\d+\.\d+/);
      expect(whatRuns(installed)).toEqual({ node: PINNED, io: hasCompiler ? 'native' : 'portable' });
      const imported = run(
        join(path, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node'),
        ['--input-type=module', '-e', "import * as warmline from 'warmline'; process.stdout.write(typeof warmline)"],
        path,
      );
      expect(imported.stdout).toBe('object');
      const ran = demo(join(path, 'node_modules', '.bin', 'warmline'));
      expect(ran.io).toBe(hasCompiler ? 'native' : 'portable');
      expect(ran.delivered).toBeGreaterThan(0);
      rmSync(path, { recursive: true });
    },
  );

  test('a global install: the bin works from the prefix', () => {
    const prefix = join(folder, 'global');
    npm('11', ['install', '--global', '--prefix', prefix, tarball], folder);
    expect(version(join(prefix, 'bin', 'warmline'))).toMatch(/^\d+\.\d+\.\d+/);
    expect(whatRuns(join(prefix, 'lib', 'node_modules', 'warmline')).node).toBe(PINNED);
    rmSync(prefix, { recursive: true });
  });

  test('without a compiler in the path the install says so in one line and portable i/o carries on', () => {
    const path = project('no-compiler');
    const programs = pathWithOnly(join(folder, 'programs'), TOOLS_WITHOUT_COMPILER);
    expect(hostPath()).not.toBe(programs);
    const result = npm('11', ['install', '--foreground-scripts', tarball], path, { PATH: programs });
    expect(ownLines(result)).toEqual([
      'warmline: native addon not built: no C compiler (cc) in the path; portable i/o will be used',
    ]);
    const installed = join(path, 'node_modules', 'warmline');
    expect(whatRuns(installed, { PATH: programs })).toEqual({ node: PINNED, io: 'portable' });
    const ran = demo(join(path, 'node_modules', '.bin', 'warmline'), { PATH: programs });
    expect(ran.io).toBe('portable');
    expect(ran.delivered).toBeGreaterThan(0);
    rmSync(path, { recursive: true });
  });
});
