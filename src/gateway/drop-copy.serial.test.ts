import { afterEach, describe, expect, test } from 'vitest';
import { SourceCell, SourceState } from '../order/source-cells.ts';
import { GatewayCommand } from './gateway-commands.ts';
import { TradingHost } from './testing/trading-host.ts';

let host: TradingHost;
afterEach(() => host.close());

const cell = (name: keyof typeof SourceCell) => host.gateway.options.dropCopy!.options.cells![SourceCell[name]];
const isLive = () => cell('state') === SourceState.live;

async function trading(): Promise<void> {
  host = await new TradingHost().start({ pair: 'ports', dropCopy: true });
  await host.until('it trades', () => host.cell('entered') > 50 && host.cell('fills') > 3 && isLive());
}

/** P1 is gone, and stays so, with orders of it on the books; the flow is on P2. */
async function losesFirstPort(fault: string): Promise<void> {
  host.fault(`orders/P1:${fault}`);
  await host.until('the flow has moved', () => host.sessions()[1] === 'P2 active' && host.doubtful() > 0);
}

/** Shares executed of the first port's orders, as we have them. */
const executedOfFirst = () => host.orders().reduce((sum, { port, executed }) => sum + (port === 0 ? executed : 0), 0);

/** What the first port can't tell, and the drop copy can: executions and what follows from them. */
const moneyDiffers = () => host.differences().filter((text) => /position|executed/.test(text));

async function endsEqual(): Promise<void> {
  host.simulator.clearFaults('P1');
  // after a restart the flow may begin with P1, where it was back in time
  await host.until('P1 is back and reconciled', () => /^P1 (warm|active)$/.test(host.sessions()[0]));
  host.gateway.control.send(GatewayCommand.cancel);
  await host.until('nothing is in doubt', () => host.doubtful() === 0);
  await host.settled();
}

describe('fills of a port that is dead', () => {
  test.each([
    ['whose gateway was killed', 'kill'],
    ['that is cut off', 'blackhole'],
  ])('%s are learnt from the drop copy, and counted once when it is back', async (_what, fault) => {
    await trading();
    await losesFirstPort(fault);
    const before = executedOfFirst();
    await host.until('a resting order of the dead port fills', () => executedOfFirst() > before);
    await host.until('positions are the venue’s', () => moneyDiffers().length === 0);
    expect(host.sessions()[0]).not.toMatch(/active|warm/);
    expect(host.cell('evidence')).toBeGreaterThan(0);
    expect([cell('malformed'), cell('foreign')]).toEqual([0, 0]);
    await endsEqual();
  });

  test('are in the journal: the next start has them without the drop copy', async () => {
    await trading();
    await losesFirstPort('kill');
    const before = executedOfFirst();
    await host.until('a resting order of the dead port fills', () => executedOfFirst() > before);
    host.fault('orders/copy:kill');
    await host.until('the drop copy is lost', () => !isLive());
    const learnt = executedOfFirst();
    await host.router!.stop();
    await host.startRouter();
    expect(executedOfFirst()).toBe(learnt);
    host.simulator.clearFaults('copy');
    await host.until('the drop copy is back', isLive);
    await host.until('positions are the venue’s', () => moneyDiffers().length === 0);
    await endsEqual();
  });
});

test('a drop copy that is lost comes back at the next number, and has missed nothing', async () => {
  await trading();
  host.fault('orders/copy:kill');
  await losesFirstPort('kill');
  await host.until('it is dialled again and again', () => cell('losses') > 2 && !isLive());
  const next = cell('next');
  const records = cell('records');
  host.simulator.clearFaults('copy');
  await host.until(
    'it is back, and each number since is a record',
    () => cell('records') > records && cell('next') - next === cell('records') - records,
  );
  await host.until('positions are the venue’s', () => moneyDiffers().length === 0);
  expect(cell('logins')).toBe(2);
  await endsEqual();
});
