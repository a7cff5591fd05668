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
const SESSION_AT = USERNAME_BYTES + PASSWORD_BYTES;
const SEQUENCE_AT = SESSION_AT + SESSION_BYTES;
const TIMEOUT_AT = SEQUENCE_AT + SEQUENCE_DIGITS;

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
  /** @param reason `LoginReject`, a character code */
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
  private readonly sink: SoupClientSink;
  /** The login as it goes out, but for the session and the number. */
  private readonly request: Uint8Array;
  /** The session that stands in the request. */
  private requested = '';

  constructor(options: SoupClientOptions, sink: SoupClientSink) {
    super(SoupType.clientHeartbeat, options);
    this.sink = sink;
    this.session = options.session ?? '';
    this.request = new Uint8Array(options.version === 4 ? LOGIN_V4_BYTES : LOGIN_V3_BYTES);
    writePadded(this.request, 0, USERNAME_BYTES, options.username, false);
    writePadded(this.request, USERNAME_BYTES, PASSWORD_BYTES, options.password, false);
    writePadded(this.request, SESSION_AT, SESSION_BYTES, '', true);
    if (options.version === 4) {
      writeNumber(this.request, TIMEOUT_AT, TIMEOUT_DIGITS, Math.round(this.silenceNs[0] / NS_PER_MS));
    }
  }

  /** The connection is up: logs in to {@link session}, asking for {@link next}. */
  onOpen(): void {
    this.prime();
    this.login();
  }

  /** The connection is up, but the login is kept back until {@link login}. */
  prime(): void {
    this.restart();
    this.state = SoupState.primed;
  }

  /** Logs in to {@link session}, asking for {@link next}. Only once on a connection. */
  login(): void {
    if (this.state !== SoupState.primed) return;
    if (this.requested !== this.session) {
      this.requested = this.session;
      writePadded(this.request, SESSION_AT, SESSION_BYTES, this.session, true);
    }
    writeNumber(this.request, SEQUENCE_AT, SEQUENCE_DIGITS, this.next[0]);
    this.put(SoupType.loginRequest, this.request, 0, this.request.length);
    this.restartTimers();
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

  /** The owner has found that the conversation makes no sense. */
  abandon(reason: string): void {
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
    // What was meant for this connection never goes out on the next one.
    this.outputLength = 0;
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
