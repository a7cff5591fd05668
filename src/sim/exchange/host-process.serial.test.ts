import { afterEach, describe, expect, it } from 'vitest';
import { cancel, enter, query } from './testing/ouch-by-hand.ts';
import { PORTS, TradingSimulator } from './testing/trading-simulator.ts';

const running: TradingSimulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
});

async function trading(): Promise<TradingSimulator> {
  const simulator = await TradingSimulator.start('', `${PORTS}\n    processes: true\n`);
  running.push(simulator);
  return simulator;
}

type Client = Awaited<ReturnType<TradingSimulator['connect']>>;

async function restingOrder(client: Client): Promise<number> {
  client.order(enter({ key: 1, symbol: 'AAPL', price4: 100 }));
  await client.hear(/ A 1 .* L$/);
  return 1;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('hosts that are processes of their own', () => {
  it('carry orders as those in the venue do, each in its own process', async () => {
    const venue = await trading();
    expect(new Set([venue.pid('a'), venue.pid('b'), process.pid]).size).toBe(3);
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    client.order(cancel(key)).order(query());
    await client.hear(/ C /);
    expect(await client.hear(/ Q /)).toMatch(new RegExp(` Q ${key + 1}$`));
  });

  it('can be killed by anybody: clients are cut off, the order stays, the mirror goes on from the next number', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    const pid = venue.pid('a');
    process.kill(pid, 'SIGKILL');
    expect(['closed', 'ECONNRESET']).toContain(await client.end());
    await until(async () => !isAlive(pid));
    await expect(venue.connect('a')).rejects.toThrow('ECONNREFUSED');
    const mirror = (await venue.connect('b')).login('P1', '', client.ear.next);
    mirror.order(cancel(key));
    await mirror.hear(new RegExp(` C ${key} 100 U`));
    // It is listed as killed, and clearing that brings it back.
    const found = venue.simulator.faults().find(({ target }) => target === 'a');
    expect(found).toMatchObject({ feed: 'orders', fault: 'orders/a:kill' });
    venue.simulator.clearFaults('a');
    await until(async () => {
      const back = await venue.connect('a').catch(() => undefined);
      if (back === undefined) return false;
      await back.login('P1', '', 1).hear(/^login/);
      return true;
    });
  });

  it('fault kill is a SIGKILL, fault freeze a stopped process whose kernel still takes bytes', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    venue.fault('orders/a:freeze');
    await new Promise<void>((resolve) => client.socket.write(Uint8Array.of(0, 1, 82), () => resolve()));
    client.order(query());
    await (await venue.connect('c', 'ouch42')).login('P2').heartbeats(3);
    expect(client.ear.heard.at(-1)).toMatch(/ A /);
    venue.simulator.clearFaults('a');
    expect(await client.hear(/ Q /)).toMatch(new RegExp(` Q ${key + 1}$`));
    venue.fault('orders/a:kill');
    expect(['closed', 'ECONNRESET']).toContain(await client.end());
  });

  it('a reset by the venue reaches the client as a reset', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    await client.hear(/^login/);
    venue.fault('orders/a:reset');
    expect(await client.end()).toBe('ECONNRESET');
  });

  it('end with the simulator', async () => {
    const venue = await trading();
    const pids = [venue.pid('a'), venue.pid('b'), venue.pid('c')];
    await venue.stop();
    await until(async () => !pids.some(isAlive));
  });
});
