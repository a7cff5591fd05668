import { type DatagramPollerOptions, type DatagramSocketOptions, SOCKET_CELLS } from './datagram.ts';

const DEFAULT_BATCH = 32;
const DEFAULT_SLOT_BYTES = 2048;
const DEFAULT_MAX_SOCKETS = 16;

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

/** What could not be done, for which socket, why, and what to do about it. */
export function describeSocketFailure(options: DatagramSocketOptions, step: string, errno: string): string {
  const where = options.group
    ? `group ${options.group} port ${options.port}`
    : `${options.address} port ${options.port}`;
  const how = options.interface ? ` on ${options.interface}` : '';
  const from = options.source ? ` from ${options.source}` : '';
  const remedy = REMEDIES[errno];
  return `datagram socket ${where}${how}${from}: could not ${step}: ${errno}${remedy ? ` (${remedy})` : ''}`;
}
