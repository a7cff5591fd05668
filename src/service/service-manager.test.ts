import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { ServiceManager } from './service-manager.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-service-'));
afterAll(() => rmSync(folder, { recursive: true }));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** What a service manager does: a datagram socket of the Unix domain, which Node itself doesn't have. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', chr(0), 1) if sys.argv[1].startswith('@') else sys.argv[1])
print('bound', flush=True)
while True:
    print(repr(s.recv(4096).decode()), flush=True)
`;

async function listen(path: string) {
  const child = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const lines = async (count: number) => {
    while (text.split('\n').length <= count) await once(child.stdout!, 'data');
    return text.trimEnd().split('\n');
  };
  await lines(1);
  return lines;
}

describe('the service manager', () => {
  it('is told nothing where there is none', () => {
    const manager = new ServiceManager({}, () => expect.unreachable());
    expect(manager.present).toBe(false);
    manager.ready('warm');
    manager.stopping('asked');
    expect(manager.watchdogMs).toBeUndefined();
  });

  it('sets a watchdog for this process only', () => {
    const base = { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '2000000' };
    expect(new ServiceManager(base).watchdogMs).toBe(1000);
    expect(new ServiceManager({ ...base, WATCHDOG_PID: String(process.pid) }).watchdogMs).toBe(1000);
    expect(new ServiceManager({ ...base, WATCHDOG_PID: '1' }).watchdogMs).toBeUndefined();
  });

  it('gets one line of status, whatever the text', () => {
    const said: string[] = [];
    const manager = new ServiceManager({ NOTIFY_SOCKET: 'x' }, (_, message) => said.push(message));
    manager.status('a\nWATCHDOG=1');
    manager.reloading(12.5);
    expect(said).toEqual(['STATUS=a WATCHDOG=1', 'RELOADING=1\nMONOTONIC_USEC=13']);
  });

  const python = spawn('python3', ['-c', '']).on('error', () => {});
  it
    .skipIf(loadNative() === undefined || python.pid === undefined)
    .each([join(folder, 'notify'), `@warmline-${process.pid}`])('is reached over %s', async (path) => {
    const lines = await listen(path);
    const manager = new ServiceManager({ NOTIFY_SOCKET: path });
    manager.ready('warm: 2 lines');
    manager.alive();
    manager.stopping('SIGTERM');
    expect(await lines(4)).toEqual([
      'bound',
      "'READY=1\\nSTATUS=warm: 2 lines'",
      "'WATCHDOG=1'",
      "'STOPPING=1\\nSTATUS=SIGTERM'",
    ]);
  });
});
