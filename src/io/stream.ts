/**
 * TCP client connections without an event loop: connect, send and receive never block and never call back; the owner
 * asks in its duty cycle. Native (raw sockets) and portable (`net`, on evented threads) implementations.
 */

export interface StreamOptions {
  readonly address: string;
  readonly port: number;
  /** Local address or interface to connect from. */
  readonly localAddress?: string;
  readonly receiveBufferBytes?: number;
  /** `TCP_NODELAY`. Default true. */
  readonly noDelay?: boolean;
  readonly keepAlive?: boolean;
  /** `TCP_USER_TIMEOUT` in ms: how long sent data may stay unacknowledged. */
  readonly userTimeoutMs?: number;
  readonly quickAck?: boolean;
}

export const StreamState = { connecting: 0, open: 1, closedByPeer: 2, failed: 3, closed: 4 } as const;
export type StreamState = (typeof StreamState)[keyof typeof StreamState];

/** Cells of {@link StreamSocket.readInfo}, from the kernel's `TCP_INFO`. */
export const StreamInfoCell = {
  roundTripUs: 0,
  roundTripVarianceUs: 1,
  retransmitTimeoutUs: 2,
  /** Segments sent and not acknowledged. */
  unacknowledged: 3,
  lost: 4,
  totalRetransmits: 5,
  /** In segments. */
  congestionWindow: 6,
  sinceLastSentMs: 7,
  sinceLastReceivedMs: 8,
  sinceLastAckMs: 9,
  notSentBytes: 10,
  leastRoundTripUs: 11,
} as const;
export const STREAM_INFO_CELLS = 12;

/** One connection. */
export interface StreamSocket {
  readonly kind: 'native' | 'portable';
  /** Advances a connect under way and says where the connection stands. */
  state(): StreamState;
  /** The errno that made it `failed`, as a name (`ECONNREFUSED`), or '' . */
  readonly error: string;
  /**
   * Receives into `bytes[offset..offset+length)`. @returns bytes received; 0 if there is nothing now, or the
   * connection has ended ({@link state} tells)
   */
  receive(bytes: Uint8Array, offset: number, length: number): number;
  /** Hands bytes to the kernel. @returns how many it took (less than `length`, or 0, under back-pressure) */
  send(bytes: Uint8Array, offset: number, length: number): number;
  /**
   * Writes what the kernel knows of the connection to `into` ({@link StreamInfoCell}).
   * @returns false where it can't be known (closed, or portable)
   */
  readInfo?(into: Float64Array): boolean;
  /**
   * Writes three words that name the socket to any thread of this process (`SocketTable`).
   * @returns false where it has none (closed, or portable)
   */
  identify?(into: Int32Array, index: number): boolean;
  /** Closes; `reset` drops unsent data and sends RST. May be called twice. */
  close(reset?: boolean): void;
}
