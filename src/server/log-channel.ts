import type { Channel, Subscriber } from './channel.ts';

/** What a client that can't be given every entry is given instead. */
export type LogSnapshot = () => unknown;

const MOST_ENTRIES_A_MESSAGE = 256;

/**
 * Entries that happened, numbered one by one, the latest of them kept. A client says the last one it has seen and gets those
 * after it, without a hole. Where they are no longer kept it gets a `reset`: the state as it stands, and the number from
 * which entries follow. Nothing is left out in silence.
 */
export class LogChannel implements Channel {
  readonly name: string;
  private readonly kept: number;
  private readonly snapshot: LogSnapshot;
  private readonly entries: string[] = [];
  /** Number of the first entry kept, and of the next one to come. */
  private first: number;
  private next: number;
  private readonly cursors = new Map<Subscriber, number>();

  /**
   * @param kept how many entries
   * @param snapshot the state that a client without history begins with
   * @param first number of the first entry
   */
  constructor(name: string, kept: number, snapshot: LogSnapshot, first = 1) {
    this.name = name;
    this.kept = kept;
    this.snapshot = snapshot;
    this.first = first;
    this.next = first;
  }

  get subscribers(): number {
    return this.cursors.size;
  }

  /** Number of the last entry. */
  get last(): number {
    return this.next - 1;
  }

  append(entry: unknown): void {
    this.entries.push(JSON.stringify(entry));
    this.next++;
    // cut in lumps: shifting an array entry by entry costs its length each time
    if (this.entries.length >= 2 * this.kept) {
      const cut = this.entries.length - this.kept;
      this.entries.splice(0, cut);
      this.first += cut;
    }
  }

  /** Something was missed: nobody's history is whole, everybody begins anew. */
  restart(): void {
    this.entries.length = 0;
    this.next++; // a number that no entry has: whoever has seen all before it is behind
    this.first = this.next;
  }

  join(subscriber: Subscriber, after: number): void {
    const known = after >= this.first - 1 && after < this.next;
    this.cursors.set(subscriber, known ? after + 1 : 0);
    this.serve(subscriber, known ? after + 1 : 0);
  }

  leave(subscriber: Subscriber): void {
    this.cursors.delete(subscriber);
  }

  tick(): void {
    for (const [subscriber, cursor] of this.cursors) this.serve(subscriber, cursor);
  }

  private serve(subscriber: Subscriber, from: number): void {
    let cursor = from;
    while (cursor !== this.next && subscriber.ready) {
      if (cursor < this.first) {
        cursor = this.next;
        const reset = { channel: this.name, type: 'reset', next: cursor, data: this.snapshot() };
        subscriber.send(JSON.stringify(reset));
        continue;
      }
      const until = Math.min(this.next, cursor + MOST_ENTRIES_A_MESSAGE);
      const entries = this.entries.slice(cursor - this.first, until - this.first).join(',');
      subscriber.send(
        `{"channel":${JSON.stringify(this.name)},"type":"entries","from":${cursor},"entries":[${entries}]}`,
      );
      cursor = until;
    }
    this.cursors.set(subscriber, cursor);
  }
}
