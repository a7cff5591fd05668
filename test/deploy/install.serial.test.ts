import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostEnvironment, hostProgram, repositoryRoot } from '../support/host.ts';

const INSTALL = join(repositoryRoot, 'deploy', 'install');
const LONGEST_STEP_MS = 150_000;

describe.skipIf(hostProgram('npm') === undefined)('deploy/install', () => {
  let folder: string;
  let tarball: string;
  let version: string;
  const run = (...args: string[]) =>
    spawnSync(INSTALL, ['--prefix', join(folder, 'opt'), '--root', join(folder, 'root'), ...args], {
      encoding: 'utf8',
      timeout: LONGEST_STEP_MS,
      env: hostEnvironment({ npm_config_prefer_offline: 'true' }),
    });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'warmline-install-'));
    const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      timeout: LONGEST_STEP_MS,
      env: hostEnvironment({}),
    });
    expect(packed.stderr + String(packed.status)).toMatch(/0$/);
    const name = packed.stdout.trim().split('\n').at(-1)!;
    tarball = join(folder, name);
    version = /^warmline-(.*)\.tgz$/.exec(name)![1];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says what it would do, and does nothing', () => {
    const { status, stdout } = run('--dry-run', tarball);
    expect(status).toBe(0);
    expect(stdout).toContain(`npm install --prefix ${join(folder, 'opt', version)}`);
    expect(existsSync(join(folder, 'opt'))).toBe(false);
  });

  it('installs a version that runs with its own runtime, and units', () => {
    const { status, stdout, stderr } = run(tarball);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`installed ${version}`);
    const bin = join(folder, 'opt', 'current', 'bin', 'warmline');
    expect(spawnSync(bin, ['--version'], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } }).stdout.trim()).toBe(
      version,
    );
    expect(readdirSync(join(folder, 'root', 'etc', 'systemd', 'system'))).toContain('warmline@.service');
    expect(statSync(join(folder, 'root', 'etc', 'warmline', 'credentials')).mode & 0o777).toBe(0o700);
    const servers = join(folder, 'opt', version, 'node_modules', 'uWebSockets.js', 'dist', 'bin');
    expect(readdirSync(servers)).toHaveLength(1);
  });

  it('goes back to the version before, and forth', () => {
    const before = join(folder, 'opt', '0.0.1-before');
    mkdirSync(join(before, 'node_modules', 'warmline'), { recursive: true });
    symlinkSync('0.0.1-before', join(folder, 'opt', 'previous'));
    expect(run('rollback').stdout).toContain('back to 0.0.1-before');
    expect(readlinkSync(join(folder, 'opt', 'current'))).toBe('0.0.1-before');
    expect(run('rollback').stdout).toContain(`back to ${version}`);
  });

  it('refuses what is no package', () => {
    writeFileSync(join(folder, 'x.txt'), '');
    expect(run(join(folder, 'x.txt'))).toMatchObject({ status: 1 });
    expect(run(join(folder, 'absent.tgz')).stderr).toContain('is not there');
    expect(run('--frobnicate').stderr).toContain('unknown option');
    expect(run().stderr).toContain('which package?');
  });

  it('is removed without a trace of its programs; configs stay', () => {
    writeFileSync(join(folder, 'root', 'etc', 'warmline', 'nasdaq.yaml'), 'venue: nasdaq\n');
    expect(run('uninstall').status).toBe(0);
    expect(readdirSync(join(folder, 'opt'))).toEqual([]);
    expect(existsSync(join(folder, 'root', 'etc', 'systemd', 'system', 'warmline@.service'))).toBe(false);
    expect(existsSync(join(folder, 'root', 'etc', 'warmline', 'nasdaq.yaml'))).toBe(true);
  });
});
