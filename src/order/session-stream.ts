/**
 * What a session needs of a TCP connection: `io/stream.ts` has it, and so has a test's venue. Nothing blocks and nothing
 * calls back.
 */
export interface SessionStream {
  /** {@link StreamPhase} */
  state(): number;
  /** The errno that made it `failed`, as a name (`ECONNREFUSED`), or ''. */
  readonly error: string;
  /** @returns bytes received; 0 if there is nothing now, or the connection has ended */
  receive(bytes: Uint8Array, offset: number, length: number): number;
  /** @returns bytes that the kernel took: less than `length`, or 0, under back-pressure or on a connection that has ended */
  send(bytes: Uint8Array, offset: number, length: number): number;
  /** Writes what the kernel knows of the connection ({@link StreamInfo}). @returns false where it can't be known */
  readInfo?(into: Float64Array): boolean;
  close(reset?: boolean): void;
}

/** The same codes as `StreamState` of `io/stream.ts`; a test there compares them. */
export const StreamPhase = { connecting: 0, open: 1, closedByPeer: 2, failed: 3, closed: 4 } as const;

/** The same cells as `StreamInfoCell` of `io/stream.ts`, as far as a session looks at them. */
export const StreamInfo = { roundTripUs: 0, unacknowledged: 3, totalRetransmits: 5, sinceLastAckMs: 9 } as const;
export const STREAM_INFO_CELLS = 12;

/** Opens connections to one host. */
export interface Dialler {
  /** Begins to connect and returns at once. @throws where it can't even be tried */
  dial(): SessionStream;
}

/** Which connections have something to be read: `io/ready-set.ts` has it. */
export interface Readiness {
  /** By session: 0 = there is nothing to be read, no bytes, no end, no failure. */
  readonly cells: Int32Array;
  /** Once a turn, before the sessions' turns. @returns how many have something to be read, or may have */
  look(): number;
}

/** What a clock must offer: it is read into a cell, because a double that is returned costs an allocation. */
export interface TimeSource {
  /** Cell 0: monotonic ns at the last {@link read}. */
  readonly nowNs: Float64Array;
  read(): void;
}
