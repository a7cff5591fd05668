import { describe, expect, it } from 'vitest';
import type { VenueRules } from '../order/order-protocol.ts';
import { OUCH_RULES } from './nasdaq/ouch-rules.ts';
import { orderProtocol, orderProtocolNames } from './order-registry.ts';

describe('order protocols', () => {
  it('are found by name; another name is refused with those that there are', () => {
    for (const name of orderProtocolNames) expect(orderProtocol(name).name).toBe(name);
    expect(() => orderProtocol('ouch')).toThrow('unknown order protocol "ouch": use ouch50 or ouch42');
  });

  it('state every rule, and each says where it is written', () => {
    const rules: Record<keyof VenueRules, true> = {
      logoutCancels: true,
      cancelOnDisconnect: true,
      cancelOnDisconnectDelayNs: true,
      secondLogin: true,
      mirrorsShareSequence: true,
      peerMayCancel: true,
      replaceShares: true,
      cancelShares: true,
      replaceTakesNewRef: true,
      refsMustRise: true,
      barrier: true,
      resendIsHarmless: true,
      loginDeadlineNs: true,
      heartbeatIntervalNs: true,
      silenceNs: true,
      source: true,
    };
    for (const name of orderProtocolNames)
      expect(Object.keys(orderProtocol(name).rules).sort()).toEqual(Object.keys(rules).sort());
    expect(
      OUCH_RULES.map(({ rule }) => rule)
        .concat('source' as never)
        .sort(),
    ).toEqual(Object.keys(rules).sort());
    for (const { rule, source } of OUCH_RULES) expect(source.length, rule).toBeGreaterThan(20);
  });
});
