import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type CableEnd, namespacesUnavailable, TestNetwork } from '../../test/support/netns.ts';
import { loadNative } from '../io/native.ts';
import { allowedCores } from '../runtime/layout.ts';
import { CommandProcess, runCommand } from './testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running: CommandProcess[] = [];
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.signal('SIGKILL');
    await command.exited;
  }
});

function start(args: readonly string[], namespace?: string): CommandProcess {
  const command = new CommandProcess(args, namespace);
  running.push(command);
  return command;
}

test('a config with mistakes is refused with each of them, exit 1', async () => {
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, 'venue: v\nprotocol: nasdaq\nfeeds: [{ name: f, lines: [{ name: A, port: 70000 }] }]\nfoo: 1\n');
  const run = await runCommand(['run', file]);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/bad\.yaml:3:\d+: feeds\[0\]\.lines\[0\]/);
  expect(run.stderr).toMatch(/bad\.yaml:4:1: foo/);
});

test('a password that is not in the environment is told with key, variable and what to do, not as a fault of ours', async () => {
  const file = join(folder, 'no-password.yaml');
  writeFileSync(
    file,
    `venue: v
protocol: nasdaq
feeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 29773 }] }]
sim: { orders: {} }
orders:
  protocol: ouch50
  instruments: [AAPL]
  directory: ./orders
  groups: [{ name: main, ports: [{ name: P1, username: u, passwordEnv: WARMLINE_NOT_SET, hosts: [{ address: 127.0.0.1, port: 29774 }] }] }]
`,
  );
  expect(await runCommand(['run', file])).toMatchObject({
    code: 1,
    stderr: `warmline: order port P1: passwordEnv names the variable WARMLINE_NOT_SET, which is not set in the environment
  set WARMLINE_NOT_SET for the process that is started (sudo and systemd pass on none by themselves), or use passwordFile
`,
  });
  // the simulated venue reads it too
  expect((await runCommand(['sim', file])).stderr).toMatch(/^warmline: order port P1: passwordEnv names the variable/);
});

test('a strategy that logs in a loop is written a few lines of, and it is said how many there were', async () => {
  const file = join(folder, 'loud.yaml');
  writeFileSync(
    join(folder, 'loud.ts'),
    `export default (context) => ({
  onStart() { context.setTimer(0, 1, 1); },
  onTimer() { for (let i = 0; i < 1000; i++) context.log('again'); },
});
`,
  );
  const lines = '[{ name: A, address: 127.0.0.1, port: 29775 }]';
  writeFileSync(
    file,
    `venue: v
protocol: nasdaq
feeds: [{ name: f, lines: ${lines} }]
strategy: ./loud.ts
api: { enabled: false }
threads: { layout: fused, idle: park, warmUp: 0 }
`,
  );
  const run = start(['run', file]);
  await run.said(/more lines of its log are not written/);
  run.signal('SIGTERM');
  expect(await run.exited).toBe(0);
  const records = run.stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const written = records.filter(({ msg }) => msg === 'again').length;
  const heldBack = records.reduce((sum, record) => sum + (record.heldBack ?? 0), 0);
  expect(written).toBeGreaterThanOrEqual(50);
  expect(heldBack).toBeGreaterThan(written);
  expect((written + heldBack) % 1000).toBe(0);
});

test('a strategy that is not there is named, exit 1, and nothing is left running', async () => {
  const file = join(folder, 'no-strategy.yaml');
  const lines = '[{ name: A, address: 127.0.0.1, port: 29771 }]';
  writeFileSync(file, `venue: v\nprotocol: nasdaq\nfeeds: [{ name: f, lines: ${lines} }]\nstrategy: ./gone.ts\n`);
  const run = await runCommand(['run', file]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('gone.ts');
});

const native = loadNative();
test.skipIf(native === undefined)(
  'threads.cores.main holds the main thread: it used to be read and forgotten',
  async () => {
    const file = join(folder, 'main-core.yaml');
    const core = allowedCores()[0];
    writeFileSync(
      file,
      [
        'venue: pinned',
        'protocol: nasdaq',
        `api: { port: 0, tokens: ${join(folder, 'main-core-tokens')} }`,
        `threads: { layout: fused, idle: park, cores: { main: ${core} } }`,
        'feeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 29772 }] }]',
      ].join('\n'),
    );
    const router = start(['run', file]);
    await router.said(/dashboard http/);
    const status = readFileSync(`/proc/${router.pid}/status`, 'utf8');
    expect(allowedCores(status)).toEqual([core]);
    // V8's helpers collect the main thread's garbage: they once did so on the hot thread's core
    const free = readdirSync(`/proc/${router.pid}/task`)
      .map((thread) => readFileSync(`/proc/${router.pid}/task/${thread}/status`, 'utf8'))
      .filter((thread) => allowedCores(thread).length > 1)
      .map((thread) => /Name:\s*(.*)/.exec(thread)?.[1]);
    expect(free.filter((name) => name !== 'hot')).toEqual([]);
    router.signal('SIGINT');
    expect(await router.exited).toBe(0);
  },
);

const reason = namespacesUnavailable();
if (reason !== undefined) test.skip(`multicast over veth is left out: ${reason}`, () => {});

describe.skipIf(reason !== undefined)('multicast over two cables', () => {
  const network = reason === undefined ? new TestNetwork() : undefined;
  afterAll(() => network?.close());

  function cables(): { exchange: string; host: string; a: CableEnd } {
    const exchange = network!.namespace('exchange');
    const host = network!.namespace('host');
    const [a] = network!.cable(
      'lineA',
      { in: exchange, address: '10.71.1.1/24' },
      { in: host, address: '10.71.1.2/24' },
    );
    network!.cable('lineB', { in: exchange, address: '10.71.2.1/24' }, { in: host, address: '10.71.2.2/24' });
    return { exchange, host, a };
  }

  test('A and B joined per group with source filters; the cable of A is pulled mid-stream and nothing is lost', async () => {
    const { exchange, host, a } = cables();
    const file = join(folder, 'multicast.yaml');
    const line = (name: string, n: number) =>
      `{ name: ${name}, group: 239.71.0.${n}, port: 26477, interface: line${name}, source: 10.71.${n}.1 }`;
    writeFileSync(
      file,
      [
        'venue: multicast',
        'protocol: nasdaq',
        `feeds: [{ name: itch, policy: sticky, lines: [${line('A', 1)}, ${line('B', 2)}], staleAfter: 300ms, heartbeat: 100ms }]`,
        'flightRecorder: { directory: ./flight }',
        'sim: { messagesPerSecond: 5000, symbols: 20, controlPort: 29772 }',
      ].join('\n'),
    );
    const router = start(['run', file, '--json'], host);
    await router.said(/layout /);
    const venue = start(['sim', file, '--ready-json'], exchange);
    await router.said(/itch live on A .* at [1-9]\d{3}/);
    network!.setLink(a, 'down');
    await router.said(/switched from line A to line B/);
    await router.said(/REDUNDANCY LOST/);
    await router.said(/itch live on B/);
    network!.setLink(a, 'up');
    await router.said(/redundancy restored/);
    venue.signal('SIGTERM');
    expect(await venue.exited).toBe(0);
    await router.said(/the venue ended the session/);
    router.signal('SIGTERM');
    expect(await router.exited).toBe(0);
    const [report] = JSON.parse(router.stdout) as [
      {
        delivered: number;
        lastSeq: number;
        gaps: unknown[];
        lost: number;
        switches: number;
        lines: Record<string, { lost: number }>;
      },
    ];
    expect(report.gaps).toEqual([]);
    expect(report.lost).toBe(0);
    expect(report.delivered).toBe(report.lastSeq);
    expect(report.switches).toBeGreaterThanOrEqual(1);
    expect(report.lines.A.lost).toBeGreaterThan(0);
    expect(report.lines.B.lost).toBe(0);
    // the switch was an incident: its packets were written down, and replay to a gap-free stream
    const [capture] = readdirSync(join(folder, 'flight'));
    expect(capture).toContain('switched');
    const replay = await runCommand(['replay', file, '--capture', join(folder, 'flight', capture), '--json']);
    expect(replay.code).toBe(0);
    expect(JSON.parse(replay.stdout)[0]).toMatchObject({ feed: 'itch', lost: 0, gaps: [] });
  });
});
