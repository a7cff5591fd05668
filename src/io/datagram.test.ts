import { afterEach, describe, expect, test } from 'vitest';
import { FlightRing } from '../capture/flight-ring.ts';
import { type IoKind, ioAbilities, missingAbilities } from './abilities.ts';
import { ipv4ToInt } from './address.ts';
import { type DatagramPoller, type DatagramPollerOptions, PacketFlag, SOCKET_CELLS, SocketCell } from './datagram.ts';
import { loadNative, nativeUnavailableReason } from './native.ts';
import { createDatagramPoller } from './open.ts';
import { PortableDatagramPoller } from './portable-datagram.ts';
import { collect, pollOnce, until } from './testing/collect.ts';

const LOCAL = '127.0.0.1';
const LOCAL_INT = ipv4ToInt(LOCAL);
const kinds: IoKind[] = loadNative() ? ['native', 'portable'] : ['portable'];
const opened: DatagramPoller[] = [];

afterEach(() => {
  for (const poller of opened.splice(0)) poller.close();
});

function poller(kind: IoKind, options?: DatagramPollerOptions): DatagramPoller {
  const made = createDatagramPoller(kind, options);
  opened.push(made);
  return made;
}

/** A poller with `count` sockets on free local ports. */
function listening(kind: IoKind, count: number, options?: DatagramPollerOptions): DatagramPoller {
  const made = poller(kind, options);
  for (let i = 0; i < count; i++) made.open({ address: LOCAL, port: 0 });
  return made;
}

function sendText(from: DatagramPoller, text: string, port: number, socket = 0): number {
  return from.send(socket, Buffer.from(text, 'latin1'), 0, text.length, LOCAL_INT, port);
}

function cell(of: DatagramPoller, socket: number, index: number): number {
  return of.socketCells[socket * SOCKET_CELLS + index];
}

if (!loadNative()) test.skip(`native sockets are left out: ${nativeUnavailableReason()}`, () => {});

describe.each(kinds)('datagrams, %s', (kind) => {
  test('what one socket sends another receives whole, in order, with its sender', async () => {
    const receiver = listening(kind, 1);
    const sender = listening(kind, 1);
    for (let i = 0; i < 10; i++) expect(sendText(sender, `unit ${i}`, receiver.localPort(0))).toBe(0);
    const packets = await collect(receiver, 10);
    expect(packets.map((p) => p.text)).toEqual(Array.from({ length: 10 }, (_, i) => `unit ${i}`));
    expect(packets[0]).toMatchObject({ socket: 0, source: LOCAL, sourcePort: sender.localPort(0), flags: 0 });
    expect(cell(receiver, 0, SocketCell.packets)).toBe(10);
    expect(cell(receiver, 0, SocketCell.bytes)).toBe(60);
    expect(cell(receiver, 0, SocketCell.errors)).toBe(0);
  });

  test('a poll with nothing there returns 0 and still writes the time', () => {
    const receiver = listening(kind, 2);
    expect(receiver.poll()).toBe(0);
    const before = receiver.nowNs[0];
    expect(receiver.poll()).toBe(0);
    expect(receiver.nowNs[0]).toBeGreaterThanOrEqual(before);
    expect(before).toBeGreaterThan(0);
  });

  test('receive stamps are on the monotonic clock and never run backwards', async () => {
    const receiver = listening(kind, 1);
    const before = Number(process.hrtime.bigint());
    for (let i = 0; i < 5; i++) sendText(receiver, 'x', receiver.localPort(0));
    const packets = await collect(receiver, 5);
    const after = Number(process.hrtime.bigint());
    let previous = before;
    for (const packet of packets) {
      expect(packet.rxNs).toBeGreaterThanOrEqual(previous);
      previous = packet.rxNs;
    }
    expect(previous).toBeLessThanOrEqual(receiver.nowNs[0]);
    expect(receiver.nowNs[0]).toBeLessThanOrEqual(after + 1e6);
  });

  test('sockets are polled in the order they were opened, and a flood on one leaves room for the other', async () => {
    const batch = 8;
    const receiver = listening(kind, 2, { batch });
    const sender = listening(kind, 1);
    for (let i = 0; i < 100; i++) sendText(sender, `flood ${i}`, receiver.localPort(0));
    sendText(sender, 'quiet', receiver.localPort(1));
    const polls: string[][] = [];
    const all = await until(() => {
      const got = pollOnce(receiver);
      if (got.length > 0) polls.push(got.map((p) => p.text));
      return polls.flat().length >= 101;
    });
    expect(all).toBe(true);
    for (const poll of polls) expect(poll.filter((text) => text.startsWith('flood')).length).toBeLessThanOrEqual(batch);
    const turnOfQuiet = polls.findIndex((poll) => poll.includes('quiet'));
    expect(turnOfQuiet).toBeLessThan(polls.length - 1);
    expect(polls[turnOfQuiet].at(-1)).toBe('quiet');
  });

  test('a datagram longer than its slot is cut, flagged and counted', async () => {
    const receiver = listening(kind, 1, { slotBytes: 64 });
    sendText(receiver, 'y'.repeat(65), receiver.localPort(0));
    sendText(receiver, 'z'.repeat(64), receiver.localPort(0));
    const [cut, whole] = await collect(receiver, 2);
    expect(cut).toMatchObject({ length: 64, flags: PacketFlag.truncated });
    expect(whole).toMatchObject({ length: 64, flags: 0 });
    expect(cell(receiver, 0, SocketCell.truncated)).toBe(1);
  });

  test('an empty datagram is a packet of length 0', async () => {
    const receiver = listening(kind, 1);
    receiver.send(0, new Uint8Array(1), 0, 0, LOCAL_INT, receiver.localPort(0));
    expect(await collect(receiver, 1)).toMatchObject([{ length: 0, flags: 0 }]);
  });

  test('a unicast line flags and counts what another address sends', async () => {
    const receiver = poller(kind);
    receiver.open({ address: LOCAL, port: 0, source: '127.0.0.2' });
    const right = poller(kind);
    right.open({ address: '127.0.0.2', port: 0 });
    const wrong = listening(kind, 1);
    sendText(wrong, 'wrong', receiver.localPort(0));
    sendText(right, 'right', receiver.localPort(0));
    const packets = await collect(receiver, 2);
    expect(packets.find((p) => p.text === 'wrong')?.flags).toBe(PacketFlag.wrongSource);
    expect(packets.find((p) => p.text === 'right')?.flags).toBe(0);
    expect(cell(receiver, 0, SocketCell.wrongSource)).toBe(1);
  });

  test('many datagrams go out in one call, each from its own place', async () => {
    const receiver = listening(kind, 1, { batch: 256 });
    const bytes = Buffer.from('aabbbcccc');
    const offsets = Int32Array.from([0, 2, 5]);
    const lengths = Int32Array.from([2, 3, 4]);
    expect(receiver.sendBatch?.(0, bytes, offsets, lengths, 3, LOCAL_INT, receiver.localPort(0))).toBe(3);
    expect((await collect(receiver, 3)).map((p) => p.text)).toEqual(['aa', 'bbb', 'cccc']);
    const many = 150;
    expect(
      receiver.sendBatch?.(
        0,
        bytes,
        new Int32Array(many),
        new Int32Array(many).fill(1),
        many,
        LOCAL_INT,
        receiver.localPort(0),
      ),
    ).toBe(many);
    expect(await collect(receiver, many)).toHaveLength(many);
  });

  test('opening a port that is taken tells the port, the reason and a remedy', () => {
    const first = listening(kind, 1);
    const second = poller(kind);
    const port = first.localPort(0);
    expect(() => second.open({ address: LOCAL, port })).toThrow(
      new RegExp(`127\\.0\\.0\\.1 port ${port}: could not bind: EADDRINUSE \\(.*another port`),
    );
    expect(second.open({ address: LOCAL, port: 0 })).toBe(0);
  });

  test('opening on an interface that is not there names it', () => {
    expect(() =>
      poller(kind).open({ address: '239.1.1.1', group: '239.1.1.1', port: 0, interface: 'nosuch0' }),
    ).toThrow(/group 239\.1\.1\.1 port 0 on nosuch0: could not use the interface: ENODEV/);
  });

  test('a port that is none is refused', () => {
    expect(() => poller(kind).open({ address: LOCAL, port: 65_536 })).toThrow(/could not bind: EINVAL/);
    expect(() => poller(kind).open({ address: LOCAL, port: -1 })).toThrow(/could not bind: EINVAL/);
  });

  test('an address that is not dotted IPv4 is refused', () => {
    expect(() => poller(kind).open({ address: 'localhost', port: 0 })).toThrow(/IPv4/);
    expect(() => poller(kind).open({ address: '::1', port: 0 })).toThrow(/IPv4/);
  });

  test('one socket more than maxSockets is refused', () => {
    const small = listening(kind, 1, { maxSockets: 1 });
    expect(() => small.open({ address: LOCAL, port: 0 })).toThrow(/EMFILE .*maxSockets/);
  });

  test('closing one socket leaves the others; closing twice does no harm', async () => {
    const receiver = listening(kind, 2);
    const sender = listening(kind, 1);
    const ports = [receiver.localPort(0), receiver.localPort(1)];
    receiver.close(0);
    receiver.close(0);
    expect(() => receiver.localPort(0)).toThrow(/not open/);
    sendText(sender, 'gone', ports[0]);
    sendText(sender, 'stays', ports[1]);
    expect(await collect(receiver, 1)).toMatchObject([{ socket: 1, text: 'stays' }]);
    receiver.close();
    receiver.close();
    expect(receiver.poll()).toBe(0);
    expect(sendText(receiver, 'x', ports[1])).toBeGreaterThan(0);
  });

  test('the receive buffer that the kernel granted is told', () => {
    const receiver = poller(kind);
    receiver.open({ address: LOCAL, port: 0, receiveBufferBytes: 65_536 });
    expect(cell(receiver, 0, SocketCell.receiveBufferBytes)).toBeGreaterThanOrEqual(65_536);
  });

  test('a receive buffer beyond the limit, where it is clipped, is a warning with the remedy, not an error', () => {
    const receiver = poller(kind);
    receiver.open({ address: LOCAL, port: 0, receiveBufferBytes: 65_536 });
    expect(receiver.warnings).toEqual([]);
    const wanted = 1 << 30;
    const socket = receiver.open({ address: LOCAL, port: 0, receiveBufferBytes: wanted });
    const granted = cell(receiver, socket, SocketCell.receiveBufferBytes) / 2;
    if (granted < wanted)
      expect(receiver.warnings).toMatchObject([expect.stringMatching(/1073741824 bytes was asked for.*rmem_max/)]);
    else expect(receiver.warnings).toEqual([]);
  });

  test('packets of earlier polls stand in the flight ring, oldest first, also after it wrapped', async () => {
    const capacity = 64 * 1024 + 8;
    const flight = new SharedArrayBuffer(FlightRing.headerBytes + capacity);
    const receiver = listening(kind, 1, { flight, batch: 64 });
    const sent = 1500;
    for (let from = 0; from < sent; from += 50) {
      for (let i = from; i < from + 50; i++) sendText(receiver, `${i} ${'.'.repeat(i % 97)}`, receiver.localPort(0));
      await collect(receiver, 50);
    }
    receiver.poll();
    const records = readFlightRing(flight);
    expect(records.length).toBeGreaterThan(400);
    expect(records.length).toBeLessThan(sent);
    const first = sent - records.length;
    expect(records.map((r) => r.text)).toEqual(
      Array.from({ length: records.length }, (_, i) => `${first + i} ${'.'.repeat((first + i) % 97)}`),
    );
    const last = records.at(-1);
    expect(last?.socket).toBe(0);
    expect(last?.sourcePort).toBe(receiver.localPort(0));
    expect(Math.abs((last?.rxNs ?? 0) + (last?.utcOffsetNs ?? 0) - Date.now() * 1e6)).toBeLessThan(60e9);
  });
});

interface FlightRecord {
  text: string;
  rxNs: number;
  utcOffsetNs: number;
  socket: number;
  sourcePort: number;
}

function readFlightRing(memory: SharedArrayBuffer): FlightRecord[] {
  const positions = new Float64Array(memory, 0, 2);
  const view = new DataView(memory, FlightRing.headerBytes);
  const bytes = new Uint8Array(memory, FlightRing.headerBytes);
  const capacity = (memory.byteLength - FlightRing.headerBytes) & ~7;
  const found: FlightRecord[] = [];
  for (let position = positions[FlightRing.tailCell]; position < positions[FlightRing.headCell]; ) {
    const at = position % capacity;
    const left = capacity - at;
    const length = left < FlightRing.recordHeaderBytes ? -1 : view.getInt32(at + FlightRing.lengthOffset, true);
    if (length < 0) {
      position += left;
      continue;
    }
    const start = at + FlightRing.recordHeaderBytes;
    found.push({
      text: Buffer.from(bytes.slice(start, start + length)).toString('latin1'),
      rxNs: view.getFloat64(at + FlightRing.rxNsOffset, true),
      utcOffsetNs: view.getFloat64(at + FlightRing.utcOffsetNsOffset, true),
      socket: view.getInt32(at + FlightRing.socketOffset, true),
      sourcePort: view.getInt32(at + FlightRing.sourcePortOffset, true),
    });
    position += FlightRing.recordHeaderBytes + ((length + 7) & ~7);
  }
  return found;
}

describe('abilities', () => {
  test('native can do everything; portable states a shorter list', () => {
    expect(missingAbilities('native')).toEqual([]);
    expect(Object.values(ioAbilities('native')).every(Boolean)).toBe(true);
    const portable = ioAbilities('portable');
    expect(
      Object.entries(portable)
        .filter(([, has]) => has)
        .map(([name]) => name),
    ).toEqual(['flightRing']);
    expect(missingAbilities('portable')).toHaveLength(Object.values(portable).filter((has) => !has).length);
  });

  test('portable drops what its queue has no room for, counted, and goes on', async () => {
    const receiver = new PortableDatagramPoller({}, 4);
    opened.push(receiver);
    receiver.open({ address: LOCAL, port: 0 });
    for (let i = 0; i < 10; i++) sendText(receiver, `${i}`, receiver.localPort(0));
    expect(await until(() => cell(receiver, 0, SocketCell.kernelDrops) === 6)).toBe(true);
    expect(pollOnce(receiver).map((p) => p.text)).toEqual(['0', '1', '2', '3']);
    sendText(receiver, 'next', receiver.localPort(0));
    expect((await collect(receiver, 1)).map((p) => p.text)).toEqual(['next']);
  });

  test('portable ignores what it has not: kernel stamps stay 0, busy polling is not asked for', async () => {
    const receiver = poller('portable');
    receiver.open({ address: LOCAL, port: 0, kernelStamps: true, busyPollUs: 50, receiveBufferBytes: 1 << 22 });
    sendText(receiver, 'x', receiver.localPort(0));
    expect((await collect(receiver, 1))[0].kernelNs).toBe(0);
    expect(receiver.warnings?.join()).toMatch(/no busy polling.*no kernel stamps/);
  });

  test.runIf(loadNative())('native stamps packets by the kernel before the receive returned', async () => {
    const receiver = poller('native');
    receiver.open({ address: LOCAL, port: 0, kernelStamps: true });
    const before = Number(process.hrtime.bigint());
    sendText(receiver, 'x', receiver.localPort(0));
    const [packet] = await collect(receiver, 1);
    expect(packet.kernelNs).toBeGreaterThan(before - 1e6);
    expect(packet.kernelNs).toBeLessThan(packet.rxNs + 1e6);
  });

  test.runIf(loadNative())('native counts what the kernel dropped for want of buffer', async () => {
    const receiver = poller('native');
    receiver.open({ address: LOCAL, port: 0, receiveBufferBytes: 4096 });
    const sent = 500;
    for (let i = 0; i < sent; i++) sendText(receiver, `${i} ${'x'.repeat(500)}`, receiver.localPort(0));
    let got = 0;
    for (let count = receiver.poll(); count > 0; count = receiver.poll()) got += count;
    expect(got).toBeLessThan(sent);
    // The kernel tells the count with the next datagram that it queues.
    sendText(receiver, 'after', receiver.localPort(0));
    await collect(receiver, 1);
    expect(cell(receiver, 0, SocketCell.kernelDrops)).toBe(sent - got);
  });

  test.runIf(loadNative())('a send that the kernel refuses gives its errno and stops nothing', async () => {
    const receiver = listening('native', 1);
    expect(receiver.send(0, new Uint8Array(70_000), 0, 70_000, LOCAL_INT, receiver.localPort(0))).toBeGreaterThan(0);
    sendText(receiver, 'still', receiver.localPort(0));
    expect(await collect(receiver, 1)).toHaveLength(1);
  });

  test.runIf(loadNative())('ranges outside the bytes are refused, not read', () => {
    const sender = listening('native', 1);
    expect(() => sender.send(0, new Uint8Array(8), 4, 8, LOCAL_INT, 9)).toThrow(TypeError);
    expect(() => sender.send(0, new Uint8Array(8), -1, 4, LOCAL_INT, 9)).toThrow(TypeError);
    expect(() =>
      sender.sendBatch?.(0, new Uint8Array(8), Int32Array.of(0), Int32Array.of(9), 1, LOCAL_INT, 9),
    ).not.toThrow(/could not bind: EINVAL/);
    expect(sender.sendBatch?.(0, new Uint8Array(8), Int32Array.of(0), Int32Array.of(9), 1, LOCAL_INT, 9)).toBeLessThan(
      0,
    );
  });
});
