import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StatusModel } from '../status/status-model.ts';
import { SteeredRouter } from './testing/steered-router.ts';

const REASON = ['--reason', 'a drill'] as const;
let steered: SteeredRouter;
beforeAll(async () => {
  steered = await new SteeredRouter().start({ pair: 'ports' });
  await trades();
});
afterAll(() => steered.close());

const trades = async () => {
  const before = (await steered.status()).orders!.fills;
  await steered.until('it trades', ({ orders }) => orders!.fills > before);
};
const refusedBy = ({ orders }: StatusModel, reason: string) =>
  orders!.refusals.find((one) => one.reason === reason)?.count ?? 0;
const get = async (path: string) => (await fetch(`${steered.api}${path}`)).text();

test('a strategy is paused, which a restart does not change, and resumed', async () => {
  expect(await steered.ctl('strategy.pause', 'busy', ...REASON)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^strategy busy is paused; \d+ orders? (is|are) of it open\n$/),
  });
  const paused = await steered.until('its orders are refused', (status) => refusedBy(status, 'pausedByOperator') > 0);
  expect(paused.strategies[0].state).toBe('paused');
  expect(paused.orders!.paused).toEqual(['busy']);
  expect(await get('/readyz')).toContain('strategy busy: paused');
  expect(await get('/metrics')).toMatch(/warmline_strategy_paused\{strategy="busy"\} 1/);
  await steered.router.said(/strategy busy: an operator lets it open no risk/);
  await steered.stopRouter();
  await steered.startRouter();
  const again = await steered.until('so it is after a restart', (status) => refusedBy(status, 'pausedByOperator') > 0);
  expect(again.strategies[0].state).toBe('paused');
  expect(again.orders!.entered).toBe(0);
  const status = await steered.ctl('status', steered.venue.path);
  expect(status.stdout).toMatch(/^nobody is killed\npaused: busy\n/);
  expect(await steered.ctl('strategy.resume', 'busy', ...REASON)).toMatchObject({
    code: 0,
    stdout: 'strategy busy goes on\n',
  });
  await trades();
  expect((await steered.ctl('strategy.resume', 'busy', ...REASON)).stderr).toBe(
    'warmline: strategy busy is not paused\n',
  );
  expect((await steered.ctl('strategy.pause', 'bussy', ...REASON)).stderr).toMatch(
    /^error: strategy is one of busy, not "bussy"/,
  );
});

test('a drain that leaves what rests says what is still open; one that cancels says when nothing is', async () => {
  expect((await steered.ctl('drain.wait')).stderr).toMatch(/^warmline: nobody has the router drained/);
  await steered.until('something rests', ({ orders }) => orders!.open > 5);
  expect(await steered.ask({ op: 'drain', rest: 'leave', reason: 'a drill' })).toMatchObject({
    type: 'done',
    result: expect.stringMatching(/^nobody opens risk any more; /),
  });
  await steered.until('it is refused', (status) => refusedBy(status, 'draining') > 0);
  expect(await steered.ask({ op: 'drain', rest: 'keep', reason: 'a drill' })).toMatchObject({ code: 'unknown' });
  expect((await steered.ctl('drain', 'cancel', ...REASON)).code).toBe(0);
  expect(await steered.ctl('drain.wait', '30')).toMatchObject({
    code: 0,
    stdout: 'drained: nothing is open or in doubt\n',
  });
  const { orders } = await steered.status();
  expect([orders!.phase, orders!.open]).toEqual(['drained', 0]);
  expect(await get('/readyz')).toContain('orders: drained');
  expect(await get('/metrics')).toMatch(/warmline_orders_drained 1/);
});

test('a drained router hands over to the next one, which opens nothing until the drain is ended', async () => {
  await steered.stopRouter();
  await steered.startRouter();
  const status = await steered.until('it would trade', (one) => refusedBy(one, 'draining') > 0);
  expect([status.orders!.phase, status.orders!.entered]).toEqual(['drained', 0]);
  expect((await steered.ctl('drain.end', ...REASON)).stdout).toBe('the drain has ended\n');
  await trades();
  expect((await steered.ctl('drain.end', ...REASON)).stderr).toBe('warmline: nobody has the router drained\n');
});

test('who asked for it, and why, stands in the journal', async () => {
  await steered.stopRouter();
  const told = (await steered.journalled()).map((line) =>
    line.replace(/, by \w+ /, ' ').replace(/\d+ orders? (is|are)/, 'N are'),
  );
  expect(told).toEqual(
    expect.arrayContaining([
      'strategy.pause strategy=busy (a drill): strategy busy is paused; N are of it open',
      'strategy.resume strategy=busy (a drill): strategy busy goes on',
      'drain rest=leave (a drill): nobody opens risk any more; N are open',
      'drain.end (a drill): the drain has ended',
    ]),
  );
});
