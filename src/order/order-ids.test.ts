import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderIdText, parseOrderId } from './order-ids.ts';

describe('order ids', () => {
  it('go to text and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0x7fffffff }), (number) => {
        expect(parseOrderId(orderIdText(20260107, number))).toEqual({ day: 20260107, number });
      }),
    );
  });

  it.each([
    '',
    '20260107',
    '20260107-0',
    '20260107-01',
    '20261307-1',
    '20260100-1',
    '20260107-2147483648',
    ' 20260107-1',
  ])('are not read from %j', (text) => expect(parseOrderId(text)).toBeUndefined());
});
