import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { playHistory, STEPS, type Step } from './testing/gateway-history.ts';
import type { GatewayRigOptions } from './testing/gateway-rig.ts';

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...STEPS),
  a: fc.nat(1000),
  b: fc.nat(1000),
});
const history = fc.array(step, { minLength: 5, maxLength: 60 });

const SHAPES: readonly (readonly [string, GatewayRigOptions])[] = [
  ['two ports, a query as barrier', { shape: [1, 1] }],
  ['two ports, probes as barrier', { shape: [1, 1], rules: { barrier: 'probe', refsMustRise: false } }],
  ['mirror hosts that displace the first login', { shape: [2] }],
  ['mirror hosts that refuse the second login', { shape: [2], rules: { secondLogin: 'refused' } }],
  ['two ports with mirror hosts, hot-hot', { shape: [2, 2], group: { policy: 'hot-hot' } }],
  ['two ports, orders that never arrived sent again', { shape: [1, 1], resends: true }],
];

describe.each(SHAPES)('%s', (_, options) => {
  test('whatever fails, in the end every order is as the venue has it, and never outside what we reckoned with', () => {
    fc.assert(
      fc.property(history, (steps) => {
        expect(playHistory(options, steps).wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
