import { OuchRefusal } from './ouch-refusal.ts';
import { MAX_REPLY_BYTES, OuchReply, OuchReplyKind, type OuchServer } from './ouch-reply.ts';
import { clientIdText, OuchLifetime, OuchRequest, OuchRequestKind } from './ouch-request.ts';
import { Ouch42Server } from './ouch42-server.ts';
import { Ouch50Server } from './ouch50-server.ts';
import { LoginReject, type SoupLogin, SoupServer } from './soupbintcp.ts';

const IMMEDIATE = 'I'.charCodeAt(0);
const START = 'S'.charCodeAt(0);
const BY_USER = 'U'.charCodeAt(0);
const ADDED = 'A'.charCodeAt(0);

interface ModelOrder {
  readonly ref: number;
  readonly id: Uint8Array;
  open: number;
}

/**
 * The simplest venue that keeps the rules of OUCH and SoupBinTCP: orders rest until {@link execute} or a cancel, every
 * sequenced message is kept for replays, a used reference is ignored in silence. One port; the last connection counts.
 */
export class ModelOuchVenue {
  readonly server: OuchServer;
  session = 'DAY1';
  /** Sequenced messages of the session: number n stands at n - 1. */
  log: Uint8Array[] = [];
  /** References or tokens of new orders in the order in which they were taken, probes included. */
  readonly taken: string[] = [];
  /** Requests that could not be read. */
  refused = 0;
  readonly logins: SoupLogin[] = [];
  /** How it answers a login; undefined = with what was asked for. */
  answer: ((login: SoupLogin) => { session: string; next: number } | { reject: number } | 'silence') | undefined =
    undefined;
  /** The next new order is refused. */
  rejectsNext = false;
  private readonly orders = new Map<string, ModelOrder>();
  private readonly request = new OuchRequest();
  private readonly reply = new OuchReply();
  private readonly message = new Uint8Array(MAX_REPLY_BYTES);
  /** Gives orders numbers of its own, as real venues do; 0 = it does not. */
  private orderNumber = 0;
  private lastRef = 0;
  private matches = 0;

  constructor(version: 'ouch50' | 'ouch42') {
    this.server = version === 'ouch50' ? new Ouch50Server() : new Ouch42Server();
  }

  /** Says that the day has begun, and numbers orders from then on. */
  beginDay(): void {
    this.say(
      OuchReplyKind.systemEvent,
      { ref: 0, id: new Uint8Array(this.reply.id.length), open: 0 },
      { eventCode: START },
    );
    this.orderNumber = 1;
  }

  /** A client has connected. Bytes for it stand in the endpoint's output after each {@link pump}. */
  connect(): SoupServer {
    const endpoint = new SoupServer({
      login: (login) => this.login(endpoint, login),
      unsequenced: (_bytes, view, offset, length) => this.take(view, offset, length),
      logout: () => {},
      failed: () => {},
    });
    endpoint.onOpen();
    return endpoint;
  }

  /** Sends what the connection has not been sent yet. */
  pump(endpoint: SoupServer): void {
    for (
      let message = this.log[endpoint.next[0] - 1];
      message !== undefined;
      message = this.log[endpoint.next[0] - 1]
    ) {
      if (!endpoint.sendSequenced(message, 0, message.length)) return;
    }
  }

  /** Somebody trades with the oldest open order. */
  execute(shares: number): void {
    for (const [key, order] of this.orders) {
      const traded = Math.min(shares, order.open);
      order.open -= traded;
      if (order.open === 0) this.orders.delete(key);
      this.matches++;
      this.say(OuchReplyKind.executed, order, {
        shares: traded,
        price4: 100_0000,
        matchLo: this.matches,
        liquidity: ADDED,
      });
      return;
    }
  }

  private login(endpoint: SoupServer, login: SoupLogin): void {
    this.logins.push(login);
    const otherSession = login.session !== '' && login.session !== this.session;
    const answer =
      this.answer?.(login) ??
      (otherSession
        ? { reject: LoginReject.sessionNotAvailable }
        : { session: this.session, next: login.sequence === 0 ? Math.max(1, this.log.length) : login.sequence });
    if (answer === 'silence') return;
    if ('reject' in answer) endpoint.reject(answer.reject);
    else endpoint.accept(answer.session, answer.next);
  }

  private take(view: DataView, offset: number, length: number): void {
    const { request, server } = this;
    if (server.parse(view, offset, length, request) !== OuchRefusal.none) {
      this.refused++;
      return;
    }
    const key = this.keyOf(request.ref, request.id);
    if (request.kind === OuchRequestKind.enter) this.enter(key);
    else if (request.kind === OuchRequestKind.replace) this.replace(key);
    else if (request.kind === OuchRequestKind.cancel) this.cancel(key);
    else if (request.kind === OuchRequestKind.query) {
      this.say(OuchReplyKind.nextRef, { ref: this.lastRef + 1, id: request.id, open: 0 }, {});
    }
  }

  private enter(key: string): void {
    const { request } = this;
    if (!this.isNew(key)) return;
    const order = { ref: request.ref, id: request.id.slice(), open: request.shares };
    this.reply.echo(request);
    if (this.rejectsNext) {
      this.rejectsNext = false;
      this.say(OuchReplyKind.rejected, order, { reason: this.server.rejectCodes.other });
      return;
    }
    this.say(OuchReplyKind.accepted, order, {});
    if (request.lifetime !== OuchLifetime.immediate) this.orders.set(key, order);
    else this.say(OuchReplyKind.canceled, order, { shares: request.shares, reason: IMMEDIATE });
  }

  private replace(key: string): void {
    const { request } = this;
    const previousKey = this.keyOf(request.previousRef, request.previousId);
    const previous = this.orders.get(previousKey);
    if (previous === undefined || !this.isNew(key)) return;
    this.orders.delete(previousKey);
    const order = { ref: request.ref, id: request.id.slice(), open: request.shares };
    this.orders.set(key, order);
    this.reply.echo(request);
    this.say(OuchReplyKind.replaced, order, { side: ADDED + 1, previousRef: previous.ref });
  }

  private cancel(key: string): void {
    const order = this.orders.get(key);
    if (order === undefined) return;
    this.orders.delete(key);
    this.say(OuchReplyKind.canceled, order, { shares: order.open, reason: BY_USER });
  }

  private keyOf(ref: number, id: Uint8Array): string {
    return this.server.name === 'ouch50' ? String(ref) : clientIdText(id);
  }

  private isNew(key: string): boolean {
    const { ref } = this.request;
    const used = this.server.name === 'ouch50' ? ref <= this.lastRef : this.taken.includes(key);
    if (used) return false;
    this.lastRef = Math.max(this.lastRef, ref);
    this.taken.push(key);
    return true;
  }

  private say(kind: number, order: ModelOrder, fields: Partial<OuchReply>): void {
    const orderRefHi = this.orderNumber & 1;
    const orderRefLo = this.orderNumber === 0 ? 0 : this.orderNumber++;
    Object.assign(this.reply, {
      ref: order.ref,
      orderRefHi,
      orderRefLo,
      reason: 0,
      bboWeight: 0,
      dead: false,
      ...fields,
      kind,
    });
    this.reply.id.set(order.id);
    const length = this.server.write(new DataView(this.message.buffer), 0, this.reply);
    this.log.push(this.message.slice(0, length));
  }
}
