import { describe, expect, it } from 'vitest';
import { allowedCores, decideIdle, decideLayout, describePlacement, parseCoreList, placeThreads } from './layout.ts';

const cores = (count: number): number[] => Array.from({ length: count }, (_, core) => core);

describe('the cores that the process may use', () => {
  it('are those of its affinity mask', () => {
    expect(allowedCores('Name:\tnode\nCpus_allowed:\t2c\nCpus_allowed_list:\t2-3,5\nMems_allowed:\t1\n')).toEqual([
      2, 3, 5,
    ]);
  });

  it('are as many as Node counts where the system does not tell', () => {
    expect(allowedCores('').length).toBeGreaterThan(0);
  });

  it('are not guessed from a list that is none', () => {
    expect(() => parseCoreList('0-3,all')).toThrow('not a list of cores');
  });
});

describe('the layout', () => {
  it('is fused with fewer than six cores, and where the threads would not all find one', () => {
    expect(decideLayout({ layout: 'auto', dedicatedThreads: 4, cores: cores(2) }).layout).toBe('fused');
    expect(decideLayout({ layout: 'auto', dedicatedThreads: 2, cores: cores(5) }).layout).toBe('fused');
    expect(decideLayout({ layout: 'auto', dedicatedThreads: 4, cores: cores(6) }).layout).toBe('dedicated');
    expect(decideLayout({ layout: 'auto', dedicatedThreads: 8, cores: cores(8) })).toEqual({
      layout: 'fused',
      reason: 'layout fused: 8 cores, dedicated wants 10',
    });
  });

  it('is what the config says, if it says', () => {
    expect(decideLayout({ layout: 'dedicated', dedicatedThreads: 4, cores: cores(2) }).layout).toBe('dedicated');
  });

  it('spins by default only on a core of its own, of four or more', () => {
    expect(decideIdle(true, 4)).toBe('spin');
    expect(decideIdle(true, 2)).toBe('backoff');
    expect(decideIdle(false, 16)).toBe('backoff');
  });
});

describe('placing threads', () => {
  it('takes cores from the top and leaves the first to the main thread', () => {
    const { threads, warnings } = placeThreads(
      ['a', 'b', 'c', 'd'].map((name) => ({ name, agents: [name], idle: 'auto' as const })),
      [2, 3, 8, 9],
    );
    expect(threads.map(({ core }) => core)).toEqual([9, 8, 3, undefined]);
    expect(threads.map(({ idle }) => idle)).toEqual(['spin', 'spin', 'spin', 'backoff']);
    expect(warnings).toEqual([]);
  });

  it('keeps configured cores, works round them, and warns where they are shared or not to be had', () => {
    const { threads, warnings } = placeThreads(
      [
        { name: 'a', agents: [], idle: 'spin' },
        { name: 'b', agents: [], idle: 'spin', core: 3 },
        { name: 'c', agents: [], idle: 'park', core: 3 },
        { name: 'd', agents: [], idle: 'park', core: 7 },
      ],
      cores(4),
    );
    expect(threads.map(({ core }) => core)).toEqual([2, 3, 3, 7]);
    expect(warnings).toEqual([
      expect.stringMatching(/^thread d: core 7 is not among those .*\(0, 1, 2, 3\)/),
      'core 3 is shared by b and c: each waits for the other',
      expect.stringMatching(/^thread b spins without a core of its own/),
    ]);
  });

  it('is described a line per thread', () => {
    const placement = placeThreads(
      [
        { name: 'router', agents: ['line A', 'line B', 'router'], idle: 'auto' },
        { name: 's', agents: ['mine'], idle: 'park' },
      ],
      [4, 5],
    );
    expect(describePlacement(placement)).toEqual([
      'router  core 5, backoff: line A, line B, router',
      's       any core, park: mine',
    ]);
  });
});
