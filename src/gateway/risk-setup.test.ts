import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { Limit, NO_LIMIT } from '../order/limit-table.ts';
import { RiskLimits } from '../order/risk-limits.ts';
import { Scope } from '../order/scope.ts';
import { limitSettingsOf, riskShapeOf, riskWindowsOf } from './risk-setup.ts';

const config = (risk: string) =>
  parseConfig(
    `venue: nasdaq
protocol: nasdaq
feeds:
  - name: itch
    lines: [{ name: A, address: 127.0.0.1, port: 1001 }, { name: B, address: 127.0.0.1, port: 1002 }]
strategies:
  - { name: mm, module: ./mm.ts }
  - { name: arb, module: ./arb.ts, orders: { account: second } }
orders:
  protocol: ouch50
  accounts: [{ name: main }, { name: second }]
  instruments: [AAPL, { symbol: BRK.A, tick: 0.05 }]
  groups: [{ name: g, ports: [{ name: P, username: P, passwordEnv: SECRET, hosts: [{ address: 127.0.0.1, port: 2001 }] }] }]
  risk:
${risk}`,
    'x.yaml',
  );

const BASE = `    global: { maxPosition: 1000 }
    accounts: { second: { maxPosition: 500 } }
    strategies: { mm: { maxOrderShares: 10 } }
    instruments: { AAPL: { maxPosition: 800 } }
    restricted: [BRK.A]
    windows: { messages: 2s }
`;

describe('risk from a config', () => {
  it('numbers who and what as the config lists them', () => {
    const shape = riskShapeOf(config(BASE));
    expect(shape).toEqual({
      venues: ['nasdaq'],
      accounts: ['main', 'second'],
      strategies: [
        { name: 'mm', account: 0 },
        { name: 'arb', account: 1 },
      ],
      instruments: [
        { symbol: 'AAPL', venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
        { symbol: 'BRK.A', venue: 0, tick4: 500, lowTick4: 1, lowTickBelow4: 10_000 },
      ],
    });
    expect(riskWindowsOf(config(BASE))).toEqual({ messagesNs: 2e9, executionsNs: 1e9, duplicatesNs: 10e6 });
  });

  it('sets every limit at the scope that names it', () => {
    const loaded = config(BASE);
    const limits = new RiskLimits(riskShapeOf(loaded));
    limits.load(limitSettingsOf(loaded, riskShapeOf(loaded)));
    expect(limits.value(Limit.maxPosition, Scope.global, 0)).toBe(1000);
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(NO_LIMIT);
    expect(limits.value(Limit.maxPosition, Scope.account, 1)).toBe(500);
    expect(limits.value(Limit.maxPosition, Scope.instrument, 0)).toBe(800);
    expect(limits.value(Limit.maxOrderShares, Scope.strategy, 0)).toBe(10);
    expect(limits.value(Limit.restricted, Scope.instrument, 1)).toBe(0);
    expect(limits.value(Limit.restricted, Scope.instrument, 0)).toBe(NO_LIMIT);
    expect(limits.value(Limit.restricted, Scope.global, 0)).toBe(NO_LIMIT);
  });

  it('reloaded makes limits tighter at once, and tells what it would have made wider, taken out ones included', () => {
    const loaded = config(BASE);
    const shape = riskShapeOf(loaded);
    const limits = new RiskLimits(shape);
    limits.load(limitSettingsOf(loaded, shape));
    expect(limits.reload(limitSettingsOf(loaded, shape))).toEqual([]);
    const next = config(`    global: { maxPosition: 900 }
    strategies: { mm: { maxOrderShares: 20 } }
    restricted: [AAPL]
`);
    expect(limits.reload(limitSettingsOf(next, shape))).toEqual([
      'maxPosition of account second would go up from 500 to off: only an operator may',
      'maxOrderShares of strategy mm would go up from 10 to 20: only an operator may',
      'maxPosition of instrument AAPL would go up from 800 to off: only an operator may',
      'restricted of instrument BRK.A would go up from check to off: only an operator may',
    ]);
    expect(limits.value(Limit.maxPosition, Scope.global, 0)).toBe(900);
    expect(limits.value(Limit.restricted, Scope.instrument, 0)).toBe(0);
    expect(limits.value(Limit.restricted, Scope.instrument, 1)).toBe(0);
  });
});
