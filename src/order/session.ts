import { AckCell, AckTimes } from './ack-times.ts';
import { AckWatch, type SlotReader } from './ack-watch.ts';
import { Backoff } from './backoff.ts';
import { errnoNumber, evidenceOf } from './errno.ts';
import type { Jitter } from './jitter.ts';
import {
  ConnectionState as AllConnectionStates,
  type OrderConnection,
  type OrderConnectionSink,
  type OrderProtocol,
  type VenueRules,
} from './order-protocol.ts';
import { SESSION_CELLS, SessionCell } from './session-cells.ts';
import type { SessionOptions } from './session-options.ts';
import { type Dialler, type SessionStream, STREAM_INFO_CELLS, StreamInfo, StreamPhase } from './session-stream.ts';
import { Evidence as AllEvidence, SessionState as AllSessionStates } from './terms.ts';
import type { VenueReport } from './venue-report.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const State = Object.freeze({ ...AllSessionStates });
const Conversation = Object.freeze({ ...AllConnectionStates });
const Evidence = Object.freeze({ ...AllEvidence });
const Cell = Object.freeze({ ...SessionCell });
const Phase = Object.freeze({ ...StreamPhase });

/** Bytes taken from a connection at once, and how often in one turn: one venue that talks much must not hold up the rest. */
const READ_BYTES = 1 << 16;
const READS_PER_TURN = 2;
/** Requests watched for an answer at once. */
const WATCHED_REQUESTS = 1 << 14;

/** Cells of a session's own times, in ns. */
const Time = {
  dialAtNs: 0,
  loginSentNs: 1,
  /** Since when the kernel takes nothing; 0 = it does. */
  stalledSinceNs: 2,
  infoAtNs: 3,
  oldestNs: 4,
} as const;
const TIMES = 5;

/** How {@link Session.flush} ended. */
export const Flushed = { whole: 0, queued: 1, nothing: 2 } as const;

/** What a session tells its port. */
export interface SessionOwner {
  /** The state has changed; the evidence's cells say why where something failed. */
  changed(session: Session, before: number): void;
  /** Connected, login ready: the port says when to log in. */
  primed(session: Session): void;
  loginAccepted(session: Session): void;
  /** @param retry false where asking again can't help */
  loginRejected(session: Session, venueReason: number, retry: boolean): void;
  report(session: Session, report: VenueReport): void;
  /** A message can't be read: see {@link OrderConnectionSink.unreadable}. */
  unreadable(session: Session, type: number): boolean;
  /** Requests go unanswered, but the connection is open. */
  suspected(session: Session): void;
  /** A suspected session has answered what was overdue. */
  relieved(session: Session): void;
  /** The connection is gone. `wasLoggedOn`: requests may have been under way. */
  lost(session: Session, wasLoggedOn: boolean): void;
}

/**
 * One connection of a port to one host: dials, keeps the login ready or logs on, moves bytes, measures how the venue
 * answers, and says when it failed and by what evidence. Driven by {@link turn}; knows neither socket nor clock.
 *
 * Which session of a port logs on, and what becomes of orders, is the port's to decide.
 */
export class Session implements OrderConnectionSink {
  /** Position among the gateway's sessions, and of its port among the ports. */
  readonly index: number;
  readonly port: number;
  readonly name: string;
  readonly rules: VenueRules;
  state: number = State.down;
  /** {@link SessionCell} */
  readonly cells: Float64Array;
  readonly acks: AckTimes;
  readonly watch = new AckWatch(WATCHED_REQUESTS);
  connection: OrderConnection;
  /** Whether the port wants it connected at all. */
  wanted = true;
  /** Cell 0: next sequenced message, where its host numbers for itself. */
  readonly expected = Float64Array.of(1);
  /** Cell 0: next message of ours, where its host numbers for itself and the protocol numbers both directions. */
  readonly outgoing = Float64Array.of(1);
  /** The present connection's login was accepted. */
  accepted = false;
  private readonly options: SessionOptions;
  private readonly protocol: OrderProtocol;
  private readonly dialler: Dialler;
  private readonly owner: SessionOwner;
  private readonly now: Float64Array;
  private readonly store: SlotReader;
  private readonly backoff: Backoff;
  /** Cell {@link index}: 0 = the connection has nothing to be read. */
  private readonly ready: Int32Array;
  private readonly input = new Uint8Array(READ_BYTES);
  private readonly info = new Float64Array(STREAM_INFO_CELLS);
  private stream: SessionStream | undefined = undefined;
  /** One that has ended and is not closed yet: that costs system calls, and what waits for another way goes first. */
  private ended: SessionStream | undefined = undefined;
  /** What went wrong within a call of the connection; acted upon once it has returned. */
  private fault: number = Evidence.none;
  private rejected = false;
  private rejectReason = 0;
  private rejectRetry = false;
  private readonly time = new Float64Array(TIMES);

  /**
   * @param now cell 0: monotonic ns of this turn
   * @param ready by session: 0 = its connection need not be asked this turn
   */
  constructor(
    index: number,
    port: number,
    name: string,
    protocol: OrderProtocol,
    rules: VenueRules,
    options: SessionOptions,
    dialler: Dialler,
    owner: SessionOwner,
    store: SlotReader,
    now: Float64Array,
    jitter: Jitter,
    cells: Float64Array = new Float64Array(SESSION_CELLS),
    ready: Int32Array = new Int32Array(index + 1).fill(1),
  ) {
    this.index = index;
    this.port = port;
    this.name = name;
    this.protocol = protocol;
    this.rules = rules;
    this.options = options;
    this.dialler = dialler;
    this.owner = owner;
    this.store = store;
    this.now = now;
    this.cells = cells;
    this.ready = ready;
    this.backoff = new Backoff(options.backoff, jitter);
    this.acks = new AckTimes(options.ackDeadlineFloorNs, options.ackDeadlineFactor);
    this.connection = protocol.createConnection(options.connection, this);
    cells[Cell.ackDeadlineNs] = options.ackDeadlineFloorNs;
  }

  /** Logged on: what it is told may still be carried, and what it says counts. */
  get loggedOn(): boolean {
    return this.state >= State.replaying && this.state <= State.suspect;
  }

  /** New orders may take it. */
  get usable(): boolean {
    return this.state === State.warm || this.state === State.active;
  }

  /** Bytes of earlier messages that the kernel has not taken. */
  get backlog(): number {
    return this.connection.outputLength;
  }

  // ---- Steered by the port ----

  /** Dials at the next turn, whatever the back-off says. */
  dialNow(): void {
    this.time[Time.dialAtNs] = 0;
  }

  /**
   * Sends the login that lies ready.
   * @param expected cell 0: number of the next sequenced message
   * @param outgoing cell 0: number of the next message of ours, where the protocol numbers them
   * @param sessionName session to go on with; '' = the venue's current one
   */
  logOn(expected: Float64Array, outgoing: Float64Array, sessionName: string): void {
    this.connection.expected[0] = expected[0];
    if (this.connection.outgoing !== undefined) this.connection.outgoing[0] = outgoing[0];
    this.connection.login(sessionName);
    this.time[Time.loginSentNs] = this.now[0];
    this.enter(State.loggingOn);
    this.flush();
  }

  /** The port has moved it on: the barrier is behind it, it carries orders, it is doubted or trusted again. */
  enter(state: number): void {
    const before = this.state;
    if (before === state) return;
    this.state = state;
    this.cells[Cell.state] = state;
    this.cells[Cell.sinceNs] = this.now[0];
    this.owner.changed(this, before);
  }

  /** Ends the connection by our own will; nothing is reported back. @param reset drop what is unsent, send RST */
  close(evidence: number, reset: boolean, dialAgain: boolean): void {
    this.noteEvidence(evidence, 0, 0);
    this.drop(reset, 'closed by us');
    this.wanted = dialAgain;
    this.enter(dialAgain ? State.down : State.ended);
  }

  /** Given up together with its port, until {@link revive}. */
  retire(): void {
    this.drop(true, 'given up');
    this.wanted = false;
    this.enter(State.ended);
  }

  /** Says goodbye in the protocol's way; the venue closes. */
  logOut(): void {
    this.connection.logout();
    this.flush();
  }

  /** A person gives leave to try again. */
  revive(): void {
    if (this.state !== State.ended) return;
    this.wanted = true;
    this.backoff.succeeded();
    this.dialNow();
    this.enter(State.down);
  }

  /** A barrier is behind it: what is in doubt all the same is not waited for any more. */
  stopWaitingForDoubtful(): void {
    this.watch.forgetDoubtful(this.store);
  }

  // ---- Sending ----

  /**
   * Hands the output to the kernel.
   * @returns {@link Flushed}; `nothing` if the connection turned out dead and took no byte
   */
  flush(): number {
    const { connection, stream } = this;
    const length = connection.outputLength;
    if (length === 0) return Flushed.whole;
    if (stream === undefined) return Flushed.nothing;
    const sent = stream.send(connection.output, 0, length);
    this.cells[Cell.bytesOut] += sent;
    if (sent > 0) connection.consumed(sent);
    this.cells[Cell.backlogBytes] = length - sent;
    if (sent === length) {
      this.time[Time.stalledSinceNs] = 0;
      return Flushed.whole;
    }
    if (this.time[Time.stalledSinceNs] === 0) this.time[Time.stalledSinceNs] = this.now[0];
    return sent === 0 && stream.state() !== Phase.open ? Flushed.nothing : Flushed.queued;
  }

  /** A send found the connection dead: says so now instead of at the next turn. */
  lookAtStream(): void {
    const { stream } = this;
    if (stream !== undefined && stream.state() !== Phase.open) this.onStreamEnd(stream);
  }

  // ---- The turn ----

  /** Moves what there is to move. Bounded. @returns how much was done */
  turn(): number {
    if (this.ended !== undefined) this.closeEnded();
    if (this.state === State.down) return this.wanted && this.now[0] >= this.time[Time.dialAtNs] ? this.dial() : 0;
    if (this.state === State.ended) return 0;
    if (this.state === State.connecting) return this.awaitOpen();
    let work = this.ready[this.index] === 0 ? 0 : this.receive();
    if (this.stream === undefined) return work + 1;
    this.connection.onTime(this.now);
    if (this.connection.outputLength > 0) {
      this.flush();
      work++;
    }
    if (this.judge()) work++;
    return work;
  }

  private dial(): number {
    this.cells[Cell.dials]++;
    this.cells[Cell.dialledNs] = this.now[0];
    this.fault = Evidence.none;
    this.rejected = false;
    this.accepted = false;
    this.time[Time.stalledSinceNs] = 0;
    this.watch.clear();
    this.connection = this.protocol.createConnection(this.options.connection, this);
    try {
      this.stream = this.dialler.dial();
    } catch {
      this.fail(Evidence.connectFailed, -1, 0, 0);
      return 1;
    }
    this.enter(State.connecting);
    return 1;
  }

  private awaitOpen(): number {
    const stream = this.stream!;
    const phase = stream.state();
    if (phase === Phase.connecting) {
      const waitedNs = this.now[0] - this.cells[Cell.dialledNs];
      if (waitedNs < this.options.connectTimeoutNs) return 0;
      this.fail(Evidence.connectFailed, 0, waitedNs, this.options.connectTimeoutNs);
      return 1;
    }
    if (phase !== Phase.open) {
      this.fail(Evidence.connectFailed, errnoNumber(stream.error), 0, 0);
      return 1;
    }
    this.cells[Cell.heardNs] = this.now[0];
    this.connection.onOpen();
    this.enter(State.primed);
    this.owner.primed(this);
    return 1;
  }

  private receive(): number {
    const stream = this.stream!;
    const { input } = this;
    let work = 0;
    for (let i = 0; i < READS_PER_TURN; i++) {
      const length = stream.receive(input, 0, READ_BYTES);
      if (length <= 0) {
        if (stream.state() !== Phase.open) this.onStreamEnd(stream);
        return work;
      }
      work++;
      this.cells[Cell.bytesIn] += length;
      this.connection.onBytes(input, 0, length);
      if (this.settleFault()) return work;
      if (length < READ_BYTES) return work;
    }
    return work;
  }

  private onStreamEnd(stream: SessionStream): void {
    if (this.rejected) {
      this.fail(Evidence.loginRejected, 0, this.rejectReason, 0);
    } else if (stream.state() === Phase.closedByPeer) {
      this.fail(Evidence.closedByPeer, 0, 0, 0);
    } else {
      const { error } = stream;
      this.fail(evidenceOf(error), errnoNumber(error), 0, 0);
    }
  }

  /** Looks for evidence that the session failed, beside an end of the stream. @returns true if there was some */
  private judge(): boolean {
    if (this.settleFault()) return true;
    const { time, options } = this;
    const nowNs = this.now[0];
    if (this.state === State.primed) {
      const bound = this.rules.loginDeadlineNs * options.primedShare;
      if (nowNs - this.cells[Cell.dialledNs] < bound) return false;
      // not a failure: the venue would drop it soon, so it is dialled anew while nobody needs it
      this.drop(false, 'dialled anew before the login deadline');
      this.dialNow();
      this.enter(State.down);
      return true;
    }
    if (time[Time.stalledSinceNs] !== 0 && nowNs - time[Time.stalledSinceNs] > options.stalledWriteNs) {
      this.fail(Evidence.stalledWrites, 0, nowNs - time[Time.stalledSinceNs], options.stalledWriteNs);
      return true;
    }
    if (this.state === State.loggingOn) {
      if (nowNs - time[Time.loginSentNs] <= options.loginTimeoutNs) return false;
      this.fail(Evidence.missedHeartbeats, 0, nowNs - time[Time.loginSentNs], options.loginTimeoutNs);
      return true;
    }
    if (nowNs >= time[Time.infoAtNs]) this.askKernel(nowNs);
    return this.watchAnswers(nowNs);
  }

  private watchAnswers(nowNs: number): boolean {
    const { watch, time } = this;
    if (watch.count === 0) {
      if (this.state !== State.suspect || !this.heardSinceSuspicion()) return false;
      this.owner.relieved(this);
      return true;
    }
    watch.settle(this.store);
    this.cells[Cell.unanswered] = watch.count;
    if (this.state === State.suspect) {
      if (watch.oldestNs(time, Time.oldestNs) && nowNs - time[Time.oldestNs] > this.acks.cells[AckCell.deadlineNs]) {
        return false;
      }
      if (!this.heardSinceSuspicion()) return false;
      this.owner.relieved(this);
      return true;
    }
    if (this.state === State.replaying || !watch.oldestNs(time, Time.oldestNs)) return false;
    const ageNs = nowNs - time[Time.oldestNs];
    if (ageNs <= this.acks.cells[AckCell.deadlineNs]) return false;
    this.suspect(Evidence.ackDeadline, ageNs, this.acks.cells[AckCell.deadlineNs]);
    return true;
  }

  private heardSinceSuspicion(): boolean {
    return this.cells[Cell.heardNs] > this.cells[Cell.evidenceNs];
  }

  /** Doubts the session: new orders go elsewhere, the connection stays open. */
  suspect(evidence: number, value: number, bound: number): void {
    this.cells[Cell.suspicions]++;
    this.noteEvidence(evidence, value, bound);
    this.enter(State.suspect);
    this.owner.suspected(this);
  }

  /** Gives the connection up upon evidence of the port's (a barrier without an answer, an operator). */
  giveUp(evidence: number, value: number, bound: number): void {
    this.fail(evidence, 0, value, bound);
  }

  private askKernel(nowNs: number): void {
    this.time[Time.infoAtNs] = nowNs + this.options.infoEveryNs;
    const { cells, acks, connection } = this;
    cells[Cell.ackDeadlineNs] = acks.cells[AckCell.deadlineNs];
    cells[Cell.ackTailNs] = acks.cells[AckCell.tailNs];
    cells[Cell.answers] = acks.cells[AckCell.answers];
    cells[Cell.lastAckNs] = acks.cells[AckCell.lastNs];
    cells[Cell.unanswered] = this.watch.count;
    cells[Cell.malformed] = connection.malformed;
    cells[Cell.foreign] = connection.foreign;
    const { stream, info } = this;
    if (stream?.readInfo === undefined || !stream.readInfo(info)) return;
    cells[Cell.roundTripUs] = info[StreamInfo.roundTripUs];
    cells[Cell.retransmits] = info[StreamInfo.totalRetransmits];
    cells[Cell.unacknowledged] = info[StreamInfo.unacknowledged];
  }

  /** Acts upon what the connection said during its call. @returns true if the connection is gone */
  private settleFault(): boolean {
    if (this.rejected && this.state === State.loggingOn) {
      this.fail(Evidence.loginRejected, 0, this.rejectReason, 0);
      return true;
    }
    const { fault } = this;
    if (fault === Evidence.none) return this.stream === undefined;
    const silentNs = this.now[0] - this.cells[Cell.heardNs];
    this.fail(fault, 0, silentNs, this.silenceBoundNs);
    return true;
  }

  private fail(evidence: number, errno: number, value: number, bound: number): void {
    const before = this.state;
    const wasLoggedOn = this.loggedOn;
    this.noteEvidence(evidence, value, bound);
    this.cells[Cell.errno] = errno;
    if (wasLoggedOn) this.cells[Cell.losses]++;
    this.drop(true, 'given up');
    this.time[Time.dialAtNs] = this.now[0] + this.backoff.nextNs();
    const { rejected, rejectReason, rejectRetry } = this;
    this.rejected = false;
    this.enter(State.down);
    if (rejected && before === State.loggingOn) this.owner.loginRejected(this, rejectReason, rejectRetry);
    this.owner.lost(this, wasLoggedOn);
  }

  private noteEvidence(evidence: number, value: number, bound: number): void {
    // our own end is no trouble: what went wrong before it stays to be seen
    if (evidence === Evidence.stopped) return;
    this.cells[Cell.evidence] = evidence;
    this.cells[Cell.evidenceValue] = value;
    this.cells[Cell.evidenceBound] = bound;
    this.cells[Cell.evidenceNs] = this.now[0];
    this.cells[Cell.errno] = 0;
  }

  private drop(reset: boolean, reason: string): void {
    const { stream } = this;
    this.stream = undefined;
    this.fault = Evidence.none;
    this.watch.clear();
    this.cells[Cell.backlogBytes] = 0;
    this.cells[Cell.unanswered] = 0;
    this.closeEnded();
    if (stream === undefined) return;
    const phase = stream.state();
    if (phase === Phase.open || phase === Phase.connecting) stream.close(reset);
    else this.ended = stream;
    this.connection.onClosed(reason);
    this.fault = Evidence.none;
  }

  private closeEnded(): void {
    const { ended } = this;
    this.ended = undefined;
    ended?.close(true);
  }

  // ---- What the connection says ----

  loginAccepted(): void {
    this.accepted = true;
    this.cells[Cell.logins]++;
    this.cells[Cell.loginRoundTripNs] = this.now[0] - this.time[Time.loginSentNs];
    this.backoff.succeeded();
    this.enter(State.replaying);
    this.owner.loginAccepted(this);
  }

  loginRejected(venueReason: number, retry: boolean): void {
    this.cells[Cell.loginRejects]++;
    this.rejected = true;
    this.rejectReason = venueReason;
    this.rejectRetry = retry;
  }

  report(report: VenueReport): void {
    this.cells[Cell.reports]++;
    this.owner.report(this, report);
  }

  unreadable(type: number): boolean {
    this.cells[Cell.malformed] = this.connection.malformed;
    return this.owner.unreadable(this, type);
  }

  heard(): void {
    this.cells[Cell.heardNs] = this.now[0];
  }

  endOfSession(): void {
    this.fault = Evidence.endOfSession;
  }

  failed(): void {
    if (this.stream === undefined || this.fault !== Evidence.none) return;
    const silent = this.connection.state === Conversation.failed && this.silentTooLong();
    this.fault = silent ? Evidence.missedHeartbeats : Evidence.protocolError;
  }

  private silentTooLong(): boolean {
    return this.now[0] - this.cells[Cell.heardNs] >= this.silenceBoundNs;
  }

  private get silenceBoundNs(): number {
    return this.options.connection.silenceNs ?? this.rules.silenceNs;
  }
}
