import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiConfig, apiSection } from '../config/api-schema.ts';
import { newToken, Tokens } from './security.ts';
import { type ApiContent, ApiServer } from './server.ts';
import { ask, client, closeAll, frame, sockets, start, TOKENS } from './testing/running-server.ts';

afterEach(closeAll);

describe('the API server over HTTP', () => {
  it('serves the page, metrics and health, each with the headers that protect it', async () => {
    const { server, health } = await start();
    const page = await ask(server, '/');
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>' });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect((await ask(server, '/', { 'If-None-Match': '"1"' })).status).toBe(304);
    expect(await ask(server, '/metrics')).toMatchObject({ status: 200, body: 'warmline_up 1\n' });
    expect(await ask(server, '/readyz')).toMatchObject({ status: 200 });
    health.ready.push('line B of feed itch: redundancy lost');
    expect(await ask(server, '/readyz')).toMatchObject({
      status: 503,
      body: expect.stringContaining('redundancy lost'),
    });
    expect((await ask(server, '/healthz')).status).toBe(200);
  });

  it('has nothing but what it has', async () => {
    const { server } = await start();
    for (const path of ['/nothing', '/../package.json', '/%2e%2e/package.json', '/index.html/..', '//', '/api-tokens'])
      expect([path, (await ask(server, path)).status]).toEqual([path, 404]);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask(server, '/', {}, method)).status).toBe(405);
  });

  it('refuses names that somebody else points at it, and pages of other sites', async () => {
    const { server } = await start();
    expect((await ask(server, '/metrics', { Host: 'evil.example' })).status).toBe(421);
    expect((await ask(server, '/metrics', { Origin: 'https://evil.example' })).status).toBe(403);
    expect(
      (await ask(server, '/metrics', { Host: `localhost:${server.port}`, Origin: `http://localhost:${server.port}` }))
        .status,
    ).toBe(200);
  });

  it('refuses a wrong token even for what needs none, and stops guessing', async () => {
    const { server } = await start({ limits: { failedLoginsPerMinute: 3 } });
    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push((await ask(server, '/metrics', { Authorization: `Bearer ${newToken()}` })).status);
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
    expect(server.counts.failedLogins).toBe(3);
  });

  it('slows down a flood', async () => {
    const { server } = await start({ limits: { requestsPerSecond: 1, burst: 20 } });
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await ask(server, '/metrics')).status));
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(30);
    expect(statuses).toContain(429);
  });

  it('is not held up by a request that never ends', async () => {
    const { server } = await start();
    for (let i = 0; i < 50; i++) {
      const slow = connect(server.port, '127.0.0.1');
      sockets.push(slow);
      await once(slow, 'connect');
      slow.write('GET / HTTP/1.1\r\nHost: local');
    }
    expect((await ask(server, '/metrics')).status).toBe(200);
  });

  it('takes garbage for what it is', async () => {
    const { server } = await start();
    for (const bytes of [
      '\x16\x03\x01\x02',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: ${'x'.repeat(100_000)}\r\n\r\n`,
      '\0'.repeat(500),
    ]) {
      const odd = connect(server.port, '127.0.0.1');
      sockets.push(odd);
      odd.on('error', () => {});
      odd.end(bytes);
      await once(odd.resume(), 'close');
    }
    expect((await ask(server, '/healthz')).status).toBe(200);
  });

  it('says why it does not listen, and that is all', async () => {
    const { server } = await start();
    const config: ApiConfig = apiSection.parse({ port: server.port });
    const second = await ApiServer.start(config, {} as ApiContent, Tokens.parse('', 'tokens'));
    expect(second).toMatch(/can't be listened on/);
    const tls = { ...config, tls: { certificate: '/no/such.pem', key: '/no/such.pem' } };
    expect(await ApiServer.start(tls, {} as ApiContent, Tokens.parse('', 't'))).toMatch(
      /no\/such\.pem can't be read \(ENOENT\)/,
    );
  });
});

describe('the API server over WebSocket', () => {
  it('lets anybody on this host look, and nobody trade without a token', async () => {
    const { server } = await start();
    const viewer = await client(server);
    expect(await viewer.until(({ type }) => type === 'hello')).toMatchObject({ role: 'view', name: 'anonymous' });
    viewer.say({ op: 'subscribe', channel: 'orders', id: 1 });
    expect(await viewer.until(({ id }) => id === 1)).toMatchObject({ type: 'error', code: 'forbidden' });
    const trader = await client(server, TOKENS.trade);
    trader.say({ op: 'subscribe', channel: 'orders', id: 1 });
    expect(await trader.until(({ id }) => id === 1)).toMatchObject({ type: 'done' });
  });

  it('sends a snapshot, then what changes', async () => {
    const { server, state } = await start();
    const viewer = await client(server);
    viewer.say({ op: 'subscribe', channel: 'status' });
    expect(await viewer.until(({ type }) => type === 'snapshot')).toMatchObject({ data: { n: 1 } });
    state.n = 2;
    expect(await viewer.until(({ type }) => type === 'delta')).toMatchObject({ patch: { n: 2 } });
  });

  it('refuses pages of other sites and wrong tokens before the connection stands', async () => {
    const { server } = await start();
    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
      'Sec-WebSocket-Version': '13',
    };
    expect((await ask(server, '/api', { ...upgrade, Origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(server, '/api', { ...upgrade, Host: 'evil.example' })).status).toBe(421);
    expect((await ask(server, '/api', { ...upgrade, Authorization: `Bearer ${newToken()}` })).status).toBe(401);
    expect(server.connections).toBe(0);
  });

  it('counts connections of one address', async () => {
    const { server } = await start({ limits: { connectionsPerAddress: 2 } });
    await client(server);
    const second = await client(server);
    const third = new WebSocket(`ws://127.0.0.1:${server.port}/api`);
    await once(third, 'error');
    expect(server.counts.connectionsRefused).toBe(1);
    second.socket.close();
    await once(second.socket, 'close');
    while (server.connections > 1) await new Promise((resolve) => setImmediate(resolve));
    await client(server);
  });

  it('serves 200 clients the same', async () => {
    const { server, state } = await start();
    const clients = await Promise.all(Array.from({ length: 200 }, () => client(server)));
    for (const each of clients) each.say({ op: 'subscribe', channel: 'status' });
    await Promise.all(clients.map((each) => each.until(({ type }) => type === 'snapshot')));
    state.n = 'changed';
    await Promise.all(clients.map((each) => each.until((message) => JSON.stringify(message).includes('changed'))));
    expect(server.connections).toBe(200);
  });

  it('skips a client that does not read, brings it up to date when it does, and serves the others meanwhile', async () => {
    const { server, log } = await start({ limits: { backlog: '16KiB' } });
    const slow = connect(server.port, '127.0.0.1');
    sockets.push(slow);
    await once(slow, 'connect');
    const head = `GET /api HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${TOKENS.trade}\r\n\r\n`;
    slow.write(head);
    await once(slow, 'data');
    slow.pause();
    slow.write(frame(JSON.stringify({ op: 'subscribe', channel: 'orders', after: 0 })));
    while (log.subscribers === 0) await new Promise((resolve) => setImmediate(resolve));
    const quick = await client(server, TOKENS.trade);
    quick.say({ op: 'subscribe', channel: 'orders', after: 0 });
    const filler = 'x'.repeat(10_000);
    let sent = 0;
    // far more than sockets and backlog hold, and than the history keeps
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 100; j++) log.append({ n: ++sent, filler });
      await quick.until(({ entries }) => (entries as { n: number }[] | undefined)?.at(-1)?.n === sent);
      quick.messages.length = 0;
    }
    let text = '';
    slow.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('latin1')).slice(-200_000);
    });
    slow.resume();
    while (!text.includes('"type":"reset"')) await once(slow, 'data');
    expect(text).toContain(`"next":${sent + 1}`);
  });

  it('ends a connection that sends what no client sends', async () => {
    const { server } = await start({ limits: { message: '1KiB' } });
    const binary = await client(server);
    binary.socket.send(new Uint8Array(4));
    expect((await once(binary.socket, 'close'))[0].code).toBe(1008);
    const long = await client(server);
    long.socket.send('x'.repeat(5000));
    await once(long.socket, 'close');
    expect((await ask(server, '/healthz')).status).toBe(200);
  });
});
