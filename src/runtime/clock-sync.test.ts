import { describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { readClockSync } from './clock-sync.ts';

describe('the state of UTC', () => {
  it('is what the kernel says', () => {
    const state = readClockSync({
      clockState(into) {
        into.set([-1500, 2e6, 40e3]);
        return 0;
      },
    });
    expect(state).toEqual({ isSynchronised: true, offsetNs: -1500, maxErrorNs: 2e6, estimatedErrorNs: 40e3 });
  });

  it('is not synchronised where the kernel says that it is in error', () => {
    expect(readClockSync({ clockState: () => 5 })?.isSynchronised).toBe(false);
  });

  it('is not known where nobody can or may tell', () => {
    expect(readClockSync(undefined)).toBeUndefined();
    expect(readClockSync({ clockState: () => -1 })).toBeUndefined();
  });

  it.skipIf(loadNative() === undefined)('comes from this kernel', () => {
    const state = readClockSync(loadNative());
    // a sandbox may forbid to look; what is told is never negative
    if (state !== undefined) expect(state.maxErrorNs).toBeGreaterThanOrEqual(0);
  });
});
