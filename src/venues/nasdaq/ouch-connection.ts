import { judgeLogin, LoginVerdict } from '../../order/login-sequence.ts';
import {
  ConnectionState,
  type OrderConnection,
  type OrderConnectionOptions,
  type OrderConnectionSink,
} from '../../order/order-protocol.ts';
import { ReportCell, VenueReport } from '../../order/venue-report.ts';
import type { OuchCodec } from './ouch-codec.ts';
import { OUCH_REFUSALS, OuchRefusal } from './ouch-refusal.ts';
import { LoginReject, SOUP_HEADER_BYTES, SoupClient, type SoupClientSink, SoupState } from './soupbintcp.ts';

/** Bytes that may wait to be sent: more than a thousand orders. Beyond that they are refused to the caller. */
const OUTPUT_BYTES = 1 << 17;

const REFUSAL_NAMES = Object.keys(OuchRefusal);

/** {@link ConnectionState} of each {@link SoupState}. */
const STATE_OF: readonly ConnectionState[] = stateOf();

function stateOf(): ConnectionState[] {
  const states: ConnectionState[] = [];
  states[SoupState.waiting] = ConnectionState.idle;
  states[SoupState.primed] = ConnectionState.primed;
  states[SoupState.loggingIn] = ConnectionState.loggingIn;
  states[SoupState.loggedIn] = ConnectionState.loggedIn;
  states[SoupState.ended] = ConnectionState.ended;
  states[SoupState.failed] = ConnectionState.failed;
  return states;
}

/** The client's conversation of either OUCH version: SoupBinTCP around what the codec writes and reads. */
export class OuchConnection implements OrderConnection, SoupClientSink {
  readonly expected: Float64Array = Float64Array.of(1);
  readonly output: Uint8Array;
  /** Messages that were not taken, by {@link OuchRefusal}. */
  readonly refused: Float64Array = new Float64Array(OUCH_REFUSALS);
  private readonly soup: SoupClient;
  private readonly outputView: DataView;
  private readonly codec: OuchCodec;
  /** Bytes of each packet, and its template in the output's memory. */
  private readonly enterBytes: number;
  private readonly replaceBytes: number;
  private readonly cancelBytes: number;
  private readonly barrierBytes: number;
  private readonly enterTemplate: number;
  private readonly replaceTemplate: number;
  private readonly cancelTemplate: number;
  private readonly barrierTemplate: number;
  private readonly sink: OrderConnectionSink;
  private readonly report = new VenueReport();
  private readonly ownSession: string;
  private askedSession = '';

  constructor(codec: OuchCodec, options: OrderConnectionOptions, sink: OrderConnectionSink) {
    this.codec = codec;
    this.sink = sink;
    this.ownSession = options.session;
    this.soup = new SoupClient({ ...options, outputBytes: OUTPUT_BYTES }, this);
    this.output = this.soup.output;
    this.outputView = this.soup.outputView;
    const { enter, replace, cancel, barrier } = codec.packets;
    this.enterBytes = enter.length;
    this.replaceBytes = replace.length;
    this.cancelBytes = cancel.length;
    this.barrierBytes = barrier.length;
    this.enterTemplate = this.soup.addTemplate(enter);
    this.replaceTemplate = this.soup.addTemplate(replace);
    this.cancelTemplate = this.soup.addTemplate(cancel);
    this.barrierTemplate = this.soup.addTemplate(barrier);
  }

  get state(): ConnectionState {
    return STATE_OF[this.soup.state];
  }
  get outputLength(): number {
    return this.soup.outputLength;
  }
  get session(): string {
    return this.soup.session;
  }
  get foreign(): number {
    return this.refused[OuchRefusal.foreign];
  }
  get malformed(): number {
    let sum = 0;
    for (let reason = 0; reason < OUCH_REFUSALS; reason++)
      if (reason !== OuchRefusal.foreign) sum += this.refused[reason];
    return sum;
  }

  consumed(count: number): void {
    this.soup.consumed(count);
  }

  withdraw(count: number): void {
    this.soup.withdraw(count);
  }

  onOpen(): void {
    this.codec.restart();
    this.soup.prime();
  }

  login(session: string): void {
    this.askedSession = session === '' ? this.ownSession : session;
    this.soup.session = this.askedSession;
    this.soup.next[0] = this.expected[0];
    this.soup.login();
  }

  onBytes(bytes: Uint8Array, offset: number, length: number): void {
    const { packets } = this.soup;
    this.soup.onBytes(bytes, offset, length);
    if (this.soup.packets !== packets) this.sink.heard();
  }

  onTime(nowNs: Float64Array): void {
    this.soup.onTime(nowNs);
  }

  onClosed(reason: string): void {
    this.soup.onClosed(reason);
  }

  logout(): void {
    this.soup.logout();
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
    const { soup, enterBytes } = this;
    const at = soup.claim(enterBytes);
    if (at < 0 || ref <= 0 || shares <= 0 || price4 <= 0) return 0;
    soup.stamp(this.enterTemplate, enterBytes, at);
    this.codec.enter(
      this.outputView,
      at + SOUP_HEADER_BYTES,
      ref,
      side,
      marking,
      shares,
      symbolHi,
      symbolLo,
      price4,
      timeInForce,
    );
    soup.commit(enterBytes);
    return enterBytes;
  }

  /** Side and marking of an OUCH order stay what they were. */
  replace(previousRef: number, ref: number, _side: number, _marking: number, shares: number, price4: number): number {
    const { soup, replaceBytes } = this;
    const at = soup.claim(replaceBytes);
    if (at < 0 || previousRef <= 0 || ref <= 0 || shares <= 0 || price4 <= 0) return 0;
    soup.stamp(this.replaceTemplate, replaceBytes, at);
    this.codec.replace(this.outputView, at + SOUP_HEADER_BYTES, previousRef, ref, shares, price4);
    soup.commit(replaceBytes);
    return replaceBytes;
  }

  cancel(ref: number, shares: number): number {
    const { soup, cancelBytes } = this;
    const at = soup.claim(cancelBytes);
    if (at < 0 || ref <= 0 || shares < 0) return 0;
    soup.stamp(this.cancelTemplate, cancelBytes, at);
    this.codec.cancel(this.outputView, at + SOUP_HEADER_BYTES, ref, shares);
    soup.commit(cancelBytes);
    return cancelBytes;
  }

  barrier(ref: number, side: number, symbolHi: number, symbolLo: number): number {
    const { soup, barrierBytes } = this;
    const at = soup.claim(barrierBytes);
    if (at < 0) return 0;
    soup.stamp(this.barrierTemplate, barrierBytes, at);
    this.codec.barrier(this.outputView, at + SOUP_HEADER_BYTES, ref, side, symbolHi, symbolLo);
    soup.commit(barrierBytes);
    return barrierBytes;
  }

  /** Asked about a report during the call that shows it. */
  isProbeAnswer(_report: VenueReport): boolean {
    return this.codec.probeAnswer;
  }

  // ---- What SoupBinTCP says ----

  loginAccepted(): void {
    const named = this.soup.next[0];
    const asked = this.expected[0];
    if (judgeLogin(this.askedSession, asked, this.soup.session, named) === LoginVerdict.behind) {
      // To take it would mean to believe that it says the same again under the numbers that we have read.
      this.soup.abandon(
        `the venue would go on at message ${named} of session ${this.soup.session}, but all up to ${asked - 1} were read: it has lost its last messages, or a new session has begun`,
      );
      return;
    }
    this.expected[0] = named;
    this.sink.loginAccepted();
  }

  loginRejected(reason: number): void {
    this.sink.loginRejected(reason, reason !== LoginReject.notAuthorised);
  }

  sequenced(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const refusal = this.codec.decode(view, offset, length, this.report);
    if (refusal !== OuchRefusal.none && refusal !== OuchRefusal.foreign) {
      this.unreadable(refusal, view, offset);
      return;
    }
    this.expected[0] = this.soup.next[0];
    this.report.cells[ReportCell.sequence] = this.soup.sequence[0];
    this.deliver(refusal);
  }

  unsequenced(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    this.deliver(this.codec.decode(view, offset, length, this.report));
  }

  endOfSession(): void {
    this.sink.endOfSession();
  }

  failed(reason: string): void {
    this.sink.failed(reason);
  }

  private unreadable(refusal: number, view: DataView, offset: number): void {
    this.refused[refusal]++;
    const type = refusal === OuchRefusal.unknownType ? view.getUint8(offset) : 0;
    if (this.sink.unreadable?.(type) === false) {
      this.soup.abandon(`message ${this.soup.sequence[0]} can't be read: ${REFUSAL_NAMES[refusal]}`);
    } else this.expected[0] = this.soup.next[0];
  }

  private deliver(refusal: number): void {
    if (refusal !== OuchRefusal.none) this.refused[refusal]++;
    else if (this.report.kind !== 0) this.sink.report(this.report);
  }
}
