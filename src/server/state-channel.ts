import type { Channel, Subscriber } from './channel.ts';
import { diff, type Json, plain } from './patch.ts';

/**
 * A state that changes: a snapshot at first, then patches, each from one version to the next. A client that could not take
 * one gets a new snapshot when it can: it always sees the present, never a queue of the past.
 */
export class StateChannel implements Channel {
  readonly name: string;
  private readonly read: () => unknown;
  private readonly versions = new Map<Subscriber, number>();
  private state: Json = null;
  private version = 0;
  private patchText = '';
  private snapshotText: string | undefined = undefined;

  /** @param read the state as it stands; anything that JSON can carry */
  constructor(name: string, read: () => unknown) {
    this.name = name;
    this.read = read;
  }

  get subscribers(): number {
    return this.versions.size;
  }

  join(subscriber: Subscriber): void {
    if (this.versions.size === 0) this.advance();
    this.versions.set(subscriber, 0);
    this.serve(subscriber, 0);
  }

  leave(subscriber: Subscriber): void {
    this.versions.delete(subscriber);
  }

  tick(): void {
    // nobody looks: nothing is read or compared
    if (this.versions.size === 0) return;
    this.advance();
    for (const [subscriber, version] of this.versions) this.serve(subscriber, version);
  }

  private advance(): void {
    const next = plain(this.read());
    const patch = this.version === 0 ? { $is: next } : diff(this.state, next);
    if (patch === undefined) return;
    this.state = next;
    this.version++;
    this.snapshotText = undefined;
    this.patchText = JSON.stringify({ channel: this.name, type: 'delta', version: this.version, patch });
  }

  private serve(subscriber: Subscriber, version: number): void {
    if (version === this.version || !subscriber.ready) return;
    this.versions.set(subscriber, this.version);
    if (version > 0 && version === this.version - 1) {
      subscriber.send(this.patchText);
      return;
    }
    this.snapshotText ??= JSON.stringify({
      channel: this.name,
      type: 'snapshot',
      version: this.version,
      data: this.state,
    });
    subscriber.send(this.snapshotText);
  }
}
