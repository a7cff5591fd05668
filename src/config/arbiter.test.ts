import { describe, expect, it } from 'vitest';
import {
  arbiterConfigProblems,
  defaultArbiterConfig,
  defaultRetransmitPolicy,
  defaultSnapshotPolicy,
} from '../feed/arbiter-config.ts';
import { toArbiterConfig } from './arbiter.ts';
import { parseConfig } from './load.ts';

const MINIMAL = `venue: v
protocol: nasdaq
feeds:
  - name: f
    lines:
      - { name: A, address: 127.0.0.1, port: 1 }
      - { name: B, address: 127.0.0.1, port: 2 }
`;

describe('the arbiter config of a feed', () => {
  it("that says nothing is the arbiter's own default", () => {
    expect(toArbiterConfig(parseConfig(MINIMAL, 'c.yaml').feeds[0])).toEqual(defaultArbiterConfig);
  });

  it('that merely names a retransmit and a snapshot server has the default bounds', () => {
    const text = `${MINIMAL}    retransmit: { servers: [{ address: 127.0.0.1, port: 3 }] }
    snapshot: { address: 127.0.0.1, port: 4, username: u, passwordEnv: P }
`;
    const config = toArbiterConfig(parseConfig(text, 'c.yaml').feeds[0]);
    expect(config.retransmit).toEqual(defaultRetransmitPolicy);
    expect(config.snapshot).toEqual(defaultSnapshotPolicy);
    expect(arbiterConfigProblems(config)).toEqual([]);
  });

  it('carries what the config says', () => {
    const text = `${MINIMAL}    policy: sticky
    active: B
    failback: { after: 7s }
    holdOff: { count: 9, time: 100us }
    lag: { units: 8, time: 1ms }
    start: beginning
`;
    expect(toArbiterConfig(parseConfig(text, 'c.yaml').feeds[0])).toMatchObject({
      policy: 'sticky',
      activeLine: 1,
      failback: { afterCleanNs: 7e9 },
      holdOffCount: 9,
      holdOffNs: 100_000,
      lagUnits: 8,
      lagNs: 1e6,
      startAt: 'beginning',
    });
  });
});
