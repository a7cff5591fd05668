import { EMPTY, SoupEndpoint, type SoupTimers } from './soup-endpoint.ts';
import { readNumber, readPadded, writeNumber, writePadded } from './soup-text.ts';
import {
  ACCEPTED_BYTES,
  LOGIN_V3_BYTES,
  LOGIN_V4_BYTES,
  PASSWORD_BYTES,
  SEQUENCE_DIGITS,
  SESSION_BYTES,
  SoupState,
  SoupType,
  TIMEOUT_DIGITS,
  USERNAME_BYTES,
} from './soup-words.ts';

const NS_PER_MS = 1e6;

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
    writeNumber(accepted, at, SEQUENCE_DIGITS, next);
    this.next[0] = next;
    this.state = SoupState.loggedIn;
    this.put(SoupType.loginAccepted, accepted, 0, accepted.length);
  }

  /** @param reason `LoginReject` */
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
