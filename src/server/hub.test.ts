import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Hub, type HubClient, type NamedChannel, type Operation, RequestError } from './hub.ts';
import { LogChannel } from './log-channel.ts';
import type { Role } from './security.ts';
import { StateChannel } from './state-channel.ts';

class Client implements HubClient {
  ready = true;
  identity;
  readonly messages: Record<string, unknown>[] = [];
  constructor(role: Role) {
    this.identity = { name: `a ${role}`, role };
  }
  send(text: string): void {
    this.messages.push(JSON.parse(text));
  }
  close(): void {}
  get last() {
    return this.messages.at(-1)!;
  }
}

function setUp() {
  const state = { n: 1 };
  const log = new LogChannel('orders', 16, () => state);
  const channels: Record<string, NamedChannel> = {
    status: { role: 'view', channel: new StateChannel('status', () => state) },
    orders: { role: 'trade', channel: log },
  };
  const operations = new Map<string, Operation>([
    [
      'add',
      {
        role: 'operate',
        request: z.strictObject({ op: z.literal('add'), id: z.any(), by: z.number() }),
        run: ({ by }) => (state.n += by),
      },
    ],
    [
      'refuse',
      { role: 'view', request: z.looseObject({}), run: () => Promise.reject(new RequestError('busy', 'not now')) },
    ],
    [
      'break',
      {
        role: 'view',
        request: z.looseObject({}),
        run: () => {
          throw new TypeError('a fault of ours');
        },
      },
    ],
  ]);
  return { state, log, hub: new Hub((name) => channels[name], operations) };
}

const join = (hub: Hub, role: Role) => {
  const client = new Client(role);
  hub.opened(client);
  return client;
};

describe('the hub', () => {
  it('says hello with who one is taken for', () => {
    const { hub } = setUp();
    expect(join(hub, 'trade').last).toEqual({ type: 'hello', protocol: 1, name: 'a trade', role: 'trade' });
    expect(hub.roles.get('trade')).toBe(1);
  });

  it('serves a snapshot and deltas until the client leaves', async () => {
    const { hub, state } = setUp();
    const client = join(hub, 'view');
    await hub.message(client, '{"op":"subscribe","channel":"status","id":1}');
    state.n = 2;
    hub.tick();
    await hub.message(client, '{"op":"unsubscribe","channel":"status"}');
    state.n = 3;
    hub.tick();
    expect(client.messages.slice(1).map(({ type }) => type)).toEqual(['snapshot', 'done', 'delta', 'done']);
  });

  it('lets nobody do or hear more than the role allows', async () => {
    const { hub, state } = setUp();
    for (const role of ['none', 'view', 'trade'] as const) {
      const client = join(hub, role);
      await hub.message(client, '{"op":"add","by":5,"id":"x"}');
      expect(client.last).toMatchObject({ type: 'error', id: 'x', code: 'forbidden' });
    }
    const viewer = join(hub, 'view');
    await hub.message(viewer, '{"op":"subscribe","channel":"orders"}');
    expect(viewer.last).toMatchObject({
      type: 'error',
      code: 'forbidden',
      message: 'orders needs the role trade; this connection has view',
    });
    const operator = join(hub, 'operate');
    await hub.message(operator, '{"op":"add","by":5,"id":9}');
    expect(operator.last).toEqual({ type: 'done', id: 9, result: 6 });
    expect(state.n).toBe(6);
  });

  it('answers what it refuses with a code and a reason, and survives its own faults', async () => {
    const { hub } = setUp();
    const client = join(hub, 'view');
    const cases = [
      ['{"op":"refuse","id":1}', 'busy'],
      ['{"op":"break","id":1}', 'failed'],
      ['{"op":"no-such","id":1}', 'unknown'],
      ['{"op":"subscribe","channel":"no-such"}', 'unknown'],
      ['{"op":"subscribe","channel":"status","more":1}', 'malformed'],
      ['{"op":"subscribe"}', 'malformed'],
      ['not json', 'malformed'],
      ['[]', 'malformed'],
      ['null', 'malformed'],
    ];
    for (const [text, code] of cases) {
      await hub.message(client, text);
      expect([text, client.last.code]).toEqual([text, code]);
    }
    await hub.message(client, '{"op":"subscribe","channel":"status"}');
    await hub.message(client, '{"op":"subscribe","channel":"status"}');
    expect(client.last.code).toBe('twice');
  });

  it('takes any text at all', async () => {
    const { hub } = setUp();
    const client = join(hub, 'operate');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((o) => JSON.stringify({ op: 'subscribe', ...o })),
        ),
        async (text) => {
          const before = client.messages.length;
          await hub.message(client, text);
          expect(client.messages.length).toBeGreaterThan(before);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('forgets a client that has gone', async () => {
    const { hub, log } = setUp();
    const client = join(hub, 'trade');
    await hub.message(client, '{"op":"subscribe","channel":"orders","after":0}');
    expect(log.subscribers).toBe(1);
    hub.closed(client);
    expect([log.subscribers, hub.clients]).toEqual([0, 0]);
    log.append({});
    hub.tick();
    expect(client.last.type).not.toBe('entries');
  });
});
