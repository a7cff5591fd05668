/**
 * SoupBinTCP 3.00 and 4.00, both sides, as pure state machines over bytes and time: no sockets, no timers. The owner
 * moves bytes (`onBytes` in; `output`, `outputLength`, `consumed` out) and tells the time now and then (`onTime`).
 *
 * Every packet is `length u16 | type | payload`, big-endian, the length counting type and payload. TCP may split and
 * join packets anywhere. Buffers are bounded: a packet is at most 65,537 bytes, and what does not fit the output is
 * refused to the caller, never queued without end.
 */

/** Type bytes. */
export const SoupType = {
  debug: 0x2b, // +
  loginAccepted: 0x41, // A
  loginRejected: 0x4a, // J
  sequenced: 0x53, // S
  serverHeartbeat: 0x48, // H
  endOfSession: 0x5a, // Z
  loginRequest: 0x4c, // L
  unsequenced: 0x55, // U
  clientHeartbeat: 0x52, // R
  logoutRequest: 0x4f, // O
} as const;

/** Reasons of a rejected login. */
export const LoginReject = {
  notAuthorised: 0x41, // A
  sessionNotAvailable: 0x53, // S
} as const;

export const SoupState = {
  /** Client: not connected. Server: connected, no login yet. */
  waiting: 0,
  /** Client: login sent. Server: login received, owner has not answered. */
  loggingIn: 1,
  loggedIn: 2,
  /** Ended in order: rejected, logged out or end of session. The connection is to be closed once `output` is empty. */
  ended: 3,
  /** Ended out of order: silent peer, broken packet. The connection is to be closed. */
  failed: 4,
} as const;
export type SoupState = (typeof SoupState)[keyof typeof SoupState];

const HEADER_BYTES = 3;
const LENGTH_BYTES = 2;
const MAX_PACKET_BYTES = 0xffff + LENGTH_BYTES;
const USERNAME_BYTES = 6;
const PASSWORD_BYTES = 10;
const SESSION_BYTES = 10;
const SEQUENCE_DIGITS = 20;
const TIMEOUT_DIGITS = 5;
const LOGIN_V3_BYTES = USERNAME_BYTES + PASSWORD_BYTES + SESSION_BYTES + SEQUENCE_DIGITS;
const LOGIN_V4_BYTES = LOGIN_V3_BYTES + TIMEOUT_DIGITS;
const ACCEPTED_BYTES = SESSION_BYTES + SEQUENCE_DIGITS;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
const NS_PER_MS = 1e6;

/** A side sends a heartbeat when it has sent nothing for this long. */
export const HEARTBEAT_INTERVAL_NS = 1e9;
/** A peer silent for this long is gone. */
export const SILENCE_NS = 15e9;
/** A connection that has not logged in by then is dropped. */
export const LOGIN_TIMEOUT_NS = 30e9;

export interface SoupTimers {
  readonly heartbeatIntervalNs?: number;
  readonly silenceNs?: number;
  readonly loginTimeoutNs?: number;
  /** Bytes that may wait to be sent. Default 256 KiB; at least one packet. */
  readonly outputBytes?: number;
}

const Cell = { lastSent: 0, lastHeard: 1, opened: 2 } as const;
const DEFAULT_OUTPUT_BYTES = 1 << 18;

/** What both sides share: reassembly, output, heartbeats. */
abstract class SoupEndpoint {
  /** Bytes to send: the first {@link outputLength} of it. */
  readonly output: Uint8Array;
  outputLength = 0;
  state: SoupState = SoupState.waiting;
  /** Packets of a type that this side does not expect; skipped by their length. */
  unexpected = 0;

  protected readonly outputView: DataView;
  private readonly input = new Uint8Array(2 * MAX_PACKET_BYTES);
  private readonly inputView = new DataView(this.input.buffer);
  private inputLength = 0;
  private readonly times = new Float64Array(3);
  private timed = false;
  private heard = false;
  private sent = false;
  private readonly heartbeatType: number;
  private readonly heartbeatIntervalNs: Float64Array;
  protected readonly silenceNs: Float64Array;
  private readonly loginTimeoutNs: Float64Array;

  constructor(heartbeatType: number, timers: SoupTimers) {
    this.output = new Uint8Array(Math.max(timers.outputBytes ?? DEFAULT_OUTPUT_BYTES, MAX_PACKET_BYTES));
    this.outputView = new DataView(this.output.buffer);
    this.heartbeatType = heartbeatType;
    this.heartbeatIntervalNs = Float64Array.of(timers.heartbeatIntervalNs ?? HEARTBEAT_INTERVAL_NS);
    this.silenceNs = Float64Array.of(timers.silenceNs ?? SILENCE_NS);
    this.loginTimeoutNs = Float64Array.of(timers.loginTimeoutNs ?? LOGIN_TIMEOUT_NS);
  }

  /** The connection is to be closed, at once or when the output is empty. */
  get closing(): boolean {
    return this.state === SoupState.failed || (this.state === SoupState.ended && this.outputLength === 0);
  }

  /** The first `count` bytes of the output have been sent. */
  consumed(count: number): void {
    this.output.copyWithin(0, count, this.outputLength);
    this.outputLength -= count;
  }

  /** Takes received bytes, split anywhere. Calls the sink for every packet that is complete. */
  onBytes(bytes: Uint8Array, offset: number, length: number): void {
    if (this.done) return;
    this.heard = true;
    const input = this.input;
    let at = offset;
    let left = length;
    while (left > 0) {
      const room = input.length - this.inputLength;
      const take = Math.min(left, room);
      for (let i = 0; i < take; i++) input[this.inputLength + i] = bytes[at + i];
      this.inputLength += take;
      at += take;
      left -= take;
      this.parse();
      if (this.done) return;
    }
  }

  /**
   * Sends a heartbeat where nothing else was sent, and gives up a silent peer.
   * @param nowNs cell 0: monotonic ns
   */
  onTime(nowNs: Float64Array): void {
    if (this.done) return;
    const times = this.times;
    if (!this.timed) {
      this.timed = true;
      times.fill(nowNs[0]);
    }
    if (this.heard) times[Cell.lastHeard] = nowNs[0];
    if (this.sent) times[Cell.lastSent] = nowNs[0];
    this.heard = false;
    this.sent = false;
    if (this.state !== SoupState.loggedIn) {
      if (nowNs[0] - times[Cell.opened] >= this.loginTimeoutNs[0]) this.fail('no login within the time allowed');
      return;
    }
    if (nowNs[0] - times[Cell.lastHeard] >= this.silenceNs[0]) {
      this.fail('nothing heard from the peer, not even heartbeats');
      return;
    }
    if (nowNs[0] - times[Cell.lastSent] >= this.heartbeatIntervalNs[0] && this.put(this.heartbeatType, EMPTY, 0, 0)) {
      this.sent = false;
      times[Cell.lastSent] = nowNs[0];
    }
  }

  /** Sends a text that the other side ignores. @returns false where the output is full */
  debug(text: string): boolean {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return this.put(SoupType.debug, bytes, 0, bytes.length);
  }

  /** Sends an unsequenced message (from a client: order entry). @returns false where the output is full or no login stands */
  sendUnsequenced(bytes: Uint8Array, offset: number, length: number): boolean {
    return this.state === SoupState.loggedIn && this.put(SoupType.unsequenced, bytes, offset, length);
  }

  protected get done(): boolean {
    return this.state === SoupState.ended || this.state === SoupState.failed;
  }

  /** Appends a packet to the output. @returns false where it does not fit */
  protected put(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const at = this.outputLength;
    const end = at + HEADER_BYTES + length;
    if (end > this.output.length || length + 1 > 0xffff) return false;
    this.outputView.setUint16(at, length + 1);
    this.output[at + LENGTH_BYTES] = type;
    const data = at + HEADER_BYTES;
    for (let i = 0; i < length; i++) this.output[data + i] = bytes[offset + i];
    this.outputLength = end;
    this.sent = true;
    return true;
  }

  protected fail(reason: string): void {
    if (this.done) return;
    this.state = SoupState.failed;
    this.failed(reason);
  }

  protected restart(): void {
    this.state = SoupState.waiting;
    this.inputLength = 0;
    this.outputLength = 0;
    this.timed = false;
    this.heard = false;
    this.sent = false;
  }

  protected abstract packet(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  protected abstract failed(reason: string): void;

  private parse(): void {
    let at = 0;
    const end = this.inputLength;
    while (end - at >= HEADER_BYTES) {
      const size = this.inputView.getUint16(at);
      if (size === 0) {
        this.fail('a packet without a type');
        return;
      }
      if (end - at < LENGTH_BYTES + size) break;
      this.packet(this.input[at + LENGTH_BYTES], this.input, this.inputView, at + HEADER_BYTES, size - 1);
      if (this.done) return;
      at += LENGTH_BYTES + size;
    }
    if (at > 0) {
      this.input.copyWithin(0, at, end);
      this.inputLength = end - at;
    } else if (end >= LENGTH_BYTES && this.inputView.getUint16(0) === 0) {
      this.fail('a packet without a type');
    }
  }
}

const EMPTY = new Uint8Array(0);

export interface SoupClientOptions extends SoupTimers {
  readonly username: string;
  readonly password: string;
  /** Session to log in to; '' = the current one. */
  readonly session?: string;
  /** Protocol version: 4 sends the heartbeat timeout along. Default 3. */
  readonly version?: 3 | 4;
}

/** What a client is told. */
export interface SoupClientSink {
  /** Logged in: `client.session` and `client.next[0]` say where. */
  loginAccepted(): void;
  /** @param reason {@link LoginReject}, a character code */
  loginRejected(reason: number): void;
  /** A sequenced message; its number stands in `client.sequence[0]`. Do not keep `bytes` beyond the call. */
  sequenced(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  unsequenced(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** The session is finished; the server closes. */
  endOfSession(): void;
  /** The connection is of no more use. */
  failed(reason: string): void;
}

/** The client's side of one connection. {@link SoupClient.onOpen} starts it, also again after a reconnect. */
export class SoupClient extends SoupEndpoint {
  /** Cell 0: number of the sequenced message being shown. */
  readonly sequence = new Float64Array(1);
  /** Cell 0: number of the next sequenced message; also what the next login asks for. 1 = from the start, 0 = the latest. */
  readonly next = Float64Array.of(1);
  /** The session as the server named it, without padding; the next login asks for it. */
  session: string;
  private readonly options: SoupClientOptions;
  private readonly sink: SoupClientSink;

  constructor(options: SoupClientOptions, sink: SoupClientSink) {
    super(SoupType.clientHeartbeat, options);
    this.options = options;
    this.sink = sink;
    this.session = options.session ?? '';
  }

  /** The connection is up: logs in to {@link session}, asking for {@link next}. */
  onOpen(): void {
    this.restart();
    const { username, password, version } = this.options;
    const login = new Uint8Array(version === 4 ? LOGIN_V4_BYTES : LOGIN_V3_BYTES);
    let at = writePadded(login, 0, USERNAME_BYTES, username, false);
    at = writePadded(login, at, PASSWORD_BYTES, password, false);
    at = writePadded(login, at, SESSION_BYTES, this.session, true);
    at = writePadded(login, at, SEQUENCE_DIGITS, String(this.next[0]), true);
    if (version === 4) writePadded(login, at, TIMEOUT_DIGITS, String(Math.round(this.silenceNs[0] / NS_PER_MS)), true);
    this.put(SoupType.loginRequest, login, 0, login.length);
    this.state = SoupState.loggingIn;
  }

  /** Asks to be logged out; the server closes. */
  logout(): void {
    if (this.done) return;
    this.put(SoupType.logoutRequest, EMPTY, 0, 0);
    this.state = SoupState.ended;
  }

  /** The connection has ended beneath. */
  onClosed(reason: string): void {
    this.fail(reason);
  }

  protected packet(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    switch (type) {
      case SoupType.sequenced:
        if (this.state !== SoupState.loggedIn) {
          this.fail('data before the login was accepted');
          return;
        }
        this.sequence[0] = this.next[0];
        this.next[0]++;
        this.sink.sequenced(bytes, view, offset, length);
        return;
      case SoupType.unsequenced:
        if (this.state !== SoupState.loggedIn) {
          this.fail('data before the login was accepted');
          return;
        }
        this.sink.unsequenced(bytes, view, offset, length);
        return;
      case SoupType.serverHeartbeat:
      case SoupType.debug:
        return;
      case SoupType.loginAccepted:
        this.accepted(bytes, offset, length);
        return;
      case SoupType.loginRejected:
        this.state = SoupState.ended;
        this.sink.loginRejected(length > 0 ? bytes[offset] : 0);
        return;
      case SoupType.endOfSession:
        this.state = SoupState.ended;
        this.sink.endOfSession();
        return;
      default:
        this.unexpected++;
    }
  }

  protected failed(reason: string): void {
    this.sink.failed(reason);
  }

  private accepted(bytes: Uint8Array, offset: number, length: number): void {
    if (this.state !== SoupState.loggingIn) {
      this.fail('a login was accepted that nobody asked for');
      return;
    }
    const next = length === ACCEPTED_BYTES ? readNumber(bytes, offset + SESSION_BYTES, SEQUENCE_DIGITS) : -1;
    if (next < 1) {
      this.fail('the answer to the login names no sequence number');
      return;
    }
    this.session = readPadded(bytes, offset, SESSION_BYTES);
    this.next[0] = next;
    this.state = SoupState.loggedIn;
    this.sink.loginAccepted();
  }
}

/** A login as a server sees it. */
export interface SoupLogin {
  readonly username: string;
  readonly password: string;
  /** '' = the current session. */
  readonly session: string;
  /** 1 = from the start, 0 = the most recent message. */
  readonly sequence: number;
  readonly version: 3 | 4;
}

/** What a server is told of one connection. */
export interface SoupServerSink {
  /** Answer with {@link SoupServer.accept} or {@link SoupServer.reject}, now or later. */
  login(login: SoupLogin): void;
  unsequenced(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  logout(): void;
  failed(reason: string): void;
}

/** The server's side of one connection. */
export class SoupServer extends SoupEndpoint {
  /** Cell 0: number that the next sequenced message will have. */
  readonly next = Float64Array.of(1);
  private readonly sink: SoupServerSink;

  constructor(sink: SoupServerSink, timers: SoupTimers = {}) {
    super(SoupType.serverHeartbeat, timers);
    this.sink = sink;
  }

  /** A connection has come in: starts anew, for an object that serves one connection after another. */
  onOpen(): void {
    this.restart();
    this.next[0] = 1;
  }

  /** @param next number of the next sequenced message */
  accept(session: string, next: number): void {
    if (this.state !== SoupState.loggingIn) return;
    const accepted = new Uint8Array(ACCEPTED_BYTES);
    const at = writePadded(accepted, 0, SESSION_BYTES, session, true);
    writePadded(accepted, at, SEQUENCE_DIGITS, String(next), true);
    this.next[0] = next;
    this.state = SoupState.loggedIn;
    this.put(SoupType.loginAccepted, accepted, 0, accepted.length);
  }

  /** @param reason {@link LoginReject} */
  reject(reason: number): void {
    if (this.state !== SoupState.loggingIn) return;
    this.put(SoupType.loginRejected, Uint8Array.of(reason), 0, 1);
    this.state = SoupState.ended;
  }

  /** Sends the next sequenced message. @returns false where the output is full or no login stands */
  sendSequenced(bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.state !== SoupState.loggedIn || !this.put(SoupType.sequenced, bytes, offset, length)) return false;
    this.next[0]++;
    return true;
  }

  /** The session is finished. */
  endSession(): void {
    if (this.done) return;
    this.put(SoupType.endOfSession, EMPTY, 0, 0);
    this.state = SoupState.ended;
  }

  /** The connection has ended beneath. */
  onClosed(reason: string): void {
    this.fail(reason);
  }

  protected packet(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    switch (type) {
      case SoupType.loginRequest:
        this.requested(bytes, offset, length);
        return;
      case SoupType.unsequenced:
        if (this.state !== SoupState.loggedIn) {
          this.fail('data before the login');
          return;
        }
        this.sink.unsequenced(bytes, view, offset, length);
        return;
      case SoupType.clientHeartbeat:
      case SoupType.debug:
        return;
      case SoupType.logoutRequest:
        this.state = SoupState.ended;
        this.sink.logout();
        return;
      default:
        this.unexpected++;
    }
  }

  protected failed(reason: string): void {
    this.sink.failed(reason);
  }

  private requested(bytes: Uint8Array, offset: number, length: number): void {
    if (this.state !== SoupState.waiting) {
      this.fail('a second login');
      return;
    }
    if (length !== LOGIN_V3_BYTES && length !== LOGIN_V4_BYTES) {
      this.fail(`a login of ${length} bytes`);
      return;
    }
    const passwordAt = offset + USERNAME_BYTES;
    const sessionAt = passwordAt + PASSWORD_BYTES;
    const sequenceAt = sessionAt + SESSION_BYTES;
    const sequence = readNumber(bytes, sequenceAt, SEQUENCE_DIGITS);
    if (sequence < 0) {
      this.fail('a login without a sequence number');
      return;
    }
    const version = length === LOGIN_V4_BYTES ? 4 : 3;
    if (version === 4) {
      const timeoutMs = readNumber(bytes, sequenceAt + SEQUENCE_DIGITS, TIMEOUT_DIGITS);
      if (timeoutMs > 0) this.silenceNs[0] = timeoutMs * NS_PER_MS;
    }
    this.state = SoupState.loggingIn;
    this.sink.login({
      username: readPadded(bytes, offset, USERNAME_BYTES),
      password: readPadded(bytes, passwordAt, PASSWORD_BYTES),
      session: readPadded(bytes, sessionAt, SESSION_BYTES),
      sequence,
      version,
    });
  }
}

/** Writes text into a field of fixed length, padded with spaces; what does not fit is cut. @returns where the next goes */
function writePadded(bytes: Uint8Array, offset: number, length: number, text: string, left: boolean): number {
  const fitted = text.slice(0, length);
  const padded = left ? fitted.padStart(length, ' ') : fitted.padEnd(length, ' ');
  for (let i = 0; i < length; i++) bytes[offset + i] = padded.charCodeAt(i);
  return offset + length;
}

function readPadded(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[offset + i]);
  return text.trim();
}

/** Reads a number of ASCII digits padded with spaces. @returns it, or -1 where there is none or it exceeds 2^53 - 1 */
export function readNumber(bytes: Uint8Array, offset: number, length: number): number {
  let start = offset;
  let end = offset + length;
  while (start < end && bytes[start] === SPACE) start++;
  while (end > start && bytes[end - 1] === SPACE) end--;
  if (start === end) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}
