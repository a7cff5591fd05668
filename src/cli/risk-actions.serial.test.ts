import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LimitValues } from '../config/risk-schema.ts';
import { readKillStatus } from '../gateway/kill-command.ts';
import { TradingHost } from '../gateway/testing/trading-host.ts';
import { Limit, NO_LIMIT } from '../order/limit-table.ts';
import { Scope } from '../order/scope.ts';
import { riskActions } from './risk-actions.ts';

const ASKED = { by: 'ann', reason: 'a drill' };
let host: TradingHost;
beforeAll(async () => {
  host = await new TradingHost().start({ pair: 'ports' });
});
afterAll(() => host.close());

/** Does an action, with the main thread's work going on meanwhile. */
async function act(op: string, args: Record<string, string> = {}, readConfig = () => host.config): Promise<string> {
  const action = riskActions({ gateway: host.gateway, readConfig }).find((one) => one.op === op)!;
  return action.run(args, ASKED);
}
const value = (limit: Limit, scope: Scope, index: number) => host.gateway.limits.value(limit, scope, index);

test('a limit is set in the units of people, at the scope that is named', async () => {
  expect(await act('limit.set', { limit: 'maxOrderNotional', scope: 'account', of: 'main', value: '12500.5' })).toBe(
    'maxOrderNotional of account main is 12,500.50 now',
  );
  expect(value(Limit.maxOrderNotional, Scope.account, 0)).toBe(125_005_000);
  await act('limit.set', { limit: 'priceCollar', scope: 'instrument', of: 'MSFT', value: '2.5' });
  expect(value(Limit.priceCollar, Scope.instrument, 1)).toBe(250);
  await act('limit.set', { limit: 'feedSilent', scope: 'global', value: '250' });
  expect(value(Limit.feedSilent, Scope.global, 0)).toBe(250e6);
  await act('limit.set', { limit: 'feedSilent', scope: 'global', value: 'off' });
  expect(value(Limit.feedSilent, Scope.global, 0)).toBe(NO_LIMIT);
});

test('what can not be set is said in words', async () => {
  const set = (args: Record<string, string>) => act('limit.set', args);
  await expect(set({ limit: 'maxPositon', scope: 'global', value: '1' })).rejects.toThrow(/no limit "maxPositon"/);
  await expect(set({ limit: 'maxPosition', scope: 'account', of: 'mine', value: '1' })).rejects.toThrow(
    /no account "mine": main/,
  );
  await expect(set({ limit: 'maxPosition', scope: 'global', value: 'lots' })).rejects.toThrow(/"lots" is no value/);
  await expect(set({ limit: 'margin', scope: 'strategy', of: 'busy', value: '5' })).rejects.toThrow(/only per global/);
});

test('a reload takes over what is tighter and tells what it left', async () => {
  const risk = host.config.orders!.risk;
  const changed = (global: LimitValues, accounts: Record<string, LimitValues>) => () => ({
    ...host.config,
    orders: { ...host.config.orders!, risk: { ...risk, global: { ...risk.global, ...global }, accounts } },
  });
  const told = await act('limits.reload', {}, changed({ maxOrderShares: 900 }, { main: { maxOpenOrders: 400 } }));
  expect(told.split('; ')).toEqual([
    'maxOrderShares of everything is 900 now',
    'maxOpenOrders of account main is 400 now',
    'maxOrderNotional of account main would go up from 12,500.50 to off: only an operator may',
    'priceCollar of instrument MSFT would go up from 2.5% to off: only an operator may',
  ]);
  expect(value(Limit.maxOrderShares, Scope.global, 0)).toBe(900);
});

test('kill and clear are those of the command line, with who asked', async () => {
  const { killPath } = host.gateway;
  expect(await act('kill', { strategy: 'busy' })).toBe('strategy busy is killed');
  await host.until('confirmed', () => readKillStatus(killPath).isConfirmed);
  expect(readKillStatus(killPath)).toMatchObject({ killed: [{ scope: 'strategy', name: 'busy' }] });
  expect(readKillStatus(killPath).log.at(-1)).toMatch(/kill strategy busy by .*: ann: a drill$/);
  expect(await act('kill.clear', { strategy: 'busy' })).toBe('strategy busy is cleared');
  await expect(act('kill', { strategy: 'bussy' })).rejects.toThrow(/knows no strategy bussy/);
  await expect(act('kill', { strategy: 'busy', account: 'main' })).rejects.toThrow(/two kills/);
});
