import { afterEach, expect, test } from 'vitest';
import { TradingHost, type TradingOptions } from './testing/trading-host.ts';

let host: TradingHost;
afterEach(() => host.close());

async function trading(options: TradingOptions): Promise<TradingHost> {
  host = await new TradingHost().start(options);
  await host.until('it trades', () => host.cell('entered') > 50 && host.cell('fills') > 3);
  return host;
}

/** Stops trading and compares everything with the venue's own books. */
async function comparesEqual(): Promise<void> {
  host.gateway.control.send(4); // cancel all of everybody
  await host.until('reconciled', () => host.doubtful() === 0);
  await host.settled();
}

test('orders go to a venue over TCP, fill in its books, and everything is as the venue has it', async () => {
  await trading({ pair: 'ports' });
  expect(host.sessions()).toEqual(['P1 active', 'P2 warm']);
  await comparesEqual();
});
