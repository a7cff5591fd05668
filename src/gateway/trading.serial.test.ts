import { afterEach, describe, expect, test } from 'vitest';
import { CommandProcess } from '../cli/testing/command.ts';
import { SlotField } from '../order/order-layout.ts';
import { OrderFlag } from '../order/terms.ts';
import { HistogramSnapshot } from '../runtime/histogram.ts';
import { GatewayCommand } from './gateway-commands.ts';
import { TradingHost, type TradingOptions } from './testing/trading-host.ts';

let host: TradingHost;
afterEach(() => host.close());

async function trading(options: TradingOptions): Promise<TradingHost> {
  host = await new TradingHost().start(options);
  await host.until('it trades', () => host.cell('entered') > 50 && host.cell('fills') > 3);
  return host;
}

/** All of everybody's orders are cancelled; then nothing may differ from the venue's own books. */
async function comparesEqual(): Promise<void> {
  host.gateway.control.send(GatewayCommand.cancel);
  await host.until('nothing is in doubt', () => host.doubtful() === 0);
  await host.settled();
}

async function tradesOn(orders = 30): Promise<void> {
  const before = host.cell('entered');
  await host.until('it goes on trading', () => host.cell('entered') > before + orders);
}

const lost = (evidence?: number) =>
  host.reports.filter(
    (report) => report.kind === 'portLost' && (evidence === undefined || report.evidence === evidence),
  );

describe.each(['fused', 'dedicated'] as const)('%s', (layout) => {
  test('orders go to the venue, fill in its books, and everything is as the venue has it', async () => {
    await trading({ pair: 'ports', layout });
    expect(host.sessions()).toEqual(['P1 active', 'P2 warm']);
    const { risk, toSend, send, answer } = host.gateway.options.histograms;
    for (const stage of [risk, toSend, send, answer]) expect(HistogramSnapshot.of(stage).count).toBeGreaterThan(0);
    await comparesEqual();
    expect(host.warnings).toEqual([]);
  });
});

test('by the portable sockets too', async () => {
  await trading({ pair: 'ports', io: 'portable' });
  await comparesEqual();
});

test('OUCH 4.2, whose barrier is a probe', async () => {
  await trading({ pair: 'ports', protocol: 'ouch42' });
  host.fault('orders/P1:reset');
  await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active');
  await tradesOn();
  await host.until('P1 is back', () => host.sessions()[0] === 'P1 warm');
  await comparesEqual();
});

describe('two ports: new orders go to the peer, the lost port’s own are resolved when it answers again', () => {
  test.each([
    ['killed', 'kill=1s'],
    ['reset', 'reset'],
    ['closed in order', 'close'],
    ['frozen', 'freeze=1500ms'],
    ['cut off', 'blackhole=1500ms'],
  ])('the primary gateway is %s', async (_what, fault) => {
    await trading({ pair: 'ports' });
    host.fault(`orders/P1:${fault}`);
    await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active');
    await tradesOn();
    expect(lost().length).toBeGreaterThan(0);
    await host.until('P1 is back and reconciled', () => host.sessions()[0] === 'P1 warm');
    await comparesEqual();
    expect(host.sessions()).toEqual(['P1 warm', 'P2 active']);
  });

  test('a port that stays dead: its orders stay unknown or blind with their full risk, the peer trades on', async () => {
    await trading({ pair: 'ports' });
    host.fault('orders/P1:kill');
    await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active');
    await tradesOn(100);
    const doubtful = host.orders().filter(({ flags }) => (flags & (OrderFlag.unknown | OrderFlag.blind)) !== 0);
    expect(doubtful.length).toBeGreaterThan(0);
    expect(new Set(doubtful.map(({ port }) => port))).toEqual(new Set([0]));
    for (const { number } of doubtful) {
      const base = host.gateway.store.base(number - 1);
      expect(host.gateway.store.int32[base + SlotField.reservedShares]).toBeGreaterThan(0);
    }
    host.simulator.clearFaults('P1');
    await host.until('P1 is back', () => host.sessions()[0] === 'P1 warm');
    await comparesEqual();
  });
});

describe('mirror hosts of one port: the spare takes over with the same session and the next number', () => {
  test.each([
    ['displaces', 'kill=1s', 'P1'],
    ['displaces', 'freeze=2s', 'P1'],
    ['displaces', 'reset', 'P1'],
    ['refused', 'kill=1s', 'P1'],
    ['refused', 'reset', 'P1'],
    ['refused', 'blackhole=1s', 'P1'],
  ] as const)('second login %s, the first host: %s', async (secondLogin, fault, target) => {
    await trading({ pair: 'mirror', secondLogin });
    expect(host.sessions()[0]).toBe('P1.a active');
    host.fault(`orders/${target}:${fault}`);
    await host.until(
      'the mirror host carries orders',
      () =>
        host.sessions()[1] === 'P1.b active' ||
        (host.sessions()[0] === 'P1.a active' && lost().length > 0 && host.doubtful() === 0),
    );
    await tradesOn();
    await comparesEqual();
    expect(host.orders().every(({ port }) => port === 0)).toBe(true);
  });
});

describe('the whole process ends and starts again', () => {
  test('killed by SIGKILL while it trades: nothing is lost, doubled or guessed', async () => {
    host = await new TradingHost().prepare({ pair: 'ports' });
    for (let life = 0; life < 3; life++) {
      const before = host.venueOrders();
      const process = new CommandProcess(['run', host.path]);
      await host.until('it trades', () => host.venueOrders() > before + 60);
      process.signal('SIGKILL');
      await process.exited;
    }
    await host.startRouter();
    expect(host.gateway.options.restart).toBe(true);
    await tradesOn();
    await comparesEqual();
    const orders = host.orders(); // once: it trades on
    expect(orders.map(({ number }) => number)).toEqual(orders.map((_, i) => i + 1));
    expect(new Set(host.orders().map(({ port, ref }) => `${port}/${ref}`)).size).toBe(host.orders().length);
  });

  test('it recovers from the journal, asks the venue, and goes on with the next number', async () => {
    await trading({ pair: 'ports' });
    const before = host.gateway.store.count;
    await host.router!.stop();
    await host.startRouter();
    expect(host.gateway.store.count).toBeGreaterThanOrEqual(before);
    await tradesOn();
    await comparesEqual();
    const orders = host.orders(); // once: it trades on
    expect(orders.map(({ number }) => number)).toEqual(orders.map((_, i) => i + 1));
  });
});
