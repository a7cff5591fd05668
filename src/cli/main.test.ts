import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'src/cli/main.ts');
const EXAMPLE = 'deploy/examples/nasdaq-sim.yaml';

const folder = mkdtempSync(join(tmpdir(), 'warmline-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function warmline(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
}

function config(text: string): string {
  const file = join(folder, 'c.yaml');
  writeFileSync(file, text);
  return file;
}

describe('the command line', () => {
  it('says its version', () => {
    expect(warmline('--version')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it('lists its commands', () => {
    const { status, stdout } = warmline('--help');
    expect(status).toBe(0);
    for (const command of ['check', 'replay', 'sim']) expect(stdout).toContain(`  ${command} `);
  });

  it('without a command shows its help as a usage error', () => {
    const { status, stdout, stderr } = warmline();
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: warmline');
  });

  it('refuses an unknown command, with the nearest one', () => {
    const { status, stderr } = warmline('chekc');
    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean check?');
  });

  it('refuses an unknown option', () => {
    expect(warmline('check', '--frobnicate', EXAMPLE).status).toBe(2);
  });

  it('ends without a word when its reader has gone', async () => {
    const child = spawn(process.execPath, [MAIN, '--help'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(child, 'close');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });
});

describe('warmline check', () => {
  it('of the example says what would run', () => {
    const { status, stdout } = warmline('check', EXAMPLE);
    expect(status).toBe(0);
    expect(stdout).toContain('nasdaq-sim: valid');
    expect(stdout).toContain('feed        itch: sticky on A, failback after 5s');
    expect(stdout).toContain('line B    127.0.0.1:26478');
    expect(stdout).toContain('retransmit 127.0.0.1:26479, then snapshot 127.0.0.1:26480');
  });

  it('of a config that trades says over which ports, for whom, and how safely', () => {
    const { status, stdout } = warmline('check', 'deploy/examples/nasdaq-mirrors.yaml');
    expect(status).toBe(0);
    expect(stdout).toContain('orders      ouch42, 1 instrument, in /var/lib/warmline/nasdaq/orders');
    expect(stdout).toContain('port P1 206.200.43.10:21010, mirrored on 206.200.44.10:21010 as OUCH01');
    expect(stdout).toContain('trader    maker for main over main, route lost: pause');
    expect(stdout).toContain('durability disk');
  });

  it('of a config with violations prints each with its place, and fails', () => {
    const file = config('venue: v\nprotocol: nope\nfeedz: []\n');
    const { status, stdout } = warmline('check', file);
    expect(status).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `${file}:1:1: feeds: is required`,
      `${file}:2:11: protocol: must be one of nasdaq, cme, not "nope"`,
      `${file}:3:1: feedz: unknown key; did you mean "feeds"?`,
      `${file}: 3 errors`,
      '',
    ]);
  });

  it('prints the same as JSON', () => {
    const file = config('venue: v\nprotocol: cme\n');
    const { status, stdout } = warmline('check', '--json', file);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual([
      { severity: 'error', file, line: 1, column: 1, key: 'feeds', message: 'is required' },
    ]);
  });

  it('warns of files that are not there, and fails for that only when it is told to', () => {
    const lines = 'lines: [{ name: A, address: 127.0.0.1, port: 1 }, { name: B, address: 127.0.0.1, port: 2 }]';
    const file = config(`venue: v\nprotocol: cme\nstrategy: ./absent.ts\nfeeds: [{ name: f, ${lines} }]\n`);
    const { status, stdout } = warmline('check', file);
    expect(status).toBe(0);
    expect(stdout).toContain(`${file}:3:11: warning: strategy: there is no ${join(folder, 'absent.ts')}`);
    expect(warmline('check', '--strict', file).status).toBe(1);
  });

  it('of a file that is not there says so', () => {
    const { status, stderr } = warmline('check', '/nowhere/c.yaml');
    expect(status).toBe(1);
    expect(stderr).toContain('/nowhere/c.yaml:1:1: there is no such file');
  });
});
