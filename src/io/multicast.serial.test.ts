import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CableEnd, inNamespace, namespacesUnavailable, TestNetwork } from '../../test/support/netns.ts';
import type { IoKind } from './abilities.ts';
import { type DatagramSocketOptions, SocketCell } from './datagram.ts';
import { loadNative } from './native.ts';
import type { Collected } from './testing/collect.ts';
import type { ProcessCommand, ProcessReply } from './testing/datagram-process.ts';

const ENTRY = fileURLToPath(new URL('./testing/datagram-process.ts', import.meta.url));
const PORT = 26_477;
const GROUP_A = '239.10.0.1';
const GROUP_B = '239.10.0.2';
const OTHER_GROUP = '239.10.0.9';
const WAIT_MS = 10_000;

const reason = namespacesUnavailable();
if (reason) test.skip(`multicast is left out: ${reason}`, () => {});

/** A poller in a namespace. */
class RemotePoller {
  readonly packets: Collected[] = [];
  private readonly child: ChildProcess;
  private readonly replies: ProcessReply[] = [];
  private changed: () => void = () => {};
  exitCode: number | null | undefined = undefined;

  constructor(namespace: string, kind: IoKind) {
    this.child = inNamespace(namespace, [process.execPath, '--disable-warning=ExperimentalWarning', ENTRY, kind], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('message', (reply: ProcessReply) => {
      if ('packet' in reply) this.packets.push(reply.packet);
      else this.replies.push(reply);
      this.changed();
    });
    this.child.on('exit', (code) => {
      this.exitCode = code;
      this.changed();
    });
  }

  async open(options: Omit<DatagramSocketOptions, 'port'> & { port?: number }): Promise<number> {
    return this.number({ do: 'open', options: { port: PORT, ...options } });
  }

  async send(text: string, address: string, socket = 0): Promise<number> {
    return this.number({ do: 'send', socket, text, address, port: PORT });
  }

  async cell(socket: number, index: number): Promise<number> {
    const reply = await this.ask({ do: 'cells', socket });
    return 'cells' in reply ? reply.cells[index] : Number.NaN;
  }

  /** Waits until this many packets have come. */
  async received(count: number): Promise<string[]> {
    await this.waitFor(() => this.packets.length >= count);
    return this.packets.map((packet) => packet.text);
  }

  async close(): Promise<void> {
    if (this.exitCode !== undefined) return;
    if (this.child.connected) this.child.send({ do: 'close' } satisfies ProcessCommand);
    await this.waitFor(() => this.exitCode !== undefined);
    this.child.kill('SIGKILL');
  }

  private async number(command: ProcessCommand): Promise<number> {
    const reply = await this.ask(command);
    if ('error' in reply) throw new Error(reply.error);
    return 'reply' in reply ? reply.reply : Number.NaN;
  }

  private async ask(command: ProcessCommand): Promise<ProcessReply> {
    this.child.send(command);
    await this.waitFor(() => this.replies.length > 0);
    return this.replies.shift() ?? { error: `no answer to ${command.do}` };
  }

  private waitFor(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, WAIT_MS);
      this.changed = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.changed = () => {};
        resolve();
      };
      this.changed();
    });
  }
}

const kinds: IoKind[] = loadNative() ? ['native', 'portable'] : ['portable'];

describe.skipIf(reason)('multicast over veth', () => {
  let network: TestNetwork;
  let exchange: string;
  let host: string;
  let exchangeA: CableEnd;
  let hostA: CableEnd;
  const pollers: RemotePoller[] = [];

  beforeAll(() => {
    network = new TestNetwork();
    exchange = network.namespace('exchange');
    host = network.namespace('host');
    [exchangeA, hostA] = network.cable(
      'feed-a',
      { in: exchange, address: '10.77.1.1/24' },
      { in: host, address: '10.77.1.2/24' },
    );
    network.cable('feed-b', { in: exchange, address: '10.77.2.1/24' }, { in: host, address: '10.77.2.2/24' });
    network.addAddress(exchangeA, '10.77.1.9/24');
  });
  afterEach(async () => {
    for (const poller of pollers.splice(0)) await poller.close();
  });
  afterAll(() => {
    network?.close();
    network?.close();
  });

  function start(namespace: string, kind: IoKind): RemotePoller {
    const poller = new RemotePoller(namespace, kind);
    pollers.push(poller);
    return poller;
  }

  /** A sender with socket 0 on line A, socket 1 on line B, socket 2 on line A from another address. */
  async function sender(): Promise<RemotePoller> {
    const poller = start(exchange, kinds[0]);
    await poller.open({ address: '10.77.1.1', port: 0, interface: 'feed-a' });
    await poller.open({ address: '10.77.2.1', port: 0, interface: 'feed-b' });
    await poller.open({ address: '10.77.1.9', port: 0, interface: 'feed-a' });
    return poller;
  }

  describe.each(kinds)('%s', (kind) => {
    test('A and B are joined per group; another group on the same port is not seen', async () => {
      const receiver = start(host, kind);
      const lineA = await receiver.open({ address: GROUP_A, group: GROUP_A, interface: 'feed-a' });
      const lineB = await receiver.open({ address: GROUP_B, group: GROUP_B, interface: '10.77.2.2' });
      // Someone else on this host wants the other group: the kernel now delivers it to the host, not to our lines.
      const bystander = start(host, kind);
      await bystander.open({ address: OTHER_GROUP, group: OTHER_GROUP, interface: 'feed-a' });
      const venue = await sender();
      await venue.send('other', OTHER_GROUP, 0);
      await venue.send('on A', GROUP_A, 0);
      await venue.send('on B', GROUP_B, 1);
      await venue.send('wrong side', GROUP_B, 0);
      await venue.send('end of A', GROUP_A, 0);
      await receiver.received(3);
      expect(await bystander.received(1)).toEqual(['other']);
      expect(receiver.packets.filter((p) => p.socket === lineA).map((p) => p.text)).toEqual(['on A', 'end of A']);
      expect(receiver.packets.filter((p) => p.socket === lineB).map((p) => p.text)).toEqual(['on B']);
      expect(receiver.packets.find((p) => p.socket === lineB)?.source).toBe('10.77.2.1');
    });

    test('the source filter lets only the configured sender through', async () => {
      const receiver = start(host, kind);
      await receiver.open({ address: GROUP_A, group: GROUP_A, interface: 'feed-a', source: '10.77.1.9' });
      const venue = await sender();
      await venue.send('impostor', GROUP_A, 0);
      await venue.send('the venue', GROUP_A, 2);
      expect(await receiver.received(1)).toEqual(['the venue']);
      await venue.send('impostor', GROUP_A, 0);
      await venue.send('the venue again', GROUP_A, 2);
      expect(await receiver.received(2)).toEqual(['the venue', 'the venue again']);
      expect(receiver.packets.every((p) => p.flags === 0 && p.source === '10.77.1.9')).toBe(true);
    });

    test('a pulled cable is silence on its line and nothing else; the line speaks again when it is back', async () => {
      const receiver = start(host, kind);
      const lineA = await receiver.open({ address: GROUP_A, group: GROUP_A, interface: 'feed-a' });
      const lineB = await receiver.open({ address: GROUP_B, group: GROUP_B, interface: 'feed-b' });
      const venue = await sender();
      await venue.send('A1', GROUP_A, 0);
      await venue.send('B1', GROUP_B, 1);
      await receiver.received(2);

      network.setLink(hostA, 'down');
      await venue.send('A2', GROUP_A, 0);
      await venue.send('B2', GROUP_B, 1);
      expect(await receiver.received(3)).toContain('B2');
      network.setLink(hostA, 'up');

      // The carrier comes back some time after the link is up: lost ones until then are what the test is about.
      for (let turn = 0; turn < 100 && !receiver.packets.some((p) => p.text === 'A3'); turn++) {
        await venue.send('A3', GROUP_A, 0);
        await delay(20);
      }
      const onA = receiver.packets.filter((p) => p.socket === lineA).map((p) => p.text);
      expect(onA).not.toContain('A2');
      expect(onA).toContain('A3');
      expect(receiver.packets.filter((p) => p.socket === lineB).map((p) => p.text)).toEqual(['B1', 'B2']);
      expect(await receiver.cell(lineB, SocketCell.errors)).toBe(0);
    });

    test('joining on an interface that the namespace has not is refused by name', async () => {
      const receiver = start(host, kind);
      await expect(receiver.open({ address: GROUP_A, group: GROUP_A, interface: 'nosuch0' })).rejects.toThrow(
        /group 239\.10\.0\.1 port 26477 on nosuch0: .*ENODEV/,
      );
    });
  });
});
