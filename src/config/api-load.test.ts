import { describe, expect, it } from 'vitest';
import { examineConfig, formatProblem, parseConfig } from './load.ts';

const FEED =
  'venue: v\nprotocol: nasdaq\nfeeds:\n  - { name: f, lines: [{ name: A, address: 127.0.0.1, port: 1 }, { name: B, address: 127.0.0.1, port: 2 }] }\n';
const problems = (api: string) => examineConfig(`${FEED}${api}`, 'c.yaml').problems.map(formatProblem);

describe('the section api', () => {
  it('listens on loopback, port 7070, unless told otherwise', () => {
    const { api } = parseConfig(FEED, '/etc/warmline/c.yaml');
    expect(api).toMatchObject({
      enabled: true,
      address: '127.0.0.1',
      port: 7070,
      tokens: '/etc/warmline/api-tokens',
      everyNs: 250e6,
    });
    expect(api.tls).toBeUndefined();
  });

  it('refuses an address that others reach without encryption, at its line and column', () => {
    expect(problems('api:\n  address: 10.0.0.7\n')).toEqual([
      expect.stringMatching(/^c\.yaml:6:12: .*10\.0\.0\.7 is reachable from other hosts, so api\.tls is needed/),
    ]);
    expect(problems('api: { address: 10.0.0.7, tls: { certificate: c.pem, key: k.pem } }\n')).toEqual([]);
    expect(problems('api: { address: 10.0.0.7, enabled: false }\n')).toEqual([]);
    expect(problems('api: { address: 127.8.8.8 }\n')).toEqual([]);
  });

  it('takes files relative to the config', () => {
    const { api } = parseConfig(
      `${FEED}api: { tokens: secret/t, tls: { certificate: c.pem, key: k.pem } }\n`,
      '/etc/warmline/c.yaml',
    );
    expect(api).toMatchObject({
      tokens: '/etc/warmline/secret/t',
      tls: { certificate: '/etc/warmline/c.pem', key: '/etc/warmline/k.pem' },
    });
  });
});
