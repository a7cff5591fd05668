import { copyOf } from './copy-bytes.ts';
import type { UnitStore } from './unit-store.ts';

/** A recorded unit that is missing for so long, in the recording's own time, will not come any more. */
const HOLE_NS = 1e9;
const MAX_PENDING = 65_536;

interface PendingUnit {
  readonly bytes: Uint8Array;
  readonly timeNs: number;
}

/**
 * Gathers the units of recorded packets into a store: each number once, in order, whichever line brought it first. What
 * no line has recorded becomes a hole.
 */
export class UnitCollector {
  /** Copies of units that the store has, or has passed. */
  duplicates = 0;
  readonly #pending = new Map<number, PendingUnit>();

  /** Takes a copy of unit `number`, recorded at `timeNs`. */
  offer(store: UnitStore, number: number, bytes: Uint8Array, offset: number, length: number, timeNs: number): void {
    if (number < store.next || this.#pending.has(number)) {
      this.duplicates++;
      return;
    }
    if (number > store.next) {
      this.#pending.set(number, { bytes: copyOf(bytes, offset, length), timeNs });
      this.#giveUp(store, timeNs);
      return;
    }
    store.append(bytes, offset, length);
    this.#drain(store);
  }

  /** The recording is over: what is missing stays missing. */
  end(store: UnitStore): void {
    while (this.#pending.size > 0) this.#skip(store);
  }

  /** Steps over a hole that has been open for too long. */
  #giveUp(store: UnitStore, nowNs: number): void {
    for (;;) {
      // Map order is order of arrival: the first has waited longest.
      const oldest = this.#pending.values().next().value;
      if (oldest === undefined) return;
      if (nowNs - oldest.timeNs < HOLE_NS && this.#pending.size < MAX_PENDING) return;
      this.#skip(store);
    }
  }

  #skip(store: UnitStore): void {
    let lowest = Number.POSITIVE_INFINITY;
    for (const number of this.#pending.keys()) lowest = Math.min(lowest, number);
    store.skipTo(lowest);
    this.#drain(store);
  }

  #drain(store: UnitStore): void {
    for (let unit = this.#pending.get(store.next); unit !== undefined; unit = this.#pending.get(store.next)) {
      this.#pending.delete(store.next);
      store.append(unit.bytes, 0, unit.bytes.length);
    }
  }
}
