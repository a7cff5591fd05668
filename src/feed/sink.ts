import type { FeedEvent } from './events.ts';

/** Cells of the `unit` array that an arbiter fills before it calls {@link FeedSink.onUnit}. */
export const UnitCell = {
  /** The unit's number. */
  id: 0,
  /** Monotonic ns at which the delivered copy was received (a held unit keeps its own stamp). */
  rxNs: 1,
} as const;

/** Cells of an arbiter's `time` array: the caller writes a stamp, then calls. Monotonic nanoseconds. */
export const TimeCell = {
  /** The time now; read by `onTime` and by the operator's calls. */
  nowNs: 0,
  /** When the packet was received; read by `onPacket`. */
  rxNs: 1,
} as const;

/** Where an arbiter delivers. Implementations must not keep `bytes` beyond the call. */
export interface FeedSink {
  /**
   * The next unit of the stream, in order, once. Its number and receive stamp stand in the arbiter's `unit` cells.
   * @param source index of the line that brought the copy, or one of {@link Source}.
   */
  onUnit(bytes: Uint8Array, view: DataView, offset: number, length: number, source: number): void;
  /** Something other than a unit happened. `event` is reused: copy what you keep. */
  onEvent(event: FeedEvent): void;
}

/** Sources of packets that are not lines. Lines are 0, 1, 2… */
export const Source = { retransmit: -1, snapshot: -2 } as const;
