import { expect, test } from 'vitest';
import { StrategyTimers } from './timers.ts';

const MS = 1e6;

function fired(timers: StrategyTimers, nowMs: number): number[] {
  const now = new Float64Array([nowMs * MS]);
  const out: number[] = [];
  while (timers.due(now, 0)) out.push(timers.take(now, 0));
  return out;
}

test('a one-shot timer fires once, when due', () => {
  const timers = new StrategyTimers();
  timers.set(3, 10, 0, new Float64Array([5 * MS]), 0);
  expect(fired(timers, 14.9)).toEqual([]);
  expect(fired(timers, 15)).toEqual([3]);
  expect(fired(timers, 1000)).toEqual([]);
});

test('a periodic timer that a long turn delayed fires once and keeps its beat', () => {
  const timers = new StrategyTimers();
  timers.set(0, 10, 10, new Float64Array([0]), 0);
  expect(fired(timers, 10)).toEqual([0]);
  expect(fired(timers, 47)).toEqual([0]);
  expect(fired(timers, 49.9)).toEqual([]);
  expect(fired(timers, 50)).toEqual([0]);
});

test('a cleared timer is silent and a timer out of range is refused', () => {
  const timers = new StrategyTimers();
  timers.set(1, 1, 0, new Float64Array([0]), 0);
  timers.clear(1);
  expect(fired(timers, 100)).toEqual([]);
  expect(() => timers.set(64, 1, 0, new Float64Array([0]), 0)).toThrow('timer must be 0 to 63');
  expect(() => timers.set(1, Number.NaN, 0, new Float64Array([0]), 0)).toThrow('milliseconds');
});
