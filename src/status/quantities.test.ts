import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatNs,
  formatRate,
  formatShare,
  formatShort,
  formatTimeOfDay,
  formatUptime,
} from './quantities.ts';

describe('quantities for people', () => {
  it('times have three digits and a unit, and never read 1000', () => {
    expect([0, 850, 999.7, 1000, 4123, 12_345, 999_499, 999_600, 3e6, 140e9].map(formatNs)).toEqual([
      '0 ns',
      '850 ns',
      '1.00 µs',
      '1.00 µs',
      '4.12 µs',
      '12.3 µs',
      '999 µs',
      '1.00 ms',
      '3.00 ms',
      '140 s',
    ]);
  });

  it('counts have their thousands apart', () => {
    expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  it('short counts and rates fit a column', () => {
    expect([0, 950, 20_012, 999_600, 1_234_567, 4e9].map(formatShort)).toEqual([
      '0',
      '950',
      '20.0k',
      '1.00M',
      '1.23M',
      '4.00G',
    ]);
    expect(formatRate(20_012)).toBe('20.0k/s');
  });

  it('a share is only shown as nothing or everything if it is', () => {
    expect([0, 0.001, 0.514, 0.997, 1].map(formatShare)).toEqual(['0%', '<1%', '51%', '>99%', '100%']);
  });

  it('up times grow by units', () => {
    expect([12e9, 61e9, 3723e9, 90_060e9].map(formatUptime)).toEqual(['12s', '01:01', '1:02:03', '1d 01:01']);
    expect(formatTimeOfDay(Date.UTC(2026, 0, 5, 14, 3, 21, 42))).toBe('14:03:21.042');
  });

  it('what is not known is a dash', () => {
    for (const format of [formatNs, formatCount, formatShort, formatShare]) expect(format(Number.NaN)).toBe('-');
  });
});
