import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as secureRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { apiSection } from '../config/api-schema.ts';
import { newToken, Tokens } from './security.ts';
import type { ApiServer } from './server.ts';
import { ask, client, closeAll, frame, sockets, start, TOKENS } from './testing/running-server.ts';

afterEach(closeAll);

const auth = (token: string) => ({ Authorization: `Bearer ${token}` });
const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
  'Sec-WebSocket-Version': '13',
};

async function plainSocket(server: ApiServer): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A WebSocket whose bytes the test writes, and reads only when it wants to. */
async function rawWebSocket(server: ApiServer, token: string): Promise<Socket> {
  const socket = await plainSocket(server);
  const lines = Object.entries({ Host: 'localhost', ...UPGRADE, ...auth(token) }).map(
    ([key, value]) => `${key}: ${value}`,
  );
  socket.write(`GET /api HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('guessing and flooding do not keep out who has a right token', () => {
  it('wrong guesses of the same address', async () => {
    const { server } = await start({ limits: { failedLoginsPerMinute: 2 } });
    for (let i = 0; i < 10; i++) await ask(server, '/metrics', auth(newToken()));
    expect((await ask(server, '/metrics', auth(newToken()))).status).toBe(429);
    expect((await ask(server, '/metrics', auth(TOKENS.view))).status).toBe(200);
    const trader = await client(server, TOKENS.trade);
    expect(await trader.until(({ type }) => type === 'hello')).toMatchObject({ role: 'trade' });
  });

  it('a flood of the same address without a token, or with wrong ones', async () => {
    const { server } = await start({ limits: { requestsPerSecond: 1, burst: 5 } });
    for (let i = 0; i < 20; i++) await ask(server, '/metrics', i % 2 === 0 ? {} : auth(newToken()));
    expect((await ask(server, '/metrics')).status).toBe(429);
    const trader = await client(server, TOKENS.trade);
    trader.say({ op: 'subscribe', channel: 'orders', id: 'mine' });
    expect(await trader.until(({ id }) => id === 'mine')).toMatchObject({ type: 'done' });
  });
});

it('who asks again and again and never reads holds one answer of memory: it used to be as many as it asked for', async () => {
  const { server } = await start({}, 'x'.repeat(4 << 20));
  const socket = await plainSocket(server);
  socket.pause();
  const ended = once(socket, 'close');
  const requests = 100;
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(requests));
  let received = 0;
  socket.on('data', (bytes) => {
    received += bytes.length;
  });
  socket.resume();
  await ended;
  expect(received).toBeLessThan((requests * (4 << 20)) / 10);
  // read as it comes, the answer is whole
  expect((await ask(server, '/metrics')).body.length).toBe(4 << 20);
});

it('a token that is taken away, or given another role, takes its connections with it', async () => {
  const { server } = await start();
  const [viewer, trader, anybody] = [
    await client(server, TOKENS.view),
    await client(server, TOKENS.trade),
    await client(server),
  ];
  const closed = once(trader.socket, 'close');
  const config = apiSection.parse({ port: 0 });
  server.adopt(config, Tokens.parse(`view view ${TOKENS.view}\ntrade view ${TOKENS.trade}\n`, 'tokens'));
  expect((await closed)[0].code).toBe(1008);
  server.adopt(config, Tokens.parse(`view view ${newToken()}\n`, 'tokens'));
  await once(viewer.socket, 'close');
  anybody.say({ op: 'subscribe', channel: 'status', id: 1 });
  expect(await anybody.until(({ id }) => id === 1)).toMatchObject({ type: 'done' });
});

describe('a flood of messages', () => {
  it('each that comes too fast is answered by its id, and who goes on is sent away', async () => {
    const { server } = await start({ limits: { requestsPerSecond: 1, burst: 10 } });
    const flooder = await client(server, TOKENS.view);
    const closed = once(flooder.socket, 'close');
    for (let id = 0; id < 30; id++) flooder.say({ op: 'unsubscribe', channel: 'status', id });
    const [{ code }] = await closed;
    expect(code).toBe(1008);
    const refused = flooder.messages.filter((message) => message.code === 'too-fast');
    expect(refused.length).toBe(10);
    expect(refused[0]).toMatchObject({ type: 'error', id: expect.any(Number) });
  });

  it('who asks and asks and takes no answer is cut off before its answers fill the memory', async () => {
    const { server } = await start({
      limits: { requestsPerSecond: 1e6, burst: 1e6, backlog: '4KiB', message: '16KiB' },
    });
    const greedy = await rawWebSocket(server, TOKENS.view);
    greedy.pause();
    const id = 'x'.repeat(64);
    const question = frame(JSON.stringify({ op: 'unsubscribe', channel: 'status', id }));
    const many = Buffer.concat(Array.from({ length: 1000 }, () => question));
    while (server.connections > 0) {
      greedy.write(many);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await ask(server, '/healthz')).status).toBe(200);
  });

  it('a client that takes nothing, not even the goodbye, is gone all the same', async () => {
    const { server, log } = await start({ limits: { slowFor: '20ms', backlog: '64KiB' } });
    const slow = await rawWebSocket(server, TOKENS.trade);
    slow.pause();
    slow.write(frame(JSON.stringify({ op: 'subscribe', channel: 'orders', after: 0 })));
    await until(() => log.subscribers > 0);
    const filler = 'x'.repeat(20_000);
    const timer = setInterval(() => {
      for (let i = 0; i < 50; i++) log.append({ filler });
    }, 1);
    try {
      await until(() => server.connections === 0);
      expect(server.counts.slowDisconnects).toBeGreaterThan(0);
    } finally {
      clearInterval(timer);
    }
  });
});

describe('connections that only cost', () => {
  it('are bounded from their first moment on, so that descriptors are left for lines and sessions', async () => {
    const { server } = await start();
    const idle = [];
    for (let i = 0; i < 300; i++) {
      const socket = await plainSocket(server);
      socket.write('GET / HTTP/1.1\r\nHost: loc');
      idle.push(socket);
    }
    await until(() => server.counts.connectionsRefused >= 300 - 256);
    for (const socket of idle) socket.resetAndDestroy();
    const answered = () =>
      ask(server, '/healthz').then(
        ({ status }) => status === 200,
        () => false,
      );
    while (!(await answered())) await new Promise((resolve) => setImmediate(resolve));
    // their places are free again, and stay so
    for (let i = 0; i < 300; i++) expect(await answered()).toBe(true);
  });

  it('WebSockets that came and went leave no place taken', async () => {
    const { server } = await start();
    for (let i = 0; i < 300; i++) {
      const one = await client(server);
      one.socket.close();
      await once(one.socket, 'close');
    }
    await until(() => server.connections === 0);
    expect((await ask(server, '/healthz')).status).toBe(200);
    expect(server.counts.connectionsRefused).toBe(0);
  });
});

describe('pages of others', () => {
  it.each(['http://localhost:3000', 'https://evil.example', 'null', 'http://127.0.0.1'])(
    'a page from %s opens no WebSocket',
    async (origin) => {
      const { server } = await start();
      const host = `localhost:${server.port}`;
      expect((await ask(server, '/api', { ...UPGRADE, Host: host, Origin: origin })).status).toBe(403);
      expect((await ask(server, '/api', { ...UPGRADE, Host: `evil.example:${server.port}` })).status).toBe(421);
      expect(server.connections).toBe(0);
    },
  );
});

describe('what is too large', () => {
  it('headers, bodies and messages', async () => {
    const { server } = await start({ limits: { message: '1KiB' } });
    for (const head of [
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 500 }, (_, i) => `X${i}: y`).join('\r\n')}\r\n\r\n`,
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n${'x'.repeat(100_000)}`,
    ]) {
      const socket = await plainSocket(server);
      socket.resume();
      socket.write(head);
      socket.end();
      await once(socket, 'close');
    }
    const long = await client(server, TOKENS.trade);
    long.socket.send('x'.repeat(2000));
    await once(long.socket, 'close');
    expect((await ask(server, '/healthz')).status).toBe(200);
  });
});

const openssl = (() => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
})();
if (openssl === undefined) it.skip('TLS is left out: there is no openssl to make a certificate with', () => {});

describe.skipIf(openssl === undefined)('with TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmline-tls-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const tls = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  if (openssl !== undefined) {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', tls.key, '-out', tls.certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '1', ...files, ...subject], {
      stdio: 'ignore',
    });
  }
  const secure = async (server: ApiServer, path: string, headers: Record<string, string> = {}) => {
    const sent = secureRequest({ host: '127.0.0.1', port: server.port, path, headers, rejectUnauthorized: false });
    sent.end();
    const [response] = await once(sent, 'response');
    response.resume();
    return response.statusCode as number;
  };

  it('everything goes encrypted, and nothing else is answered', async () => {
    const { server } = await start({ tls });
    expect(server.url).toMatch(/^https:/);
    expect(await secure(server, '/metrics')).toBe(200);
    const plain = await plainSocket(server);
    let text = '';
    plain.on('data', (bytes) => {
      text += bytes;
    });
    plain.end('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(plain, 'close');
    expect(text).not.toContain('HTTP/1.1 200');
    const socket = connectTls({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false });
    sockets.push(socket);
    await once(socket, 'secureConnect');
    const lines = Object.entries({ Host: 'localhost', ...UPGRADE, ...auth(TOKENS.trade) });
    socket.write(`GET /api HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}`).join('\r\n')}\r\n\r\n`);
    let answer = '';
    for await (const bytes of socket) {
      answer += bytes;
      if (answer.includes('"hello"')) break;
    }
    expect(answer).toContain('"role":"trade"');
  });

  it('beyond this host nobody may even look without a token', async () => {
    const { server } = await start({ tls, address: '0.0.0.0' });
    expect(await secure(server, '/metrics', { Host: 'localhost' })).toBe(401);
    expect(await secure(server, '/metrics', { Host: 'localhost', ...auth(TOKENS.view) })).toBe(200);
    expect(await secure(server, '/api', { Host: 'localhost', ...UPGRADE })).toBe(401);
    expect(await secure(server, '/healthz', { Host: 'localhost' })).toBe(200);
  });
});
