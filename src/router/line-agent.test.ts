import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { FeedEventKind, LossCause, RefusalReason } from '../feed/events.ts';
import { LineCell, lineCell } from '../feed/feed-counters.ts';
import { FeedRig, truePacket } from '../feed/testing/feed-rig.ts';
import type { IoKind } from '../io/abilities.ts';
import { ipv4ToInt } from '../io/address.ts';
import { loadNative } from '../io/native.ts';
import { createDatagramPoller } from '../io/open.ts';
import { until } from '../io/testing/collect.ts';
import { SpscProducer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { FeedRouter } from './feed-router.ts';
import { LineAgent } from './line-agent.ts';
import { RingInput, SocketInput } from './packet-input.ts';
import { RingReporter } from './report-record.ts';

const LOCAL = '127.0.0.1';
const RING_BYTES = 4096;
const kinds: IoKind[] = loadNative() ? ['native', 'portable'] : ['portable'];
const opened: { close(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, LOCAL, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

describe.each(kinds)('a line (%s sockets)', (ioMode) => {
  async function line(source?: string) {
    const port = await freePort();
    const rig = new FeedRig({ lineCount: 1, holdOffNs: 1000 });
    const ring = createSpscRing(RING_BYTES);
    const reporter = new RingReporter(new SpscProducer(createSpscRing(RING_BYTES)));
    const sockets = [{ socket: { address: LOCAL, port, source }, ring }];
    const agent = new LineAgent(
      { name: 'A', ioMode, batch: 16, slotBytes: 2048, sockets, flight: undefined },
      reporter,
    );
    const input = new RingInput(ring, { arbiter: rig.arbiter } as FeedRouter, 0);
    const sender = createDatagramPoller(ioMode, {});
    sender.open({ address: LOCAL, port: 0 });
    opened.push(agent, sender);
    const send = (packet: Uint8Array) => sender.send(0, packet, 0, packet.length, ipv4ToInt(LOCAL), port);
    return { agent, input, rig, send };
  }

  it('whose ring is full goes on reading, and the loss is told as this host’s', async () => {
    const { agent, input, rig, send } = await line();
    const packets = 60;
    const size = truePacket(1, 20).length;
    let received = 0;
    for (let i = 0; i < packets; i++) {
      send(truePacket(i * 20 + 1, i * 20 + 20));
      await until(() => {
        received += agent.doWork();
        return received > i;
      });
    }
    expect(received).toBe(packets);
    expect(packets * size).toBeGreaterThan(RING_BYTES);
    while (input.poll() > 0);
    const held = rig.arbiter.cells[lineCell(0, LineCell.packets)];
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(packets);
    // The next packet finds room, and with it comes how many had found none.
    send(truePacket(packets * 20 + 1));
    await until(() => agent.doWork() > 0);
    while (input.poll() > 0);
    expect(rig.line(0, LineCell.kernelDrops)).toBe(packets - held);
    rig.now = rig.arbiter.time[1];
    rig.pass(10_000);
    expect(rig.of(FeedEventKind.gapLost).map((event) => event.detail)).toEqual([LossCause.kernelDrop]);
  });

  it('refuses and counts what another address sends (it was dropped without a count)', async () => {
    const { agent, input, rig, send } = await line('127.0.0.2');
    send(truePacket(1));
    await until(() => agent.doWork() > 0);
    while (input.poll() > 0);
    expect(rig.units).toEqual([]);
    expect(rig.line(0, LineCell.refusedByReason + RefusalReason.wrongSource)).toBe(1);
    expect(rig.of(FeedEventKind.refused).map((event) => event.detail)).toEqual([RefusalReason.wrongSource]);
  });

  it('does so in the fused layout as well', async () => {
    const rig = new FeedRig({ lineCount: 1 });
    const poller = createDatagramPoller(ioMode, {});
    opened.push(poller);
    poller.open({ address: LOCAL, port: 0, source: '127.0.0.2' });
    const input = new SocketInput(poller, [{ feed: { arbiter: rig.arbiter } as FeedRouter, source: 0 }]);
    const packet = truePacket(1);
    poller.send(0, packet, 0, packet.length, ipv4ToInt(LOCAL), poller.localPort(0));
    await until(() => {
      input.receive();
      return input.poll() > 0;
    });
    expect(rig.units).toEqual([]);
    expect(rig.feed('refused')).toBe(1);
    expect(rig.line(0, LineCell.refusedByReason + RefusalReason.wrongSource)).toBe(1);
  });
});
