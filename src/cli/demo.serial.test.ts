import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { CommandProcess, runCommand } from './testing/command.ts';

let demo: CommandProcess | undefined;
afterEach(async () => {
  demo?.signal('SIGKILL');
  await demo?.exited;
});

test('the demo runs, says what it runs on, prints a line a second, and ends by itself with a summary and exit 0', async () => {
  demo = new CommandProcess(['demo', '--for', '3s']);
  expect(await demo.exited).toBe(0);
  expect(demo.stdout).toMatch(/i\/o (native|portable)\n\s+layout (fused|dedicated): /);
  expect(demo.stdout).toMatch(/^\d+s \| itch live/m);
  expect(demo.stdout).toMatch(/units delivered, the last [\d,]+; live/);
  expect(demo.stdout).toMatch(/lost 0; open 0/);
});

test('line A cut from another terminal: the feed switches to B with its evidence and loses nothing', async () => {
  demo = new CommandProcess(['demo']);
  const [, port] = await demo.said(/control port (\d+)/);
  await demo.said(/^\d+s \| itch live on A/m);
  const cut = await runCommand(['sim', 'fault', '--line', 'A', 'silence', '--for', '20s', '--control', port]);
  expect(cut.code).toBe(0);
  await demo.said(/switched from line A to line B: it (fell silent|fell behind) \(\w+, detected within/);
  await demo.said(/itch live on B/);
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  expect(demo.stdout).toMatch(/gaps \d+: .*; lost 0; open 0/);
});

test('the order gateway killed from another terminal: orders go over the peer, and every one of them is accounted for', async () => {
  demo = new CommandProcess(['demo', '--rate', '4000']);
  const [, port] = await demo.said(/control port (\d+)/);
  await demo.said(/P1 active \| P2 warm .* open [1-9]/);
  const killed = await runCommand(['sim', 'fault', '--host', 'P1', 'kill', '--for', '2s', '--control', port]);
  expect(killed.code).toBe(0);
  await demo.said(/P1: (connection reset|closed by the venue); orders: \d+ unknown, \d+ blind/);
  await demo.said(/main: P1 → P2: (connection reset|closed by the venue)/);
  await demo.said(/orders main on P2/);
  await demo.said(/P1: \d+ orders resolved/);
  await demo.said(/main: P2 → P1: failback/);
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  expect(demo.stdout).toMatch(/failovers \d+: from the evidence to the first order on the new way/);
  expect(demo.stdout).toMatch(/open 0, unknown 0, blind 0/);
});

test('the sample market maker moves its quotes with the market, and the drop copy tells its executions again', async () => {
  demo = new CommandProcess(['demo']);
  await demo.said(/drop copy live .*receive → order sent p50/);
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  expect(demo.stdout).toMatch(/drop copy drop: \w+, [1-9]\d* records, [1-9]\d* of them executions, 1 logins/);
});

test('two demos run side by side: the second one takes other ports and says so', async () => {
  demo = new CommandProcess(['demo']);
  await demo.said(/^\d+s \| itch live/m);
  const second = await runCommand(['demo', '--for', '2s', '--policy', 'first', '--io', 'portable']);
  expect(second.stdout).toContain('is in use');
  expect(second.stdout).toContain('portable i/o does without');
  expect(second.code).toBe(0);
  demo.signal('SIGTERM');
  expect(await demo.exited).toBe(0);
});

test('a real channel is played on both lines at a rate that can be watched, not in its own time of hours', async () => {
  const capture = join(import.meta.dirname, '../../test/testdata/cme-two-channels.pcap');
  demo = new CommandProcess(['demo', '--for', '30s', '--capture', capture]);
  expect(await demo.exited).toBe(0);
  expect(demo.stdout).toContain('cme-sim');
  expect(demo.stdout).toMatch(/it plays .* at 2000 messages a second/);
  expect(demo.stdout).toMatch(/channel: [1-9]\d* units delivered/);
});

test('a raw ITCH file is played to its end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmline-itch-'));
  // Stamps a second apart: in its own time it would last 50 minutes.
  const messages = Array.from({ length: 3000 }, (_, i) => {
    const message = Buffer.alloc(2 + 12);
    message.writeUInt16BE(12);
    message.write('S', 2, 'latin1');
    message.writeUIntBE(i * 1e9, 7, 6);
    message.write('O', 13, 'latin1');
    return message;
  });
  const file = join(folder, 'itch.bin');
  writeFileSync(file, Buffer.concat(messages));
  try {
    demo = new CommandProcess(['demo', '--for', '30s', '--capture', file]);
    expect(await demo.exited).toBe(0);
    expect(demo.stdout).toContain('itch: 3,000 units delivered');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
