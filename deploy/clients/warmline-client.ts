/**
 * A client of Warmline's API for Node 22 and newer, without a dependency: subscribes, applies patches, asks, reconnects and
 * goes on where it was. Copy it into your program; docs/api.md describes every message.
 *
 * ```ts
 * const client = new WarmlineClient('ws://127.0.0.1:7070/api', token);
 * client.state('book:itch/AAPL', (book) => console.log(book.bids[0], book.asks[0]));
 * const order = await client.ask('order.enter', { clientId: 'a1', symbol: 'AAPL', side: 'buy', shares: 100, price: 10.01 });
 * ```
 */

// biome-ignore lint/suspicious/noExplicitAny: messages are JSON, described in docs/api.md
type Json = any;

export interface EntryListener {
  /** Entries that happened, oldest first; `from` is the number of the first. */
  entries(entries: Json[], from: number): void;
  /** History is gone: begin anew from this state; entries follow from number `next`. */
  reset?(data: Json, next: number): void;
}

interface Subscription {
  /** Number of the last entry that was seen, for channels of entries. */
  last: number;
  version: number;
  value: Json;
  onState?: (value: Json) => void;
  listener?: EntryListener;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

/** A refusal, with the code that docs/api.md lists. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class WarmlineClient {
  private readonly url: string;
  private readonly token: string | undefined;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly asked = new Map<number, { resolve(result: Json): void; reject(error: Error): void }>();
  private socket: WebSocket | undefined;
  private nextId = 1;
  private waitMs = FIRST_WAIT_MS;
  private closed = false;
  private ready: Promise<void>;
  private isReady: () => void = () => {};

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
    this.ready = new Promise((resolve) => {
      this.isReady = resolve;
    });
    this.open();
  }

  /** Follows a state: `status`, `book:FEED/SYMBOL`. Called with every new value. */
  state(channel: string, onState: (value: Json) => void): void {
    this.add(channel, { last: -1, version: 0, value: undefined, onState });
  }

  /** Follows entries: `orders`, `messages:FEED`. @param after number of the last entry already seen; -1 = none */
  entries(channel: string, listener: EntryListener, after = -1): void {
    this.add(channel, { last: after, version: 0, value: undefined, listener });
  }

  /** Asks for an operation. Rejects with an {@link ApiError}, or if the connection is lost before the answer. */
  async ask(op: string, args: object = {}): Promise<Json> {
    await this.ready;
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      this.socket?.send(JSON.stringify({ ...args, op, id }));
    });
  }

  close(): void {
    this.closed = true;
    this.socket?.close();
  }

  private add(channel: string, subscription: Subscription): void {
    this.subscriptions.set(channel, subscription);
    if (this.socket?.readyState === WebSocket.OPEN) this.subscribe(channel, subscription);
  }

  private subscribe(channel: string, { last, listener }: Subscription): void {
    this.socket?.send(JSON.stringify({ op: 'subscribe', channel, ...(listener === undefined ? {} : { after: last }) }));
  }

  private open(): void {
    const protocols = ['warmline.v1', ...(this.token === undefined ? [] : [`token.${this.token}`])];
    const socket = new WebSocket(this.url, protocols);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.take(JSON.parse(String(data)));
    socket.onclose = () => this.lost();
    socket.onerror = () => {}; // a close follows
  }

  private lost(): void {
    for (const { reject } of this.asked.values())
      reject(new ApiError('lost', 'the connection was lost before the answer'));
    this.asked.clear();
    if (this.closed) return;
    this.ready = new Promise((resolve) => {
      this.isReady = resolve;
    });
    setTimeout(() => this.open(), this.waitMs);
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }

  private take(message: Json): void {
    if (message.type === 'hello') {
      this.waitMs = FIRST_WAIT_MS;
      for (const [channel, subscription] of this.subscriptions) this.subscribe(channel, subscription);
      this.isReady();
      return;
    }
    if (message.type === 'done' || message.type === 'error') {
      const asked = this.asked.get(message.id);
      this.asked.delete(message.id);
      if (message.type === 'done') asked?.resolve(message.result);
      else asked?.reject(new ApiError(message.code, message.message));
      return;
    }
    const subscription = this.subscriptions.get(message.channel);
    if (subscription !== undefined) this.update(subscription, message);
  }

  private update(subscription: Subscription, message: Json): void {
    if (message.type === 'snapshot') subscription.value = message.data;
    else if (message.type === 'delta') subscription.value = applyPatch(subscription.value, message.patch);
    else if (message.type === 'entries') {
      subscription.last = message.from + message.entries.length - 1;
      subscription.listener?.entries(message.entries, message.from);
      return;
    } else if (message.type === 'reset') {
      subscription.last = message.next - 1;
      subscription.listener?.reset?.(message.data, message.next);
      return;
    }
    subscription.onState?.(subscription.value);
  }
}

/** Applies a patch of a state. */
export function applyPatch(before: Json, patch: Json): Json {
  if ('$is' in patch) return patch.$is;
  const after = Array.isArray(before) ? [...before] : { ...before };
  for (const [key, value] of Object.entries<Json>(patch)) {
    if (typeof value !== 'object' || value === null) after[key] = value;
    else if (value.$gone === true) delete after[key];
    else after[key] = applyPatch(after[key], value);
  }
  return after;
}
