import type { UnitStore } from './unit-store.ts';

/** Takes one message of a snapshot; the bytes are lent for the call only. */
export type SnapshotOutput = (bytes: Uint8Array, offset: number, length: number) => void;

/**
 * Where a simulated feed's units come from: a seeded generator, a recorded day, a matching engine. It knows nothing of
 * packets, lines or sockets; it appends units to the store in the order the venue decided them.
 */
export interface FlowSource {
  /** What it is, for people: `generator seed 42, 50 symbols`. */
  readonly description: string;
  /** True where units carry their own times and {@link produceUntil} paces them. */
  readonly stamped: boolean;
  /** No unit will come any more. */
  readonly finished: boolean;
  /** Appends about `units` units (whole events: a few more may come). @returns how many were appended */
  produce(store: UnitStore, units: number): number;
  /** Stamped sources only: appends what is due `elapsedNs` after the start, at most `limit` units. */
  produceUntil(store: UnitStore, elapsedNs: number, limit: number): number;
  /** Appends what ends a trading day, where the source knows it; after that nothing comes. */
  close(store: UnitStore): void;
  /**
   * Writes the state after the newest unit as the venue's snapshot service would: enough to rebuild every book.
   * @returns false if it can't be told any more
   */
  writeSnapshot(output: SnapshotOutput): boolean;
}
