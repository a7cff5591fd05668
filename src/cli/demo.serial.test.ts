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
  expect(demo.stdout).toMatch(/^2s \| itch live/m);
  expect(demo.stdout).toMatch(/units delivered, the last [\d,]+; live/);
  expect(demo.stdout).toMatch(/lost 0; open 0/);
});

test('line A cut from another terminal: the feed switches to B with its evidence and loses nothing', async () => {
  demo = new CommandProcess(['demo']);
  const [, port] = await demo.said(/control port (\d+)/);
  await demo.said(/^1s \| itch live on A/m);
  const cut = await runCommand(['sim', 'fault', '--line', 'A', 'silence', '--for', '20s', '--control', port]);
  expect(cut.code).toBe(0);
  await demo.said(/switched from line A to line B: it (fell silent|fell behind) \(\w+, detected within/);
  await demo.said(/itch live on B/);
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  expect(demo.stdout).toMatch(/gaps \d+: .*; lost 0; open 0/);
});

test('two demos run side by side: the second one takes other ports and says so', async () => {
  demo = new CommandProcess(['demo']);
  await demo.said(/^1s \| itch live/m);
  const second = await runCommand(['demo', '--for', '2s', '--policy', 'first', '--io', 'portable']);
  expect(second.stdout).toContain('is in use');
  expect(second.stdout).toContain('portable i/o does without');
  expect(second.code).toBe(0);
  demo.signal('SIGTERM');
  expect(await demo.exited).toBe(0);
});
