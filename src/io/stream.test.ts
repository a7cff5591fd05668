import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { IoKind } from './abilities.ts';
import { loadNative, nativeUnavailableReason } from './native.ts';
import { connectStream } from './open.ts';
import { STREAM_INFO_CELLS, StreamInfoCell, type StreamOptions, type StreamSocket, StreamState } from './stream.ts';
import { until } from './testing/collect.ts';

const LOCAL = '127.0.0.1';
const kinds: IoKind[] = loadNative() ? ['native', 'portable'] : ['portable'];
const cleanUp: (() => void)[] = [];

afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

if (!loadNative()) test.skip(`native streams are left out: ${nativeUnavailableReason()}`, () => {});

interface Peer {
  readonly server: Server;
  readonly port: number;
  /** The next accepted connection. */
  accepted(): Promise<Socket>;
}

async function listen(): Promise<Peer> {
  const server = createServer();
  const waiting: Socket[] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    cleanUp.push(() => socket.destroy());
    waiting.push(socket);
  });
  server.listen(0, LOCAL);
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  const { port } = server.address() as { port: number };
  return {
    server,
    port,
    async accepted() {
      await until(() => waiting.length > 0);
      return waiting.shift() as Socket;
    },
  };
}

function connect(kind: IoKind, options: Partial<StreamOptions> & { port: number }): StreamSocket {
  const stream = connectStream(kind, { address: LOCAL, ...options });
  cleanUp.push(() => stream.close(true));
  return stream;
}

async function connected(kind: IoKind, options: Partial<StreamOptions> = {}): Promise<[StreamSocket, Socket]> {
  const peer = await listen();
  const stream = connect(kind, { ...options, port: peer.port });
  const socket = await peer.accepted();
  expect(await until(() => stream.state() === StreamState.open)).toBe(true);
  return [stream, socket];
}

async function receiveBytes(stream: StreamSocket, count: number): Promise<Buffer> {
  const into = Buffer.alloc(count);
  let done = 0;
  await until(() => {
    done += stream.receive(into, done, count - done);
    return done === count;
  });
  return into.subarray(0, done);
}

async function sendAll(stream: StreamSocket, bytes: Uint8Array): Promise<void> {
  let done = 0;
  await until(() => {
    done += stream.send(bytes, done, bytes.length - done);
    return done === bytes.length;
  });
}

describe.each(kinds)('streams, %s', (kind) => {
  test('a connection opens, carries bytes both ways and ends when the peer ends it', async () => {
    const [stream, peer] = await connected(kind, { keepAlive: true, quickAck: true, userTimeoutMs: 5000 });
    expect(stream.kind).toBe(kind);
    await sendAll(stream, Buffer.from('logon'));
    const [heard] = await once(peer, 'data');
    expect(String(heard)).toBe('logon');
    peer.write('accepted');
    expect(String(await receiveBytes(stream, 8))).toBe('accepted');
    expect(stream.receive(new Uint8Array(8), 0, 8)).toBe(0);
    expect(stream.state()).toBe(StreamState.open);
    peer.end('bye');
    expect(String(await receiveBytes(stream, 3))).toBe('bye');
    const nothing = new Uint8Array(1);
    expect(
      await until(() => {
        stream.receive(nothing, 0, 1);
        return stream.state() === StreamState.closedByPeer;
      }),
    ).toBe(true);
    expect(stream.error).toBe('');
    expect(stream.send(Buffer.from('x'), 0, 1)).toBe(0);
  });

  test('a refused connection fails and names the reason', async () => {
    const peer = await listen();
    peer.server.close();
    await once(peer.server, 'close');
    const stream = connect(kind, { port: peer.port });
    expect(await until(() => stream.state() === StreamState.failed)).toBe(true);
    expect(stream.error).toBe('ECONNREFUSED');
    expect(stream.receive(new Uint8Array(4), 0, 4)).toBe(0);
    expect(stream.send(new Uint8Array(4), 0, 4)).toBe(0);
  });

  test('a reset by the peer is a failure, not an orderly end', async () => {
    const [stream, peer] = await connected(kind);
    peer.resetAndDestroy();
    const bytes = new Uint8Array(4);
    await until(() => {
      stream.receive(bytes, 0, 4);
      return stream.state() === StreamState.failed;
    });
    expect(stream.error).toBe('ECONNRESET');
  });

  test('closing with reset makes the peer see a reset; closing twice does no harm', async () => {
    const [stream, peer] = await connected(kind);
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => peer.on('error', resolve));
    peer.resume();
    stream.close(true);
    stream.close();
    expect((await failed).code).toBe('ECONNRESET');
    expect(stream.state()).toBe(StreamState.closed);
    expect(stream.receive(new Uint8Array(1), 0, 1)).toBe(0);
    expect(stream.send(new Uint8Array(1), 0, 1)).toBe(0);
  });

  test('a plain close lets the peer read what was sent', async () => {
    const [stream, peer] = await connected(kind);
    await sendAll(stream, Buffer.from('last words'));
    stream.close();
    const chunks: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(peer, 'end');
    expect(Buffer.concat(chunks).toString()).toBe('last words');
  });

  test('a peer that does not read makes send take no more, and nothing is lost when it reads again', async () => {
    const [stream, peer] = await connected(kind);
    peer.pause();
    const pattern = Buffer.alloc(65_536, 'warmline ');
    let sent = 0;
    let refusals = 0;
    for (let turn = 0; turn < 100_000 && refusals < 50; turn++) {
      const taken = stream.send(pattern, sent % pattern.length, pattern.length - (sent % pattern.length));
      sent += taken;
      refusals = taken === 0 ? refusals + 1 : 0;
      if (taken === 0) await setImmediate();
    }
    expect(refusals).toBe(50);
    let heard = 0;
    let wrong = 0;
    peer.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte !== pattern[heard++ % pattern.length]) wrong++;
    });
    peer.resume();
    expect(await until(() => heard === sent)).toBe(true);
    expect(wrong).toBe(0);
  });

  test('bytes are received only into the range that was given', async () => {
    const [stream, peer] = await connected(kind);
    peer.write('abcdef');
    const into = Buffer.alloc(10, '.');
    expect(await until(() => stream.receive(into, 2, 3) === 3)).toBe(true);
    expect(into.toString()).toBe('..abc.....');
    expect(await until(() => stream.receive(into, 6, 4) === 3)).toBe(true);
    expect(into.toString()).toBe('..abc.def.');
  });

  test('the local address is used', async () => {
    const [, peer] = await connected(kind, { localAddress: '127.0.0.3' });
    expect(peer.remoteAddress).toBe('127.0.0.3');
  });

  test('an address that is not dotted IPv4 is refused at once', () => {
    expect(() => connectStream(kind, { address: 'localhost', port: 1 })).toThrow(/IPv4/);
  });
});

describe('stream abilities', () => {
  test('portable has no kernel statistics', async () => {
    const [stream] = await connected('portable');
    expect(stream.readInfo?.(new Float64Array(STREAM_INFO_CELLS)) ?? false).toBe(false);
  });

  test.runIf(loadNative())('native reads the kernel statistics of a connection', async () => {
    const [stream, peer] = await connected('native');
    await sendAll(stream, Buffer.from('ping'));
    await once(peer, 'data');
    const info = new Float64Array(STREAM_INFO_CELLS);
    expect(stream.readInfo?.(info)).toBe(true);
    expect(info[StreamInfoCell.roundTripUs]).toBeGreaterThan(0);
    expect(info[StreamInfoCell.congestionWindow]).toBeGreaterThan(0);
    stream.close();
    expect(stream.readInfo?.(info)).toBe(false);
  });
});
