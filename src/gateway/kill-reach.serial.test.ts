import { afterEach, expect, test } from 'vitest';
import { runCommand } from '../cli/testing/command.ts';
import { isDone } from '../order/terms.ts';
import { TradingHost } from './testing/trading-host.ts';

let host: TradingHost;
afterEach(() => host.close());

/** Orders of ours that the venue has on its books. */
const atVenue = () => host.simulator.orders!.truth('main').accounts[0].orders.length;
const open = () => host.orders().filter(({ state }) => !isDone(state)).length;

async function trading(pair: 'ports' | 'mirror', leavesOrders = false): Promise<void> {
  host = await new TradingHost().start({ pair, leavesOrders });
  await host.until('it trades', () => host.cell('entered') > 50 && open() > 5);
}

async function kill(): Promise<void> {
  const killed = await runCommand(['ctl', 'kill', host.path, '--reason', 'test']);
  expect([killed.code, killed.stderr]).toEqual([0, '']);
}

async function isGone(): Promise<void> {
  await host.until('nothing is open, here and there', () => open() === 0 && atVenue() === 0 && host.doubtful() === 0);
  const entered = host.cell('entered');
  const refused = host.cell('refused');
  await host.until('the strategy is refused more', () => host.cell('refused') > refused);
  expect(host.cell('entered')).toBe(entered);
  expect(host.differences()).toEqual([]);
}

test('a kill that is set while a port is gone cancels its orders once it is back', async () => {
  await trading('ports');
  host.fault('orders/P1:kill');
  await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active' && host.doubtful() > 0);
  await kill();
  const ofFirst = () => host.orders().filter(({ port, state }) => port === 0 && !isDone(state)).length;
  await host.until('what can be reached is cancelled', () => open() === ofFirst());
  expect(ofFirst()).toBeGreaterThan(0);
  expect(atVenue()).toBeGreaterThan(0);
  host.simulator.clearFaults('P1');
  await isGone();
});

test('a kill that is set while the mirror host takes over cancels behind the barrier', async () => {
  await trading('mirror');
  // the spare can't be reached either until the kill stands
  host.fault('orders/P1-mirror:kill');
  host.fault('orders/P1:kill');
  await host.until('nobody can be reached', () => host.doubtful() > 0);
  await kill();
  host.simulator.clearFaults('P1-mirror');
  await isGone();
});

test('a kill that stands at the start cancels what the last process left', async () => {
  await trading('ports', true);
  await host.router!.stop();
  expect(atVenue()).toBeGreaterThan(0);
  // its process, which is this test's, lives on and can't confirm
  const { stderr } = await runCommand(['ctl', 'kill', host.path, '--reason', 'test', '--wait', '1ms']);
  expect(stderr).toContain('The switch is set');
  await host.startRouter();
  await isGone();
  expect(host.cell('entered')).toBe(0);
});
