import { describe, expect, it } from 'vitest';
import { feedProtocol } from '../venues/registry.ts';
import { examineConfig } from './load.ts';
import { configSchema } from './schema.ts';

const PROTOCOLS = configSchema.in.shape.protocol.options;

describe('each protocol that a config may name', () => {
  it.each(PROTOCOLS)('%s is a plug-in that exists', (protocol) => {
    expect(() => feedProtocol(protocol)).not.toThrow();
  });

  it.each(PROTOCOLS)('%s may have a retransmit section only if its plug-in asks for retransmits', (protocol) => {
    const text = `venue: v
protocol: ${protocol}
feeds:
  - name: f
    lines: [{ name: A, address: 127.0.0.1, port: 1 }, { name: B, address: 127.0.0.1, port: 2 }]
    retransmit: { servers: [{ address: 127.0.0.1, port: 3 }] }
`;
    const accepted = examineConfig(text, 'c.yaml').config !== undefined;
    expect(accepted).toBe(feedProtocol(protocol).retransmit !== undefined);
  });
});
