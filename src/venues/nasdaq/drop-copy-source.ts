import { Backoff, type BackoffOptions } from '../../order/backoff.ts';
import type { EvidenceSink, EvidenceSource } from '../../order/evidence-source.ts';
import { Jitter } from '../../order/jitter.ts';
import { type Dialler, type SessionStream, StreamPhase } from '../../order/session-stream.ts';
import { SOURCE_CELLS, SourceCell, SourceState } from '../../order/source-cells.ts';
import { ReportKind, VenueReport } from '../../order/venue-report.ts';
import { DropCopyRecord, DropCopyType } from './drop-copy.ts';
import { sideOfCode } from './ouch-side.ts';
import { OuchTokens } from './ouch-token.ts';
import { LoginReject, SoupClient, type SoupClientSink, type SoupTimers } from './soupbintcp.ts';

/** A port whose orders the drop copy tells of. */
export interface DropCopyPort {
  readonly username: string;
  /** Orders are named by UserRefNum (OUCH 5.0), or by token (OUCH 4.2). */
  readonly numbered: boolean;
}

export interface DropCopyOptions extends SoupTimers {
  readonly name: string;
  /** The source's number, from 1: the journal keeps it with what it said. */
  readonly number: number;
  readonly username: string;
  readonly password: string;
  /** By index of the port. */
  readonly ports: readonly DropCopyPort[];
  /** The trading day as yyyymmdd: part of tokens. */
  readonly day: number;
  /** Waits before a lost connection is dialled anew, and the seed of their jitter. */
  readonly backoff: BackoffOptions;
  readonly seed: number;
  readonly connectTimeoutNs: number;
  /** The socket is looked at no more often than this: it shares its thread with the path of orders. */
  readonly lookEveryNs: number;
  /** {@link SourceCell} */
  readonly cells?: Float64Array;
}

const KIND_OF: Readonly<Record<number, number>> = {
  [DropCopyType.executed]: ReportKind.executed,
  [DropCopyType.broken]: ReportKind.broken,
  [DropCopyType.corrected]: ReportKind.corrected,
  [DropCopyType.cancelled]: ReportKind.cancelled,
};
const INPUT_BYTES = 1 << 14;
const MAX_INT32 = 0x7fffffff;
const USERNAME_OFFSET = 9;
const USERNAME_BYTES = 6;
const TOKEN_OFFSET = 19;
/** Sets a letter's case: both cases of a username are the same. */
const LOWER_CASE = 0x20;
const Time = { nowNs: 0, dialAtNs: 1, lookAtNs: 2, dialledNs: 3 } as const;
const Cell = Object.freeze({ ...SourceCell });

/**
 * The drop copy of the simulated venue as a source of evidence: logs in, asks for what it has missed, and tells the
 * gateway what became of orders while their port can't. A lost connection is dialled anew, with growing waits, and goes
 * on at the next number. A new process begins with the first message of the day: what is told twice counts once.
 */
export class DropCopySource implements EvidenceSource, SoupClientSink {
  readonly name: string;
  /** {@link SourceCell} */
  readonly cells: Float64Array;
  private readonly options: DropCopyOptions;
  private readonly dialler: Dialler;
  private readonly soup: SoupClient;
  private readonly tokens: OuchTokens;
  private readonly backoff: Backoff;
  /** Usernames as a record has them, in lower case, {@link USERNAME_BYTES} for each port. */
  private readonly usernames: Uint8Array;
  private readonly record = new DropCopyRecord();
  private readonly report = new VenueReport();
  private readonly input = new Uint8Array(INPUT_BYTES);
  private readonly time = new Float64Array(4);
  private stream: SessionStream | undefined = undefined;
  private connected = false;
  private over = false;
  private sink!: EvidenceSink;

  constructor(options: DropCopyOptions, dialler: Dialler) {
    this.name = options.name;
    this.options = options;
    this.dialler = dialler;
    this.cells = options.cells ?? new Float64Array(SOURCE_CELLS);
    this.soup = new SoupClient(options, this);
    this.tokens = new OuchTokens(options.day);
    this.backoff = new Backoff(options.backoff, new Jitter(options.seed));
    this.usernames = new Uint8Array(options.ports.length * USERNAME_BYTES);
    options.ports.forEach(({ username }, port) => {
      const padded = username.toLowerCase().padEnd(USERNAME_BYTES);
      for (let i = 0; i < USERNAME_BYTES; i++) this.usernames[port * USERNAME_BYTES + i] = padded.charCodeAt(i);
    });
    this.cells[Cell.next] = 1;
  }

  /** Logged in: what it says is up to date but for the way here. */
  get live(): boolean {
    return this.cells[Cell.state] === SourceState.live;
  }

  turn(nowNs: Float64Array, sink: EvidenceSink): number {
    const { time } = this;
    if (this.over || nowNs[0] < time[Time.lookAtNs]) return 0;
    time[Time.nowNs] = nowNs[0];
    time[Time.lookAtNs] = nowNs[0] + this.options.lookEveryNs;
    this.sink = sink;
    if (this.stream === undefined) return nowNs[0] < time[Time.dialAtNs] ? 0 : this.dial();
    return this.connected ? this.converse(nowNs) : this.awaitOpen();
  }

  close(): void {
    this.over = true;
    this.stream?.close(false);
    this.stream = undefined;
    if (this.cells[Cell.state] !== SourceState.ended) this.enter(SourceState.down);
  }

  private dial(): number {
    this.cells[Cell.dials]++;
    this.time[Time.dialledNs] = this.time[Time.nowNs];
    this.enter(SourceState.connecting);
    try {
      this.stream = this.dialler.dial();
    } catch {
      this.drop();
    }
    return 1;
  }

  private awaitOpen(): number {
    const phase = this.stream!.state();
    const { time } = this;
    if (phase === StreamPhase.connecting && time[Time.nowNs] - time[Time.dialledNs] < this.options.connectTimeoutNs) {
      return 0;
    }
    if (phase !== StreamPhase.open) {
      this.drop();
      return 1;
    }
    this.connected = true;
    this.soup.onOpen();
    this.enter(SourceState.loggingIn);
    return 1;
  }

  private converse(nowNs: Float64Array): number {
    const { soup } = this;
    const stream = this.stream!;
    const work = this.receive(stream);
    if (this.over) {
      this.close();
      return work;
    }
    soup.onTime(nowNs);
    if (soup.outputLength > 0) {
      const sent = stream.send(soup.output, 0, soup.outputLength);
      if (sent > 0) soup.consumed(sent);
    }
    if (soup.closing || stream.state() !== StreamPhase.open) this.drop();
    return work;
  }

  private receive(stream: SessionStream): number {
    const length = stream.receive(this.input, 0, INPUT_BYTES);
    if (length <= 0) return 0;
    this.cells[Cell.heardNs] = this.time[Time.nowNs];
    this.soup.onBytes(this.input, 0, length);
    this.cells[Cell.next] = this.soup.next[0];
    return 1;
  }

  private drop(): void {
    this.stream?.close(true);
    this.stream = undefined;
    this.connected = false;
    this.cells[Cell.losses]++;
    this.enter(SourceState.down);
    this.time[Time.dialAtNs] = this.time[Time.nowNs] + this.backoff.nextNs();
  }

  private enter(state: SourceState): void {
    this.cells[Cell.state] = state;
    this.cells[Cell.sinceNs] = this.time[Time.nowNs];
  }

  // ---- What SoupBinTCP says ----

  loginAccepted(): void {
    this.cells[Cell.logins]++;
    this.backoff.succeeded();
    this.enter(SourceState.live);
  }

  /** Where the session is another one now, it begins anew with whatever is current. */
  loginRejected(reason: number): void {
    this.cells[Cell.loginRejects]++;
    if (reason !== LoginReject.sessionNotAvailable) return;
    this.soup.session = '';
    this.soup.next[0] = 1;
  }

  sequenced(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { cells, report } = this;
    if (length < DropCopyRecord.bytes) {
      cells[Cell.malformed]++;
      return;
    }
    const record = this.record.wrap(view, offset);
    const kind = KIND_OF[record.type];
    const side = sideOfCode(record.side);
    const { price4, shares } = record;
    if (kind === undefined || side < 0 || price4 > MAX_INT32 || shares > MAX_INT32) {
      cells[Cell.malformed]++;
      return;
    }
    const port = this.portOf(bytes, offset + USERNAME_OFFSET);
    const ref = port < 0 ? 0 : this.options.ports[port].numbered ? record.userRefNum | 0 : this.refOf(view, offset);
    if (ref <= 0) {
      cells[Cell.foreign]++;
      return;
    }
    cells[Cell.records]++;
    if (kind === ReportKind.executed) cells[Cell.executions]++;
    report.clear();
    report.kind = kind;
    report.ref = ref;
    report.side = side;
    report.shares = shares;
    report.price4 = price4;
    report.matchHi = record.matchHi;
    report.matchLo = record.matchLo;
    this.sink.evidence(this.options.number, port, report);
  }

  unsequenced(): void {}
  endOfSession(): void {
    this.over = true;
    this.enter(SourceState.ended);
  }
  failed(): void {}

  private portOf(bytes: Uint8Array, at: number): number {
    const { usernames } = this;
    for (let first = 0, port = 0; first < usernames.length; first += USERNAME_BYTES, port++) {
      let i = 0;
      while (i < USERNAME_BYTES && lowerCase(bytes[at + i]) === usernames[first + i]) i++;
      if (i === USERNAME_BYTES) return port;
    }
    return -1;
  }

  private refOf(view: DataView, offset: number): number {
    return this.tokens.read(view, offset + TOKEN_OFFSET);
  }
}

/** Only letters have a case; blanks stay. */
function lowerCase(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | LOWER_CASE : code;
}
