/**
 * A client of Warmline's API for Node 22 and newer, without a dependency: subscribes, applies patches, asks, reconnects and
 * goes on where it was. Copy it into your program; docs/api.md describes every message.
 *
 * ```ts
 * const client = new WarmlineClient('ws://127.0.0.1:7070/api', { token });
 * client.state('book:itch/AAPL', (book) => show(book.bids[0], book.asks[0]));
 * client.entries('orders', { entries: (list) => list.forEach(show) });
 * const order = await client.ask('order.enter', { clientId: 'a1', symbol: 'AAPL', side: 'buy', shares: 100, price: 10.01 });
 * ```
 */

// biome-ignore lint/suspicious/noExplicitAny: messages are JSON, described in docs/api.md
type Json = any;

export interface ClientOptions {
  /** From the router's token file; absent: whatever needs none. */
  readonly token?: string;
  /** Told of what nobody waits for: a channel that is not there, or may not be heard. Absent: it is thrown. */
  onError?(error: ApiError): void;
  /** Told when the connection stands, with name and role of the token; and when it is lost, with the reason. */
  onConnect?(hello: { readonly name: string; readonly role: string }): void;
  onLost?(why: string): void;
}

export interface EntryListener {
  /** Entries that happened, oldest first; `from` is the number of the first. */
  entries(entries: Json[], from: number): void;
  /** History is gone: begin anew from this state; entries follow from number `next`. */
  reset?(data: Json, next: number): void;
}

interface Subscription {
  /** Of a channel of entries: number of the last one that was seen; -1 = none. */
  last: number;
  /** Of a state: as it stands. */
  value: Json;
  readonly onState?: (value: Json) => void;
  readonly listener?: EntryListener;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

/** A refusal, with the code that docs/api.md lists; `lost` is the client's own: what became of it is not known. */
export class ApiError extends Error {
  readonly code: string;
  readonly detail: Json;

  constructor(code: string, message: string, detail?: Json) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

export class WarmlineClient {
  private readonly url: string;
  private readonly options: ClientOptions;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly asked = new Map<number, { resolve(result: Json): void; reject(error: Error): void }>();
  /** Waits for the connection. */
  private readonly waiting = new Set<() => void>();
  private socket: WebSocket | undefined;
  private isReady = false;
  private isClosed = false;
  private nextId = 1;
  private waitMs = FIRST_WAIT_MS;
  private retry: ReturnType<typeof setTimeout> | undefined;

  /** @param url `ws://HOST:PORT/api`, `wss://…` where the router has `api.tls` */
  constructor(url: string, options: ClientOptions = {}) {
    this.url = url;
    this.options = options;
    this.open();
  }

  /** Follows a state: `status`, `book:FEED/SYMBOL`. Called with every new value. */
  state(channel: string, onState: (value: Json) => void): void {
    this.add(channel, { last: -1, value: undefined, onState });
  }

  /** Follows entries: `orders`, `messages:FEED`. @param after number of the last entry already seen; -1 = none */
  entries(channel: string, listener: EntryListener, after = -1): void {
    this.add(channel, { last: after, value: undefined, listener });
  }

  leave(channel: string): void {
    this.subscriptions.delete(channel);
    if (this.isReady) this.ask('unsubscribe', { channel }).catch(() => {});
  }

  /** Number of the last entry seen of a channel: give it to {@link entries} after a restart of your program. */
  lastOf(channel: string): number {
    return this.subscriptions.get(channel)?.last ?? -1;
  }

  /**
   * Asks for an operation, once the connection stands. Rejects with an {@link ApiError}; with code `lost` if the connection
   * was lost before the answer: an order may then be entered again under the same client id, and is sent once all the same.
   */
  async ask(op: string, args: object = {}): Promise<Json> {
    while (!this.isReady && !this.isClosed) await new Promise<void>((resolve) => this.waiting.add(resolve));
    if (this.isClosed) throw new ApiError('lost', 'the client is closed');
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      this.socket?.send(JSON.stringify({ ...args, op, id }));
    });
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.socket?.close();
    this.dropAsked('the client was closed');
    this.wake();
  }

  private add(channel: string, subscription: Subscription): void {
    if (this.subscriptions.has(channel)) throw new ApiError('twice', `${channel} is followed already`);
    this.subscriptions.set(channel, subscription);
    if (this.isReady) this.subscribe(channel, subscription);
  }

  private subscribe(channel: string, { last, listener }: Subscription): void {
    this.ask('subscribe', { channel, ...(listener === undefined ? {} : { after: last }) }).catch((error: ApiError) => {
      if (error.code === 'lost') return; // it is asked for again once the connection stands
      if (this.options.onError === undefined) throw error;
      this.options.onError(error);
    });
  }

  private open(): void {
    const { token } = this.options;
    const socket = new WebSocket(this.url, ['warmline.v1', ...(token === undefined ? [] : [`token.${token}`])]);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.take(JSON.parse(String(data)));
    socket.onclose = ({ code, reason }) => this.lost(socket, `${code} ${reason}`.trim());
    // not every Node lets a close follow where nobody listens
    socket.onerror = () => this.lost(socket, 'no connection');
  }

  private lost(socket: WebSocket, why: string): void {
    if (socket !== this.socket) return; // told already
    this.socket = undefined;
    socket.close();
    this.isReady = false;
    this.dropAsked('the connection was lost before the answer');
    if (this.isClosed) return;
    this.options.onLost?.(why);
    this.retry = setTimeout(() => this.open(), this.waitMs);
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }

  private dropAsked(why: string): void {
    const asked = [...this.asked.values()];
    this.asked.clear();
    for (const { reject } of asked) reject(new ApiError('lost', why));
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }

  private take(message: Json): void {
    if (message.type === 'hello') {
      this.waitMs = FIRST_WAIT_MS;
      this.isReady = true;
      this.options.onConnect?.(message);
      for (const [channel, subscription] of this.subscriptions) this.subscribe(channel, subscription);
      this.wake();
    } else if (message.type === 'done' || message.type === 'error') this.answered(message);
    else {
      const subscription = this.subscriptions.get(message.channel);
      if (subscription !== undefined) update(subscription, message);
    }
  }

  private answered(message: Json): void {
    const asked = this.asked.get(message.id);
    this.asked.delete(message.id);
    if (message.type === 'done') asked?.resolve(message.result);
    else asked?.reject(new ApiError(message.code, message.message, message.detail));
  }
}

function update(subscription: Subscription, message: Json): void {
  if (message.type === 'entries') {
    subscription.last = message.from + message.entries.length - 1;
    subscription.listener?.entries(message.entries, message.from);
  } else if (message.type === 'reset') {
    subscription.last = message.next - 1;
    subscription.listener?.reset?.(message.data, message.next);
  } else {
    subscription.value = message.type === 'snapshot' ? message.data : applyPatch(subscription.value, message.patch);
    subscription.onState?.(subscription.value);
  }
}

/** Applies a patch of a state. `before` stays as it is. */
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
