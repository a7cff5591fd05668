import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intToIpv4, ipv4ToInt, isIpv4, isMulticast } from './address.ts';

test('every address survives the way to a number and back', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const number = ipv4ToInt(address);
      expect(number).toBe(number | 0);
      expect(intToIpv4(number)).toBe(address);
      expect(intToIpv4(number >>> 0)).toBe(address);
    }),
  );
});

test('what is no dotted address is refused', () => {
  for (const text of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.-1', '1.2.3.x', 'localhost', '::1', '1.2.3. 4'])
    expect(isIpv4(text), text).toBe(false);
});

test('groups are told from unicast addresses', () => {
  expect(isMulticast('224.0.0.0')).toBe(true);
  expect(isMulticast('239.255.255.255')).toBe(true);
  expect(isMulticast('223.255.255.255')).toBe(false);
  expect(isMulticast('240.0.0.0')).toBe(false);
});
