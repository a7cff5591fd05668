/**
 * Datagram sockets of one thread, polled together. Two implementations: native (one `recvmmsg` turn over all sockets
 * in one call) and portable (`dgram`, on evented threads).
 */

/** Where a datagram socket listens. Addresses are dotted IPv4. */
export interface DatagramSocketOptions {
  /** Local address to bind. For a multicast line the group itself is bound, so other groups on the port stay out. */
  readonly address: string;
  /** Local port; 0 lets the kernel choose (see {@link DatagramPoller.localPort}). */
  readonly port: number;
  /** Multicast group to join. */
  readonly group?: string;
  /** Interface to join on, by name or by its address. */
  readonly interface?: string;
  /** Only datagrams from this address: source-specific join for multicast, a check for unicast. */
  readonly source?: string;
  /** `SO_RCVBUF` in bytes (`SO_RCVBUFFORCE` where the process may). */
  readonly receiveBufferBytes?: number;
  /** `SO_BUSY_POLL` in microseconds; 0 = off. Refused without the privilege: see {@link DatagramPoller.warnings}. */
  readonly busyPollUs?: number;
  /** Ask the kernel for receive stamps (`SO_TIMESTAMPNS`); costs about 0.1 µs a packet. */
  readonly kernelStamps?: boolean;
  /** `SO_REUSEADDR`. Default true for groups, false for unicast. */
  readonly reuseAddress?: boolean;
  /** `IP_MULTICAST_TTL` / loop for senders. */
  readonly multicastTtl?: number;
}

/** Bits of {@link DatagramPoller.packetFlags}. */
export const PacketFlag = {
  /** The datagram was longer than its slot and was cut. */
  truncated: 1,
  /** It came from an address other than the configured `source` (unicast lines; counted, not delivered to a feed). */
  wrongSource: 2,
} as const;

/** Cells per socket in {@link DatagramPoller.socketCells}, at `socket * SOCKET_CELLS + cell`. */
export const SocketCell = {
  /** Datagrams received. */
  packets: 0,
  bytes: 1,
  /**
   * Datagrams that this host dropped for want of buffer, cumulative: by the kernel (`SO_RXQ_OVFL`; told with the next
   * datagram that arrives), or, portable, by the poller's own queue (it can't see the kernel's).
   */
  kernelDrops: 2,
  /** The last errno a receive returned other than "nothing there", 0 if none. */
  lastError: 3,
  /** How many such errors. */
  errors: 4,
  /** The receive buffer that the kernel granted, in bytes, as it counts it: twice what it was asked for. */
  receiveBufferBytes: 5,
  truncated: 6,
  wrongSource: 7,
} as const;
export const SOCKET_CELLS = 8;

export interface DatagramPoller {
  readonly kind: 'native' | 'portable';
  /** The slab that packets are received into; `bytes` and `view` cover the same memory. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Per packet of the last {@link poll}: where it stands in the slab, how long it is, which socket brought it. */
  readonly packetOffset: Int32Array;
  readonly packetLength: Int32Array;
  readonly packetSocket: Int32Array;
  /** See {@link PacketFlag}. */
  readonly packetFlags: Int32Array;
  /** Monotonic ns at which the receive call that brought the packet returned. */
  readonly packetRxNs: Float64Array;
  /** The kernel's receive stamp moved onto the monotonic clock, in ns; 0 where stamps are off. */
  readonly packetKernelNs: Float64Array;
  /** Sender's IPv4 address (as a big-endian u32 in an int32) and port. */
  readonly packetSourceAddress: Int32Array;
  readonly packetSourcePort: Int32Array;
  /** See {@link SocketCell}. */
  readonly socketCells: Float64Array;
  /**
   * What was asked for in {@link open} and refused, or granted in part, in words with the remedy: the socket works
   * without it. To be logged once by whoever starts the thread.
   */
  readonly warnings?: readonly string[];
  /** Cell 0: monotonic ns, written by every {@link poll} when it returns, packets or not. */
  readonly nowNs: Float64Array;

  /**
   * Opens a socket; returns its index (0, 1, 2…: the order in which they are polled).
   * @throws {Error} naming address, port and the system's reason
   */
  open(options: DatagramSocketOptions): number;
  /** Port that the socket is bound to. */
  localPort(socket: number): number;
  /**
   * Asks the sockets in turn and takes what has arrived on the first that has something, at most `batch` datagrams; the
   * next call goes on with the next socket, so that a flood on one cannot starve another and a packet is handled before
   * the other sockets are asked. (The portable poller takes from all at once: it has received them already.) Returns 0
   * only where every socket was empty. Never blocks, never throws. Earlier packets are overwritten.
   * @returns how many packets
   */
  poll(): number;
  /**
   * Sends one datagram from a socket. Never blocks. @returns 0, or the errno (for example `EAGAIN`)
   * @param address IPv4 address as a big-endian u32 (see `ipv4ToInt`)
   */
  send(socket: number, bytes: Uint8Array, offset: number, length: number, address: number, port: number): number;
  /**
   * Sends `count` datagrams to one address: datagram `i` is `lengths[i]` bytes from `offsets[i]` of `bytes`.
   * @returns how many were sent (fewer where the kernel takes no more now), or a negative errno if none was
   */
  sendBatch?(
    socket: number,
    bytes: Uint8Array,
    offsets: Int32Array,
    lengths: Int32Array,
    count: number,
    address: number,
    port: number,
  ): number;
  /** Closes one socket (its index is not reused), or all of them. May be called twice. */
  close(socket?: number): void;
}

/** How a poller is made. */
export interface DatagramPollerOptions {
  /** Most datagrams taken from one socket in one poll. Default 32. */
  readonly batch?: number;
  /** Bytes per packet slot: the largest datagram that survives uncut. Default 2048; jumbo frames want 16384. */
  readonly slotBytes?: number;
  /** Most sockets. Default 16. */
  readonly maxSockets?: number;
  /**
   * Memory of a flight ring (layout: src/capture/flight-ring.ts; at least 64 KiB + its header): each poll first copies
   * the packets of the poll before it there.
   */
  readonly flight?: SharedArrayBuffer;
}
