import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrdersView } from '../status/status-model.ts';
import { SteeredRouter } from './testing/steered-router.ts';

const REASON = ['--reason', 'a drill'] as const;
let steered: SteeredRouter;
beforeAll(async () => {
  steered = await new SteeredRouter().start({ pair: 'ports' });
  await steered.until('it trades', ({ orders }) => orders!.fills > 0 && states(orders!) === 'P1 active, P2 warm');
});
afterAll(() => steered.close());

const states = ({ sessions }: OrdersView) => sessions.map(({ name, state }) => `${name} ${state}`).join(', ');

test('a session is failed over and back from the shell, and the flow follows', async () => {
  expect(await steered.ctl('session.failover', 'P1', ...REASON)).toEqual({
    code: 0,
    stdout: 'port P1 has given up its session; group main: new orders take P2\n',
    stderr: '',
  });
  const { orders } = await steered.until('P1 is back', (status) => states(status.orders!) === 'P1 warm, P2 active');
  expect(orders!.groups[0]).toMatchObject({ routes: ['P2'], lastEvidence: 'by the operator' });
  expect(await steered.ctl('session.failback', 'main', ...REASON)).toMatchObject({
    code: 0,
    stdout: 'group main: new orders take P1\n',
  });
  expect(await steered.ctl('session.failback', 'main', ...REASON)).toMatchObject({
    code: 1,
    stderr:
      'warmline: group main has nothing to return: new orders take P1, and no port that it prefers can carry orders instead\n',
  });
});

test('a port that was given up is revived; one that was not is left alone', async () => {
  expect(await steered.ctl('session.revive', 'P2', ...REASON)).toMatchObject({
    code: 1,
    stderr: 'warmline: port P2 is not given up: P2 is warm\n',
  });
  steered.venue.fault('orders/P2:reject');
  expect((await steered.ctl('session.failover', 'P2', ...REASON)).code).toBe(0);
  await steered.until('P2 is given up', ({ orders }) => states(orders!) === 'P1 active, P2 ended');
  expect((await steered.ctl('session.failover', 'P2', ...REASON)).stderr).toBe(
    'warmline: port P2 is not logged on: P2 is ended\n',
  );
  steered.venue.simulator.clearFaults();
  expect(await steered.ctl('session.revive', 'P2', ...REASON)).toMatchObject({
    code: 0,
    stdout: 'port P2 tries again, with a new budget of logins\n',
  });
  await steered.until('P2 is back', ({ orders }) => states(orders!) === 'P1 active, P2 warm');
});

test('what is open is cancelled by strategy, by account, or all of it', async () => {
  const cancels = /^cancels sent for \d+ orders?(; \d+ orders? more: being cancelled already, or out of reach)?\n$/;
  expect((await steered.ctl('orders.cancel', 'busy', ...REASON)).stdout).toMatch(cancels);
  expect((await steered.ctl('orders.cancel', 'account=main', ...REASON)).stdout).toMatch(/^cancels sent|^nothing/);
  expect(await steered.ask({ op: 'orders.cancel', reason: 'a drill' })).toMatchObject({ type: 'done' });
});

test('the API takes the same, from who may operate, with a reason', async () => {
  const failover = { op: 'session.failover', port: 'P2', reason: 'a drill' };
  expect(await steered.ask(failover, steered.tokens.tom)).toMatchObject({ type: 'error', code: 'forbidden' });
  expect(await steered.ask({ ...failover, reason: undefined })).toMatchObject({ type: 'error', code: 'malformed' });
  expect(await steered.ask(failover)).toMatchObject({
    type: 'done',
    result: expect.stringContaining('P2 has given up'),
  });
  await steered.until('P2 is back', ({ orders }) => states(orders!) === 'P1 active, P2 warm');
});

test('names that there are not are told with those that there are', async () => {
  expect(await steered.ask({ op: 'session.failover', port: 'P9', reason: 'a drill' })).toMatchObject({
    code: 'unknown',
    message: 'there is no port "P9": P1, P2',
  });
  const wrong = async (...args: string[]) => {
    const { code, stderr } = await steered.ctl(...args, ...REASON);
    expect(code).toBe(2);
    return stderr.split('\n')[0];
  };
  expect(await wrong('session.revive', 'P9')).toBe('error: port is one of P1, P2, not "P9"');
  expect(await wrong('session.failback', 'mian')).toBe('error: group is one of main, not "mian"');
  expect(await wrong('orders.cancel', 'bussy')).toBe('error: strategy is one of busy, not "bussy"');
  expect(await wrong('orders.cancel', 'account=mine')).toBe('error: account is one of main, not "mine"');
});

test('a day that an operator ends is over and sealed; who and why stand in the journal', async () => {
  expect((await steered.ctl('day.end', ...REASON)).stdout).toMatch(/^day \d{8} ends: (cancels sent|nothing is open)/);
  await steered.until('nothing is open', ({ orders }) => orders!.phase !== 'trading' && orders!.open === 0);
  expect((await steered.ctl('day.end', ...REASON)).stderr).toMatch(/^warmline: day \d{8} has ended already\n$/);
  await steered.stopRouter();
  const told = await steered.journalled();
  expect(told[0]).toMatch(
    /^session\.failover port=P1, by \w+ \(a drill\): port P1 has given up its session; group main: new orders take P2$/,
  );
  expect(told).toContainEqual(expect.stringMatching(/^session\.failover port=P2, by olga \(a drill\): /));
  expect(told).toContainEqual(expect.stringMatching(/^day\.end, by \w+ \(a drill\): day \d{8} ends: /));
});
