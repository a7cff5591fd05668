import type { EvidenceSink, EvidenceSource } from '../../order/evidence-source.ts';
import { type Dialler, type SessionStream, StreamPhase } from '../../order/session-stream.ts';
import { ReportKind, VenueReport } from '../../order/venue-report.ts';
import { DropCopyRecord, DropCopyType } from './drop-copy.ts';
import { sideOfCode } from './ouch-side.ts';
import { OuchTokens } from './ouch-token.ts';
import { SoupClient, type SoupClientSink, SoupState, type SoupTimers } from './soupbintcp.ts';

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
  /** ns before a lost connection is dialled anew. */
  readonly reconnectNs: number;
}

const KIND_OF: Readonly<Record<number, number>> = {
  [DropCopyType.executed]: ReportKind.executed,
  [DropCopyType.broken]: ReportKind.broken,
  [DropCopyType.corrected]: ReportKind.corrected,
  [DropCopyType.cancelled]: ReportKind.cancelled,
};
const INPUT_BYTES = 1 << 14;
const MAX_INT32 = 0x7fffffff;
const TOKEN_OFFSET = 19;
const Time = { nowNs: 0, dialAtNs: 1 } as const;

/**
 * The drop copy of the simulated venue as a source of evidence: logs in, asks for what it has missed, and tells the
 * gateway what became of orders while their port can't. A new process begins with the first message of the day: what is
 * told twice counts once.
 */
export class DropCopySource implements EvidenceSource, SoupClientSink {
  readonly name: string;
  /** Records that could not be read, and those about nobody's orders here. */
  malformed = 0;
  foreign = 0;
  private readonly options: DropCopyOptions;
  private readonly dialler: Dialler;
  private readonly soup: SoupClient;
  private readonly tokens: OuchTokens;
  private readonly record = new DropCopyRecord();
  private readonly report = new VenueReport();
  private readonly input = new Uint8Array(INPUT_BYTES);
  private readonly time = new Float64Array(2);
  private stream: SessionStream | undefined;
  private connected = false;
  private over = false;
  private sink!: EvidenceSink;

  constructor(options: DropCopyOptions, dialler: Dialler) {
    this.name = options.name;
    this.options = options;
    this.dialler = dialler;
    this.soup = new SoupClient(options, this);
    this.tokens = new OuchTokens(options.day);
  }

  /** Logged in: what it says is up to date but for the way here. */
  get live(): boolean {
    return this.connected && !this.over && this.soup.state === SoupState.loggedIn;
  }

  turn(nowNs: Float64Array, sink: EvidenceSink): number {
    const { time, soup } = this;
    this.sink = sink;
    time[Time.nowNs] = nowNs[0];
    if (this.over) return 0;
    if (this.stream === undefined) return nowNs[0] < time[Time.dialAtNs] ? 0 : this.dial();
    const work = this.connected ? this.receive() : this.awaitOpen();
    const { stream } = this;
    if (stream === undefined || !this.connected) return work;
    soup.onTime(nowNs);
    if (soup.outputLength > 0) {
      const sent = stream.send(soup.output, 0, soup.outputLength);
      if (sent > 0) soup.consumed(sent);
    }
    if (soup.closing || stream.state() !== StreamPhase.open) this.drop();
    return work;
  }

  close(): void {
    this.over = true;
    this.stream?.close(false);
    this.stream = undefined;
  }

  private dial(): number {
    try {
      this.stream = this.dialler.dial();
    } catch {
      this.drop();
    }
    return 1;
  }

  private awaitOpen(): number {
    const phase = this.stream!.state();
    if (phase === StreamPhase.connecting) return 0;
    if (phase !== StreamPhase.open) {
      this.drop();
      return 1;
    }
    this.connected = true;
    this.soup.onOpen();
    return 1;
  }

  private receive(): number {
    const length = this.stream!.receive(this.input, 0, INPUT_BYTES);
    if (length <= 0) return 0;
    this.soup.onBytes(this.input, 0, length);
    return 1;
  }

  private drop(): void {
    this.stream?.close(true);
    this.stream = undefined;
    this.connected = false;
    this.time[Time.dialAtNs] = this.time[Time.nowNs] + this.options.reconnectNs;
  }

  // ---- What SoupBinTCP says ----

  loginAccepted(): void {}

  /** The session is another one now: it begins anew with whatever is current. */
  loginRejected(): void {
    this.soup.session = '';
    this.soup.next[0] = 1;
  }

  sequenced(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (length < DropCopyRecord.length) {
      this.malformed++;
      return;
    }
    const record = this.record.wrap(view, offset);
    const kind = KIND_OF[record.type];
    const side = sideOfCode(record.side);
    const { price4, shares } = record;
    if (kind === undefined || side < 0 || price4 > MAX_INT32 || shares > MAX_INT32) {
      this.malformed++;
      return;
    }
    const port = this.portOf(record.username);
    const ref = port < 0 ? 0 : this.options.ports[port].numbered ? record.userRefNum | 0 : this.refOf(view, offset);
    if (ref <= 0) {
      this.foreign++;
      return;
    }
    const { report } = this;
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
  }
  failed(): void {}

  private portOf(username: string): number {
    return this.options.ports.findIndex((port) => port.username.trim().toLowerCase() === username.trim().toLowerCase());
  }

  private refOf(view: DataView, offset: number): number {
    return this.tokens.read(view, offset + TOKEN_OFFSET);
  }
}
