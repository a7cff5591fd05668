import type { FlowSource, SnapshotOutput } from './flow-source.ts';
import { FollowedState } from './followed-state.ts';
import type { RecordedPacketOutput } from './recording.ts';
import type { UnitStore } from './unit-store.ts';

/** Something recorded that is played in its own time. */
export interface PlayedFlow {
  /** It has been played to its end. */
  readonly finished: boolean;
  /**
   * Plays what is due: at most until `elapsedNs` of the recording's time, and until `units` units have been added.
   * @param output takes each packet, where there are packets; its units are in the store by then
   * @returns how many units were added
   */
  play(store: UnitStore, elapsedNs: number, units: number, output?: RecordedPacketOutput): number;
  close(): Promise<void>;
}

/** Units of a recording, and its very packets where an output takes them. */
export class RecordedSource implements FlowSource {
  readonly description: string;
  readonly stamped = true;
  readonly #output: RecordedPacketOutput | undefined;
  readonly #flow: PlayedFlow;
  readonly #state = new FollowedState();
  #store: UnitStore | undefined;

  /** @param output takes each packet as it was captured */
  constructor(description: string, flow: PlayedFlow, output: RecordedPacketOutput | undefined) {
    this.description = description;
    this.#flow = flow;
    this.#output = output;
  }

  get finished(): boolean {
    return this.#flow.finished;
  }

  produce(store: UnitStore, units: number): number {
    return this.#play(store, Number.POSITIVE_INFINITY, units);
  }

  produceUntil(store: UnitStore, elapsedNs: number, limit: number): number {
    return this.#play(store, elapsedNs, limit);
  }

  close(): void {
    void this.#flow.close();
  }

  writeSnapshot(output: SnapshotOutput): boolean {
    return this.#store === undefined || this.#state.writeSnapshot(this.#store, output);
  }

  #play(store: UnitStore, elapsedNs: number, units: number): number {
    this.#store = store;
    return this.#flow.play(store, elapsedNs, units, this.#output);
  }
}
