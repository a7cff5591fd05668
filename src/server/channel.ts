/**
 * A client as channels see it. Sending never blocks and never queues without end: a client that reads too slowly is skipped,
 * and what it missed comes to it as one later message.
 */
export interface Subscriber {
  /** Whether it takes more now: false while too many bytes wait for it. */
  readonly ready: boolean;
  send(text: string): void;
}

/** Something that clients subscribe to. */
export interface Channel {
  /** Begins to serve a client. @param after id of the last entry it has seen, for channels that have a history; -1 = none */
  join(subscriber: Subscriber, after: number): void;
  leave(subscriber: Subscriber): void;
  /** Brings every client that is ready up to date. */
  tick(): void;
}
