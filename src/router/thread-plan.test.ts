import { expect, test } from 'vitest';
import { parseConfig } from '../config/load.ts';
import type { ThreadsConfig } from '../config/schema.ts';
import { planThreads } from './thread-plan.ts';

function threads(text = ''): ThreadsConfig {
  const line = '{ name: A, address: 127.0.0.1, port: 5000 }';
  return parseConfig(`venue: v\nprotocol: nasdaq\nfeeds: [{ name: f, lines: [${line}] }]\n${text}`, 'c.yaml').threads;
}

const base = { io: 'native' as const, lineNames: ['A', 'B'], strategies: ['mm'], evented: new Set<string>() };

function cores(count: number): number[] {
  return Array.from({ length: count }, (_, core) => core);
}

test('two cores make it fused, on a thread that backs off and is not pinned', () => {
  const plan = planThreads({ ...base, threads: threads(), cores: cores(2) });
  expect(plan.layout).toBe('fused');
  expect(plan.router).toMatchObject({ name: 'hot', idle: 'backoff', core: undefined, mode: 'spinning' });
  expect(plan.lines).toEqual([]);
  expect(plan.strategies).toEqual([]);
  expect(plan.notes.join()).toContain('isolates exceptions only');
});

test('eight cores make it dedicated: a core each for lines, router and strategy, spinning', () => {
  const plan = planThreads({ ...base, threads: threads(), cores: cores(8) });
  expect(plan.layout).toBe('dedicated');
  const all = [plan.router, ...plan.lines, ...plan.strategies];
  expect(all.map((thread) => thread.name)).toEqual(['router', 'line-A', 'line-B', 'strategy-mm']);
  expect(all.every((thread) => thread.idle === 'spin')).toBe(true);
  expect(new Set(all.map((thread) => thread.core)).size).toBe(4);
  expect(all.map((thread) => thread.core)).not.toContain(0);
});

test('cores of the config are taken as they are', () => {
  const wanted = threads('threads: { layout: dedicated, cores: { lines: [3, 4], router: 5, strategies: [6] } }');
  const plan = planThreads({ ...base, threads: wanted, cores: cores(8) });
  expect([...plan.lines, plan.router, ...plan.strategies].map((thread) => thread.core)).toEqual([3, 4, 5, 6]);
});

test('a strategy that awaits has an evented thread even in the fused layout', () => {
  const plan = planThreads({ ...base, threads: threads(), cores: cores(2), evented: new Set(['mm']) });
  expect(plan.strategies).toMatchObject([{ name: 'strategy-mm', mode: 'evented' }]);
  expect(plan.router.agents).not.toContain('mm');
});

test('portable sockets need evented threads and are pinned to nothing', () => {
  const plan = planThreads({
    ...base,
    io: 'portable',
    threads: threads('threads: { layout: dedicated }'),
    cores: cores(8),
  });
  for (const thread of [plan.router, ...plan.lines]) expect(thread).toMatchObject({ mode: 'evented', core: undefined });
});
