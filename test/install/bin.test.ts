import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hostEnvironment, pathWithOnly, repositoryRoot } from '../support/host.ts';

const ARCHITECTURE = process.arch;
const TOOLS = ['sh', 'uname', 'dirname', 'readlink'];
/** Prints what the bin started, with which runtime, as whom. */
const MAIN = `process.stdout.write(JSON.stringify({
  main: process.argv[1], args: process.argv.slice(2), node: process.execPath, flags: process.execArgv, pid: process.pid }));`;

let folder: string;
let tools: string;
let turn = 0;
let site: string;
let bin: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'warmline-bin-')));
  tools = pathWithOnly(join(folder, 'tools'), TOOLS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A fresh installed package: site/node_modules/warmline with dist, and site/node_modules/.bin/warmline. */
beforeEach(() => {
  site = join(folder, `site ${turn++}`); // a space in a path must do no harm
  const packageFolder = join(site, 'node_modules', 'warmline');
  write(join(packageFolder, 'dist', 'cli', 'main.js'), MAIN);
  write(join(packageFolder, 'package.json'), '{"type":"module"}');
  cpSync(join(repositoryRoot, 'bin'), join(packageFolder, 'bin'), { recursive: true });
  mkdirSync(join(site, 'node_modules', '.bin'));
  symlinkSync('../warmline/bin/warmline', join(site, 'node_modules', '.bin', 'warmline'));
  bin = join(site, 'node_modules', '.bin', 'warmline');
});

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** Puts the running Node where the runtime package has it. */
function installRuntime(modules: string): string {
  const node = join(modules, `node-linux-${ARCHITECTURE}`, 'bin', 'node');
  mkdirSync(dirname(node), { recursive: true });
  symlinkSync(process.execPath, node);
  return node;
}

function start(command: string, args: string[] = [], environment: Record<string, string> = {}) {
  return spawnSync(command, args, {
    encoding: 'utf8',
    cwd: folder,
    env: hostEnvironment({ PATH: tools, ...environment }),
  });
}

function report(result: { stdout: string; stderr: string }): {
  main: string;
  args: string[];
  node: string;
  flags: string[];
  pid: number;
} {
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

describe('bin/warmline', () => {
  test('finds the runtime beside its package through its symbolic link, and passes arguments on unchanged', () => {
    installRuntime(join(site, 'node_modules'));
    const got = report(start(bin, ['run', 'a b', '--x=$HOME', '']));
    expect(got.args).toEqual(['run', 'a b', '--x=$HOME', '']);
    expect(got.main).toBe(join(site, 'node_modules', 'warmline', 'dist', 'cli', 'main.js'));
    expect(got.flags).toContain('--disable-warning=ExperimentalWarning');
  });

  test('is found by name in the path and through a chain of links, absolute and relative', () => {
    installRuntime(join(site, 'node_modules', 'warmline', 'node_modules'));
    const elsewhere = join(site, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(bin, join(elsewhere, 'absolute'));
    symlinkSync('absolute', join(elsewhere, 'warmline'));
    expect(report(start('warmline', ['x'], { PATH: `${elsewhere}:${tools}` })).args).toEqual(['x']);
  });

  test('takes src/*.ts where there is one, as in a clone', () => {
    installRuntime(join(site, 'node_modules'));
    const main = join(site, 'node_modules', 'warmline', 'src', 'cli', 'main.ts');
    write(main, MAIN);
    // Only a clone has src, and a clone is not under node_modules (Node refuses TypeScript there).
    cpSync(join(site, 'node_modules', 'warmline'), join(site, 'clone'), { recursive: true });
    const got = report(start(join(site, 'clone', 'bin', 'warmline')));
    expect(got.main).toBe(join(site, 'clone', 'src', 'cli', 'main.ts'));
  });

  test('passes over a runtime that does not run here and takes the next one above', () => {
    const broken = join(site, 'node_modules', 'warmline', 'node_modules', `node-linux-${ARCHITECTURE}`, 'bin', 'node');
    write(broken, 'built for another C library', 0o755);
    installRuntime(join(site, 'node_modules'));
    expect(report(start(bin)).node).toBe(realpathSync(process.execPath));
  });

  test("falls back to the path's Node when it is new enough", () => {
    const path = join(site, 'path');
    mkdirSync(path);
    symlinkSync(process.execPath, join(path, 'node'));
    expect(report(start(bin, [], { PATH: `${path}:${tools}` })).args).toEqual([]);
  });

  test("refuses the path's Node when it is too old, and says what to do", () => {
    const path = join(site, 'path');
    write(
      join(path, 'node'),
      '#!/bin/sh\nif [ "$1" = --version ]; then echo v20.20.2; exit 0; fi\nexit 1 # "is it new enough?": no\n',
      0o755,
    );
    const result = start(bin, [], { PATH: `${path}:${tools}` });
    expect(result.status).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^warmline: Node v20\.20\.2 .* is too old: 22\.18 or newer is needed.*optional/);
  });

  test('says so when there is no Node at all', () => {
    const result = start(bin);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^warmline: no Node runtime: .*node-linux-.* is not installed/);
  });

  test('says so when the package was not built', () => {
    installRuntime(join(site, 'node_modules'));
    rmSync(join(site, 'node_modules', 'warmline', 'dist'), { recursive: true });
    const result = start(bin);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/not built \(npm run build\)/);
  });

  test('WARMLINE_NODE names the runtime, WARMLINE_NODE_OPTIONS adds flags', () => {
    const got = report(
      start(bin, [], { WARMLINE_NODE: process.execPath, WARMLINE_NODE_OPTIONS: '--max-semi-space-size=32 --no-opt' }),
    );
    expect(got.flags).toEqual(expect.arrayContaining(['--max-semi-space-size=32', '--no-opt']));
    const wrong = start(bin, [], { WARMLINE_NODE: '/nowhere/node' });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/WARMLINE_NODE=\/nowhere\/node does not run/);
  });

  test('gives its process to Warmline, so that signals and the exit code are its own', async () => {
    installRuntime(join(site, 'node_modules'));
    write(
      join(site, 'node_modules', 'warmline', 'dist', 'cli', 'main.js'),
      `process.on('SIGTERM', () => process.exit(42));
       process.stdout.write(String(process.pid));
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(bin, { env: hostEnvironment({ PATH: tools }), stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = await once(child.stdout, 'data');
    expect(Number(String(pid))).toBe(child.pid);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(42);
  });
});
