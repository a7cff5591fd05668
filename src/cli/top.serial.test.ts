import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadNative } from '../io/native.ts';
import { CommandProcess, runCommand } from './testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-top-'));
const runtime = join(folder, 'run');
const config = join(folder, 'venue.yaml');

beforeAll(() => {
  process.env.WARMLINE_RUNTIME_DIRECTORY = runtime;
  mkdirSync(runtime, { mode: 0o700 });
  writeFileSync(
    config,
    [
      'venue: toptest',
      'protocol: nasdaq',
      'feeds:',
      '  - name: itch',
      '    lines: [{ name: A, address: 127.0.0.1, port: 29811 }, { name: B, address: 127.0.0.1, port: 29812 }]',
      'threads: { layout: fused, idle: park, warmUp: 100ms }',
      'flightRecorder: { directory: ./flight, onIncident: false }',
      'api: { enabled: false }',
      'sim: { messagesPerSecond: 2000, symbols: 5, controlPort: 29813 }',
    ].join('\n'),
  );
});
afterAll(() => {
  delete process.env.WARMLINE_RUNTIME_DIRECTORY;
  rmSync(folder, { recursive: true });
});

const processes: CommandProcess[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  for (const command of processes.splice(0)) {
    command.signal('SIGKILL');
    await command.exited;
  }
  rmSync(runtime, { recursive: true });
  mkdirSync(runtime, { mode: 0o700 });
});

function start(...args: string[]): CommandProcess {
  const command = new CommandProcess(args);
  processes.push(command);
  return command;
}

/** A router in a process of its own whose main thread can be made to hang. */
async function startHangingRouter(): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('./testing/hanging-router.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, config], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await heard(child, /ready/);
  return child;
}

async function heard(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  while (!pattern.test(text)) {
    const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
    text += chunk.toString();
  }
}

interface Seen {
  readonly pid: number;
  readonly alive: boolean;
  readonly stopped: boolean;
  readonly ageNs: number;
  readonly mainHungNs: number;
  readonly troubles: string[];
  readonly status: {
    readonly venue: string;
    readonly feeds: {
      readonly delivered: number;
      readonly books: { readonly symbol: string; readonly bid: number | null }[];
    }[];
    readonly threads: { readonly name: string; readonly busy: number | null }[];
  };
}

async function look(): Promise<Seen> {
  const { stdout } = await runCommand(['top', '--once', '--json']);
  return JSON.parse(stdout) as Seen;
}

async function lookUntil(wanted: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
  }
}

describe.skipIf(loadNative() === undefined)('warmline top', () => {
  test('shows a router whose main thread hangs: its feed goes on, and it says so', async () => {
    const router = await startHangingRouter();
    start('sim', config, '--ready-json');
    const before = await lookUntil(({ status }) => status.feeds[0].delivered > 0);
    expect(before).toMatchObject({ pid: router.pid, alive: true, stopped: false, mainHungNs: 0, troubles: [] });
    router.stdin!.write('x');
    await heard(router, /hangs/);
    const hung = await lookUntil(({ mainHungNs }) => mainHungNs > 0);
    expect(hung.troubles).toEqual([expect.stringMatching(/its main thread hangs since \d+\.\d s/)]);
    expect(hung.ageNs).toBeLessThan(5e9);
    const later = await lookUntil(({ status }) => status.feeds[0].delivered > hung.status.feeds[0].delivered);
    expect(later.status.feeds[0].books.length).toBeGreaterThan(0);
    expect(later.status.feeds[0].books[0].bid).toBeGreaterThan(0);
    expect(later.status.threads.map(({ name }) => name)).toEqual(['hot', 'main']);
    // a thread that sleeps when it has nothing to do: the kernel knows how long it worked
    expect(later.status.threads[0].busy).toBeGreaterThan(0);
  });

  test('says that a router is stopped, how old its counters are, and that it is gone', async () => {
    const router = await startHangingRouter();
    // stopped before its first round of copying it would have nothing to show
    await lookUntil(({ troubles }) => !troubles.some((text) => text.includes('not shown its counters')));
    router.kill('SIGSTOP');
    const stopped = await lookUntil(({ stopped: is }) => is);
    expect(stopped.troubles[0]).toBe(
      `process ${router.pid} is stopped by a signal or a debugger: kill -CONT ${router.pid} lets it go on`,
    );
    expect(stopped.troubles[1]).toMatch(/^these counters are \d+\.\d s old$/);
    const older = await look();
    expect(older.ageNs).toBeGreaterThan(stopped.ageNs);
    router.kill('SIGKILL');
    await once(router, 'exit');
    const gone = await runCommand(['top', '--once']);
    expect(gone.code).toBe(1);
    expect(gone.stdout).toContain(`process ${router.pid} is gone and did not say goodbye`);
    expect((await runCommand(['top', '--list'])).stdout).toMatch(/toptest +process \d+ +is gone/);
  });

  test('follows a router until that ends, and leaves nothing behind', async () => {
    const router = start('run', config);
    await router.said(/layout fused/);
    const top = start('top', 'toptest');
    await top.said(/\| itch down/);
    router.signal('SIGTERM');
    expect(await router.exited).toBe(0);
    await top.said(/toptest has ended/);
    expect(await top.exited).toBe(0);
    expect(readdirSync(runtime)).toEqual([]);
  });

  test('asks which where several run, and takes venue, process number or file', async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(
      other,
      'venue: other\nprotocol: cme\nfeeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 29814 }] }]\napi: { enabled: false }\nthreads: { idle: park, warmUp: 0 }\nflightRecorder: { directory: ./flight }\n',
    );
    const both = [start('run', config), start('run', other)];
    for (const router of both) await router.said(/layout/);
    await lookAt('toptest');
    const without = await runCommand(['top', '--once']);
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(/several routers are meant:\n {2}other .*\n {2}toptest /);
    const [{ pid, path }] = JSON.parse((await runCommand(['top', '--list', '--json'])).stdout) as [
      { pid: number; path: string },
    ];
    expect((await lookAt(String(pid))).status.venue).toBe('other');
    expect((await lookAt(path)).status.venue).toBe('other');
  });

  test('without a router says where it looked; a file that is none is refused; each with exit 1', async () => {
    const none = await runCommand(['top']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain(`no router runs here\n  looked in ${runtime}`);
    expect(await runCommand(['top', config])).toMatchObject({
      code: 1,
      stderr: `warmline: ${config} is not a counter file of this version\n`,
    });
    expect((await runCommand(['top', './no/such.counters'])).stderr).toContain('there is no ./no/such.counters');
    expect((await runCommand(['top', 'x', '--list'])).code).toBe(2);
  });

  async function lookAt(which: string): Promise<Seen> {
    for (;;) {
      const { code, stdout } = await runCommand(['top', which, '--once', '--json']);
      if (code === 0) return JSON.parse(stdout) as Seen;
    }
  }
});
