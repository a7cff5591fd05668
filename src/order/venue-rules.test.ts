import { describe, expect, it } from 'vitest';
import { ouch50 } from '../venues/nasdaq/ouch50.ts';
import { withStatedRules } from './venue-rules.ts';

describe('rules that a config states', () => {
  it('stand instead of the protocol’s, and the source says so', () => {
    const rules = withStatedRules(ouch50.rules, { secondLogin: 'displaces', cancelOnDisconnect: 'port' });
    expect(rules).toMatchObject({ secondLogin: 'displaces', cancelOnDisconnect: 'port', barrier: 'query' });
    expect(rules.source).toContain('config: secondLogin, cancelOnDisconnect');
    expect(ouch50.rules.secondLogin).toBe('refused');
  });

  it('are the protocol’s where nothing is stated', () => {
    expect(withStatedRules(ouch50.rules, { secondLogin: undefined })).toBe(ouch50.rules);
  });
});
