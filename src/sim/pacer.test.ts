import { describe, expect, it } from 'vitest';
import { Pacer } from './pacer.ts';

/** Publishes all that is owed every `stepNs`, until `untilNs`. */
function run(pacer: Pacer, untilNs: number, stepNs: number): number {
  let published = 0;
  for (let nowNs = 5e9; nowNs <= 5e9 + untilNs; nowNs += stepNs) {
    const owed = pacer.owed(nowNs);
    pacer.paid(owed);
    published += owed;
  }
  return published;
}

describe('Pacer', () => {
  it('keeps the rate exactly, whatever the steps', () => {
    expect(run(new Pacer(20_000), 3e9, 1e6)).toBe(60_000);
    expect(run(new Pacer(7), 10e9, 1e6)).toBe(70);
    expect(run(new Pacer(1_000_000), 1e9, 1.3e6)).toBeGreaterThan(998_000);
  });

  it('publishes more in a burst', () => {
    const bursts = { everyNs: 1e9, forNs: 10e6, times: 10 };
    expect(run(new Pacer(100_000, bursts), 2e9, 1e6)).toBe(200_000 + 2 * 9000);
    const pacer = new Pacer(100_000, bursts);
    expect(run(pacer, 10e6, 1e6)).toBe(10_000);
  });

  it('makes up for what an event brought too much', () => {
    const pacer = new Pacer(1000);
    pacer.owed(0);
    expect(pacer.owed(10e6)).toBe(10);
    pacer.paid(14);
    expect(pacer.owed(14e6)).toBe(0);
    expect(pacer.owed(16e6)).toBe(2);
  });

  it('gives up what a stalled process can no longer publish, and counts it', () => {
    const pacer = new Pacer(1000);
    pacer.owed(0);
    expect(pacer.owed(10e9)).toBe(250);
    expect(pacer.givenUp).toBe(9750);
  });

  it('owes nothing for time that was skipped', () => {
    const pacer = new Pacer(1000);
    pacer.owed(0);
    pacer.skip(5e9);
    expect(pacer.owed(5e9 + 2e6)).toBe(2);
    expect(pacer.givenUp).toBe(0);
  });
});
