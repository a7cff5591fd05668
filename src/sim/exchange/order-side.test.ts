import { afterEach, describe, expect, it } from 'vitest';
import { type ConfigError, parseConfig } from '../../config/load.ts';
import { askSimulator } from '../control.ts';
import { ItchState } from '../itch-state.ts';
import { createSimulator, type Simulator } from '../simulator.ts';
import type { UnitStore } from '../unit-store.ts';
import type { OrdersTruth } from './order-side.ts';
import { cancel, enter, query } from './testing/ouch-by-hand.ts';
import { PASSWORD_ENV, PORTS, TradingSimulator } from './testing/trading-simulator.ts';

/** Far above what AAPL begins at: a bid takes what is offered, and the flow takes the rest of it. */
const HIGH_PRICE4 = 19_000_000;

const running: TradingSimulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
});

async function trading(sim = '', ports = PORTS): Promise<TradingSimulator> {
  const simulator = await TradingSimulator.start(sim, ports);
  running.push(simulator);
  return simulator;
}

/** What the units published so far amount to. */
function published(simulator: Simulator): ItchState {
  const state = new ItchState();
  const { store } = simulator.feeds[0];
  forEachUnit(store, (bytes, view, length) => state.apply(bytes, view, 0, length));
  return state;
}

function forEachUnit(store: UnitStore, visit: (bytes: Uint8Array, view: DataView, length: number) => void): void {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  for (let unit = store.firstUnit; unit < store.next; unit++) visit(bytes, view, store.copy(unit, bytes, 0));
}

/** Enters an order that rests far from the market. @returns what it is called */
async function restingOrder(client: Awaited<ReturnType<TradingSimulator['connect']>>): Promise<number> {
  client.order(enter({ key: 1, symbol: 'AAPL', price4: 100 }));
  await client.hear(/ A 1 .* L$/);
  return 1;
}

describe('the order side over TCP', () => {
  it('takes orders into the generated market: they rest in its feed under the number that they were told', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    const [{ orderRef }] = venue.simulator.ordersTruth().accounts[0].orders;
    expect(published(venue.simulator).orders.get(orderRef)).toMatchObject({ shares: 100, price4: 100 });
    client.order(cancel(key));
    await client.hear(/ C .* 100 U$/);
    expect(published(venue.simulator).orders.has(orderRef)).toBe(false);
  });

  it('lets the generated flow hit an order, and tells it in the replay to who was away', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const first = await restingOrder(client);
    // A bid far above the market takes what is offered; what is left of it is hit by the flow.
    client.order(enter({ key: first + 1, symbol: 'AAPL', shares: 900_000, price4: HIGH_PRICE4 }));
    await client.hear(new RegExp(` E ${first + 1} .* R #`));
    await client.hear(new RegExp(` E ${first + 1} .* A #`));
    client.socket.destroy();
    const again = (await venue.connect('b')).login('P1', '', 1);
    const hit = await again.hear(new RegExp(` E ${first + 1} .* A #`));
    expect(client.ear.heard).toContain(hit);
    const lines = again.ear.heard.filter((line) => line.startsWith('#'));
    expect(lines.map((line) => Number.parseInt(line.slice(1), 10))).toEqual(lines.map((_, i) => i + 1));
  });

  it('speaks OUCH 4.2 on the port that does', async () => {
    const venue = await trading();
    const client = (await venue.connect('c', 'ouch42')).login('P2');
    client.order(enter({ key: 'PROBE', symbol: 'MSFT', price4: 100, life: 'ioc' }));
    expect(await client.hear(/PROBE/)).toBe('#2 A PROBE B 100@100 D');
  });

  it('tells the drop copy of every port of the account', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const copy = (await venue.connect('copy')).login('copy');
    const key = await restingOrder(client);
    client.order(enter({ key: key + 1, symbol: 'AAPL', price4: HIGH_PRICE4 }));
    await client.hear(/ E /);
    await copy.hear(/^#1 E/);
  });

  it.each([
    ['kill', 'ECONNRESET'],
    ['reset', 'ECONNRESET'],
    ['close', 'closed'],
  ])('fault %s: the connection ends by %s', async (fault, ended) => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    await client.hear(/^login/);
    venue.fault(`orders/a:${fault}`);
    expect(await client.end()).toBe(ended);
  });

  it('fault kill: nobody listens, until it is cleared', async () => {
    const venue = await trading();
    venue.fault('orders/a:kill');
    await expect(venue.connect('a')).rejects.toThrow('ECONNREFUSED');
    await (await venue.connect('b')).login('P1').hear(/^login/);
    venue.simulator.clearFaults('a');
    await (await venue.connect('a')).login('P1').hear(/^login/);
  });

  it('fault freeze: the kernel takes what is sent, and it is processed when the host goes on', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    venue.fault('orders/a:freeze');
    await new Promise<void>((resolve) => client.socket.write(Uint8Array.of(0, 1, 82), () => resolve()));
    client.order(query());
    // Another host of the venue goes on meanwhile, and nothing comes from this one.
    await (await (await venue.connect('c')).login('P2')).heartbeats(3);
    expect(client.ear.heard.at(-1)).toMatch(/ A /);
    venue.simulator.clearFaults('a');
    expect(await client.hear(/ Q /)).toMatch(new RegExp(` Q ${key + 1}$`));
  });

  it('fault withhold: heartbeats go on while fills are kept back; a login on the mirror has them', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    const heard = client.ear.heard.length;
    venue.fault('orders/a:withhold');
    client.order(cancel(key));
    await client.heartbeats(3);
    expect(client.ear.heard.length).toBe(heard);
    const mirror = (await venue.connect('b')).login('P1', '', client.ear.next);
    await mirror.hear(new RegExp(` C ${key} 100 U`));
    expect(await client.end()).toBe('ECONNRESET');
  });

  it("keeps members' orders when the session of the feed is restarted: they stand in the new one", async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    const [{ orderRef }] = venue.simulator.ordersTruth().accounts[0].orders;
    const before = venue.simulator.feeds[0].store.session;
    venue.simulator.addFault('*:restart');
    await client.heartbeats(2);
    expect(venue.simulator.feeds[0].store.session).not.toBe(before);
    expect(published(venue.simulator).orders.get(orderRef)).toMatchObject({ shares: 100 });
    client.order(cancel(key));
    await client.hear(/ C /);
    const state = published(venue.simulator);
    expect([state.orders.has(orderRef), state.unknownOrders]).toEqual([false, 0]);
  });

  it('answers the control channel with what it knows', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    client.order(enter({ key: key + 1, symbol: 'AAPL', shares: 10, price4: HIGH_PRICE4 }));
    await client.hear(/ E /);
    const reply = await askSimulator(venue.simulator.ports.control!, { op: 'orders', account: 'main' });
    const { accounts, ports, hosts } = reply as unknown as OrdersTruth;
    expect(accounts[0].orders).toMatchObject([
      { port: 'P1', key, symbol: 'AAPL', side: 'B', price4: 100, leaves: 100 },
    ]);
    expect(accounts[0].positions.reduce((sum, { shares }) => sum + shares, 0)).toBe(
      accounts[0].executions.reduce((sum, { shares }) => sum + shares, 0),
    );
    expect(ports[0]).toMatchObject({ port: 'P1', nextRef: key + 2 });
    expect(hosts.a).toMatchObject({ listening: true, connections: 1, logins: 1 });
  });

  it('answers the control channel however much it knows', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    for (let key = 1; key <= 1000; key++) client.order(enter({ key, symbol: 'AAPL', price4: 100 }));
    await client.hear(/ A 1000 /);
    const reply = await askSimulator(venue.simulator.ports.control!, { op: 'orders' });
    expect(JSON.stringify(reply).length).toBeGreaterThan(65_536);
    expect((reply as unknown as OrdersTruth).accounts[0].orders).toHaveLength(1000);
  });

  it('fault unread: what is sent piles up at the client while heartbeats still come, and is taken in the end', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    await client.hear(/^login/);
    venue.fault('orders/a:unread');
    const heartbeats = Buffer.alloc(16 * 1024 * 1024);
    for (let at = 0; at + 3 <= heartbeats.length; at += 3) heartbeats.set([0, 1, 82], at);
    const written = new Promise((resolve) =>
      client.socket.write(heartbeats.subarray(0, heartbeats.length - 1), resolve),
    );
    await client.heartbeats(3);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    venue.simulator.clearFaults('a');
    await written;
    expect(client.ended).toBeUndefined();
  });

  it('ends the day when the simulator stops: orders expire in the feed too, and clients are told', async () => {
    const venue = await trading();
    const client = (await venue.connect('a')).login('P1');
    const key = await restingOrder(client);
    const [{ orderRef }] = venue.simulator.ordersTruth().accounts[0].orders;
    await venue.simulator.stop();
    await client.hear(new RegExp(` C ${key} 100 E`));
    await client.hear(/ S E$/);
    await client.hear(/^end$/);
    expect(await client.end()).toBe('closed');
    expect(published(venue.simulator).orders.has(orderRef)).toBe(false);
  });
});

describe('the config of the order side', () => {
  const base = `
venue: test
protocol: nasdaq
feeds: [{ name: itch, lines: [{ name: A, address: 127.0.0.1, port: 9 }] }]
`;

  it('takes the ports from the section orders where it names none, with their rules', async () => {
    const config = parseConfig(
      `${base}
orders:
  protocol: ouch42
  instruments: [AAPL]
  groups:
    - name: main
      ports:
        - name: P7
          username: P7
          passwordEnv: ${PASSWORD_ENV}
          hosts: [{ address: 127.0.0.1, port: 1 }, { address: 127.0.0.1, port: 2 }]
          rules: { secondLogin: displaces, cancelOnDisconnect: port }
sim: { orders: { behaviour: { selfMatch: oldest } } }
`,
      'test.yaml',
    );
    const simulator = createSimulator(config, { ephemeralPorts: true });
    const [port] = simulator.orders!.venue.core.ports;
    expect(port.options).toMatchObject({
      name: 'P7',
      account: 'main',
      protocol: 'ouch42',
      password: 'secret',
      session: 'OUCH001',
      secondLogin: 'displaces',
      cancelOnDisconnect: 'port',
      selfMatch: 'oldest',
    });
    expect(simulator.orders!.venue.hosts.map(({ name }) => name)).toEqual(['P7', 'P7-mirror']);
    await simulator.stop();
  });

  it('is refused as a whole, at the place of each mistake', () => {
    const wrong = `${base.replace('name: itch', 'name: orders')}
sim:
  orders:
    feed: nope
    ports:
      - { name: P, username: P, passwordEnv: X, hosts: [{ name: exchange, address: 127.0.0.1, port: 5 }] }
      - { name: P, username: P, hosts: [{ address: 127.0.0.1, port: 5 }] }
    dropCopies: [{ name: P, account: other, address: 127.0.0.1, port: 6, username: c, passwordEnv: X }]
`;
    let problems: string[] = [];
    try {
      parseConfig(wrong, 'test.yaml');
    } catch (error) {
      problems = (error as ConfigError).problems.map(({ key, message }) => `${key}: ${message}`);
    }
    expect(problems).toEqual([
      'feeds[0].name: "orders" means the order side where faults are named',
      'sim.orders.feed: no feed is called "nope": the feeds are orders',
      'sim.orders.ports[0].hosts[0].name: "exchange" means the exchange itself where faults are named',
      'sim.orders.ports[1]: needs either passwordFile or passwordEnv',
      'sim.orders.ports[1].name: there is already a port called "P"',
      'sim.orders.ports[1].hosts[0].port: 127.0.0.1:5 is already listened on',
      'sim.orders.dropCopies[0].name: there is already a host called "P"',
      'sim.orders.dropCopies[0].account: no port trades for account "other"',
    ]);
  });

  it('needs ports, or the section orders', () => {
    expect(() => parseConfig(`${base}\nsim: { orders: {} }`, 't')).toThrow(/needs ports/);
  });
});
