import type { SnapshotOutput } from './flow-source.ts';
import { ItchState } from './itch-state.ts';
import type { UnitStore } from './unit-store.ts';

/**
 * The state that the units of a store amount to, brought up to date when a snapshot is asked for: for recorded flows,
 * whose venue is not there to be asked.
 */
export class FollowedState {
  readonly #state = new ItchState();
  readonly #bytes = new Uint8Array(0x10000);
  readonly #view = new DataView(this.#bytes.buffer);
  #next = -1;

  /** @returns false if units that are needed for it are no longer kept */
  writeSnapshot(store: UnitStore, output: SnapshotOutput): boolean {
    if (this.#next < 0) this.#next = store.firstUnit;
    if (this.#next < store.firstKept && store.forgottenUnits > 0) return false;
    for (; this.#next < store.next; this.#next++) {
      const length = store.copy(this.#next, this.#bytes, 0);
      if (length > 0) this.#state.apply(this.#bytes, this.#view, 0, length);
    }
    this.#state.writeSnapshot(output);
    return true;
  }
}
