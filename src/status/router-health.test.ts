import { describe, expect, it } from 'vitest';
import type { RouterFile } from './router-files.ts';
import { healthTroubles, type RouterHealth, routerHealth } from './router-health.ts';

const file = { pid: process.pid, alive: true, atNs: 10e9 } as RouterFile;
const well: RouterHealth = { alive: true, stopped: false, ageNs: 40e6, mainHungNs: 0, stuck: new Map() };

describe('the health of a router as another process sees it', () => {
  it('is well where it runs, its counters are fresh and everything moves', () => {
    expect(routerHealth(file, 10.04e9, 60e6, new Map([['hot', 1e6]]))).toEqual(well);
    expect(healthTroubles(file, well)).toEqual([]);
  });

  it('is told in sentences: what hangs, since when, and what that means', () => {
    const health = routerHealth(
      file,
      15.5e9,
      3e9,
      new Map([
        ['hot', 4e9],
        ['line-A', 1e6],
      ]),
    );
    expect(healthTroubles(file, health)).toEqual([
      'these counters are 5.5 s old',
      'its main thread hangs since 3.0 s: no API, no log; what is routed goes on',
      'thread hot: its turn has not ended for 4.0 s',
    ]);
    expect(healthTroubles(file, { ...well, alive: false })).toEqual([
      `process ${process.pid} is gone and did not say goodbye: this is how it stood`,
    ]);
    expect(healthTroubles(file, routerHealth({ ...file, atNs: 0 }, 10e9, Number.NaN, new Map()))).toEqual([
      'it has not shown its counters yet',
    ]);
  });
});
