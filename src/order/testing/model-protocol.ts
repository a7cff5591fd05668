import {
  ConnectionState,
  type OrderConnection,
  type OrderConnectionOptions,
  type OrderConnectionSink,
  type OrderProtocol,
  type VenueRules,
} from '../order-protocol.ts';
import { ReportCell, VenueReport } from '../venue-report.ts';

/** Messages of the model protocol: 16 int32s each, by place. */
export const MESSAGE_WORDS = 16;
export const MESSAGE_BYTES = MESSAGE_WORDS * 4;
export const Message = {
  login: 1,
  enter: 2,
  replace: 3,
  cancel: 4,
  query: 5,
  heartbeat: 6,
  loginAccepted: 11,
  loginRejected: 12,
  sequenced: 13,
  endOfSession: 14,
} as const;

/** Time in force that marks a probe. */
export const PROBE = 99;
/** Kind of a sequenced message about a probe: above those of `ReportKind`. */
export const PROBE_ANSWER = 1000;

const OUTPUT_BYTES = 1 << 16;
const HEARTBEAT_NS = 1e9;
const SILENCE_NS = 15e9;

export const MODEL_RULES: VenueRules = {
  logoutCancels: false,
  cancelOnDisconnect: 'off',
  cancelOnDisconnectDelayNs: 0,
  secondLogin: 'displaces',
  mirrorsShareSequence: true,
  peerMayCancel: false,
  replaceShares: 'total',
  cancelShares: 'newTotal',
  replaceTakesNewRef: true,
  refsMustRise: true,
  barrier: 'query',
  resendIsHarmless: true,
  loginDeadlineNs: 30e9,
  heartbeatIntervalNs: HEARTBEAT_NS,
  silenceNs: SILENCE_NS,
  source: 'the model venue of the tests',
};

export function modelProtocol(rules: Partial<VenueRules> = {}): OrderProtocol {
  const all = { ...MODEL_RULES, ...rules };
  return {
    name: 'model',
    rules: all,
    createConnection: (options, sink) => new ModelConnection(options, sink, all),
  };
}

/** The client's side of the model protocol. */
export class ModelConnection implements OrderConnection {
  state: ConnectionState = ConnectionState.idle;
  readonly output = new Uint8Array(OUTPUT_BYTES);
  outputLength = 0;
  readonly expected = Float64Array.of(1);
  session = '';
  malformed = 0;
  foreign = 0;
  private readonly words = new Int32Array(this.output.buffer);
  private readonly input = new Uint8Array(MESSAGE_BYTES);
  private readonly inputWords = new Int32Array(this.input.buffer);
  private inputLength = 0;
  private readonly report = new VenueReport();
  private isProbe = false;
  private readonly sink: OrderConnectionSink;
  private readonly rules: VenueRules;
  private readonly silenceNs: number;
  private lastHeardNs = -1;
  private lastSentNs = -1;
  private heardSince = false;

  constructor(options: OrderConnectionOptions, sink: OrderConnectionSink, rules: VenueRules) {
    this.sink = sink;
    this.rules = rules;
    this.silenceNs = options.silenceNs ?? rules.silenceNs;
  }

  consumed(count: number): void {
    this.output.copyWithin(0, count, this.outputLength);
    this.outputLength -= count;
  }

  withdraw(count: number): void {
    this.outputLength -= count;
  }

  onOpen(): void {
    this.state = ConnectionState.primed;
  }

  login(session: string): void {
    this.state = ConnectionState.loggingIn;
    this.put(Message.login, session === '' ? 0 : Number(session), this.expected[0]);
  }

  onBytes(bytes: Uint8Array, offset: number, length: number): void {
    this.heardSince = true;
    this.sink.heard();
    let at = offset;
    const end = offset + length;
    while (at < end && this.state !== ConnectionState.failed) {
      const part = Math.min(MESSAGE_BYTES - this.inputLength, end - at);
      this.input.set(bytes.subarray(at, at + part), this.inputLength);
      this.inputLength += part;
      at += part;
      if (this.inputLength < MESSAGE_BYTES) return;
      this.inputLength = 0;
      this.take(this.inputWords);
    }
  }

  onTime(nowNs: Float64Array): void {
    const now = nowNs[0];
    if (this.heardSince || this.lastHeardNs < 0) this.lastHeardNs = now;
    this.heardSince = false;
    if (this.state !== ConnectionState.loggedIn) return;
    if (now - this.lastHeardNs >= this.silenceNs) {
      this.state = ConnectionState.failed;
      this.sink.failed('silent');
      return;
    }
    if (now - this.lastSentNs < this.rules.heartbeatIntervalNs) return;
    this.lastSentNs = now;
    this.put(Message.heartbeat);
  }

  onClosed(): void {
    this.state = ConnectionState.failed;
  }

  logout(): void {
    this.state = ConnectionState.ended;
  }

  enter(
    ref: number,
    side: number,
    marking: number,
    shares: number,
    symbolHi: number,
    symbolLo: number,
    price4: number,
    timeInForce: number,
  ): number {
    return this.request(Message.enter, ref, side, marking, shares, symbolHi, symbolLo, price4, timeInForce);
  }

  replace(previousRef: number, ref: number, side: number, marking: number, shares: number, price4: number): number {
    return this.request(Message.replace, previousRef, ref, side, marking, shares, price4);
  }

  cancel(ref: number, shares: number): number {
    return this.request(Message.cancel, ref, shares);
  }

  barrier(ref: number, side: number, symbolHi: number, symbolLo: number): number {
    if (this.rules.barrier === 'query') return this.request(Message.query);
    return this.request(Message.enter, ref, side, 0, 1, symbolHi, symbolLo, 1, PROBE);
  }

  isProbeAnswer(): boolean {
    return this.isProbe;
  }

  private request(...fields: number[]): number {
    if (this.state !== ConnectionState.loggedIn || this.outputLength + MESSAGE_BYTES > OUTPUT_BYTES) return 0;
    this.put(...fields);
    return MESSAGE_BYTES;
  }

  private put(...fields: number[]): void {
    // consumed() keeps the start aligned only between whole messages, so the bytes are copied
    const message = new Int32Array(MESSAGE_WORDS);
    message.set(fields);
    this.output.set(new Uint8Array(message.buffer), this.outputLength);
    this.outputLength += MESSAGE_BYTES;
    this.words[0] |= 0;
  }

  private take(words: Int32Array): void {
    if (words[0] === Message.loginAccepted) {
      this.state = ConnectionState.loggedIn;
      this.session = String(words[1]);
      this.expected[0] = words[2];
      this.sink.loginAccepted();
    } else if (words[0] === Message.loginRejected) {
      this.state = ConnectionState.ended;
      this.sink.loginRejected(words[1], words[2] !== 0);
    } else if (words[0] === Message.sequenced) {
      this.takeSequenced(words);
    } else if (words[0] === Message.endOfSession) {
      this.state = ConnectionState.ended;
      this.sink.endOfSession();
    } else if (words[0] !== Message.heartbeat) {
      this.malformed++;
    }
  }

  private takeSequenced(words: Int32Array): void {
    const { report } = this;
    report.clear();
    this.isProbe = words[1] >= PROBE_ANSWER;
    report.kind = words[1] % PROBE_ANSWER;
    report.ref = words[2];
    report.previousRef = words[3];
    report.side = words[4];
    report.shares = words[5];
    report.price4 = words[6];
    report.matchLo = words[7];
    report.reason = words[8];
    report.cells[ReportCell.sequence] = this.expected[0];
    this.expected[0]++;
    this.sink.report(report);
  }
}
