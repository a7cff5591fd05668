import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { MoldUdp64Requests, moldSessionWords } from '../venues/nasdaq/moldudp64.ts';
import { askSimulator } from './control.ts';
import { createSimulator, type Simulator, type SimulatorOverrides } from './simulator.ts';
import { hashOf, LineReader } from './testing/line-reader.ts';

const running: { stop(): Promise<void> }[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
  for (const socket of sockets.splice(0)) socket.close();
});

async function venue(
  sim: string,
  overrides: SimulatorOverrides = {},
): Promise<{ simulator: Simulator; a: LineReader; b: LineReader; config: WarmlineConfig }> {
  const [a, b] = [new LineReader(), new LineReader()];
  sockets.push(a.socket, b.socket);
  const config = parseConfig(
    `
venue: test
protocol: nasdaq
feeds:
  - name: itch
    heartbeat: 50ms
    lines:
      - { name: A, address: 127.0.0.1, port: ${await a.open()} }
      - { name: B, address: 127.0.0.1, port: ${await b.open()} }
    retransmit: { servers: [{ address: 127.0.0.1, port: 1 }] }
sim: { endOfSession: 20ms, ${sim} }
`,
    'test.yaml',
  );
  const simulator = createSimulator(config, { ephemeralPorts: true, ...overrides });
  running.push(simulator);
  await simulator.start();
  return { simulator, a, b, config };
}

async function readToTheEnd(simulator: Simulator, ...lines: LineReader[]): Promise<void> {
  await simulator.stop();
  for (const line of lines) await line.until(() => line.endOfSession > 0);
}

describe.each(['native', 'portable'] as const)('the simulator over %s sockets', (io) => {
  const available = (): boolean => {
    try {
      createSimulator(
        parseConfig(
          'venue: t\nprotocol: nasdaq\nfeeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 9 }] }]',
          't',
        ),
        { io, noControl: true },
      ).stop();
      return true;
    } catch {
      return false;
    }
  };

  it.skipIf(!available())(
    'publishes the same units on both lines: all of them, byte for byte, to the end of session',
    async () => {
      const { simulator, a, b } = await venue('messagesPerSecond: 50000, symbols: 5', { io });
      expect(simulator.io).toBe(io);
      await a.until(() => a.units('S000000042').size > 3000);
      await readToTheEnd(simulator, a, b);
      const [truth] = simulator.truth().itch;
      expect(truth.units).toBeGreaterThan(3000);
      for (const line of [a, b]) {
        expect(line.malformed).toBe(0);
        expect(line.units(truth.session).size).toBe(truth.units);
        expect(hashOf(line.units(truth.session))).toBe(truth.sha256);
      }
    },
  );
});

describe('the simulator', () => {
  it('publishes the market of its seed, not that of the clock', async () => {
    const first = await venue('seed: 7, symbols: 3, session: X');
    await first.a.until(() => first.a.units('X').size > 200);
    const second = await venue('seed: 7, symbols: 3, session: X');
    await second.a.until(() => second.a.units('X').size > 200);
    for (let unit = 1; unit <= 200; unit++) expect(second.a.units('X').get(unit)).toEqual(first.a.units('X').get(unit));
  });

  it('loses on one line what its fault says, which the other line still brings', async () => {
    const { simulator, a, b } = await venue('messagesPerSecond: 20000', { faults: ['A:drop=0.2,seed=7'] });
    await b.until(() => b.units('S000000042').size > 2000);
    await readToTheEnd(simulator, b);
    const [truth] = simulator.truth().itch;
    expect(a.units(truth.session).size).toBeLessThan(truth.units);
    expect(hashOf(b.units(truth.session))).toBe(truth.sha256);
    expect(simulator.stats().itch.lines.A.faults.dropped).toBeGreaterThan(0);
  });

  it('answers retransmit requests with what one datagram holds, and not those that cannot be met', async () => {
    const { simulator, a } = await venue('session: RT, symbols: 4, maxPacket: 300B');
    await a.until(() => a.units('RT').size > 100);
    const asker = new LineReader();
    sockets.push(asker.socket);
    await asker.open();
    const [port] = simulator.ports.feeds.itch.retransmit;
    const ask = (session: string, first: number, count: number): void => {
      const request = Buffer.alloc(20);
      const view = new DataView(request.buffer, request.byteOffset, 20);
      new MoldUdp64Requests().encodeRequest(view, 0, moldSessionWords(session), new Float64Array([first]), count);
      asker.socket.send(request, port, '127.0.0.1');
    };
    ask('OTHER', 1, 5);
    ask('RT', 1e9, 5);
    asker.socket.send('no request at all', port, '127.0.0.1');
    ask('RT', 3, 5);
    await asker.until(() => asker.units('RT').size === 5);
    expect([...asker.units('RT')]).toEqual([3, 4, 5, 6, 7].map((unit) => [unit, a.units('RT').get(unit)]));
    ask('RT', 10, 60_000);
    await asker.until(() => asker.units('RT').size > 5);
    expect(asker.packets).toBe(2);
    expect(asker.units('RT').size).toBeLessThan(5 + 300 / 14);
    expect(simulator.stats().itch.retransmit[0]).toMatchObject({
      requests: 5,
      answers: 2,
      unmet: 1,
      foreignSession: 1,
      malformed: 1,
    });
  });

  it('holds answers back or leaves them out by a fault of the retransmit server', async () => {
    const { simulator, a } = await venue('session: RT', { faults: ['retransmit:refuse', 'retransmit:delay=5ms'] });
    await a.until(() => a.units('RT').size > 10);
    const asker = new LineReader();
    sockets.push(asker.socket);
    await asker.open();
    const request = Buffer.alloc(20);
    new MoldUdp64Requests().encodeRequest(
      new DataView(request.buffer, request.byteOffset),
      0,
      moldSessionWords('RT'),
      new Float64Array([1]),
      2,
    );
    const [server] = simulator.feeds[0].retransmitServers;
    asker.socket.send(request, simulator.ports.feeds.itch.retransmit[0], '127.0.0.1');
    await a.until(() => server.stats.requests === 1);
    expect(server.stats.answers).toBe(0);
    expect(simulator.clearFaults('retransmit', 'refuse')).toBe(1);
    asker.socket.send(request, simulator.ports.feeds.itch.retransmit[0], '127.0.0.1');
    await asker.until(() => asker.units('RT').size === 2);
    expect(server.faults.stats).toMatchObject({ dropped: 1, delayed: 1 });
  });

  it('takes faults over its control channel while it runs, lists and clears them', async () => {
    const { simulator, a, b } = await venue('messagesPerSecond: 20000');
    const control = simulator.ports.control!;
    await a.until(() => a.packets > 5);
    expect(await askSimulator(control, { op: 'fault', faults: ['A:silence', 'B:delay=1ms'] })).toEqual({
      ok: true,
      ids: [1, 2],
    });
    const silentFrom = simulator.stats().itch.lines.A.packets;
    const before = b.packets;
    await b.until(() => b.packets > before + 20);
    expect(simulator.stats().itch.lines.A.packets).toBe(silentFrom);
    expect(await askSimulator(control, { op: 'list' })).toMatchObject({
      ok: true,
      faults: [
        { id: 1, feed: 'itch', target: 'A', fault: 'itch/A:silence', inForce: true },
        { id: 2, target: 'B', fault: 'itch/B:delay=1ms' },
      ],
    });
    expect(await askSimulator(control, { op: 'clear', target: 'A' })).toEqual({ ok: true, cleared: 1 });
    await a.until(() => simulator.stats().itch.lines.A.packets > silentFrom);
    expect(await askSimulator(control, { op: 'clear' })).toEqual({ ok: true, cleared: 1 });
    expect(await askSimulator(control, { op: 'stats' })).toMatchObject({
      ok: true,
      stats: { itch: { session: 'S000000042' } },
    });
    expect(await askSimulator(control, { op: 'fault', faults: ['A:drop=7'] })).toMatchObject({ ok: false });
    expect(await askSimulator(control, { op: 'fault', faults: ['C:drop=0.1'] })).toMatchObject({
      ok: false,
      error: /no 'C'/ as never,
    });
  });

  it('survives nonsense on its control channel', async () => {
    const { simulator } = await venue('');
    const socket = createConnection(simulator.ports.control!, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.write('{ nonsense\n{"op":"dance"}\n');
    let text = '';
    for await (const piece of socket) {
      text += piece;
      if (text.split('\n').length > 2) break;
    }
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).ok),
    ).toEqual([false, false]);
    const flood = createConnection(simulator.ports.control!, '127.0.0.1');
    flood.on('error', () => {});
    flood.write('x'.repeat(200_000));
    await new Promise((resolve) => flood.on('close', resolve));
    expect(await askSimulator(simulator.ports.control!, { op: 'list' })).toMatchObject({ ok: true });
  });

  it('ends its session by a fault, and starts a new one or the same again', async () => {
    const { simulator, a, b } = await venue('session: DAY1, messagesPerSecond: 20000');
    await a.until(() => a.units('DAY1').size > 50);
    simulator.addFault('*:end');
    await b.until(() => a.endOfSession > 0 && b.endOfSession > 0);
    const published = simulator.stats().itch.units;
    const ends = a.endOfSession;
    await a.until(() => a.endOfSession > ends + 1);
    expect(simulator.stats().itch.units).toBe(published);
    simulator.addFault('*:restart');
    await a.until(() => a.units('DAY2').size > 50);
    expect(a.units('DAY2').has(1)).toBe(true);
    simulator.addFault('*:restart=same');
    const again = (): number => simulator.truth().itch.length;
    await a.until(() => again() === 3);
    await readToTheEnd(simulator, b);
    const sessions = simulator.truth().itch;
    expect(sessions.map(({ session }) => session)).toEqual(['DAY1', 'DAY2', 'DAY2']);
    expect(hashOf(b.units('DAY1'))).toBe(sessions[0].sha256);
  });

  it('sends heartbeats when it has nothing else to say', async () => {
    const { a, b } = await venue('messagesPerSecond: 1');
    await a.until(() => a.heartbeats > 2);
    await b.until(() => b.heartbeats > 2);
  });

  it('sends garbage when told to', async () => {
    const { a } = await venue('messagesPerSecond: 20000', { faults: ['A:truncate=1'] });
    await a.until(() => a.malformed > 20);
  });

  it('says which fault is not possible before it opens anything', async () => {
    await expect(venue('', { faults: ['C:drop=0.1'] })).rejects.toThrow("feed itch has no 'C': A, B, *, retransmit");
    await expect(venue('', { faults: ['cme/A:drop=0.1'] })).rejects.toThrow("there is no feed 'cme': itch");
  });

  it.each(['native', 'portable'] as const)('says which interface is not there (%s)', (io) => {
    const config = parseConfig(
      'venue: t\nprotocol: nasdaq\nfeeds: [{ name: f, lines: [{ name: A, group: 239.0.0.1, port: 9, interface: nope0 }] }]',
      't',
    );
    const make = (): Simulator => createSimulator(config, { io, noControl: true });
    expect(make).toThrow(/line A of feed f can't be sent: .*nope0.*ENODEV|native i\/o is asked for/);
  });

  it('says which port is taken', async () => {
    const { config } = await venue('');
    const taken = createSocket('udp4');
    sockets.push(taken);
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    config.feeds[0].retransmit!.servers[0].port = taken.address().port;
    const second = createSimulator(config, { noControl: true });
    running.push(second);
    await expect(second.start()).rejects.toThrow(/retransmit server cannot listen on 127.0.0.1:\d+: .*EADDRINUSE/);
  });
});
