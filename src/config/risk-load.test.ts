import { describe, expect, it } from 'vitest';
import { LIMIT_TABLE, NO_LIMIT } from '../order/limit-table.ts';
import { Scope } from '../order/scope.ts';
import { examineConfig, parseConfig } from './load.ts';

const HEAD = `venue: v
protocol: nasdaq
feeds:
  - name: itch
    lines: [{ name: A, address: 127.0.0.1, port: 1001 }, { name: B, address: 127.0.0.1, port: 1002 }]
strategies: [{ name: mm, module: ./mm.ts }]
orders:
  protocol: ouch50
  instruments: [AAPL, MSFT]
  groups: [{ name: g, ports: [{ name: P, username: P, passwordEnv: SECRET, hosts: [{ address: 127.0.0.1, port: 2001 }] }] }]
`;
const risk = (text: string) => parseConfig(`${HEAD}  risk:\n${text}`, 'x.yaml').orders!.risk;
const problems = (text: string) =>
  examineConfig(`${HEAD}  risk:\n${text}`, 'x.yaml').problems.map(
    ({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`,
  );

describe('the section orders.risk', () => {
  it('has a default for every limit, none of them without a bound but the restriction', () => {
    const { global } = parseConfig(HEAD, 'x.yaml').orders!.risk;
    expect(Object.keys(global).sort()).toEqual(
      LIMIT_TABLE.filter(({ scopes }) => scopes.includes(Scope.global))
        .map(({ name }) => name)
        .sort(),
    );
    expect(Object.entries(global).filter(([, value]) => value === NO_LIMIT)).toEqual([['restricted', NO_LIMIT]]);
  });

  it('reads amounts, percentages, durations and off into what the checks use', () => {
    const { global, accounts } = risk(`    global:
      maxOrderNotional: 1234.5
      priceCollar: 2.5%
      feedNotLive: 20ms
      maxOpenOrders: off
      selfTrade: off
    accounts: { main: { maxPosition: 0, margin: 80% } }
`);
    expect(global).toMatchObject({
      maxOrderNotional: 12_345_000,
      priceCollar: 250,
      feedNotLive: 20e6,
      maxOpenOrders: NO_LIMIT,
      selfTrade: NO_LIMIT,
      halted: 0,
    });
    expect(accounts.main).toEqual({ maxPosition: 0, margin: 8000 });
  });

  it('says what is wrong at line, column and key', () => {
    expect(
      problems(`    global:
      maxOrderShares: many
      priceCollar: 5
      messageRate: 100000
      maxPositon: 5
    accounts: { man: { maxPosition: 1 } }
    strategies:
      mm: { maxOrdrShares: 5 }
      other: {}
    restricted: [GME]
`),
    ).toEqual([
      '13:23 orders.risk.global.maxOrderShares: must be a whole number, or off, not "many"',
      '14:20 orders.risk.global.priceCollar: must be a percentage, for example 5%, or off, not 5',
      '15:20 orders.risk.global.messageRate: must be at most 8192, not 100000',
      '16:7 orders.risk.global.maxPositon: unknown key; did you mean "maxPosition"?',
      '17:17 orders.risk.accounts.man: no account is called "man": they are main',
      '19:13 orders.risk.strategies.mm.maxOrdrShares: unknown key; did you mean "maxOrderShares"?',
      '20:7 orders.risk.strategies.other: no strategy is called "other": they are mm',
      '21:18 orders.risk.restricted[0]: no instrument is called "GME": they are AAPL, MSFT',
    ]);
  });

  it('says that a percentage needs its sign', () => {
    expect(problems('    global: { priceCollar: "5" }\n')).toEqual([
      '12:28 orders.risk.global.priceCollar: is not a percentage: write a number with at most two decimals and %, for example 5%, not "5"',
    ]);
  });
});
