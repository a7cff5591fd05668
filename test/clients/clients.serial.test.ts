import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiHost, Cable } from './api-host.ts';
import { ClientProcess, type Language, type Told } from './client-process.ts';

/** Both clients of deploy/clients, as processes, against a router process with a real feed and real orders. */

const python = (() => {
  try {
    return execFileSync('python3', ['--version'], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
})();
if (python === undefined) it.skip('the Python client is left out: there is no python3', () => {});
const LANGUAGES: readonly Language[] = python === undefined ? ['TypeScript'] : ['TypeScript', 'Python'];

const clients: ClientProcess[] = [];
const cables: Cable[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  for (const cable of cables.splice(0)) cable.close();
});

function start(...args: ConstructorParameters<typeof ClientProcess>): ClientProcess {
  const client = new ClientProcess(...args);
  clients.push(client);
  return client;
}

async function cableTo(port: number): Promise<Cable> {
  const cable = await Cable.to(port);
  cables.push(cable);
  return cable;
}

const rising = (numbers: readonly number[]) => numbers.every((number, i) => i === 0 || number === numbers[i - 1] + 1);
/** Refusals of a router that has just started: not logged on, or the market is not known yet. */
const NOT_YET = /^refused:(noSession|feedNotLive|noReferencePrice|paused|halted)$/;
const POLL_MS = 20;
let ids = 0;
const newId = () => `id-${++ids}`;

/** Waits until orders pass: sessions are logged on, and the market is known. */
async function trades(host: ApiHost): Promise<void> {
  const client = start('TypeScript', host.port, host.tokens.olga);
  const { bid } = await quote(client);
  for (;;) {
    const order = { clientId: newId(), symbol: 'AAPL', side: 'buy', shares: 1, price: bid - 1 };
    const { code } = await client.ask('order.enter', { ...order, timeInForce: 'immediateOrCancel' });
    if (!NOT_YET.test(String(code))) break;
  }
  await client.close();
}

/** Prices of a symbol as the client sees them. */
async function quote(client: ClientProcess, symbol = 'AAPL'): Promise<{ bid: number; ask: number }> {
  const channel = `book:itch/${symbol}`;
  client.do('state', { channel });
  const told = await client.until(({ channel: of, value }) => {
    const book = value as { bids: number[][]; asks: number[][] } | undefined;
    return of === channel && book !== undefined && book.bids.length > 0 && book.asks.length > 0;
  });
  client.do('leave', { channel });
  const { bids, asks } = told.value as { bids: number[][]; asks: number[][] };
  return { bid: bids[0][0] / 10_000, ask: asks[0][0] / 10_000 };
}

describe.each(LANGUAGES)('the %s client', (language) => {
  let host: ApiHost;
  beforeAll(async () => {
    host = await new ApiHost().prepare();
    await host.startRouter();
    await trades(host);
  });
  afterAll(() => host.close());

  const program = (token: keyof ApiHost['tokens'] | '' = 'ann', port = host.port) =>
    start(language, port, token === '' ? '' : host.tokens[token]);

  /** Enters an order, and asks again where the session is not logged on yet or the book is not there yet. */
  async function enter(client: ClientProcess, order: object): Promise<Told> {
    for (;;) {
      const answer = await client.ask('order.enter', {
        clientId: newId(),
        symbol: 'AAPL',
        side: 'buy',
        shares: 100,
        ...order,
      });
      if (!NOT_YET.test(String(answer.code))) return answer;
    }
  }

  it('follows status, book and messages: the present, kept up to date', async () => {
    const client = program('');
    expect(await client.until(({ connected }) => connected !== undefined)).toMatchObject({
      connected: 'anonymous',
      role: 'view',
    });
    client.do('state', { channel: 'status' });
    client.do('state', { channel: 'book:itch/AAPL' });
    client.do('entries', { channel: 'messages:itch/AAPL' });
    const delivered = ({ value }: Told) => (value as { feeds: { delivered: number }[] }).feeds[0].delivered;
    const status = await client.until(({ channel }) => channel === 'status');
    await client.until((told) => told.channel === 'status' && delivered(told) > delivered(status));
    const books = () => client.told.filter(({ channel }) => channel === 'book:itch/AAPL').map(({ value }) => value);
    await client.until(() => new Set(books().map((book) => JSON.stringify(book))).size > 3);
    for (const book of books() as { bids: number[][]; asks: number[][]; symbol: string; consistent: boolean }[]) {
      if (!book.consistent) continue;
      expect(book.symbol).toBe('AAPL');
      const [bids, asks] = [book.bids.map(([price]) => price), book.asks.map(([price]) => price)];
      expect(bids).toEqual([...bids].sort((a, b) => b - a));
      expect(asks).toEqual([...asks].sort((a, b) => a - b));
    }
    await client.until(() => client.entries('messages:itch/AAPL').length > 50);
    const entries = client.entries('messages:itch/AAPL');
    expect(rising(entries.map(({ number }) => number))).toBe(true);
    expect(new Set(entries.map(({ entry }) => entry.locate)).size).toBe(1);
  });

  it('trades: enters, hears of it, replaces, cancels, is refused with limit, value and bound', async () => {
    const client = program();
    client.do('entries', { channel: 'orders' });
    const { bid, ask } = await quote(client);
    const resting = await enter(client, { price: bid - 0.05 });
    expect(resting).toMatchObject({ symbol: 'AAPL', side: 'buy', shares: 100, executed: 0 });
    await client.until(() => client.entries('orders').some(({ entry }) => entry.state === 'live'));
    expect(await client.ask('order.replace', { order: resting.order, shares: 200, price: bid - 0.06 })).toMatchObject({
      order: resting.order,
    });
    await client.until(() =>
      client.entries('orders').some(({ entry }) => entry.shares === 200 && !entry.pendingReplace),
    );
    expect(await client.ask('orders.open')).toMatchObject([{ order: resting.order, shares: 200 }]);
    // far through the book: nothing can keep it from trading
    const taken = await enter(client, { price: ask + 0.5, timeInForce: 'immediateOrCancel' });
    await client.until(() =>
      client.entries('orders').some(({ entry }) => entry.order === taken.order && 'fill' in entry),
    );
    expect(await client.ask('positions', { symbols: ['AAPL'] })).toMatchObject([{ shares: expect.any(Number) }]);
    expect(await client.ask('order.cancel', { order: resting.order })).toMatchObject({ order: resting.order });
    await client.until(() =>
      client.entries('orders').some(({ entry }) => entry.order === resting.order && entry.state === 'cancelled'),
    );
    const refused = await client.ask('order.enter', {
      clientId: newId(),
      symbol: 'AAPL',
      side: 'buy',
      shares: 1_000_000_000,
      price: bid,
    });
    expect(refused.code).toMatch(/^refused:/);
    expect(refused.detail).toMatchObject({ limit: refused.code.slice('refused:'.length), value: expect.any(Number) });
    expect(
      await client.ask('order.enter', { clientId: newId(), symbol: 'AAPL', side: 'buy', shares: 0.5, price: 1 }),
    ).toMatchObject({
      code: 'malformed',
    });
  });

  it('hears every entry once over cut cables, and asks again without sending twice', async () => {
    const cable = await cableTo(host.port);
    const client = program('bob', cable.port);
    client.do('entries', { channel: 'orders' });
    await client.until(() => client.resets('orders').length === 1);
    const { bid } = await quote(client);
    const own: string[] = [];
    for (let round = 0; round < 5; round++) {
      const clientId = newId();
      const order = { clientId, symbol: 'AAPL', side: 'buy', shares: 100, price: bid - 1 };
      const from = client.told.length;
      const asked = client.ask('order.enter', order);
      if (round % 2 === 0) {
        cable.cut();
        await client.until(({ lost }) => lost !== undefined, from);
      }
      const first = await asked;
      // whether it came through or not: the same id again is the same order
      let again = await client.ask('order.enter', order);
      while (again.code === 'lost') again = await client.ask('order.enter', order);
      if (NOT_YET.test(String(again.code)) || again.code === 'duplicate') {
        round--; // the market was halted just then
        continue;
      }
      own.push(clientId);
      expect(again).toMatchObject({ clientId, symbol: 'AAPL' });
      if (first.order !== undefined) expect(again).toMatchObject({ order: first.order, duplicate: true });
      await client.until(() =>
        client.entries('orders').some(({ entry }) => entry.clientId === clientId && entry.state === 'live'),
      );
    }
    expect(client.told.filter(({ lost }) => lost !== undefined).length).toBeGreaterThanOrEqual(3);
    expect(rising(client.entries('orders').map(({ number }) => number))).toBe(true);
    expect(client.resets('orders').length).toBe(1);
    const { orders } = await client.ask('orders.day');
    expect((orders as Told[]).map(({ clientId }) => clientId)).toEqual(own);
    expect(await client.ask('order.cancelAll')).toBe(own.length);
    await client.until(() => {
      const done = client.entries('orders').filter(({ entry }) => entry.state === 'cancelled');
      return new Set(done.map(({ entry }) => entry.order)).size === own.length;
    });
  });

  it('that reads too slowly is brought to the present, or told that it missed something; others are served meanwhile', async () => {
    const cable = await cableTo(host.port);
    const [slow, quick] = [program('vic', cable.port), program('vic')];
    for (const client of [slow, quick]) {
      client.do('entries', { channel: 'messages:itch' });
      client.do('state', { channel: 'book:itch/AAPL' });
      await client.until(() => client.entries('messages:itch').length > 0);
    }
    slow.do('stall', { args: 1500 });
    await slow.until(({ stalling }) => stalling === true);
    cable.stop();
    const before = quick.entries('messages:itch').length;
    await quick.until(() => quick.entries('messages:itch').length > before + 5000);
    cable.resume();
    const at = slow.told.length;
    const now = quick.entries('messages:itch').at(-1)!.entry.id as number;
    await slow.until(
      ({ entries, reset }) =>
        (entries as Told[] | undefined)?.some(({ id }) => (id as number) > now) === true || reset !== undefined,
      at,
    );
    if (slow.resets('messages:itch').length === 1)
      expect(rising(slow.entries('messages:itch').map(({ number }) => number))).toBe(true);
    expect(rising(quick.entries('messages:itch').map(({ number }) => number))).toBe(true);
    expect(quick.resets('messages:itch').length).toBe(1);
  });

  it('goes on with a router that was killed and started again: open orders, ids and executions are those of the venue', async () => {
    const client = program();
    client.do('entries', { channel: 'orders' });
    const { bid, ask } = await quote(client);
    const orders: Told[] = [];
    for (let i = 0; i < 3; i++) orders.push(await enter(client, { price: bid - 1 - i / 100 }));
    orders.push(await enter(client, { price: ask + 0.5, timeInForce: 'immediateOrCancel' }));
    const from = client.told.length;
    await host.killRouter();
    await client.until(({ lost }) => lost !== undefined, from);
    await host.startRouter();
    await client.until(({ reset }) => reset !== undefined, from);
    for (const { clientId, order } of orders.slice(0, 3)) {
      const again = await client.ask('order.enter', {
        clientId,
        symbol: 'AAPL',
        side: 'buy',
        shares: 100,
        price: bid - 1,
      });
      expect(again).toMatchObject({ clientId, order, duplicate: true });
    }
    const others = program('bob');
    const equal = async () => {
      const day: Told[] = [];
      for (const own of [client, others]) {
        const { orders: list } = await own.ask('orders.day');
        day.push(...(list as Told[]));
      }
      const open = day.filter(({ state }) => state === 'live' || state === 'partFilled');
      const truth = host.truth();
      return (
        open.every(({ unknown, blind }) => !unknown && !blind) &&
        open.length === truth.orders.length &&
        day.reduce((sum, { executed }) => sum + (executed as number), 0) ===
          truth.executions.filter(({ broken }) => !broken).reduce((sum, { shares }) => sum + shares, 0)
      );
    };
    while (!(await equal())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    expect(await client.ask('order.cancelAll')).toBe(3);
    while ((await client.ask('orders.open')).length > 0);
    expect(host.truth().orders).toEqual([]);
  });

  it('is told what it may not, and what is not there', async () => {
    const viewer = program('vic');
    viewer.do('entries', { channel: 'orders' });
    expect(await viewer.until(({ failed }) => failed !== undefined)).toMatchObject({ failed: 'forbidden' });
    viewer.do('state', { channel: 'book:itch/NONE' });
    expect(await viewer.until(({ failed }) => failed === 'unknown')).toMatchObject({
      message: 'there is no channel "book:itch/NONE"',
    });
    expect(await viewer.ask('order.cancelAll')).toMatchObject({ code: 'forbidden' });
    expect(await viewer.ask('no.such')).toMatchObject({ code: 'unknown' });
  });
});

describe('many clients', () => {
  let host: ApiHost;
  beforeAll(async () => {
    host = await new ApiHost().prepare();
    await host.startRouter();
  });
  afterAll(() => host.close());

  it('200 at once follow status and book, each to the present, over a cut of all their cables', async () => {
    const cable = await cableTo(host.port);
    const crowd = start('TypeScript', cable.port, host.tokens.vic, 200);
    const everyone = async (wanted: (told: Told) => boolean, from: number) => {
      const seen = new Set<unknown>();
      await crowd.until((told) => {
        if (wanted(told)) seen.add(told.n);
        return seen.size === 200;
      }, from);
    };
    await everyone(({ connected }) => connected === 'vic', 0);
    crowd.do('state', { channel: 'book:itch/AAPL' });
    await everyone(({ value }) => value !== undefined, 0);
    const from = crowd.told.length;
    cable.cut();
    await everyone(({ lost }) => lost !== undefined, from);
    await everyone(({ connected }) => connected === 'vic', from);
    const again = crowd.told.length;
    await everyone(({ value }) => value !== undefined, again);
  });
});

describe('a program that ends', () => {
  it.each(LANGUAGES)('%s, killed: its open orders are cancelled, another token’s are not', async (language) => {
    const host = await new ApiHost().prepare({
      orders: 'onDisconnect: cancel, reconnectWithin: 200ms, lostRoute: requote',
    });
    try {
      await host.startRouter();
      const [ann, bob] = [start(language, host.port, host.tokens.ann), start(language, host.port, host.tokens.bob)];
      const { bid } = await quote(ann);
      for (const client of [ann, bob]) {
        for (;;) {
          const args = { clientId: newId(), symbol: 'AAPL', side: 'buy', shares: 100, price: bid - 1 };
          if ((await client.ask('order.enter', args)).order !== undefined) break;
        }
      }
      await host.venue.until('both rest at the venue', () => host.truth().orders.length === 2);
      ann.kill();
      await host.venue.until('hers is gone', () => host.truth().orders.length === 1);
      expect(await bob.ask('orders.open')).toMatchObject([{ leaves: 100 }]);
      // nobody is connected after a restart, and nobody comes
      bob.kill();
      await host.killRouter();
      await host.startRouter();
      await host.venue.until('all are gone', () => host.truth().orders.length === 0);
    } finally {
      await host.close();
    }
  });
});
