import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { connectStream } from '../io/open.ts';
import { type StreamSocket, StreamState } from '../io/stream.ts';
import { createSocketTableMemory, SocketTable } from './socket-table.ts';

let server: Server;
let port = 0;
const streams: StreamSocket[] = [];

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as { port: number });
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  server.close();
});

async function connect(): Promise<{ stream: StreamSocket; peer: Socket }> {
  const stream = connectStream('native', { address: '127.0.0.1', port });
  streams.push(stream);
  const [peer] = (await once(server, 'connection')) as [Socket];
  while (stream.state() === StreamState.connecting) await new Promise((resolve) => setImmediate(resolve));
  return { stream, peer };
}

describe.skipIf(loadNative() === undefined)('the table of sockets', () => {
  it('ends connections from outside their owner: the peer gets a reset, the owner can send no more', async () => {
    const memory = createSocketTableMemory(2);
    const { stream, peer } = await connect();
    new SocketTable(memory).set(1, stream);
    const ended = once(peer, 'error');
    expect(new SocketTable(memory).abortAll()).toBe(1);
    expect(((await ended) as [NodeJS.ErrnoException])[0].code).toBe('ECONNRESET');
    expect(stream.send(Uint8Array.of(1), 0, 1)).toBe(0);
    expect(stream.state()).toBe(StreamState.failed);
  });

  it('leaves a socket alone that got the descriptor of one that was closed', async () => {
    const memory = createSocketTableMemory(1);
    const table = new SocketTable(memory);
    const first = await connect();
    table.set(0, first.stream);
    const [descriptor] = new Int32Array(memory);
    first.stream.close();
    const second = await connect();
    const identity = new Int32Array(3);
    expect(second.stream.identify?.(identity, 0)).toBe(true);
    // The kernel gives the lowest free number: most likely the same one. Whichever, nothing of another's is ended.
    new Int32Array(memory)[0] = identity[0] + 1;
    expect(descriptor).toBeGreaterThan(0);
    expect(table.abortAll()).toBe(0);
    expect(second.stream.send(Uint8Array.of(1), 0, 1)).toBe(1);
  });

  it('has nothing to end of a closed socket, or one that was taken out', async () => {
    const table = new SocketTable(createSocketTableMemory(1));
    const { stream } = await connect();
    table.set(0, stream);
    table.clear(0);
    expect(table.abortAll()).toBe(0);
    stream.close();
    table.set(0, stream);
    expect(table.abortAll()).toBe(0);
  });
});
