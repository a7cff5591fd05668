import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runCommand } from '../cli/testing/command.ts';
import { dayNumber, dayOfNumber } from '../order/civil-day.ts';
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
