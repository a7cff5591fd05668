import { type SessionStream, StreamPhase } from '../session-stream.ts';
import { MARKET_PRICE4, TimeInForce } from '../terms.ts';
import { ReportKind, ReportReason } from '../venue-report.ts';
import { MESSAGE_BYTES, MESSAGE_WORDS, Message, PROBE, PROBE_ANSWER } from './model-protocol.ts';

/** One order at the venue: its truth. */
export interface VenueOrder {
  readonly port: ModelPort;
  ref: number;
  readonly side: number;
  price4: number;
  /** Of the chain in all. */
  total: number;
  executed: number;
  live: boolean;
  /** Every reference it ever had. */
  readonly refs: number[];
}

export interface VenueFill {
  readonly order: VenueOrder;
  readonly shares: number;
  readonly price4: number;
  readonly match: number;
}

/** A port: one numbering of sequenced messages, whichever host it is logged on at. */
export class ModelPort {
  readonly name: string;
  session = 1;
  readonly log: Int32Array[] = [];
  readonly orders: VenueOrder[] = [];
  readonly fills: VenueFill[] = [];
  lastRef = 0;
  /** Messages that it does not send again: its log begins behind them. */
  forgotten = 0;
  /** Takes an Account Query without an answer. */
  mute = false;
  /** The connection that is logged on. */
  current: ModelStream | undefined = undefined;
  /** Orders that carried a reference a second time and were ignored. */
  ignored = 0;
  private matches = 0;

  constructor(name: string) {
    this.name = name;
  }

  get liveOrders(): VenueOrder[] {
    return this.orders.filter((order) => order.live);
  }

  find(ref: number): VenueOrder | undefined {
    return this.orders.find((order) => order.ref === ref);
  }

  /** Executes shares of a live order, as if somebody had met it. */
  execute(order: VenueOrder, shares: number): void {
    const part = Math.min(shares, order.total - order.executed);
    if (!order.live || part <= 0) return;
    order.executed += part;
    const match = ++this.matches;
    this.fills.push({ order, shares: part, price4: order.price4, match });
    this.say(ReportKind.executed, order.ref, 0, order.side, part, order.price4, match);
    if (order.executed === order.total) order.live = false;
  }

  cancelOrder(order: VenueOrder, reason: number = ReportReason.byUser): void {
    if (!order.live) return;
    order.live = false;
    this.say(ReportKind.cancelled, order.ref, 0, order.side, order.total - order.executed, 0, 0, reason);
  }

  /** The connection that is logged on hears that the venue lives. */
  heartbeat(): void {
    this.current?.push(words(Message.heartbeat));
  }

  say(kind: number, ...fields: number[]): void {
    const message = new Int32Array(MESSAGE_WORDS);
    message.set([Message.sequenced, kind, ...fields]);
    this.log.push(message);
    this.current?.push(message);
  }
}

/** How a host treats what comes. */
export interface HostBehaviour {
  secondLogin: 'displaces' | 'refused';
  barrier: 'query' | 'probe';
}

/** One host: takes connections for its port. Mirror hosts share a {@link ModelPort}. */
export class ModelHost {
  readonly port: ModelPort;
  readonly behaviour: HostBehaviour;
  readonly streams: ModelStream[] = [];
  /** Refuses connections. */
  down = false;
  /** Takes bytes but does nothing with them and says nothing: its kernel still acknowledges. */
  frozen = false;
  logins = 0;
  refusals = 0;

  constructor(port: ModelPort, behaviour: Partial<HostBehaviour> = {}) {
    this.port = port;
    this.behaviour = { secondLogin: 'displaces', barrier: 'query', ...behaviour };
  }

  dial(): ModelStream {
    const stream = new ModelStream(this);
    this.streams.push(stream);
    if (this.down) stream.fail('ECONNREFUSED');
    return stream;
  }

  /** Every open connection of the host. */
  get open(): ModelStream[] {
    return this.streams.filter((stream) => stream.phase === StreamPhase.open);
  }

  /** The process dies: connections are reset, what it had not read is lost. */
  kill(): void {
    this.down = true;
    this.frozen = false;
    for (const stream of this.open) stream.reset();
  }

  thaw(): void {
    this.frozen = false;
    for (const stream of this.open) stream.work();
  }
}

/** One connection as both ends see it. Delivery is at once unless its host is frozen or the cable cut. */
export class ModelStream implements SessionStream {
  phase: number = StreamPhase.open;
  error = '';
  /** Takes no more bytes from the client. */
  stalled = false;
  /** The cable is cut: nothing passes either way, and nobody is told. */
  cut = false;
  /** Bytes that the kernel takes in one send; default all. */
  takes = Number.MAX_SAFE_INTEGER;
  private readonly host: ModelHost;
  private readonly toClient: number[] = [];
  private readonly toVenue: number[] = [];

  constructor(host: ModelHost) {
    this.host = host;
  }

  state(): number {
    return this.phase === StreamPhase.closedByPeer && this.toClient.length > 0 ? StreamPhase.open : this.phase;
  }

  receive(bytes: Uint8Array, offset: number, length: number): number {
    if (this.cut) return 0;
    const part = this.toClient.splice(0, length);
    bytes.set(part, offset);
    return part.length;
  }

  send(bytes: Uint8Array, offset: number, length: number): number {
    if (this.phase !== StreamPhase.open || this.stalled) return 0;
    const part = Math.min(length, this.takes);
    if (!this.cut) for (let i = 0; i < part; i++) this.toVenue.push(bytes[offset + i]);
    this.work();
    return part;
  }

  close(): void {
    this.phase = StreamPhase.closed;
    if (this.host.port.current === this) this.host.port.current = undefined;
  }

  /** The venue's kernel says that the connection is gone. */
  reset(): void {
    this.toVenue.length = 0;
    this.fail('ECONNRESET');
  }

  /** The venue closes in order. */
  closeByPeer(): void {
    if (this.phase === StreamPhase.open) this.phase = StreamPhase.closedByPeer;
    if (this.host.port.current === this) this.host.port.current = undefined;
  }

  fail(error: string): void {
    this.phase = StreamPhase.failed;
    this.error = error;
    this.toClient.length = 0;
    if (this.host.port.current === this) this.host.port.current = undefined;
  }

  push(message: Int32Array): void {
    if (this.phase !== StreamPhase.open || this.cut) return;
    for (const byte of new Uint8Array(message.buffer, message.byteOffset, MESSAGE_BYTES)) this.toClient.push(byte);
  }

  /** The venue reads what has come. */
  work(): void {
    while (!this.host.frozen && this.toVenue.length >= MESSAGE_BYTES && this.phase === StreamPhase.open) {
      const bytes = Uint8Array.from(this.toVenue.splice(0, MESSAGE_BYTES));
      this.take(new Int32Array(bytes.buffer));
    }
  }

  /** Bytes that the host has not read. */
  get unread(): number {
    return this.toVenue.length;
  }

  private take(words: Int32Array): void {
    const { port } = this.host;
    if (words[0] === Message.login) {
      this.logIn(words[1], words[2]);
      return;
    }
    if (words[0] === Message.heartbeat || port.current !== this) return;
    if (words[0] === Message.query) {
      if (!port.mute) port.say(ReportKind.nextRef, port.lastRef + 1);
    } else if (words[0] === Message.enter) this.enter(words);
    else if (words[0] === Message.replace) this.replace(words);
    else if (words[0] === Message.cancel) this.cancel(words);
  }

  private logIn(session: number, next: number): void {
    const { port, behaviour } = this.host;
    const { current } = port;
    if ((session !== 0 && session !== port.session) || (current !== undefined && behaviour.secondLogin === 'refused')) {
      this.host.refusals++;
      this.push(words(Message.loginRejected, 'S'.charCodeAt(0), 1));
      this.closeByPeer();
      return;
    }
    current?.closeByPeer();
    this.host.logins++;
    port.current = this;
    const from = Math.min(Math.max(next, port.forgotten + 1), port.log.length + 1);
    this.push(words(Message.loginAccepted, port.session, from));
    for (const message of port.log.slice(from - 1)) this.push(message);
  }

  private enter(w: Int32Array): void {
    const { port } = this.host;
    const [, ref, side, , shares, , , price4, timeInForce] = w;
    const used = port.orders.some((order) => order.refs.includes(ref));
    const ignored = this.host.behaviour.barrier === 'query' ? ref <= port.lastRef : used;
    if (ignored) {
      port.ignored++;
      return;
    }
    port.lastRef = Math.max(port.lastRef, ref);
    if (timeInForce === PROBE) {
      port.orders.push({ port, ref, side, price4, total: 0, executed: 0, live: false, refs: [ref] });
      port.say(PROBE_ANSWER + ReportKind.acceptedDead, ref, 0, side, 0, price4);
      return;
    }
    const order = { port, ref, side, price4, total: shares, executed: 0, live: true, refs: [ref] };
    port.orders.push(order);
    if (price4 === MARKET_PRICE4) {
      order.live = false;
      port.say(ReportKind.rejected, ref, 0, side, 0, 0, 0, ReportReason.price);
    } else if (timeInForce === TimeInForce.immediateOrCancel) {
      port.say(ReportKind.accepted, ref, 0, side, shares, price4);
      port.execute(order, shares >> 1);
      port.cancelOrder(order, ReportReason.immediate);
    } else {
      port.say(ReportKind.accepted, ref, 0, side, shares, price4);
    }
  }

  private replace(w: Int32Array): void {
    const { port } = this.host;
    const [, previousRef, ref, , , shares, price4] = w;
    const order = port.find(previousRef);
    if (ref <= port.lastRef && this.host.behaviour.barrier === 'query') return;
    port.lastRef = Math.max(port.lastRef, ref);
    if (order === undefined || !order.live) return;
    order.ref = ref;
    order.refs.push(ref);
    order.total = shares;
    order.price4 = price4;
    const open = shares - order.executed;
    if (open <= 0) order.live = false;
    const kind = open <= 0 ? ReportKind.replacedDead : ReportKind.replaced;
    port.say(kind, ref, previousRef, order.side, Math.max(0, open), price4);
  }

  private cancel(w: Int32Array): void {
    const { port } = this.host;
    const order = port.find(w[1]);
    if (order !== undefined) port.cancelOrder(order);
  }
}

function words(...fields: number[]): Int32Array {
  const message = new Int32Array(MESSAGE_WORDS);
  message.set(fields);
  return message;
}
