import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LAST_EVENTS_NOTE } from '../status/last-events.ts';
import type { StatusModel } from '../status/status-model.ts';
import { CommandProcess, runCommand } from './testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-ctl-'));
const runtime = join(folder, 'run');
const config = join(folder, 'venue.yaml');
let router: CommandProcess;

beforeAll(async () => {
  process.env.WARMLINE_RUNTIME_DIRECTORY = runtime;
  mkdirSync(runtime, { mode: 0o700 });
  const line = (name: string, port: number) => `{ name: ${name}, address: 127.0.0.1, port: ${port} }`;
  writeFileSync(
    config,
    [
      'venue: steered',
      'protocol: nasdaq',
      'feeds:',
      `  - { name: one, policy: sticky, lines: [${line('A', 29841)}, ${line('B', 29842)}] }`,
      `  - { name: two, lines: [${line('A', 29843)}] }`,
      'threads: { layout: fused, idle: park, warmUp: 0 }',
      'flightRecorder: { directory: ./flight, onIncident: false }',
      'api: { enabled: false }',
    ].join('\n'),
  );
  router = new CommandProcess(['run', config]);
  await router.said(/one down/);
});
afterAll(async () => {
  delete process.env.WARMLINE_RUNTIME_DIRECTORY;
  router.signal('SIGKILL');
  await router.exited;
  rmSync(folder, { recursive: true });
});

const ctl = (...args: string[]) => runCommand(['ctl', ...args]);

test('lists what the router can be asked to do, with arguments', async () => {
  const { code, stdout } = await ctl('list');
  expect(code).toBe(0);
  expect(stdout).toContain(
    '  line.switch FEED LINE --reason TEXT\n      Policy sticky: makes a line the active one.\n',
  );
  const ops = (JSON.parse((await ctl('list', '--json')).stdout) as { op: string }[]).map(({ op }) => op);
  expect(ops).toEqual(expect.arrayContaining(['line.failback', 'flight.dump', 'config.reload', 'router.stop']));
});

test('does it, says what was done, and the log says who and why', async () => {
  const done = await ctl('line.switch', 'one', 'B', '--reason', 'A is being moved');
  expect(done).toMatchObject({ code: 0, stdout: 'feed one: line B is to lead\n', stderr: '' });
  await router.said(/"reason":"A is being moved","msg":"Switch line, by \w+ \(A is being moved\): feed one: line B/);
  await router.said(/switched from line A to line B/);
  // another process sees it in the counters
  const { status } = JSON.parse((await runCommand(['top', '--once', '--json'])).stdout) as { status: StatusModel };
  expect(status.events).toMatchObject([
    { feed: 'one', what: 'switch', text: 'B leads since then, switch 1 of this run' },
  ]);
  expect(Math.abs(status.events[0].utcMs - Date.now())).toBeLessThan(60_000);
  expect(status.notes).toContain(LAST_EVENTS_NOTE);
  const named = await ctl('do', 'line.switch', 'line=A', 'feed=one', '--reason', 'moved back', '--json');
  expect(JSON.parse(named.stdout)).toEqual({ op: 'line.switch', result: 'feed one: line A is to lead' });
  const reload = await ctl('config.reload', '--reason', 'a drill', '--router', 'steered');
  expect(reload).toMatchObject({ code: 0, stdout: 'nothing has changed\n' });
});

test('what the router refuses ends with 1 and its words', async () => {
  expect(await ctl('line.switch', 'two', 'A', '--reason', 'a drill')).toMatchObject({
    code: 1,
    stderr: 'warmline: feed two has policy first: no line leads\n',
  });
  expect((await ctl('line.switch', 'one', 'Z', '--reason', 'a drill')).stderr).toBe(
    'warmline: unknown: there is no line "Z": A, B\n',
  );
});

test('a wrong command line ends with 2 and says what is wrong', async () => {
  const wrong = async (...args: string[]) => {
    const { code, stderr } = await ctl(...args);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await wrong('line.swich', 'one', 'B')).toMatch(/there is no action "line\.swich": line\.switch, /);
  expect(await wrong('line.switch', 'one', '--reason', 'a drill')).toMatch(
    /line is missing\nusage: warmline ctl line\.switch FEED LINE --reason TEXT/,
  );
  expect(await wrong('line.switch', 'one', 'B', 'C', '--reason', 'a drill')).toMatch(/"C" is one argument too many/);
  expect(await wrong('line.switch', 'one', 'B')).toMatch(/--reason TEXT is needed/);
  expect(await wrong('line.switch', 'one', 'B', '--reason', 'x')).toMatch(/reason: a reason is asked for/);
  expect(await wrong('line.switch', 'one', 'B', '--wait', 'soon')).toMatch(/argument 'soon' is invalid/);
  expect(await wrong('line.switch', 'feed=one', 'feed=two', '--reason', 'a drill')).toMatch(/feed is given twice/);
});

test('the socket is for the router’s own user alone', () => {
  const socket = readdirSync(runtime).find((name) => name.endsWith('.sock'))!;
  expect(statSync(join(runtime, socket)).mode & 0o777).toBe(0o600);
});

test('a router that is not there, or takes no notice, is told with what to do', async () => {
  expect(await ctl('flight.dump', '--reason', 'a drill', '--router', 'nobody')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^warmline: no router nobody runs here: there is steered\n {2}looked in /),
  });
  router.signal('SIGSTOP');
  const hung = await ctl('flight.dump', '--reason', 'a drill', '--wait', '300ms');
  router.signal('SIGCONT');
  expect(hung.code).toBe(1);
  expect(hung.stderr).toMatch(
    /steered \(process \d+\) has not answered within 300 ms: .*\n.*See: warmline top steered\. .*warmline ctl kill/,
  );
});

test('a router whose main thread hangs takes no notice either; one that died is gone', async () => {
  const entry = fileURLToPath(new URL('./testing/hanging-router.ts', import.meta.url));
  const other = join(folder, 'other.yaml');
  writeFileSync(
    other,
    'venue: hangs\nprotocol: cme\nfeeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 29845 }] }]\napi: { enabled: false }\nthreads: { idle: park, warmUp: 0 }\nflightRecorder: { directory: ./flight }\n',
  );
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, other], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  try {
    while (!said.includes('ready')) await once(child.stdout!, 'data');
    child.stdin!.write('x');
    while (!said.includes('hangs\n')) await once(child.stdout!, 'data');
    expect((await ctl('list', '--router', 'hangs', '--wait', '300ms')).stderr).toContain('its main thread hangs');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect((await ctl('list', '--router', 'hangs')).stderr).toMatch(/hangs does not run: process \d+ is gone/);
});

test('a router that is told to stop does, and says who told it', async () => {
  const stopped = await ctl('router.stop', '--reason', 'the day is over');
  expect(stopped).toEqual({ code: 0, stdout: 'the router stops\n', stderr: '' });
  expect(await router.exited).toBe(0);
  expect(readdirSync(runtime).filter((name) => name.startsWith('steered'))).toEqual([]);
});
