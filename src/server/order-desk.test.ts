import { appendFileSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Side } from '../order/terms.ts';
import { Hub, type HubClient } from './hub.ts';
import type { Role } from './security.ts';
import { ModelGateway } from './testing/model-gateway.ts';

type Message = Record<string, unknown>;
interface Told {
  order: number;
  clientId: string;
  state: string;
  leaves: number;
  fill?: { shares: number };
}

/** A program: follows the channel `orders` by the rules of docs/api.md. */
class Program implements HubClient {
  ready = true;
  readonly identity;
  readonly messages: Message[] = [];
  /** Number of the last entry seen, as it is told when it comes back. */
  last = -1;
  resets = 0;
  /** Its open orders by number, as it was told. */
  readonly open = new Map<number, Told>();
  executed = 0;
  readonly holes: number[][] = [];
  private nextId = 1;

  constructor(by: string, role: Role = 'trade', before?: Program) {
    this.identity = { name: by, role };
    if (before === undefined) return;
    this.last = before.last;
    this.resets = before.resets;
    this.executed = before.executed;
    this.holes.push(...before.holes);
    for (const [number, order] of before.open) this.open.set(number, order);
  }

  send(text: string): void {
    const message = JSON.parse(text);
    this.messages.push(message);
    if (message.type === 'reset') {
      this.last = message.next - 1;
      this.resets++;
      this.open.clear();
      for (const order of message.data.open) this.keep(order);
    }
    if (message.type !== 'entries') return;
    if (this.last >= 0 && message.from !== this.last + 1) this.holes.push([this.last, message.from]);
    this.last = message.from + message.entries.length - 1;
    for (const entry of message.entries) if (entry.type === 'order') this.keep(entry);
  }

  close(): void {}

  async ask(hub: Hub, op: string, args: object = {}): Promise<Message> {
    const id = this.nextId++;
    await hub.message(this, JSON.stringify({ op, id, ...args }));
    const answer = this.messages.find((message) => message.id === id)!;
    if (answer.type === 'error') return answer;
    return (answer.result ?? {}) as Message;
  }

  private keep(order: Told): void {
    if (order.fill !== undefined) this.executed += order.fill.shares;
    if (['filled', 'cancelled'].includes(order.state)) this.open.delete(order.order);
    else this.open.set(order.order, order);
  }
}

const models: ModelGateway[] = [];
afterEach(() => {
  for (const { folder } of models.splice(0)) rmSync(folder, { recursive: true });
});

function setUp(...[settings]: ConstructorParameters<typeof ModelGateway>) {
  const model = new ModelGateway(settings);
  models.push(model);
  return { model, hub: hubOf(model) };
}

/** As the API's session wires it. */
function hubOf(model: ModelGateway): Hub {
  const { desk } = model;
  const hub: Hub = new Hub(
    (name, { identity }) =>
      name === 'orders'
        ? { role: 'trade', channel: desk.channel(identity.name), key: `orders of ${identity.name}` }
        : undefined,
    desk.operations(),
    {
      opened: ({ identity }) => desk.onConnect(identity.name),
      closed: ({ identity }) => {
        if (hub.connectionsOf(identity.name) === 0) desk.onDisconnect(identity.name);
      },
    },
  );
  return hub;
}

async function join(hub: Hub, by: string, role: Role = 'trade', before?: Program): Promise<Program> {
  const program = new Program(by, role, before);
  hub.opened(program);
  await program.ask(hub, 'subscribe', { channel: 'orders', after: program.last });
  return program;
}

const order = (clientId: string, more: object = {}) => ({
  clientId,
  symbol: 'AAPL',
  side: 'buy',
  shares: 100,
  price: 10.01,
  ...more,
});

describe('orders of a program', () => {
  it('are entered, changed, cancelled, listed, and shown as they stand', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    const entered = await ann.ask(hub, 'order.enter', order('a1'));
    expect(entered).toMatchObject({
      order: 1,
      clientId: 'a1',
      symbol: 'AAPL',
      side: 'buy',
      state: 'live',
      price: 10.01,
    });
    expect(model.orders[0]).toMatchObject({ price4: 100_100, tag: 1 });
    expect(await ann.ask(hub, 'order.replace', { clientId: 'a1', shares: 200, price: 10.02 })).toMatchObject({
      order: 1,
      shares: 200,
      price: 10.02,
    });
    model.fill(1, 50);
    expect(await ann.ask(hub, 'positions')).toEqual([
      { symbol: 'AAPL', shares: 50 },
      { symbol: 'MSFT', shares: 0 },
    ]);
    expect(await ann.ask(hub, 'order.get', { order: 1 })).toMatchObject({
      executed: 50,
      leaves: 150,
      state: 'partFilled',
    });
    await ann.ask(hub, 'order.enter', order('a2', { symbol: 'MSFT', side: 'sell', marking: 'short' }));
    expect(await ann.ask(hub, 'orders.open')).toMatchObject([{ order: 1 }, { order: 2, side: 'sell' }]);
    expect(await ann.ask(hub, 'order.cancel', { clientId: 'a2' })).toMatchObject({ order: 2, state: 'cancelled' });
    expect(await ann.ask(hub, 'order.cancelAll')).toBe(1);
    expect(await ann.ask(hub, 'orders.open')).toEqual([]);
    expect(await ann.ask(hub, 'orders.day', { limit: 1 })).toMatchObject({ orders: [{ order: 1 }], more: true });
    expect(await ann.ask(hub, 'orders.day', { after: 1 })).toMatchObject({ orders: [{ order: 2 }], more: false });
  });

  it('are told of on the channel, executions with their shares and price', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    expect(ann.messages.find(({ type }) => type === 'reset')).toMatchObject({
      data: { open: [], route: { status: 'open', session: 'P1' } },
      next: 1001,
    });
    await ann.ask(hub, 'order.enter', order('a1'));
    model.deliver();
    model.fill(1, 30);
    model.desk.onRoute();
    model.deliver();
    const entries = ann.messages.filter(({ type }) => type === 'entries').flatMap((one) => one.entries as Message[]);
    expect(entries).toMatchObject([
      { type: 'order', clientId: 'a1', state: 'live', executed: 0 },
      { type: 'route', route: { status: 'open' } },
      { type: 'order', state: 'partFilled', executed: 30, leaves: 70, fill: { shares: 30, price: 10.01 } },
    ]);
  });

  it('an order that is told of before its own answer has its client id all the same', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    model.held = true;
    const asked = ann.ask(hub, 'order.enter', order('a1'));
    model.release();
    model.deliver();
    expect(ann.open.get(1)).toMatchObject({ clientId: 'a1' });
    await asked;
  });

  it('refusals come with limit, value and bound', async () => {
    const { hub } = setUp();
    const ann = await join(hub, 'ann');
    expect(await ann.ask(hub, 'order.enter', order('a1', { shares: 5000 }))).toEqual({
      type: 'error',
      id: 2,
      code: 'refused:maxOrderShares',
      message: 'maxOrderShares of account main: 5000 shares are more than 1000',
      detail: { limit: 'maxOrderShares', scope: 'account', of: 'main', value: 5000, bound: 1000 },
    });
    await ann.ask(hub, 'order.enter', order('a2'));
    expect(await ann.ask(hub, 'order.replace', { order: 1, shares: 5000, price: 10 })).toMatchObject({
      code: 'refused:maxOrderShares',
    });
    await ann.ask(hub, 'order.cancel', { order: 1 });
    expect(await ann.ask(hub, 'order.cancel', { order: 1 })).toMatchObject({ code: 'refused:alreadyDone' });
  });

  it.each([
    [{ price: 10.00001 }, 'price: has at most 4 decimals'],
    [{ price: 0 }, /price/],
    [{ shares: 1.5 }, /shares/],
    [{ shares: -1 }, /shares/],
    [{ clientId: '' }, /clientId/],
    [{ clientId: 'x'.repeat(65) }, /clientId/],
    [{ side: 'hold' }, /side/],
    [{ more: 1 }, /more/],
    [{ shares: '100' }, /shares/],
  ])('what makes no sense is refused before it reaches anybody: %j', async (change, message) => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    const answer = await ann.ask(hub, 'order.enter', order('a1', change));
    expect(answer).toMatchObject({ code: 'malformed', message: expect.stringMatching(message) });
    expect(await ann.ask(hub, 'order.enter', order('a1', { symbol: 'NONE' }))).toMatchObject({ code: 'unknown' });
    expect(model.orders).toEqual([]);
    expect(await ann.ask(hub, 'order.enter', order('a1'))).toMatchObject({ order: 1 });
  });

  it('prices with four decimals go through whatever binary makes of them', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    const prices = [0.0001, 10.0001, 0.07, 1.005, 199_999.9999, 33.3333, 0.29];
    for (const [i, price] of prices.entries()) await ann.ask(hub, 'order.enter', order(`p${i}`, { price }));
    expect(model.orders.map(({ price4 }) => price4)).toEqual([1, 100_001, 700, 10_050, 1_999_999_999, 333_333, 2900]);
  });
});

describe('a client id', () => {
  it('stands for one order all day: the same again sends nothing and answers with that order', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    model.fill(1, 40);
    expect(await ann.ask(hub, 'order.enter', order('a1'))).toMatchObject({ order: 1, executed: 40, duplicate: true });
    const bob = await join(hub, 'bob');
    expect(await bob.ask(hub, 'order.enter', order('a1'))).toMatchObject({ order: 2, clientId: 'a1' });
    expect(model.orders.length).toBe(2);
  });

  it('also after the router was started again', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    model.start();
    const again = hubOf(model);
    const back = await join(again, 'ann', 'trade', ann);
    expect(await back.ask(again, 'order.enter', order('a1'))).toMatchObject({ order: 1, duplicate: true });
    expect(await back.ask(again, 'orders.open')).toMatchObject([{ order: 1, clientId: 'a1' }]);
    expect(model.orders.length).toBe(1);
  });

  it('of a refused order is used up', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1', { shares: 5000 }));
    for (let start = 0; start < 2; start++) {
      const now = hubOf(model);
      const program = await join(now, 'ann');
      expect(await program.ask(now, 'order.enter', order('a1'))).toMatchObject({
        code: 'duplicate',
        message: 'client id "a1" was used today for an order that was never sent',
      });
      model.start();
    }
    expect(model.orders).toEqual([]);
  });

  it('for another order is a mistake, and told as one', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    for (const other of [{ side: 'sell' }, { symbol: 'MSFT' }])
      expect(await ann.ask(hub, 'order.enter', order('a1', other))).toMatchObject({
        code: 'mismatch',
        message: 'client id "a1" stands for another order: buy AAPL',
        detail: { order: { order: 1 } },
      });
    expect(model.orders.length).toBe(1);
  });

  it('twice at once is one order', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    model.held = true;
    const both = [ann.ask(hub, 'order.enter', order('a1')), ann.ask(hub, 'order.enter', order('a1'))];
    const cancelled = ann.ask(hub, 'order.cancel', { clientId: 'a1' });
    await Promise.resolve();
    model.held = false;
    model.release();
    const [first, second] = await Promise.all(both);
    expect(first).not.toHaveProperty('duplicate');
    expect(second).toMatchObject({ order: 1, duplicate: true });
    expect(await cancelled).toMatchObject({ order: 1, state: 'cancelled' });
    expect(model.orders.length).toBe(1);
  });

  it('names the order that lives where one went another way under a new number (recovery took the dead one)', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    model.orders[0].done = true;
    model.add({ instrument: 0, side: Side.buy, shares: 100, price4: 100_100, tag: 1, strategy: 1 });
    model.start();
    const again = hubOf(model);
    const back = await join(again, 'ann');
    expect(await back.ask(again, 'order.get', { clientId: 'a1' })).toMatchObject({ order: 2 });
    expect(await back.ask(again, 'orders.day')).toMatchObject({ orders: [{ order: 1 }, { order: 2 }] });
  });

  it('whose line was lost with the host is nobody’s; its tag is not given to another (orders were told to the wrong token)', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    rmSync(model.idsPath);
    model.start();
    const again = hubOf(model);
    const bob = await join(again, 'bob');
    expect(await bob.ask(again, 'order.enter', order('b1'))).toMatchObject({ order: 2 });
    expect(await bob.ask(again, 'orders.open')).toMatchObject([{ order: 2 }]);
    expect(await bob.ask(again, 'order.cancel', { order: 1 })).toMatchObject({ code: 'unknown' });
  });

  it('survives a torn last line', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    appendFileSync(model.idsPath, '["ann","a2');
    model.start();
    const again = hubOf(model);
    const back = await join(again, 'ann');
    expect(await back.ask(again, 'order.enter', order('a2'))).toMatchObject({ order: 2 });
    expect(await back.ask(again, 'order.enter', order('a1'))).toMatchObject({ order: 1, duplicate: true });
  });
});

describe('a gateway that does not answer', () => {
  it('is told as stalled, and the id says later what became of the order', async () => {
    vi.useFakeTimers();
    try {
      const { model, hub } = setUp();
      const ann = await join(hub, 'ann');
      model.held = true;
      const asked = ann.ask(hub, 'order.enter', order('a1'));
      await vi.advanceTimersByTimeAsync(3000);
      expect(await asked).toMatchObject({ code: 'stalled' });
      const again = ann.ask(hub, 'order.enter', order('a1'));
      model.release();
      expect(await again).toMatchObject({ order: 1, duplicate: true });
      expect(model.orders.length).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that was never reached sent nothing', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    model.unreachable = 'the gateway’s thread does not answer';
    expect(await ann.ask(hub, 'order.enter', order('a1'))).toMatchObject({ code: 'not-sent' });
    model.unreachable = undefined;
    expect(await ann.ask(hub, 'order.enter', order('a1'))).toMatchObject({ code: 'duplicate' });
    expect(await ann.ask(hub, 'order.enter', order('a2'))).toMatchObject({ order: 1 });
  });

  it('an id that can’t be written down sends nothing', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    rmSync(model.folder, { recursive: true });
    appendFileSync(model.folder, 'a file where the folder was');
    expect(await ann.ask(hub, 'order.enter', order('a1'))).toMatchObject({ code: 'not-sent' });
    expect(model.orders).toEqual([]);
  });
});

describe('whose an order is', () => {
  it('a token sees and changes its own alone; strategies’ orders are nobody’s here', async () => {
    const { model, hub } = setUp();
    const [ann, bob] = [await join(hub, 'ann'), await join(hub, 'bob')];
    await ann.ask(hub, 'order.enter', order('a1'));
    // of a strategy, which uses tags of its own
    model.add({ instrument: 0, side: Side.buy, shares: 1, price4: 1, tag: 1, strategy: 0 });
    model.deliver();
    for (const number of [1, 2, 3, 0])
      for (const op of ['order.cancel', 'order.get'])
        expect((await bob.ask(hub, op, { order: number })).code).toMatch(/unknown|malformed/);
    expect(await ann.ask(hub, 'order.cancel', { order: 2 })).toMatchObject({ code: 'unknown' });
    expect(await bob.ask(hub, 'order.cancel', { clientId: 'a1' })).toMatchObject({ code: 'unknown' });
    expect(await bob.ask(hub, 'order.cancelAll')).toBe(0);
    expect(await bob.ask(hub, 'orders.open')).toEqual([]);
    expect([bob.open.size, ann.open.size]).toEqual([0, 1]);
    expect(await ann.ask(hub, 'order.cancel', { order: 1, clientId: 'a1' })).toMatchObject({ code: 'malformed' });
    expect(await ann.ask(hub, 'order.cancel')).toMatchObject({ code: 'malformed' });
  });

  it('who may operate may cancel others’ orders, not change them; who may only look may do nothing', async () => {
    const { model, hub } = setUp();
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    const olga = await join(hub, 'olga', 'operate');
    expect(await olga.ask(hub, 'order.replace', { order: 1, shares: 10, price: 9 })).toMatchObject({
      code: 'forbidden',
    });
    expect(await olga.ask(hub, 'order.cancel', { order: 1 })).toMatchObject({ state: 'cancelled' });
    model.deliver();
    expect(ann.open.size).toBe(0);
    const vic = new Program('vic', 'view');
    hub.opened(vic);
    for (const op of [...model.desk.operations().keys()])
      expect(await vic.ask(hub, op)).toMatchObject({ code: 'forbidden' });
    expect(await vic.ask(hub, 'subscribe', { channel: 'orders' })).toMatchObject({ code: 'forbidden' });
  });
});

describe('a connection that ends', () => {
  it('keep: orders stay', async () => {
    const { model, hub } = setUp({ onDisconnect: 'keep' });
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    hub.closed(ann);
    model.nowMs += 1e9;
    model.desk.sweep();
    expect(model.orders[0].done).toBe(false);
  });

  it('cancel: once the last one of the token has ended and it does not come back in time, its orders alone', async () => {
    const { model, hub } = setUp({ onDisconnect: 'cancel', reconnectWithinMs: 5000 });
    const [ann, second, bob] = [await join(hub, 'ann'), await join(hub, 'ann'), await join(hub, 'bob')];
    await ann.ask(hub, 'order.enter', order('a1'));
    await bob.ask(hub, 'order.enter', order('b1'));
    hub.closed(ann);
    model.nowMs += 10_000;
    model.desk.sweep();
    expect(model.orders[0].done).toBe(false);
    hub.closed(second);
    model.nowMs += 4999;
    model.desk.sweep();
    expect(model.orders[0].done).toBe(false);
    const third = await join(hub, 'ann', 'trade', ann);
    model.nowMs += 10_000;
    model.desk.sweep();
    expect(model.orders[0].done).toBe(false);
    hub.closed(third);
    model.nowMs += 5000;
    model.desk.sweep();
    await Promise.resolve();
    expect(model.orders.map(({ done }) => done)).toEqual([true, false]);
  });

  it('cancel: what can’t be reached is tried again, and what was under way when it ended is caught', async () => {
    const { model, hub } = setUp({ onDisconnect: 'cancel' });
    const ann = await join(hub, 'ann');
    await ann.ask(hub, 'order.enter', order('a1'));
    model.orders[0].blind = true;
    model.held = true;
    const late = ann.ask(hub, 'order.enter', order('a2'));
    hub.closed(ann);
    model.held = false;
    model.release();
    await late;
    const settle = async () => {
      model.desk.sweep();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    expect(model.orders.map(({ done }) => done)).toEqual([false, true]);
    model.orders[0].blind = false;
    await settle();
    expect(model.orders.map(({ done }) => done)).toEqual([true, true]);
  });

  it('cancel: nobody is connected after a restart, so orders of who does not come back are cancelled', async () => {
    const { model, hub } = setUp({ onDisconnect: 'cancel', reconnectWithinMs: 5000 });
    const [ann, bob] = [await join(hub, 'ann'), await join(hub, 'bob')];
    await ann.ask(hub, 'order.enter', order('a1'));
    await bob.ask(hub, 'order.enter', order('b1'));
    model.start();
    await join(hubOf(model), 'bob', 'trade', bob);
    model.nowMs += 5000;
    model.desk.sweep();
    await new Promise((resolve) => setImmediate(resolve));
    expect(model.orders.map(({ done }) => done)).toEqual([true, false]);
  });
});

it('whatever happens, nobody’s order is sent twice, and every program knows its open orders and executions without a hole', async () => {
  const names = ['ann', 'bob'] as const;
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('enter' as const), who: fc.nat(1), id: fc.nat(12), n: fc.nat(1200) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('cancel', 'replace'),
        who: fc.nat(1),
        id: fc.nat(12),
        n: fc.nat(1200),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('fill' as const),
        who: fc.nat(30),
        id: fc.nat(),
        n: fc.integer({ min: 1, max: 80 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('deliver', 'slow', 'quick', 'reconnect'),
        who: fc.nat(1),
        id: fc.nat(),
        n: fc.nat(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('lose', 'restart'), who: fc.nat(1), id: fc.nat(), n: fc.nat() }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const model = new ModelGateway();
      let hub = hubOf(model);
      const programs = [await join(hub, 'ann'), await join(hub, 'bob')];
      const wanted = new Set<string>();
      const comeBack = async (who: number) => {
        hub.closed(programs[who]);
        programs[who] = await join(hub, names[who], 'trade', programs[who]);
      };
      for (const { do: what, who, id, n } of steps) {
        const program = programs[who];
        if (what === 'enter') {
          wanted.add(`${who}/${id}`);
          await program.ask(hub, 'order.enter', order(`c${id}`, { shares: n + 1 }));
        } else if (what === 'cancel') await program.ask(hub, 'order.cancel', { clientId: `c${id}` });
        else if (what === 'replace')
          await program.ask(hub, 'order.replace', { clientId: `c${id}`, shares: n + 1, price: 9 });
        else if (what === 'fill' && model.orders.length > 0) model.fill((who % model.orders.length) + 1, n);
        else if (what === 'deliver') model.deliver();
        else if (what === 'slow') program.ready = false;
        else if (what === 'quick') program.ready = true;
        else if (what === 'reconnect') await comeBack(who);
        else if (what === 'lose') model.lose();
        else if (what === 'restart') {
          model.start();
          hub = hubOf(model);
          for (const one of [0, 1]) programs[one] = await join(hub, names[one], 'trade', programs[one]);
        }
      }
      for (const program of programs) program.ready = true;
      model.deliver();
      hub.tick();
      expect(model.orders.length).toBeLessThanOrEqual(wanted.size);
      for (const [who, program] of programs.entries()) {
        const list = (await program.ask(hub, 'orders.day')).orders as { order: number; clientId: string }[];
        expect(new Set(list.map(({ clientId }) => clientId)).size).toBe(list.length);
        const mine = list.map(({ order: number }) => model.orders[number - 1]);
        const open = mine.filter(({ done }) => !done).map(({ number, leaves }) => [number, leaves]);
        expect([names[who], [...program.open.values()].map((one) => [one.order, one.leaves]).sort(byNumber)]).toEqual([
          names[who],
          open,
        ]);
        expect(program.holes).toEqual([]);
        const executed = mine.reduce((sum, one) => sum + one.executed, 0);
        // the first reset is the one that every fresh subscription begins with
        if (program.resets === 1) expect(program.executed).toBe(executed);
      }
      rmSync(model.folder, { recursive: true });
    }),
    { numRuns: 300 },
  );
});

const byNumber = ([a]: number[], [b]: number[]) => a - b;
