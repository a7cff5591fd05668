import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerLimits, TokenBucket } from './limits.ts';

const LIMITS = {
  maxConnections: 3,
  maxConnectionsPerAddress: 2,
  requestsPerSecond: 10,
  requestBurst: 5,
  failedLoginsPerMinute: 3,
};

describe('a bucket', () => {
  it('never lets through more than its burst and its rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }), (pausesMs) => {
        const bucket = new TokenBucket(10, 5, 0);
        let nowMs = 0;
        let taken = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          if (bucket.take(nowMs)) taken++;
          expect(taken).toBeLessThanOrEqual(5 + (nowMs / 1000) * 10 + 1e-9);
        }
      }),
    );
  });

  it('is not filled by a clock that steps back', () => {
    const bucket = new TokenBucket(1, 1, 10_000);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(5000)).toBe(false);
    expect(bucket.take(10_500)).toBe(false);
    expect(bucket.take(11_000)).toBe(true);
  });
});

describe('limits of peers', () => {
  it('count connections in all and by address', () => {
    const limits = new PeerLimits(LIMITS);
    expect([limits.opened('a', 0), limits.opened('a', 0), limits.opened('a', 0)]).toEqual([true, true, false]);
    expect([limits.opened('b', 0), limits.opened('c', 0)]).toEqual([true, false]);
    limits.closed('a');
    expect(limits.opened('c', 0)).toBe(true);
    expect(limits.refused).toBe(2);
  });

  it('slow down a flood of one address and leave others alone', () => {
    const limits = new PeerLimits(LIMITS);
    const of = (address: string) => Array.from({ length: 10 }, () => limits.request(address, 0)).filter(Boolean).length;
    expect([of('a'), of('b')]).toEqual([5, 5]);
    expect(limits.request('a', 100)).toBe(true);
  });

  it('stop guessing of tokens', () => {
    const limits = new PeerLimits(LIMITS);
    let tries = 0;
    while (tries < 100 && limits.mayLogIn('a', 0)) {
      limits.loginFailed('a', 0);
      tries++;
    }
    expect(tries).toBeLessThanOrEqual(3);
    expect(limits.mayLogIn('b', 0)).toBe(true);
    expect(limits.mayLogIn('a', 61_000)).toBe(true);
  });

  it('never cost a client that logs in rightly, however often', () => {
    const limits = new PeerLimits(LIMITS);
    for (let i = 0; i < 100; i++) expect(limits.mayLogIn('a', i)).toBe(true);
  });

  it('remember a bounded number of addresses', () => {
    const limits = new PeerLimits(LIMITS);
    for (let i = 0; i < PeerLimits.MOST_PEERS; i++) limits.request(`a${i}`, 0);
    expect(limits.request('one more', 0)).toBe(false);
    expect(limits.request('one more', 10_000)).toBe(true);
  });
});
