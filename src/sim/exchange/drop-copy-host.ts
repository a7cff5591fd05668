import type { DropCopyLog } from './drop-copy-log.ts';
import type { MessageLog } from './message-log.ts';
import { type HostOptions, VenueHost } from './venue-host.ts';

/** Where an account's drop copy is read. Any number of clients may be logged in. */
export class DropCopyHost extends VenueHost {
  readonly #copy: DropCopyLog;
  readonly #isOver: () => boolean;

  constructor(options: HostOptions, copy: DropCopyLog, isOver: () => boolean, seed: number, stream: number) {
    super(options, seed, stream);
    this.#copy = copy;
    this.#isOver = isOver;
  }

  get log(): MessageLog {
    return this.#copy.log;
  }

  get over(): boolean {
    return this.#isOver();
  }

  /** A drop copy takes no requests. */
  requested(): void {}

  protected admit(): number {
    return 0;
  }

  protected lost(): void {}
}
