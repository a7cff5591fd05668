import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { loadNative } from '../io/native.ts';
import { CommandProcess } from './testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-service-run-'));
const socket = join(folder, 'notify');
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WARMLINE_RUNTIME_DIRECTORY'];
let router: CommandProcess | undefined;
let manager: ChildProcess | undefined;
afterEach(async () => {
  for (const name of NAMES) delete process.env[name];
  router?.signal('SIGKILL');
  await router?.exited;
  manager?.kill('SIGKILL');
  rmSync(socket, { force: true });
});

/** What systemd does: a datagram socket of the Unix domain, which Node itself doesn't have. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(repr(s.recv(4096).decode()), flush=True)
`;

/** Starts a service manager's end, and says what it has been told. */
async function listen(): Promise<{
  lines(): string[];
  until(wanted: (lines: string[]) => boolean): Promise<string[]>;
}> {
  manager = spawn('python3', ['-c', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  manager.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const lines = () => text.split('\n').slice(0, -1);
  const until = async (wanted: (lines: string[]) => boolean) => {
    while (!wanted(lines())) await once(manager!.stdout!, 'data');
    return lines();
  };
  await until(() => text.includes('bound'));
  return { lines, until };
}

function config(strategy: string): string {
  const file = join(folder, 'venue.yaml');
  writeFileSync(
    file,
    [
      'venue: service',
      'protocol: nasdaq',
      'feeds: [{ name: itch, lines: [{ name: A, address: 127.0.0.1, port: 29821 }] }]',
      'threads: { layout: fused, idle: park, warmUp: 0 }',
      'flightRecorder: { directory: ./flight, onIncident: false }',
      'api: { enabled: false }',
      strategy,
    ].join('\n'),
  );
  return file;
}

const python = spawn('python3', ['-c', '']).on('error', () => {});

describe.skipIf(loadNative() === undefined || python.pid === undefined)('warmline run under a service manager', () => {
  test('is ready when it is warm, feeds the watchdog, tells its status, and says that it stops', async () => {
    const told = await listen();
    Object.assign(process.env, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000', WARMLINE_RUNTIME_DIRECTORY: folder });
    router = new CommandProcess(['run', config('')]);
    const began = await told.until((lines) => lines.filter((line) => line === "'WATCHDOG=1'").length >= 3);
    expect(began[1]).toBe("'READY=1\\nSTATUS=itch down (nothing heard yet) 0/s, A silent, lost 0'");
    await told.until((lines) => lines.some((line) => line.startsWith("'STATUS=itch down")));
    router.signal('SIGHUP');
    const reloaded = await told.until((lines) => lines.filter((line) => line.includes('READY=1')).length === 2);
    const reloads = reloaded.findIndex((line) => line.includes('RELOADING=1'));
    expect(reloaded[reloads]).toMatch(/^'RELOADING=1\\nMONOTONIC_USEC=\d+'$/);
    expect(reloads).toBeLessThan(reloaded.findLastIndex((line) => line.includes('READY=1')));
    router.signal('SIGTERM');
    expect(await router.exited).toBe(0);
    const ended = await told.until((lines) => lines.some((line) => line.includes('STOPPING')));
    expect(ended.at(-1)).toBe("'STOPPING=1\\nSTATUS=stops: SIGTERM'");
  });

  test('starves the watchdog while a hot thread hangs, and says which', async () => {
    const hang = join(folder, 'hang.ts');
    writeFileSync(
      hang,
      'export default (context) => ({ onStart() { context.setTimer(0, 300); }, onTimer() { for (;;); } });\n',
    );
    const told = await listen();
    Object.assign(process.env, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000', WARMLINE_RUNTIME_DIRECTORY: folder });
    router = new CommandProcess(['run', config('strategy: ./hang.ts')]);
    const isStuck = (line: string) => /'STATUS=thread hot: its turn has not ended for \d/.test(line);
    const lines = await told.until((all) => all.filter(isStuck).length >= 2);
    const fed = lines.lastIndexOf("'WATCHDOG=1'");
    expect(fed).toBeGreaterThan(0);
    expect(fed).toBeLessThan(lines.findIndex(isStuck));
  });
});
