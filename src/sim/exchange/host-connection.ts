import { type SoupLogin, type SoupServer, type SoupServerSink, SoupState } from '../../venues/nasdaq/soupbintcp.ts';
import { copyOf } from '../copy-bytes.ts';
import type { Random } from '../random.ts';
import type { VenueHost } from './venue-host.ts';

/** What the owner of a connection is to do with it. */
export const ConnectionEnd = {
  /** It goes on. */
  none: 0,
  /** Close it in order once the output is sent. */
  close: 1,
  /** Reset it at once. */
  reset: 2,
} as const;
export type ConnectionEnd = (typeof ConnectionEnd)[keyof typeof ConnectionEnd];

interface SlowRequest {
  readonly dueNs: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** After a pause the client's silence is judged only once what lies in the kernel's buffers has been read. */
const GRACE_NS = 100e6;
const SEQUENCED_HEADER = 3;
const SEQUENCED_TYPE = 0x53; // S

/**
 * The venue's side of one connection, without a socket: bytes in by {@link onBytes}, bytes out by `output`, and
 * {@link end} says when it is over. Everything that faults do to a connection happens here, so that a simulation in
 * memory and one over TCP meet the same.
 */
export class HostConnection implements SoupServerSink {
  readonly soup: SoupServer;
  end: ConnectionEnd = ConnectionEnd.none;
  /** The owner still has it. */
  open = true;
  loggedIn = false;
  /** When something was heard last. */
  heardNs: number;
  /** Fault `withhold`: no messages, as long as it lasts. */
  withheld = false;
  readonly #host: VenueHost;
  /** Number of the next message to be sent. */
  #cursor = 1;
  #pendingLogin: SoupLogin | undefined;
  /** Came in while nothing was read. */
  #unread: Uint8Array[] = [];
  #slow: SlowRequest[] = [];
  /** The end of the connection, which could not be noticed while the host was frozen. */
  #closedBeneath = false;
  #left = false;
  #half = false;
  #graceUntilNs = 0;
  readonly #nowNs = new Float64Array(1);

  constructor(host: VenueHost) {
    this.#host = host;
    this.heardNs = host.nowNs;
    this.soup = host.takeSoup(this);
    this.soup.onOpen();
    this.#nowNs[0] = host.nowNs;
    this.soup.onTime(this.#nowNs);
  }

  /** Bytes to send: the first {@link outputLength} of it; then `consumed`. */
  get output(): Uint8Array {
    return this.soup.output;
  }

  get outputLength(): number {
    // Once it is closed its buffers may serve another connection.
    return this.#host.frozen || !this.open ? 0 : this.soup.outputLength;
  }

  /** False: do not read, so that the kernel's buffers fill. What is brought all the same is kept. */
  get reading(): boolean {
    return !this.#host.frozen && this.#host.faults.find('unread') === undefined;
  }

  consumed(count: number): void {
    if (!this.open) return;
    this.soup.consumed(count);
    this.pump();
  }

  onBytes(bytes: Uint8Array, offset: number, length: number, nowNs: number): void {
    this.#host.advance(nowNs);
    if (this.end !== ConnectionEnd.none || !this.open || this.#host.blackholed) return;
    if (!this.reading) {
      this.#unread.push(copyOf(bytes, offset, length));
      return;
    }
    this.heardNs = nowNs;
    this.soup.onBytes(bytes, offset, length);
    this.#settle();
  }

  /** The connection is gone beneath: closed or reset by the client, or by {@link end}. */
  onClosed(nowNs: number): void {
    this.#host.advance(nowNs);
    if (!this.open) return;
    this.open = false;
    // A frozen process learns of it when it goes on.
    if (this.#host.frozen) this.#closedBeneath = true;
    else if (this.#left) this.#host.forget(this);
    else this.#leave(false);
  }

  onTime(): void {
    if (this.#host.frozen) return;
    if (this.#closedBeneath) {
      this.#leave(false);
      return;
    }
    if (this.end !== ConnectionEnd.none || !this.open) return;
    this.#nowNs[0] = this.#host.nowNs;
    this.#processSlow();
    if (this.#host.nowNs >= this.#graceUntilNs) this.soup.onTime(this.#nowNs);
    if (this.#host.blackholed) this.soup.consumed(this.soup.outputLength);
    this.pump();
    this.#settle();
  }

  /** The host goes on after it was frozen or did not read: what has come meanwhile is read now. */
  resume(): void {
    if (!this.reading) return;
    this.#graceUntilNs = this.#host.nowNs + GRACE_NS;
    const unread = this.#unread;
    this.#unread = [];
    for (const bytes of unread) this.onBytes(bytes, 0, bytes.length, this.#host.nowNs);
    this.onTime();
  }

  /** Sends what the port was told and the client has not been. */
  pump(): void {
    const host = this.#host;
    if (
      !this.loggedIn ||
      !this.open ||
      this.end !== ConnectionEnd.none ||
      this.withheld ||
      host.frozen ||
      host.blackholed
    )
      return;
    const { log } = host;
    const { delayNs } = host;
    while (this.#cursor < log.next) {
      if (delayNs > 0 && log.timeOf(this.#cursor) + delayNs > host.nowNs) return;
      if (this.#half) {
        log.read(this.#cursor, this.#sendHalf);
        return;
      }
      if (!log.read(this.#cursor, this.#send)) return;
      this.#cursor++;
    }
    if (host.over && this.soup.state === SoupState.loggedIn) {
      this.soup.endSession();
      this.#settle();
    }
  }

  /** When something is due that was put off; Infinity if nothing was. */
  get nextDueNs(): number {
    const { delayNs, log } = this.#host;
    const slow = this.#slow.length === 0 ? Number.POSITIVE_INFINITY : this.#slow[0].dueNs;
    const delayed = this.loggedIn && delayNs > 0 && this.#cursor < log.next;
    return delayed ? Math.min(slow, log.timeOf(this.#cursor) + delayNs) : slow;
  }

  reset(): void {
    if (this.end === ConnectionEnd.reset) return;
    this.end = ConnectionEnd.reset;
    this.#leave(false);
  }

  close(): void {
    if (this.end !== ConnectionEnd.none) return;
    this.end = ConnectionEnd.close;
    this.#leave(false);
  }

  /** End of session, whatever there is still to be said. */
  endSession(): void {
    if (!this.loggedIn) return;
    this.soup.endSession();
    this.#settle();
  }

  garbage(count: number, random: Random): void {
    const at = this.soup.claim(count);
    if (at < 0) return;
    for (let i = 0; i < count; i++) this.soup.output[at + i] = random.below(256);
    this.soup.commit(count);
  }

  /** Only half of the next message goes out. */
  armHalf(): void {
    this.#half = true;
  }

  /** Answers a login that was left without an answer. */
  answerLogin(): void {
    const login = this.#pendingLogin;
    if (login !== undefined) this.login(login);
  }

  /** @param told number that the client is told its next message will have @param cursor number of that message */
  accept(told: number, cursor: number): void {
    this.#cursor = cursor;
    this.loggedIn = true;
    this.soup.accept(this.#host.session, told);
    this.pump();
  }

  // SoupServerSink

  login(login: SoupLogin): void {
    if (this.#host.faults.find('blackout') !== undefined) {
      this.#pendingLogin = login;
      return;
    }
    this.#pendingLogin = undefined;
    this.#host.loggingIn(this, login);
  }

  unsequenced(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { slowNs } = this.#host;
    if (slowNs === 0 && this.#slow.length === 0) {
      this.#host.requested(this, view, offset, length);
      return;
    }
    const copy = copyOf(bytes, offset, length);
    this.#slow.push({ dueNs: this.#host.nowNs + slowNs, bytes: copy, view: new DataView(copy.buffer) });
  }

  logout(): void {
    this.#leave(true);
  }

  failed(): void {
    this.end = ConnectionEnd.reset;
    this.#leave(false);
  }

  readonly #send = (bytes: Uint8Array, offset: number, length: number): boolean =>
    this.soup.sendSequenced(bytes, offset, length);

  /** The header promises a whole message; half of it follows, then the connection ends. */
  readonly #sendHalf = (bytes: Uint8Array, offset: number, length: number): void => {
    const half = SEQUENCED_HEADER + (length >> 1);
    const at = this.soup.claim(half);
    if (at < 0) return;
    this.soup.outputView.setUint16(at, length + 1);
    this.soup.output[at + 2] = SEQUENCED_TYPE;
    for (let i = 0; i < length >> 1; i++) this.soup.output[at + SEQUENCED_HEADER + i] = bytes[offset + i];
    this.soup.commit(half);
    this.close();
  };

  #processSlow(): void {
    while (this.#slow.length > 0 && this.#slow[0].dueNs <= this.#host.nowNs) {
      const { view } = this.#slow.shift()!;
      if (this.loggedIn) this.#host.requested(this, view, 0, view.byteLength);
    }
  }

  /** The conversation may have come to its end. */
  #settle(): void {
    if (this.end !== ConnectionEnd.none) return;
    if (this.soup.state === SoupState.ended) this.close();
    else if (this.soup.state === SoupState.failed) this.failed();
  }

  #leave(orderly: boolean): void {
    if (this.#left) return;
    this.#left = true;
    this.loggedIn = false;
    this.#host.gone(this, orderly);
    if (!this.open) this.#host.forget(this);
  }
}
