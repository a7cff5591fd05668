import { describe, expect, test } from 'vitest';
import { examineConfig, parseConfig } from './load.ts';

const HEAD = `venue: v
protocol: nasdaq
feeds:
  - name: itch
    lines: [{ name: A, address: 127.0.0.1, port: 1001 }, { name: B, address: 127.0.0.1, port: 1002 }]
`;
const PORT = (name: string, extra = '') =>
  `{ name: ${name}, username: ${name}, passwordEnv: SECRET, hosts: [{ address: 127.0.0.1, port: 2001 }]${extra} }`;

function problems(orders: string, rest = ''): string[] {
  return examineConfig(`${HEAD}${rest}orders:\n${orders}`, 'x.yaml').problems.map(
    ({ line, key, message }) => `${line} ${key}: ${message}`,
  );
}

describe('the section orders', () => {
  test('has defaults for all but protocol, instruments and ports', () => {
    const { orders } = parseConfig(
      `${HEAD}orders:\n  protocol: ouch50\n  instruments: [AAPL, { symbol: BRK.A, tick: 0.05 }]\n  groups: [{ name: g, ports: [${PORT('P1')}] }]\n`,
      '/etc/warmline/x.yaml',
    );
    expect(orders?.instruments).toEqual([
      { symbol: 'AAPL', tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
      { symbol: 'BRK.A', tick4: 500, lowTick4: 1, lowTickBelow4: 10_000 },
    ]);
    expect(orders?.accounts).toEqual([{ name: 'main', cash: 0 }]);
    expect(orders?.groups[0].failback).toBe('never');
    expect(orders?.sessions.ackDeadline).toEqual({ floorNs: 20e6, factor: 5 });
    expect(orders?.directory).toBe('/etc/warmline/orders');
  });

  test('says what is wrong at the line and key of it', () => {
    const orders = `  protocol: ouch50
  instruments: [AAPL]
  groups:
    - name: g
      affinity: { MSFT: P9 }
      ports:
        - ${PORT('P1')}
        - ${PORT('P1', ', firm: toolong')}
        - { name: P3, username: P1, hosts: [{ address: 127.0.0.1, port: 2001 }] }
`;
    const found = problems(orders);
    expect(found).toContainEqual(expect.stringMatching(/^14 orders\.groups\[0\]\.ports\[1\]\.firm: is not a firm/));
    expect(found).toContainEqual('14 orders.groups[0].ports[1].name: there is already a port called "P1"');
    expect(found).toContainEqual('15 orders.groups[0].ports[2]: needs passwordFile or passwordEnv');
    expect(found).toContainEqual(
      '15 orders.groups[0].ports[2].hosts[0].port: P1@127.0.0.1:2001 is already used by port P1',
    );
    expect(found).toContainEqual('11 orders.groups[0].affinity: is for policy hot-hot only');
    expect(found).toContainEqual('11 orders.groups[0].affinity.MSFT: no instrument is called "MSFT"');
  });

  test('a drop copy needs the place of its password, which is relative to the config', () => {
    const orders = (copy: string) =>
      `  protocol: ouch50\n  instruments: [AAPL]\n  groups: [{ name: g, ports: [${PORT('P1')}] }]\n  dropCopy: ${copy}\n`;
    const place = 'address: 127.0.0.1, port: 2009, username: COPY';
    expect(problems(orders(`{ ${place} }`))).toContainEqual('10 orders.dropCopy: needs passwordFile or passwordEnv');
    const good = parseConfig(
      `${HEAD}orders:\n${orders(`{ ${place}, passwordFile: copy.password }`)}`,
      '/etc/warmline/x.yaml',
    );
    expect(good.orders?.dropCopy).toMatchObject({ name: 'dropcopy', passwordFile: '/etc/warmline/copy.password' });
  });

  test('a strategy names an account and a group that are there', () => {
    const strategies = `strategies:\n  - { name: mm, module: ./mm.ts, orders: { account: other, group: h } }\n`;
    const orders = `  protocol: ouch42\n  instruments: [AAPL]\n  groups: [{ name: g, ports: [${PORT('P1')}] }]\n`;
    expect(problems(orders, strategies)).toEqual([
      '7 strategies[0].orders.account: no account is called "other": they are main',
      '7 strategies[0].orders.group: no group is called "h": they are g',
    ]);
    const found = examineConfig(`${HEAD}${strategies}`, 'x.yaml').problems.map(({ message }) => message);
    expect(found).toContain('there is no section orders: nothing can be traded');
  });
});
