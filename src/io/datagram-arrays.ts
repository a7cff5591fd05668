import { type DatagramPollerOptions, type DatagramSocketOptions, SOCKET_CELLS, SocketCell } from './datagram.ts';

const DEFAULT_BATCH = 32;
const DEFAULT_SLOT_BYTES = 2048;
const DEFAULT_MAX_SOCKETS = 16;
/** The kernel reserves as much again for its own records and reports the sum. */
const KERNEL_BUFFER_FACTOR = 2;

function sharedInt32(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

function sharedFloat64(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** The memory that a poller fills: allocated once, shared, so that native code and other threads may look at it. */
export class PacketArrays {
  readonly batch: number;
  readonly slotBytes: number;
  readonly maxSockets: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly packetOffset: Int32Array;
  readonly packetLength: Int32Array;
  readonly packetSocket: Int32Array;
  readonly packetFlags: Int32Array;
  readonly packetRxNs: Float64Array;
  readonly packetKernelNs: Float64Array;
  readonly packetSourceAddress: Int32Array;
  readonly packetSourcePort: Int32Array;
  readonly socketCells: Float64Array;
  readonly nowNs: Float64Array;
  readonly warnings: string[] = [];

  constructor(options: DatagramPollerOptions) {
    this.batch = options.batch ?? DEFAULT_BATCH;
    this.slotBytes = options.slotBytes ?? DEFAULT_SLOT_BYTES;
    this.maxSockets = options.maxSockets ?? DEFAULT_MAX_SOCKETS;
    const packets = this.batch * this.maxSockets;
    const slab = new SharedArrayBuffer(packets * this.slotBytes);
    this.bytes = new Uint8Array(slab);
    this.view = new DataView(slab);
    this.packetOffset = sharedInt32(packets);
    this.packetLength = sharedInt32(packets);
    this.packetSocket = sharedInt32(packets);
    this.packetFlags = sharedInt32(packets);
    this.packetRxNs = sharedFloat64(packets);
    this.packetKernelNs = sharedFloat64(packets);
    this.packetSourceAddress = sharedInt32(packets);
    this.packetSourcePort = sharedInt32(packets);
    this.socketCells = sharedFloat64(this.maxSockets * SOCKET_CELLS);
    this.nowNs = sharedFloat64(1);
  }

  protected warn(options: DatagramSocketOptions, text: string): void {
    this.warnings.push(`${describeSocket(options)}: ${text}`);
  }

  /** Linux reports twice what it was asked for, unless a limit stood in the way. */
  protected warnOfSmallBuffer(options: DatagramSocketOptions, socket: number): void {
    const wanted = options.receiveBufferBytes ?? 0;
    const granted = this.socketCells[socket * SOCKET_CELLS + SocketCell.receiveBufferBytes] / KERNEL_BUFFER_FACTOR;
    if (granted < wanted)
      this.warn(
        options,
        `a receive buffer of ${wanted} bytes was asked for, the kernel granted ${granted} (raise sysctl net.core.rmem_max, or run with the capability CAP_NET_ADMIN)`,
      );
  }
}

const REMEDIES: Record<string, string> = {
  EADDRINUSE: 'another process has this port: stop it or choose another port',
  EADDRNOTAVAIL: 'no interface of this host has this address',
  EACCES: 'ports below 1024 need the capability CAP_NET_BIND_SERVICE',
  EPERM: 'this needs a privilege (CAP_NET_ADMIN)',
  ENODEV: 'there is no such interface on this host',
  ENETDOWN: 'the interface is down or has no address: bring it up, or give its address instead of its name',
  EMFILE: 'no more sockets: raise maxSockets or the limit of open files',
};

function describeSocket(options: DatagramSocketOptions): string {
  const where = options.group
    ? `group ${options.group} port ${options.port}`
    : `${options.address} port ${options.port}`;
  const how = options.interface ? ` on ${options.interface}` : '';
  const from = options.source ? ` from ${options.source}` : '';
  return `datagram socket ${where}${how}${from}`;
}

/** What could not be done, for which socket, why, and what to do about it. */
export function describeSocketFailure(options: DatagramSocketOptions, step: string, errno: string): string {
  const remedy = REMEDIES[errno];
  return `${describeSocket(options)}: could not ${step}: ${errno}${remedy ? ` (${remedy})` : ''}`;
}
