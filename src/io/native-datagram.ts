import type { DatagramPoller, DatagramPollerOptions, DatagramSocketOptions } from './datagram.ts';
import { describeSocketFailure, PacketArrays } from './datagram-arrays.ts';
import { errnoName, type Native, type NativePollerHandle } from './native.ts';

/** What the addon was doing when `open` failed; same order as its STEP_ constants. */
const OPEN_STEPS = [
  'open a socket',
  'bind',
  'use the interface',
  'join the group',
  'set the receive buffer',
  'ask for kernel stamps',
  'set the multicast TTL',
];
const OpenCell = { step: 0, busyPollErrno: 1 } as const;
const OPEN_CELLS = 2;
const OpenFlag = { kernelStamps: 1, reuseAddress: 2 } as const;
const NO_TTL = -1;
const ALL_SOCKETS = -1;

/** All sockets of a thread in one call of the addon (`recvmmsg`, never blocking). */
export class NativeDatagramPoller extends PacketArrays implements DatagramPoller {
  readonly kind = 'native';
  private readonly handle: NativePollerHandle;
  /** What the last `open` was doing, and the errno with which busy polling was refused. */
  private readonly openStep = new Int32Array(new SharedArrayBuffer(OPEN_CELLS * Int32Array.BYTES_PER_ELEMENT));

  constructor(native: Native, options: DatagramPollerOptions) {
    super(options);
    this.handle = native.createDatagramPoller(
      this.bytes,
      this.packetOffset,
      this.packetLength,
      this.packetSocket,
      this.packetFlags,
      this.packetRxNs,
      this.packetKernelNs,
      this.packetSourceAddress,
      this.packetSourcePort,
      this.socketCells,
      this.nowNs,
      this.openStep,
      options.flight ? new Uint8Array(options.flight) : new Uint8Array(0),
      this.batch,
      this.slotBytes,
      this.maxSockets,
    );
  }

  open(options: DatagramSocketOptions): number {
    const result = this.handle.open(
      options.address,
      options.port,
      options.group ?? '',
      options.interface ?? '',
      options.source ?? '',
      options.receiveBufferBytes ?? 0,
      options.busyPollUs ?? 0,
      options.multicastTtl ?? NO_TTL,
      (options.kernelStamps ? OpenFlag.kernelStamps : 0) |
        ((options.reuseAddress ?? options.group !== undefined) ? OpenFlag.reuseAddress : 0),
    );
    if (result < 0)
      throw new Error(describeSocketFailure(options, OPEN_STEPS[this.openStep[OpenCell.step]], errnoName(result)));
    const refusal = this.openStep[OpenCell.busyPollErrno];
    if (refusal !== 0)
      this.warn(
        options,
        `busy polling of ${options.busyPollUs} µs was refused: ${errnoName(refusal)} (it needs the capability CAP_NET_ADMIN, or sysctl net.core.busy_read)`,
      );
    this.warnOfSmallBuffer(options, result);
    return result;
  }

  localPort(socket: number): number {
    const port = this.handle.localPort(socket);
    if (port < 0) throw new Error(`datagram socket ${socket} is not open`);
    return port;
  }

  poll(): number {
    return this.handle.poll();
  }

  send(socket: number, bytes: Uint8Array, offset: number, length: number, address: number, port: number): number {
    return this.handle.send(socket, bytes, offset, length, address, port);
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
    return this.handle.sendBatch(socket, bytes, offsets, lengths, count, address, port);
  }

  close(socket: number = ALL_SOCKETS): void {
    this.handle.close(socket);
  }
}
