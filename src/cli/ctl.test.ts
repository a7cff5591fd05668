import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './testing/command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-ctl-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ctl = (command: string, file: string, ...args: string[]) =>
  runCommand(['ctl', command, join(folder, file), ...args]);

describe('warmline ctl', () => {
  it('kills with nothing there but a folder, says so, and clears again', async () => {
    const killed = await ctl('kill', 'state/kill', '--reason', 'quotes ran away', '--strategy', 'mm');
    expect(killed).toMatchObject({ code: 0, stderr: '' });
    expect(killed.stdout).toBe(
      'strategy mm is killed\nno gateway has the file open: the next one that starts finds it so\n',
    );
    const status = await ctl('status', 'state/kill');
    expect(status.stdout).toMatch(
      /^killed: strategy mm\nno gateway has used this file yet\n {2}\S+Z kill strategy mm by .*: quotes ran away\n$/,
    );
    expect((await ctl('clear', 'state/kill', '--reason', 'mended', '--strategy', 'mm')).code).toBe(0);
    expect((await ctl('status', 'state/kill')).stdout).toMatch(/^nobody is killed\n/);
    expect(JSON.parse((await ctl('status', 'state/kill', '--json')).stdout)).toMatchObject({ killed: [] });
  });

  it('finds the kill file through the config', async () => {
    const file = join(folder, 'venue.yaml');
    writeFileSync(
      file,
      `venue: v
protocol: nasdaq
feeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 1001 }] }]
orders:
  protocol: ouch50
  instruments: [AAPL]
  groups: [{ name: g, ports: [{ name: P, username: P, passwordEnv: S, hosts: [{ address: 127.0.0.1, port: 2001 }] }] }]
  directory: ./state
`,
    );
    expect((await ctl('kill', 'venue.yaml', '--reason', 'drill')).code).toBe(0);
    expect((await ctl('status', 'state/kill')).stdout).toMatch(/^killed: everything\n/);
  });

  it('wants a reason, and one target', async () => {
    expect((await ctl('kill', 'kill')).code).toBe(2);
    expect((await ctl('kill', 'kill', '--reason', ' ')).stderr).toContain('--reason says nothing');
    const two = await ctl('kill', 'kill', '--reason', 'x', '--strategy', 'a', '--account', 'b');
    expect(two).toMatchObject({ code: 1, stderr: expect.stringContaining('two kills') });
  });

  it('says what is wrong with the file, and what to do', async () => {
    const absent = await ctl('status', 'kill');
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no kill file') });
    writeFileSync(join(folder, 'kill'), 'hello');
    const damaged = await ctl('kill', 'kill', '--reason', 'x');
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain('is no kill file, or damaged (5 bytes)');
    expect(damaged.stderr).toContain('while it is so nothing is sent');
  });
});
