import { judgeLogin, LoginVerdict } from './login-sequence.ts';
import { LogonBudget } from './logon-budget.ts';
import type { VenueRules } from './order-protocol.ts';
import type { Reconciler } from './reconcile.ts';
import type { Session, SessionOwner } from './session.ts';
import { SessionCell as Cell } from './session-cells.ts';
import { Gap } from './store-layout.ts';
import { Evidence, SessionState } from './terms.ts';
import { ReportCell, type VenueReport } from './venue-report.ts';

/** What a port tells the gateway. */
export interface PortOwner {
  sessionChanged(port: OrderPort, session: Session, before: number): void;
  /** A login was accepted, or a message skipped: the port's `expected`, `sessionName` and `gap` are those of now. */
  loggedOn(port: OrderPort, session: Session): void;
  /** The port's orders can't be trusted any more, and new ones take another way. @param evidence {@link Evidence} */
  portLost(port: OrderPort, session: Session, evidence: number): void;
  /** The port was tried and does not answer. @param barrier it was logged on and asked; else it could not be reached */
  noAnswer(port: OrderPort, barrier: boolean): void;
  /** New orders may take the port: routes are to be looked at again. */
  becameUsable(port: OrderPort): void;
  /** A message that has not been seen before. */
  portReport(port: OrderPort, session: Session, report: VenueReport, probeAnswer: boolean): void;
}

export interface PortOptions {
  readonly logonBudget: { readonly logons: number; readonly perNs: number };
  /** How long the preferred host is waited for at the start before a mirror host is logged on to. */
  readonly preferredWaitNs: number;
  /** A barrier without an answer for so long says that the session failed. */
  readonly barrierTimeoutNs: number;
}

const Time = { startedNs: 0, barrierNs: 1, unreadable: 2 } as const;
/** Kinds of message have one byte. */
const TYPES = 256;

/**
 * A port: one venue login with its own numbering, and the hosts that offer it. With one host it is a session; with mirror
 * hosts one session is logged on and the others stand primed: when the first fails, its socket is reset, the next one logs
 * on with the same session and the next expected number, reads what was missed, and proves by a barrier that nothing else
 * is under way before it carries new orders.
 */
export class OrderPort implements SessionOwner {
  readonly index: number;
  readonly name: string;
  readonly rules: VenueRules;
  /** By preference. */
  sessions: readonly Session[] = [];
  reconciler!: Reconciler;
  /** Session that is logged on or logging on. */
  holder: Session | undefined = undefined;
  /** Cell 0: next sequenced message of the port, as far as its hosts number as one. */
  readonly expected: Float64Array;
  /** Cell 0: next message of ours, in protocols that number both directions. */
  readonly outgoing = Float64Array.of(1);
  /** Session as the venue names it; '' before the first login. */
  sessionName: string;
  /** Given up until a person acts. */
  ended = false;
  /** The venue has said that its day is over: it says nothing more about orders, and takes nothing. */
  dayOver = false;
  /** Orders of the port are in doubt as a whole: its session is lost or suspect, or has not passed the barrier. */
  doubted = false;
  /** {@link Gap}: what is missing of the venue's messages. */
  gap: number = Gap.none;
  /** Messages seen twice, and how often some were missing. */
  duplicates = 0;
  missed = 0;
  private readonly options: PortOptions;
  private readonly owner: PortOwner;
  private readonly now: Float64Array;
  private readonly budget: LogonBudget;
  /** Cell 2: number of the message that could not be read last. */
  private readonly time = Float64Array.of(-1, 0, 0);
  /** Kinds of message that this version does not know, and that the venue means to send: 1. */
  private readonly strange = new Uint8Array(TYPES);
  private everLoggedOn = false;
  private barrierWanted = false;

  constructor(
    index: number,
    name: string,
    rules: VenueRules,
    options: PortOptions,
    owner: PortOwner,
    now: Float64Array,
    expected: Float64Array = Float64Array.of(1),
    sessionName = '',
  ) {
    this.index = index;
    this.name = name;
    this.rules = rules;
    this.options = options;
    this.owner = owner;
    this.now = now;
    this.expected = expected;
    this.sessionName = sessionName;
    this.budget = new LogonBudget(options.logonBudget.logons, options.logonBudget.perNs);
  }

  /** New orders may take it. */
  get usable(): boolean {
    return this.holder?.usable === true;
  }

  /** Requests about orders that it has may be tried: it is logged on, trusted or not. */
  get reachable(): boolean {
    return this.holder?.loggedOn === true;
  }

  /** Moves every session, carries the barrier on, chooses who logs on. @returns how much was done */
  turn(): number {
    const { sessions } = this;
    if (this.time[Time.startedNs] < 0) this.time[Time.startedNs] = this.now[0];
    let work = 0;
    for (let i = 0; i < sessions.length; i++) work += sessions[i].turn();
    if (this.holder === undefined) {
      if (!this.ended) this.choose();
    } else if (this.barrierWanted) {
      this.beginBarrier(this.holder);
      work++;
    } else if (this.reconciler.busy) {
      work += this.reconciler.turn();
      this.watchBarrier(this.holder);
    }
    return work;
  }

  // ---- Operator ----

  /** Gives up the session that is logged on, so that a mirror host or a new connection takes over. */
  failOver(): boolean {
    const { holder } = this;
    if (holder === undefined) return false;
    holder.giveUp(Evidence.operator, 0, 0);
    return true;
  }

  /** Begins again after it was given up. */
  revive(): void {
    this.ended = false;
    this.budget.renew();
    for (const session of this.sessions) session.revive();
  }

  /** Closes every connection for good. @param logOut say goodbye in the protocol's way where it is logged on */
  stop(logOut: boolean): void {
    this.ended = true;
    if (logOut) this.holder?.logOut();
    for (const session of this.sessions) session.close(Evidence.stopped, false, false);
    this.holder = undefined;
  }

  // ---- What sessions say ----

  changed(session: Session, before: number): void {
    this.owner.sessionChanged(this, session, before);
  }

  primed(_session: Session): void {
    if (this.holder === undefined) {
      if (!this.ended) this.choose();
    } else if (this.holder.state === SessionState.suspect) {
      // doubted while no spare was ready: now one is
      this.suspected(this.holder);
    }
  }

  loginAccepted(session: Session): void {
    const { connection } = session;
    const expected = this.expectedOf(session);
    const verdict = judgeLogin(this.sessionName, expected[0], connection.session, connection.expected[0]);
    // what was said and will not be said again makes silence about an order prove nothing
    if (verdict === LoginVerdict.missed) this.note(Gap.lasting);
    else if (verdict === LoginVerdict.otherSession) this.note(Gap.once);
    this.reconciler.messagesMissing = this.gap !== Gap.none;
    this.sessionName = connection.session;
    expected[0] = connection.expected[0];
    this.everLoggedOn = true;
    this.owner.loggedOn(this, session);
    this.beginBarrier(session);
  }

  loginRejected(_session: Session, _venueReason: number, retry: boolean): void {
    if (!retry) this.end();
  }

  report(session: Session, report: VenueReport): void {
    const sequence = report.cells[ReportCell.sequence];
    if (sequence > 0) {
      const expected = this.expectedOf(session);
      if (sequence < expected[0]) {
        this.duplicates++;
        return;
      }
      expected[0] = sequence + 1;
    }
    const probeAnswer = this.rules.barrier === 'probe' && session.connection.isProbeAnswer(report);
    this.owner.portReport(this, session, report, probeAnswer);
    // each answer has the whole time: how many are needed hangs on what earlier sessions left
    if (this.reconciler.onReport(report, probeAnswer)) this.time[Time.barrierNs] = this.now[0];
  }

  /**
   * The first time it may be bytes of something else: the conversation ends, and the venue is asked for that number again.
   * Said once more the same way it is what the venue says: skipped. Where it was of a kind that we know, something about
   * our orders is missing.
   */
  unreadable(session: Session, type: number): boolean {
    const number = session.connection.expected[0];
    if (type > 0 && this.strange[type] !== 0) return true;
    if (this.time[Time.unreadable] !== number) {
      this.time[Time.unreadable] = number;
      return false;
    }
    if (type > 0) this.strange[type] = 1;
    else if (this.gap === Gap.none) {
      this.note(Gap.once);
      this.reconciler.messagesMissing = true;
      this.owner.loggedOn(this, session);
    }
    return true;
  }

  suspected(session: Session): void {
    if (session !== this.holder) return;
    const evidence = session.cells[Cell.evidence];
    const spare = this.primedSpare(session);
    if (spare === undefined) {
      this.doubt(session, evidence);
      // in the next turn: what is waiting goes another way first. Without a barrier its own late answers must relieve it
      this.barrierWanted = this.rules.barrier !== 'none';
      return;
    }
    // only one of the mirror hosts may be logged on: the doubted one goes first, and RST drops what is in its pipe
    this.keepNumbers(session);
    const { cells } = session;
    const value = cells[Cell.evidenceValue];
    const bound = cells[Cell.evidenceBound];
    session.close(evidence, true, true);
    cells[Cell.evidenceValue] = value;
    cells[Cell.evidenceBound] = bound;
    this.release(session, evidence);
  }

  relieved(session: Session): void {
    if (session === this.holder && !this.barrierWanted && !this.reconciler.busy) this.reconciler.trustStream(session);
  }

  lost(session: Session, wasLoggedOn: boolean): void {
    const evidence = session.cells[Cell.evidence];
    if (session !== this.holder) {
      if (this.doubted && this.holder === undefined) this.owner.noAnswer(this, false);
      return;
    }
    this.keepNumbers(session);
    if (evidence === Evidence.endOfSession) this.end();
    if (wasLoggedOn) this.release(session, evidence);
    else {
      this.holder = undefined;
      this.choose();
    }
  }

  /** The barrier is behind it: it may carry orders. */
  reconciled(session: Session): void {
    this.doubted = false;
    if (this.gap === Gap.once) this.gap = Gap.none;
    session.stopWaitingForDoubtful();
    session.enter(SessionState.warm);
    this.owner.becameUsable(this);
  }

  // ---- Within ----

  private note(gap: number): void {
    this.gap = gap;
    this.missed++;
  }

  private expectedOf(session: Session): Float64Array {
    return this.rules.mirrorsShareSequence ? this.expected : session.expected;
  }

  private outgoingOf(session: Session): Float64Array {
    return this.rules.mirrorsShareSequence ? this.outgoing : session.outgoing;
  }

  /** What the connection skipped without a report (unreadable messages) used up numbers too. */
  private keepNumbers(session: Session): void {
    const { outgoing } = session.connection;
    if (outgoing !== undefined) this.outgoingOf(session)[0] = outgoing[0];
    const expected = this.expectedOf(session);
    if (session.accepted) expected[0] = Math.max(expected[0], session.connection.expected[0]);
  }

  private beginBarrier(session: Session): void {
    this.barrierWanted = false;
    this.time[Time.barrierNs] = this.now[0];
    this.reconciler.begin(session);
  }

  private release(session: Session, evidence: number): void {
    this.holder = undefined;
    this.barrierWanted = false;
    this.reconciler.abandon();
    // the spare first: its login is under way while orders are marked
    if (!this.ended) this.choose();
    this.doubt(session, evidence);
  }

  private doubt(session: Session, evidence: number): void {
    this.doubted = true;
    this.owner.portLost(this, session, evidence);
  }

  private choose(): void {
    const { sessions } = this;
    const waits = !this.everLoggedOn && this.now[0] - this.time[Time.startedNs] < this.options.preferredWaitNs;
    for (let i = 0; i < sessions.length; i++) {
      const session = sessions[i];
      if (session.state === SessionState.primed) {
        this.logOn(session);
        return;
      }
      if (waits) return;
    }
  }

  private logOn(session: Session): void {
    if (!this.budget.take(this.now[0])) {
      this.end();
      return;
    }
    this.holder = session;
    session.logOn(this.expectedOf(session), this.outgoingOf(session), this.sessionName);
  }

  private primedSpare(besides: Session): Session | undefined {
    return this.sessions.find((session) => session !== besides && session.state === SessionState.primed);
  }

  private watchBarrier(session: Session): void {
    if (session.state !== SessionState.replaying && session.state !== SessionState.suspect) return;
    const waitedNs = this.now[0] - this.time[Time.barrierNs];
    if (waitedNs > this.options.barrierTimeoutNs) {
      this.owner.noAnswer(this, true);
      session.giveUp(Evidence.ackDeadline, waitedNs, this.options.barrierTimeoutNs);
    }
  }

  private end(): void {
    this.ended = true;
    for (const session of this.sessions) {
      if (session.state !== SessionState.ended) session.retire();
    }
  }
}
