import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDurationNs, formatSizeBytes, parseDurationNs, parseSizeBytes } from './units.ts';

describe('durations', () => {
  it('are read into nanoseconds', () => {
    expect(parseDurationNs('100us')).toBe(100_000);
    expect(parseDurationNs('100µs')).toBe(100_000);
    expect(parseDurationNs(' 1.5 s ')).toBe(1.5e9);
    expect(parseDurationNs('1min')).toBe(60e9);
    expect(parseDurationNs(0)).toBe(0);
    expect(parseDurationNs('0')).toBe(0);
  });

  it('without a unit, with an unknown one, negative or huge are refused with a sentence', () => {
    for (const text of ['5', 5, '5 sec', '-1s', 'toString', '1constructor', '', '1e3s', '99999999999999h'])
      expect(typeof parseDurationNs(text)).toBe('string');
  });

  it('come back from their shortest text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (ns) => {
        expect(parseDurationNs(formatDurationNs(ns))).toBe(ns);
      }),
    );
    expect(formatDurationNs(5e6)).toBe('5ms');
    expect(formatDurationNs(90e9)).toBe('90s');
  });
});

describe('sizes', () => {
  it('are read into bytes', () => {
    expect(parseSizeBytes('4MiB')).toBe(4_194_304);
    expect(parseSizeBytes('1.5kB')).toBe(1500);
    expect(typeof parseSizeBytes('4M')).toBe('string');
  });

  it('come back from their shortest text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(parseSizeBytes(formatSizeBytes(bytes))).toBe(bytes);
      }),
    );
  });
});
