import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SnapshotSink } from '../feed/protocol.ts';
import { GlimpseClient } from '../venues/nasdaq/glimpse.ts';
import { parseFaultSpec } from './fault-spec.ts';
import { ItchGenerator } from './generator.ts';
import { ItchState, type LiveOrder } from './itch-state.ts';
import { SnapshotServer } from './snapshot-server.ts';
import { UnitStore } from './unit-store.ts';

interface Outcome {
  readonly state: ItchState;
  readonly next: number;
  readonly messages: number;
  /** '' = the snapshot came whole. */
  readonly failure: string;
}

const LOGIN = { username: 'warm', password: 'Line4' };
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function server(units = 5000) {
  const store = new UnitStore('S');
  const generator = new ItchGenerator({ seed: 3, symbols: 8, messagesPerSecond: 1000 });
  generator.produce(store, units);
  let nowNs = 0;
  const snapshots = new SnapshotServer(
    1,
    LOGIN,
    () => ({ source: generator, store }),
    () => nowNs,
  );
  open.push(snapshots);
  const port = await snapshots.listen('127.0.0.1', 0);
  return { store, generator, snapshots, port, pass: (ns: number) => (nowNs += ns) };
}

/** Takes one snapshot, as a feed reader would. `onMessages` may disturb after so many. */
async function take(port: number, login = LOGIN, stopAfter = Number.POSITIVE_INFINITY): Promise<Outcome> {
  const state = new ItchState();
  const socket = createConnection(port, '127.0.0.1');
  return new Promise((resolve) => {
    let messages = 0;
    const done = (failure: string): void => {
      socket.destroy();
      resolve({ state, next: client.nextId[0], messages, failure });
    };
    const sink: SnapshotSink = {
      snapshotBegin: () => {},
      snapshotUnit: (bytes, view, offset, length) => {
        state.apply(bytes, view, offset, length);
        if (++messages >= stopAfter) done('stopped');
      },
      snapshotEnd: () => done(''),
      snapshotFailed: done,
    };
    const client = new GlimpseClient(login, sink);
    const flush = (): void => {
      socket.write(client.output.slice(0, client.outputLength));
      client.consumed(client.outputLength);
    };
    socket.on('connect', () => {
      client.onOpen();
      flush();
    });
    socket.on('data', (bytes) => {
      client.onBytes(bytes, 0, bytes.length);
      if (client.outputLength > 0 && !socket.destroyed) flush();
    });
    socket.on('error', () => {});
    socket.on('close', () => client.onClosed('closed'));
  });
}

const sorted = (orders: Iterable<LiveOrder>): LiveOrder[] => [...orders].sort((a, b) => a.ref - b.ref);

/** What all units up to `next` amount to. */
function stateBefore(store: UnitStore, next: number): ItchState {
  const state = new ItchState();
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  for (let unit = 1; unit < next; unit++) state.apply(bytes, view, 0, store.copy(unit, bytes, 0));
  return state;
}

describe('the snapshot server', () => {
  it('gives the books as they stand and the number that the feed continues from', async () => {
    const { store, generator, port } = await server();
    for (let round = 0; round < 3; round++) {
      const { state, next, failure } = await take(port);
      expect(failure).toBe('');
      expect(next).toBe(store.next);
      expect(state.malformed).toBe(0);
      expect(sorted(state.orders.values())).toEqual(sorted(stateBefore(store, next).orders.values()));
      expect(state.orders.size).toBe(generator.book.orders);
      generator.produce(store, 2000);
    }
  });

  it('keeps the queues: orders of one price come in order of time', async () => {
    const { store, port } = await server();
    const { state, next } = await take(port);
    const queue = (orders: Iterable<LiveOrder>): Map<string, number[]> => {
      const queues = new Map<string, number[]>();
      for (const { locate, side, price4, ref } of orders) {
        const key = `${locate} ${side} ${price4}`;
        queues.set(key, [...(queues.get(key) ?? []), ref]);
      }
      return queues;
    };
    expect(queue(state.orders.values())).toEqual(queue(stateBefore(store, next).orders.values()));
  });

  it('serves several clients at once, each whole', async () => {
    const { port, snapshots } = await server();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => take(port)));
    expect(outcomes.map(({ failure }) => failure)).toEqual(Array(8).fill(''));
    expect(snapshots.stats).toMatchObject({ connections: 8, logins: 8, refusedLogins: 0, turnedAway: 0 });
  });

  it('is of one moment, even where the flow goes on while it is sent', async () => {
    const { store, generator, port } = await server(40_000);
    const under = take(port);
    const going = setInterval(() => generator.produce(store, 500), 1);
    const { state, next, failure } = await under;
    clearInterval(going);
    expect(failure).toBe('');
    expect(sorted(state.orders.values())).toEqual(sorted(stateBefore(store, next).orders.values()));
  });

  it('refuses a wrong password, and takes the right one without regard to case', async () => {
    const { port, snapshots } = await server(300);
    expect((await take(port, { ...LOGIN, password: 'wrong' })).failure).toMatch(/refused the username or password/);
    expect((await take(port, { ...LOGIN, username: 'other' })).failure).toMatch(/refused/);
    expect((await take(port, { username: 'WARM', password: 'LINE4' })).failure).toBe('');
    expect(snapshots.stats).toMatchObject({ logins: 3, refusedLogins: 2 });
  });

  it('refuses every login by a fault, until that is cleared', async () => {
    const { port, snapshots } = await server(300);
    snapshots.faults.add(parseFaultSpec('snapshot:refuse'), 0);
    expect((await take(port)).failure).toMatch(/refused/);
    snapshots.faults.clear();
    expect((await take(port)).failure).toBe('');
  });

  it('breaks off in the middle by a fault', async () => {
    const { port, snapshots } = await server();
    snapshots.faults.add(parseFaultSpec('snapshot:cut=100'), 0);
    const { failure, messages } = await take(port);
    expect(failure).toMatch(/closed/);
    expect(messages).toBe(100);
    expect(snapshots.stats.disturbed).toBe(1);
  });

  it('stalls in the middle by a fault, the connection open and without a heartbeat', async () => {
    const { port, snapshots, pass } = await server();
    snapshots.faults.add(parseFaultSpec('snapshot:stall=100'), 0);
    const socket = createConnection(port, '127.0.0.1');
    open.push({ close: () => socket.destroy() });
    let messages = 0;
    const client = new GlimpseClient(LOGIN, {
      snapshotBegin: () => {},
      snapshotUnit: () => messages++,
      snapshotEnd: () => {},
      snapshotFailed: () => {},
    });
    await once(socket, 'connect');
    client.onOpen();
    socket.write(client.output.slice(0, client.outputLength));
    let received = 0;
    await new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        received += bytes.length;
        client.onBytes(bytes, 0, bytes.length);
        if (messages === 100) resolve();
      });
    });
    pass(5e9);
    // Another client is served to its end meanwhile; the stalled one has heard nothing more.
    snapshots.faults.clear();
    const before = received;
    expect((await take(port)).failure).toBe('');
    expect(received).toBe(before);
    expect(snapshots.stats.disturbed).toBe(1);
    expect(socket.destroyed).toBe(false);
  });

  it('survives clients that send nonsense or leave', async () => {
    const { port } = await server();
    const nonsense = createConnection(port, '127.0.0.1');
    nonsense.on('error', () => {});
    nonsense.write(Buffer.alloc(100_000, 0x00));
    await new Promise((resolve) => nonsense.on('close', resolve));
    expect((await take(port, LOGIN, 10)).failure).toBe('stopped');
    expect((await take(port)).failure).toBe('');
  });

  it('turns clients away beyond its limit', async () => {
    const { port, snapshots } = await server(100);
    const sockets = Array.from({ length: 40 }, () => createConnection(port, '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => {});
      open.push({ close: () => socket.destroy() });
    }
    await Promise.race(sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve))));
    expect(snapshots.stats.turnedAway).toBeGreaterThan(0);
  });
});
