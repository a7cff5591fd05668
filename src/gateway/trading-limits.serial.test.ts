import { afterEach, beforeEach, expect, test } from 'vitest';
import { Limit } from '../order/limit-table.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { Scope } from '../order/scope.ts';
import { isDone } from '../order/terms.ts';
import { readKillStatus, writeKill } from './kill-command.ts';
import { TradingHost } from './testing/trading-host.ts';

let host: TradingHost;
beforeEach(async () => {
  host = await new TradingHost().start({ pair: 'ports' });
  await trades();
});
afterEach(() => host.close());

/** Waits until so many more orders have been entered, or refused. */
async function more(cell: 'entered' | 'refused', count = 20): Promise<void> {
  const before = host.cell(cell);
  await host.until(`${count} more ${cell}`, () => host.cell(cell) >= before + count);
}

const trades = (): Promise<void> => more('entered', 50);
const allDone = (): boolean => host.orders().every(({ state }) => isDone(state));

/** Nothing is entered while the strategy goes on asking. */
async function refusesAll(): Promise<void> {
  const before = host.cell('entered');
  await more('refused');
  expect(host.cell('entered')).toBe(before);
}

const OPEN_ORDERS = { limit: Limit.maxOpenOrders, scope: Scope.strategy, index: 0 };

test('a limit lowered while it trades holds at once, is raised by an operator alone, and holds over a restart', async () => {
  const { limitControl } = host.gateway;
  limitControl.lower({ ...OPEN_ORDERS, value: 0 });
  await host.until('answered', () => host.gateway.limitControl.answer === '');
  await refusesAll();
  limitControl.lower({ ...OPEN_ORDERS, value: 500 });
  await host.until('answered', () => host.gateway.limitControl.answer !== undefined);
  expect(limitControl.answer).toBe('maxOpenOrders of strategy busy would go up from 0 to 500: only an operator may');
  limitControl.raise({ ...OPEN_ORDERS, value: 500 }, 'ann');
  await host.until('raised', () => host.gateway.limitControl.answer === '');
  await trades();
  expect(host.reports.filter(({ kind }) => kind === 'limit')).toMatchObject([
    { limit: RefusalReason.maxOpenOrders, scope: Scope.strategy, before: null, after: 0, operator: '' },
    { before: 0, after: 500, operator: 'ann' },
  ]);

  await host.router!.stop();
  await host.startRouter();
  expect(host.gateway.limits.value(Limit.maxOpenOrders, Scope.strategy, 0)).toBe(500);
});

test('a kill refuses everything new and cancels what is open; a restart stays killed until a person clears it (tracequant #44)', async () => {
  const path = host.gateway.killPath;
  writeKill(path, { target: { scope: 'global' }, on: true, reason: 'a drill' });
  await host.until('confirmed', () => readKillStatus(path).isConfirmed);
  await host.until('all ours are cancelled', allDone);
  await refusesAll();
  await host.settled();
  expect(host.simulator.orders!.truth('main').accounts[0].orders).toEqual([]);
  expect(host.reports).toContainEqual(expect.objectContaining({ kind: 'killed', scope: Scope.global, on: true }));

  await host.router!.stop();
  await host.startRouter();
  await refusesAll();
  writeKill(path, { target: { scope: 'global' }, on: false, reason: 'drill is over' });
  await trades();
});
