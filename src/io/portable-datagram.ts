import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { constants, networkInterfaces } from 'node:os';
import { intToIpv4, ipv4ToInt, isIpv4 } from './address.ts';
import {
  type DatagramPoller,
  type DatagramPollerOptions,
  type DatagramSocketOptions,
  PacketFlag,
  SOCKET_CELLS,
  SocketCell,
} from './datagram.ts';
import { describeSocketFailure, PacketArrays } from './datagram-arrays.ts';
import { PortableFlightRing } from './portable-flight-ring.ts';

const NS_PER_MS = 1e6;
const LAST_PORT = 65_535;

/** Datagrams that wait per socket for the next poll; what arrives beyond is dropped and counted. */
const DEFAULT_QUEUE_LIMIT = 8192;
const NS_PER_SECOND = 1e9;

interface Waiting {
  readonly bytes: Buffer;
  readonly rxNs: number;
  readonly address: number;
  readonly port: number;
}

interface PortableSocket {
  readonly socket: Socket;
  readonly source: number | undefined;
  queue: Waiting[];
  /** Index of the next datagram of `queue`. */
  next: number;
  open: boolean;
}

function monotonicNs(): number {
  const [seconds, ns] = process.hrtime();
  return seconds * NS_PER_SECOND + ns;
}

/** `dgram` joins on an address only; lines may name the interface. Node lists only those that have a carrier. */
function interfaceAddress(nameOrAddress: string): string {
  if (isIpv4(nameOrAddress)) return nameOrAddress;
  const address = networkInterfaces()[nameOrAddress]?.find((entry) => entry.family === 'IPv4')?.address;
  if (address !== undefined) return address;
  const code = existsSync(`/sys/class/net/${nameOrAddress}`) ? 'ENETDOWN' : 'ENODEV';
  throw Object.assign(new Error('the interface has no address'), { code });
}

/** Addresses are dotted already: answering at once makes `bind` take effect before it returns. */
function noLookup(
  address: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, address, 4);
}

/**
 * The poller over Node's own `dgram`: the event loop receives, {@link poll} hands over what has come. For evented
 * threads only.
 */
export class PortableDatagramPoller extends PacketArrays implements DatagramPoller {
  readonly kind = 'portable';
  private readonly sockets: PortableSocket[] = [];
  private readonly flight: PortableFlightRing | undefined;
  /** Packets of the last poll that are not in the flight ring yet. */
  private flightPending = 0;

  private readonly queueLimit: number;

  constructor(options: DatagramPollerOptions, queueLimit = DEFAULT_QUEUE_LIMIT) {
    super(options);
    this.queueLimit = queueLimit;
    this.flight = options.flight && new PortableFlightRing(options.flight);
    this.nowNs[0] = monotonicNs();
  }

  open(options: DatagramSocketOptions): number {
    ipv4ToInt(options.address);
    const index = this.sockets.length;
    let step = 'open a socket';
    const fail = (error: NodeJS.ErrnoException): Error =>
      new Error(describeSocketFailure(options, step, error.code ?? error.message));
    step = 'bind';
    // Node takes a port too large for another one.
    if (!(options.port >= 0 && options.port <= LAST_PORT)) throw fail(Object.assign(new Error(), { code: 'EINVAL' }));
    step = 'open a socket';
    if (index >= this.maxSockets) throw fail(Object.assign(new Error(), { code: 'EMFILE' }));
    const socket = createSocket({
      type: 'udp4',
      reuseAddr: options.reuseAddress ?? options.group !== undefined,
      lookup: noLookup as never,
    });
    let bindError: NodeJS.ErrnoException | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      bindError ??= error;
      this.countError(index, error);
    });
    try {
      step = 'bind';
      socket.bind({ address: options.address, port: options.port, exclusive: true });
      if (bindError) throw bindError;
      step = 'set the receive buffer';
      if (options.receiveBufferBytes) socket.setRecvBufferSize(options.receiveBufferBytes);
      step = 'use the interface';
      const local = options.interface === undefined ? undefined : interfaceAddress(options.interface);
      if (local !== undefined) socket.setMulticastInterface(local);
      step = 'set the multicast TTL';
      if (options.multicastTtl !== undefined) socket.setMulticastTTL(options.multicastTtl);
      step = 'join the group';
      if (options.group !== undefined) {
        if (options.source === undefined) socket.addMembership(options.group, local);
        else socket.addSourceSpecificMembership(options.source, options.group, local);
      }
    } catch (error) {
      socket.close();
      this.clearCells(index);
      throw fail(error as NodeJS.ErrnoException);
    }
    const entry: PortableSocket = {
      socket,
      source: options.source === undefined ? undefined : ipv4ToInt(options.source),
      queue: [],
      next: 0,
      open: true,
    };
    socket.on('message', (bytes, from) => this.accept(entry, index, bytes, from));
    this.sockets.push(entry);
    this.clearCells(index);
    this.socketCells[index * SOCKET_CELLS + SocketCell.receiveBufferBytes] = socket.getRecvBufferSize();
    this.warnOfSmallBuffer(options, index);
    if (options.busyPollUs) this.warn(options, 'portable i/o has no busy polling');
    if (options.kernelStamps) this.warn(options, 'portable i/o has no kernel stamps');
    return index;
  }

  localPort(socket: number): number {
    const entry = this.sockets[socket];
    if (!entry?.open) throw new Error(`datagram socket ${socket} is not open`);
    return entry.socket.address().port;
  }

  poll(): number {
    if (this.flightPending > 0) this.recordFlight();
    let count = 0;
    for (let index = 0; index < this.sockets.length; index++) count = this.take(index, count);
    this.nowNs[0] = monotonicNs();
    this.flightPending = count;
    return count;
  }

  send(socket: number, bytes: Uint8Array, offset: number, length: number, address: number, port: number): number {
    const entry = this.sockets[socket];
    if (!entry?.open) return constants.errno.EBADF;
    // A copy: dgram keeps the bytes until the event loop has sent them, and the caller may reuse them at once.
    const copy = Uint8Array.prototype.slice.call(bytes, offset, offset + length);
    entry.socket.send(copy, port, intToIpv4(address), (error) => {
      if (error) this.countError(socket, error);
    });
    return 0;
  }

  sendBatch(
    socket: number,
    bytes: Uint8Array,
    offsets: Int32Array,
    lengths: Int32Array,
    count: number,
    address: number,
    port: number,
  ): number {
    for (let i = 0; i < count; i++) {
      const errno = this.send(socket, bytes, offsets[i], lengths[i], address, port);
      if (errno !== 0) return i > 0 ? i : -errno;
    }
    return count;
  }

  close(socket?: number): void {
    for (const [index, entry] of this.sockets.entries()) {
      if (!entry.open || (socket !== undefined && socket !== index)) continue;
      entry.open = false;
      entry.queue = [];
      entry.next = 0;
      entry.socket.close();
    }
  }

  private accept(entry: PortableSocket, index: number, bytes: Buffer, from: RemoteInfo): void {
    if (entry.queue.length - entry.next >= this.queueLimit) {
      this.socketCells[index * SOCKET_CELLS + SocketCell.kernelDrops]++;
      return;
    }
    entry.queue.push({ bytes, rxNs: monotonicNs(), address: ipv4ToInt(from.address), port: from.port });
  }

  /** Moves up to a batch of what waits on one socket to the slab. @returns the packets after `count` earlier ones */
  private take(index: number, count: number): number {
    const entry = this.sockets[index];
    const cells = index * SOCKET_CELLS;
    let at = count;
    for (let slot = index * this.batch; at - count < this.batch && entry.next < entry.queue.length; slot++, at++) {
      const packet = entry.queue[entry.next++];
      const length = Math.min(packet.bytes.length, this.slotBytes);
      let flags = 0;
      if (length < packet.bytes.length) {
        flags |= PacketFlag.truncated;
        this.socketCells[cells + SocketCell.truncated]++;
      }
      if (entry.source !== undefined && entry.source !== packet.address) {
        flags |= PacketFlag.wrongSource;
        this.socketCells[cells + SocketCell.wrongSource]++;
      }
      const offset = slot * this.slotBytes;
      this.bytes.set(length < packet.bytes.length ? packet.bytes.subarray(0, length) : packet.bytes, offset);
      this.packetOffset[at] = offset;
      this.packetLength[at] = length;
      this.packetSocket[at] = index;
      this.packetFlags[at] = flags;
      this.packetRxNs[at] = packet.rxNs;
      this.packetKernelNs[at] = 0;
      this.packetSourceAddress[at] = packet.address;
      this.packetSourcePort[at] = packet.port;
      this.socketCells[cells + SocketCell.packets]++;
      this.socketCells[cells + SocketCell.bytes] += length;
    }
    if (entry.next === entry.queue.length && entry.next > 0) {
      entry.queue = [];
      entry.next = 0;
    }
    return at;
  }

  private recordFlight(): void {
    const utcOffsetNs = Date.now() * NS_PER_MS - monotonicNs();
    for (let i = 0; i < this.flightPending; i++)
      this.flight?.write(
        this.bytes,
        this.packetOffset[i],
        this.packetLength[i],
        this.packetRxNs[i],
        utcOffsetNs,
        this.packetSocket[i],
        this.packetSourceAddress[i],
        this.packetSourcePort[i],
      );
    this.flightPending = 0;
  }

  private countError(index: number, error: NodeJS.ErrnoException): void {
    this.socketCells[index * SOCKET_CELLS + SocketCell.errors]++;
    this.socketCells[index * SOCKET_CELLS + SocketCell.lastError] = Math.abs(error.errno ?? 0);
  }

  private clearCells(index: number): void {
    this.socketCells.fill(0, index * SOCKET_CELLS, (index + 1) * SOCKET_CELLS);
  }
}
