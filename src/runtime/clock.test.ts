import { describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { createClock } from './clock.ts';

const MS_PER_DAY = 86_400_000;

describe.each(['native', 'portable'] as const)('the %s clock', (kind) => {
  const native = kind === 'native' ? loadNative() : undefined;

  it.skipIf(kind === 'native' && native === undefined)('tells the monotonic time of the host, never backwards', () => {
    const before = Number(process.hrtime.bigint());
    const clock = createClock(native);
    let last = before;
    for (let i = 0; i < 1000; i++) {
      clock.read();
      expect(clock.nowNs[0]).toBeGreaterThanOrEqual(last);
      last = clock.nowNs[0]!;
    }
    expect(last).toBeLessThanOrEqual(Number(process.hrtime.bigint()));
  });

  it.skipIf(kind === 'native' && native === undefined)('tells how far UTC is from it', () => {
    const clock = createClock(native);
    const utcMs = (Number(process.hrtime.bigint()) + clock.readUtcOffsetNs()) / 1e6;
    // Not a timing assertion: a day is enough to show the right epoch and unit.
    expect(Math.abs(utcMs - Date.now())).toBeLessThan(MS_PER_DAY);
  });
});
