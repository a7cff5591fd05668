import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { IoKind } from './abilities.ts';
import { loadNative, nativeUnavailableReason } from './native.ts';
import { connectStream, createReadySet } from './open.ts';
import { type StreamSocket, StreamState } from './stream.ts';
import { until } from './testing/collect.ts';

const LOCAL = '127.0.0.1';
const IDENTITY_WORDS = 3;
const cleanUp: (() => void)[] = [];

afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

/** An open connection and the peer's end of it. */
async function connected(kind: IoKind): Promise<[StreamSocket, Socket]> {
  const server = createServer();
  server.listen(0, LOCAL);
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  const accepted = once(server, 'connection');
  const stream = connectStream(kind, { address: LOCAL, port: (server.address() as { port: number }).port });
  cleanUp.push(() => stream.close(true));
  const [peer] = (await accepted) as [Socket];
  peer.on('error', () => {});
  cleanUp.push(() => peer.destroy());
  expect(await until(() => stream.state() === StreamState.open)).toBe(true);
  return [stream, peer];
}

test('portable: every connection is asked, before and after a look', async () => {
  const set = createReadySet('portable', 2);
  const [stream] = await connected('portable');
  set.set(1, stream);
  set.look();
  expect([...set.cells]).toEqual([1, 1]);
});

test('a gateway without sessions has an empty set', () => {
  const set = createReadySet('auto', 0);
  set.look();
  expect(set.cells).toHaveLength(0);
});

if (!loadNative()) test.skip(`the native set is left out: ${nativeUnavailableReason()}`, () => {});

describe.runIf(loadNative())('the native set', () => {
  const bytes = new Uint8Array(16);

  async function twoIn() {
    const set = createReadySet('native', 2);
    const pairs = [await connected('native'), await connected('native')] as const;
    pairs.forEach(([stream], slot) => {
      set.set(slot, stream);
    });
    const ready = (...cells: number[]) =>
      until(() => {
        set.look();
        return cells.every((cell, slot) => set.cells[slot] === cell);
      });
    return { set, pairs, ready };
  }

  test('names the connection that has bytes until they are read', async () => {
    const { set, pairs, ready } = await twoIn();
    set.look();
    expect([...set.cells]).toEqual([0, 0]);
    pairs[1][1].write('abc');
    expect(await ready(0, 1)).toBe(true);
    expect(pairs[1][0].receive(bytes, 0, 2)).toBe(2);
    set.look();
    expect([...set.cells]).toEqual([0, 1]);
    expect(pairs[1][0].receive(bytes, 0, 2)).toBe(1);
    set.look();
    expect([...set.cells]).toEqual([0, 0]);
  });

  test('an end, a reset and an abort by another thread are something to be read', async () => {
    const { set, pairs, ready } = await twoIn();
    pairs[0][1].end();
    expect(await ready(1, 0)).toBe(true);
    expect(pairs[0][0].receive(bytes, 0, 1)).toBe(0);
    expect(pairs[0][0].state()).toBe(StreamState.closedByPeer);
    pairs[1][1].resetAndDestroy();
    expect(await ready(1, 1)).toBe(true);
    expect(pairs[1][0].receive(bytes, 0, 1)).toBe(0);
    expect(pairs[1][0].state()).toBe(StreamState.failed);

    const [aborted] = await connected('native');
    pairs[0][0].close(true);
    set.set(0, aborted);
    set.look();
    expect(set.cells[0]).toBe(0);
    const identity = new Int32Array(IDENTITY_WORDS);
    expect(aborted.identify?.(identity, 0)).toBe(true);
    expect(loadNative()!.abortSocket(identity[0]!, identity[1]!, identity[2]!)).toBe(0);
    expect(await ready(1)).toBe(true);
    aborted.receive(bytes, 0, 1);
    expect(aborted.state()).toBe(StreamState.failed);
  });

  test('a connection that is closed leaves the set, and the next one takes its slot', async () => {
    const { set, pairs, ready } = await twoIn();
    pairs[0][1].write('x');
    expect(await ready(1, 0)).toBe(true);
    pairs[0][0].close(true);
    const [next, peer] = await connected('native');
    set.set(0, next);
    set.look();
    expect([...set.cells]).toEqual([0, 0]);
    peer.write('y');
    expect(await ready(1, 0)).toBe(true);
  });

  test('where the kernel takes a connection not in, all are asked from then on', async () => {
    const { set, pairs } = await twoIn();
    // the same one twice is refused
    set.set(1, pairs[0][0]);
    expect([...set.cells]).toEqual([1, 1]);
    set.look();
    expect([...set.cells]).toEqual([1, 1]);
  });
});
