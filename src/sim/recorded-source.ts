import type { FlowSource, SnapshotOutput } from './flow-source.ts';
import { FollowedState } from './followed-state.ts';
import type { RecordedFlow } from './packet-capture.ts';
import type { RecordedPacketOutput } from './recording.ts';
import type { UnitStore } from './unit-store.ts';

/** Units of a packet capture, and its very packets where an output takes them. */
export class RecordedSource implements FlowSource {
  readonly description: string;
  readonly stamped = true;
  readonly #output: RecordedPacketOutput | undefined;
  readonly #flow: RecordedFlow;
  readonly #state = new FollowedState();
  #store: UnitStore | undefined;

  /** @param output takes each packet as it was captured */
  constructor(description: string, flow: RecordedFlow, output: RecordedPacketOutput | undefined) {
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
