import { describe, expect, it } from 'vitest';
import { RestartBudget } from './restart-budget.ts';
import { StallDetector } from './stall-detector.ts';

describe('a stall detector', () => {
  it('counts from the last look at which the turns moved', () => {
    const detector = new StallDetector(50);
    expect(detector.look(1, 0)).toBe(0);
    expect(detector.look(1, 50)).toBe(50);
    expect(detector.look(1, 110)).toBe(110);
    expect(detector.look(2, 160)).toBe(0);
    expect(detector.look(2, 210)).toBe(50);
  });

  it('does not blame a thread for the time in which nobody looked, as when the process was stopped', () => {
    const detector = new StallDetector(50);
    detector.look(1, 0);
    expect(detector.look(1, 60_000)).toBe(100);
    expect(detector.look(2, 60_050)).toBe(0);
  });
});

describe('a restart budget', () => {
  it('allows so many restarts within any window, no more', () => {
    const budget = new RestartBudget({ maxRestarts: 2, windowMs: 1000 });
    expect([budget.take(0), budget.take(500), budget.take(900)]).toEqual([true, true, false]);
    expect(budget.used).toBe(2);
    expect(budget.take(1000)).toBe(true);
    expect(budget.take(1001)).toBe(false);
  });
});
