import { describe, expect, it } from 'vitest';
import { createIdleStrategy, type IdleOptions, LONGEST_PARK_NS } from './idle.ts';
import type { NativeThread } from './native-thread.ts';

/** Records what a strategy asks of the system. */
function recorder(): { calls: (number | 'yield')[]; native: NativeThread } {
  const calls: (number | 'yield')[] = [];
  const native = {
    sleepNs: (ns: number) => {
      calls.push(ns);
      return 0;
    },
    yieldThread: () => {
      calls.push('yield');
      return 0;
    },
  } as unknown as NativeThread;
  return { calls, native };
}

const words = new Int32Array(new SharedArrayBuffer(4));

function idleTurns(options: IdleOptions, works: number[]): (number | 'yield')[] {
  const { calls, native } = recorder();
  const strategy = createIdleStrategy(options, native, words, 0);
  for (const work of works) {
    const before = calls.length;
    expect(strategy.idle(work)).toBe(calls.length > before);
  }
  return calls;
}

const quiet = (turns: number): number[] => Array.from({ length: turns }, () => 0);

describe('an idle strategy', () => {
  it('spin does nothing', () => {
    expect(idleTurns({ kind: 'spin' }, [0, 1, 0, 0])).toEqual([]);
  });

  it('yield yields after turns without work', () => {
    expect(idleTurns({ kind: 'yield' }, [0, 1, 0])).toEqual(['yield', 'yield']);
  });

  it('park sleeps after turns without work, never longer than a stop request may wait', () => {
    expect(idleTurns({ kind: 'park' }, [0, 5, 0])).toEqual([100_000, 100_000]);
    expect(idleTurns({ kind: 'park', maxParkNs: 1e12 }, [0])).toEqual([LONGEST_PARK_NS]);
  });

  it('backoff spins, yields, then sleeps twice as long each time up to its limit, and begins again after work', () => {
    const options = { kind: 'backoff', spins: 2, yields: 1, minParkNs: 1000, maxParkNs: 5000 } as const;
    expect(idleTurns(options, [...quiet(7), 1, ...quiet(4)])).toEqual(['yield', 1000, 2000, 4000, 5000, 'yield', 1000]);
  });

  it('backoff has the defaults that its description gives', () => {
    const calls = idleTurns({ kind: 'backoff' }, quiet(10 + 5 + 12));
    expect(calls.slice(0, 5)).toEqual(Array(5).fill('yield'));
    expect(calls.slice(5)).toEqual([1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 64e3, 128e3, 256e3, 512e3, 1e6, 1e6]);
  });

  it('without the addon does not sleep once a stop has been asked for', () => {
    const stopped = Int32Array.from([1]);
    const shared = new Int32Array(new SharedArrayBuffer(4));
    shared.set(stopped);
    const strategy = createIdleStrategy({ kind: 'park', maxParkNs: LONGEST_PARK_NS }, undefined, shared, 0);
    // Ten thousand parks of 10 ms would outlast the test's time limit.
    for (let turn = 0; turn < 10_000; turn++) expect(strategy.idle(0)).toBe(true);
  });
});
