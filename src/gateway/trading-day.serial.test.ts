import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from '../cli/testing/command.ts';
import { dayNumber, dayOfNumber } from '../order/civil-day.ts';
import { isDone, OrderState } from '../order/terms.ts';
import { GatewayCommand } from './gateway-commands.ts';
import { TradingHost } from './testing/trading-host.ts';

let host: TradingHost;
afterEach(() => host.close());

const positions = () =>
  host.gateway.options.instruments.map((_, instrument) => host.gateway.ledger.position(0, instrument));

const holding = () => positions().filter((shares) => shares !== 0).length;

test.each(['native', 'portable'] as const)(
  'a day ends, by %s sockets: ours are cancelled, the journal is sealed, and the next start has the positions',
  async (io) => {
    host = await new TradingHost().start({ pair: 'ports', everyDay: true, io });
    await host.until('it trades', () => host.cell('entered') > 50 && holding() > 1);
    const { day } = host.gateway;
    host.gateway.control.send(GatewayCommand.endDay);
    await host.until('the day is sealed', () => host.cell('daySealed') === 1);
    expect(host.differences()).toEqual([]);
    const held = positions();
    const entered = host.cell('entered');
    const refused = host.cell('refused');
    await host.until('the strategy is refused more', () => host.cell('refused') > refused);
    expect(host.cell('entered')).toBe(entered);
    host.fault('orders/exchange:end');
    await host.router!.stop();

    const { directory } = host.config.orders!;
    const verified = await runCommand(['journal', 'verify', directory, '--day', String(day)]);
    expect(verified.stdout).toMatch(/, sealed/);
    const next = dayOfNumber(dayNumber(day) + 1);
    expect(readFileSync(join(directory, `sim-${next}.start`), 'utf8')).toContain(`\nday ${next}\n`);

    await host.startRouter();
    expect([host.gateway.day, host.gateway.options.restart, host.gateway.store.count]).toEqual([next, false, 0]);
    await host.until('the day has begun', () => positions().join() === held.join());
    expect(host.cell('dayEnded')).toBe(0);
  },
);

describe('a day that the venue ends', () => {
  const isSealed = () => host.cell('daySealed') === 1;
  const openOrders = () => host.orders().filter(({ state }) => !isDone(state)).length;
  const startPath = () =>
    join(host.config.orders!.directory, `sim-${dayOfNumber(dayNumber(host.gateway.day) + 1)}.start`);

  /** Sealed, with the books of the venue; and the next start is the next day, flat of orders, with what is held. */
  async function isOverAndBeginsAnew(): Promise<void> {
    await host.until('the day is sealed', isSealed);
    expect(openOrders() + host.doubtful()).toBe(0);
    expect(host.differences()).toEqual([]);
    const held = positions();
    const { day } = host.gateway;
    await host.router!.stop();
    const verified = await runCommand(['journal', 'verify', host.config.orders!.directory, '--day', String(day)]);
    expect(verified.stdout).toMatch(/, sealed/);
    await host.startRouter();
    const { gateway } = host;
    expect([gateway.day, gateway.options.restart, gateway.store.count]).toEqual([
      dayOfNumber(dayNumber(day) + 1),
      false,
      0,
    ]);
    await host.until('the day has begun', () => positions().join() === held.join());
  }

  test.each([
    ['ouch50', 'ports', false],
    ['ouch42', 'ports', false],
    ['ouch50', 'mirror', false],
    ['ouch50', 'ports', true],
  ] as const)(
    'with orders live and on their way, over %s and %s, ending in silence: %s: all of them end, and the next day begins clean',
    async (protocol, pair, silentLapse) => {
      host = await new TradingHost().start({ pair, everyDay: true, protocol, silentLapse });
      await host.until('it trades', () => host.cell('entered') > 50 && holding() > 1 && openOrders() > 0);
      // answers stay away: what is sent from here on is unanswered when the day ends, and told behind it
      host.fault('orders/P1:withhold=300ms');
      await host.until('orders are on their way', () => host.orders().some(({ state }) => state === OrderState.sent));
      host.fault('orders/exchange:end');
      await isOverAndBeginsAnew();
    },
  );

  test.each([
    ['killed', 'kill'],
    ['cut off', 'blackhole'],
    ['frozen', 'freeze'],
  ])(
    'while a port is dead (%s): its orders stay in doubt and the day is not sealed before it tells',
    async (_what, fault) => {
      host = await new TradingHost().start({ pair: 'ports', everyDay: true });
      await host.until('it trades', () => host.cell('entered') > 50 && holding() > 1);
      host.fault(`orders/P1:${fault}`);
      await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active' && host.doubtful() > 0);
      host.fault('orders/exchange:end');
      await host.until('P2 has said goodbye', () => host.sessions()[1] === 'P2 ended');
      // the strategy asks every 2 ms: that is longer than it takes to seal a day that is settled
      const refused = host.cell('refused');
      await host.until('nothing new is sent', () => host.cell('refused') > refused + 800);
      expect([isSealed(), existsSync(startPath())]).toEqual([false, false]);
      expect(host.orders().every(({ port, state }) => port === 0 || isDone(state))).toBe(true);
      host.simulator.clearFaults('P1');
      await isOverAndBeginsAnew();
    },
  );

  test('while a port is dead, and the router is started anew on that day: it stays ended, asks, and is sealed', async () => {
    host = await new TradingHost().start({ pair: 'ports', everyDay: true });
    await host.until('it trades', () => host.cell('entered') > 50 && holding() > 1);
    host.fault('orders/P1:kill');
    await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active' && host.doubtful() > 0);
    host.fault('orders/exchange:end');
    await host.until('P2 has said goodbye', () => host.sessions()[1] === 'P2 ended');
    const { day } = host.gateway;
    await host.router!.stop();
    await host.startRouter();
    expect([host.gateway.day, host.gateway.options.restart, host.cell('dayEnded')]).toEqual([day, true, 1]);
    await host.until('the strategy is refused', () => host.cell('refused') > 0);
    expect([host.cell('entered'), isSealed()]).toEqual([0, false]);
    host.simulator.clearFaults('P1');
    await isOverAndBeginsAnew();
  });
});
