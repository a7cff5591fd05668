import { expect, test } from 'vitest';
import { NowCell } from './api.ts';
import { LogLimit } from './log-limit.ts';
import { STRATEGY_CELLS, StrategyCell, StrategyHost } from './strategy-host.ts';

test('so many lines at once, then as many as time brings, and never more than the bucket holds', () => {
  const limit = new LogLimit({ burst: 3, perSecond: 2 });
  const now = Float64Array.of(0);
  const taken = (seconds: number, tries: number) => {
    now[0] += seconds * 1e9;
    return Array.from({ length: tries }, () => limit.take(now, 0)).filter(Boolean).length;
  };
  expect(taken(1000, 100)).toBe(3);
  expect(taken(0.25, 5)).toBe(0);
  expect(taken(0.25, 5)).toBe(1);
  expect(taken(1, 5)).toBe(2);
  expect(taken(3600, 100)).toBe(3);
});

test('a strategy that logs in a loop is written so many lines of; the rest is counted, and not even put into words', () => {
  const cells = new Float64Array(STRATEGY_CELLS);
  const now = new Float64Array(3);
  const written: string[] = [];
  const logLimit = { burst: 4, perSecond: 1 };
  const reporter = {
    log: (name: string, text: string) => written.push(`${name}: ${text}`),
    failed: () => {},
    logLimit,
  };
  const spec = { name: 'loud', module: '/none', options: {}, feeds: [] };
  const host = new StrategyHost(spec, 'fused', [], now, cells, reporter);
  const { context } = host;
  now[NowCell.turnNs] = 1e9;
  let spoken = 0;
  const message = { toString: () => `line ${spoken++}` } as unknown as string;
  for (let i = 0; i < 1000; i++) context.log(message);
  expect(written).toEqual(['loud: line 0', 'loud: line 1', 'loud: line 2', 'loud: line 3']);
  expect([spoken, cells[StrategyCell.logsHeldBack]]).toEqual([4, 996]);
  now[NowCell.turnNs] = 2e9;
  context.log(message);
  expect(written).toHaveLength(5);
});

test('without a limit (a replay) everything is written', () => {
  let lines = 0;
  const reporter = { log: () => void lines++, failed: () => {} };
  const spec = { name: 'loud', module: '/none', options: {}, feeds: [] };
  const host = new StrategyHost(spec, 'evented', [], new Float64Array(3), new Float64Array(STRATEGY_CELLS), reporter);
  for (let i = 0; i < 1000; i++) host.context.log('again');
  expect(lines).toBe(1000);
});
