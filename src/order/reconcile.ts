import type { OrderSlots } from './exposure.ts';
import { SlotField as Field } from './order-layout.ts';
import type { VenueRules } from './order-protocol.ts';
import { Effect } from './resolution-effect.ts';
import { Doubt, resolutionEffect, resolutionRow, VenueEvidence } from './resolution-table.ts';
import type { Session } from './session.ts';
import { OrderFlag, OrderState } from './terms.ts';
import { ReportKind, type VenueReport } from './venue-report.ts';

/** What reconciliation needs of the gateway. Cold: called when a session is back. */
export interface ReconcileHost {
  readonly store: OrderSlots;
  /** Slots of the port's orders that are not done. */
  openOrders(port: number): readonly number[];
  /** The port's next reference, for the probe that marks the end. */
  takeRef(port: number): number;
  /** Barriers by query that were sent and whose answers may still come, those of earlier connections and processes included. */
  queriesOut(port: number): number;
  /** First and last four characters of an instrument's symbol ({@link OrderConnection.enter}). */
  symbolHi(instrument: number): number;
  symbolLo(instrument: number): number;
  /** A barrier, or a probe under `ref`, has gone out. */
  barrierSent(port: number, session: number, ref: number, number: number): void;
  /** Writes down and applies what the row says. */
  resolve(slot: number, row: number, nextRef: number): void;
  /** False while this gateway is fenced off: it sends no probe either. */
  maySend(): boolean;
  /** Sends an order once more under its own reference. @returns false where the last check or the socket refuses */
  sendAgain(slot: number, session: Session): boolean;
  /** The barrier is behind the port. @param nextRef what the venue said, 0 where it does not say */
  reconciled(port: number, session: Session, nextRef: number): void;
}

interface Doubtful {
  readonly slot: number;
  /** The replace and the cancel that were under way when the barrier was begun. */
  readonly replaceRef: number;
  readonly cancel: boolean;
}

const Phase = { idle: 0, probing: 1, waiting: 2 } as const;
const DOUBTFUL_FLAGS = OrderFlag.unknown | OrderFlag.blind;

/** Whether an order's fate, or that of a request about it, is in doubt. */
export function isDoubtful(flags: number): boolean {
  return (flags & DOUBTFUL_FLAGS) !== 0;
}

/** {@link Doubt} about the order itself. */
export function doubtOf(state: number): number {
  if (state <= OrderState.sent) return Doubt.entered;
  return state === OrderState.partFilled ? Doubt.partFilled : Doubt.live;
}

/**
 * Brings a port's doubtful orders to what the venue says of them: the replay moves what it has a message for, and a
 * barrier proves that there is none for the rest. One per port; what it concludes stands in `resolution-table.ts`.
 */
export class Reconciler {
  private readonly port: number;
  private readonly rules: VenueRules;
  private readonly host: ReconcileHost;
  /** Send an order again that never arrived. */
  private readonly resends: boolean;
  private phase: number = Phase.idle;
  private session: Session | undefined = undefined;
  private doubtful: readonly Doubtful[] = [];
  /** `probe` barriers: references still to be probed. */
  private toProbe: { ref: number; slot: number }[] = [];
  private endRef = 0;
  /** `query` barriers: so many of the answers that come next may be to questions asked before this barrier. */
  private earlier = 0;
  /** The port has no reference left to probe with: nothing can be proved. */
  private noProbes = false;
  /** Messages of the venue are missing that it will not send again: silence about an order then proves nothing. */
  messagesMissing = false;

  constructor(port: number, rules: VenueRules, host: ReconcileHost, resends: boolean) {
    this.port = port;
    this.rules = rules;
    this.host = host;
    this.resends = resends;
  }

  get busy(): boolean {
    return this.phase !== Phase.idle;
  }

  /** Asks the venue to prove what it has processed. What is under way later is not judged by the answer. */
  begin(session: Session): void {
    this.session = session;
    this.doubtful = this.host
      .openOrders(this.port)
      .filter((slot) => this.inDoubt(slot))
      .map((slot) => this.note(slot));
    this.toProbe = [];
    this.noProbes = false;
    this.earlier = this.host.queriesOut(this.port);
    if (this.rules.barrier === 'none') {
      this.phase = Phase.waiting;
      this.finish(0);
      return;
    }
    this.phase = Phase.probing;
    if (this.rules.barrier === 'probe') this.planProbes();
    this.turn();
  }

  /** The session is gone: its answer will not come. */
  abandon(): void {
    this.phase = Phase.idle;
    this.session = undefined;
    this.doubtful = [];
  }

  /** Sends what is left of the probes, as the output has room. @returns how much was done */
  turn(): number {
    if (this.phase !== Phase.probing) return 0;
    // a probe is an order by its form; a query asks for nothing but an answer
    if (this.rules.barrier === 'probe' && !this.host.maySend()) return 0;
    const session = this.session!;
    let work = 0;
    for (let next = this.toProbe.at(-1); next !== undefined; next = this.toProbe.at(-1)) {
      if (!this.probe(session, next.ref, next.slot)) return work;
      this.toProbe.pop();
      work++;
    }
    if (this.rules.barrier === 'probe') {
      this.endRef = this.endRef || this.host.takeRef(this.port);
      if (this.endRef === 0) {
        this.noProbes = true;
        this.finish(0);
        return work + 1;
      }
      if (!this.probe(session, this.endRef, this.doubtful[0]?.slot ?? -1)) return work;
    } else {
      if (session.connection.barrier(0, 0, 0, 0) === 0) return work;
      this.host.barrierSent(this.port, session.index, 0, 0);
    }
    this.phase = Phase.waiting;
    session.flush();
    return work + 1;
  }

  /**
   * Takes the venue's answers to barriers and probes.
   * @param probeAnswer {@link OrderConnection.isProbeAnswer}
   * @returns true: it brought the barrier on
   */
  onReport(report: VenueReport, probeAnswer: boolean): boolean {
    if (this.phase === Phase.idle) return false;
    if (probeAnswer) {
      // that of an order's reference has been dealt with by the facts
      if (this.endRef === 0 || report.ref !== this.endRef) return false;
      this.finish(0);
      return true;
    }
    if (report.kind !== ReportKind.nextRef || this.rules.barrier !== 'query') return false;
    return this.queryAnswered(report.ref);
  }

  /**
   * An answer does not say which question it is to, but answers come in the order of the questions. As long as it may be to
   * one that was asked before (the session was lost meanwhile, or a suspect one is slow), it proves nothing of what was
   * sent since: one more is asked, and with one answer more than there were questions before, ours is among them.
   */
  private queryAnswered(nextRef: number): boolean {
    if (this.earlier > 0) {
      this.earlier--;
      this.phase = Phase.probing;
      this.turn();
      return true;
    }
    if (this.phase !== Phase.waiting) return false;
    this.finish(nextRef);
    return true;
  }

  /** A suspected session has answered everything: its unbroken stream is proof enough where there is no barrier. */
  trustStream(session: Session): void {
    if (this.rules.barrier !== 'none') return;
    for (const slot of this.host.openOrders(this.port)) {
      if (this.inDoubt(slot) && doubtOf(this.field(slot, Field.state)) !== Doubt.entered) {
        this.host.resolve(slot, resolutionRow(doubtOf(this.field(slot, Field.state)), VenueEvidence.barrier), 0);
      }
    }
    this.host.reconciled(this.port, session, 0);
  }

  private planProbes(): void {
    this.endRef = 0;
    for (const { slot, replaceRef } of this.doubtful) {
      if (doubtOf(this.field(slot, Field.state)) === Doubt.entered) {
        this.toProbe.push({ ref: this.field(slot, Field.ref), slot });
      }
      if (replaceRef !== 0) this.toProbe.push({ ref: replaceRef, slot });
    }
    this.toProbe.sort((a, b) => b.ref - a.ref); // taken from the end: lowest first
  }

  private probe(session: Session, ref: number, slot: number): boolean {
    const instrument = slot < 0 ? 0 : this.field(slot, Field.instrument);
    const side = slot < 0 ? 0 : this.field(slot, Field.side);
    const { host } = this;
    const bytes = session.connection.barrier(ref, side, host.symbolHi(instrument), host.symbolLo(instrument));
    if (bytes === 0) return false;
    host.barrierSent(this.port, session.index, ref, slot + 1);
    return true;
  }

  private finish(nextRef: number): void {
    const session = this.session!;
    const { doubtful } = this;
    this.phase = Phase.idle;
    this.doubtful = [];
    // lowest reference first: of those that are sent again, a higher one would silence a lower one
    const inOrder = [...doubtful].sort((a, b) => this.field(a.slot, Field.ref) - this.field(b.slot, Field.ref));
    for (const entry of inOrder) this.judge(entry, nextRef, session);
    this.host.reconciled(this.port, session, nextRef);
  }

  /** Concludes on the order and on what was under way; nothing of it while any part must stay in doubt. */
  private judge(entry: Doubtful, nextRef: number, session: Session): void {
    const { slot } = entry;
    const state = this.field(slot, Field.state);
    if (!this.inDoubt(slot) || state >= OrderState.filled) return;
    const rows: number[] = [];
    const flags = this.field(slot, Field.flags);
    const doubt = doubtOf(state);
    if (entry.replaceRef !== 0 && this.field(slot, Field.pendingRef) === entry.replaceRef) {
      rows.push(resolutionRow(Doubt.replace, this.evidenceOn(slot, entry.replaceRef, nextRef)));
    }
    if (doubt === Doubt.entered) {
      const evidence = this.evidenceOnEntered(slot, nextRef, session);
      rows.push(resolutionRow(doubt, evidence));
    } else {
      if (entry.cancel && (flags & OrderFlag.pendingCancel) !== 0) {
        rows.push(resolutionRow(Doubt.cancel, this.known(slot, VenueEvidence.barrier)));
      }
      rows.push(resolutionRow(doubt, this.known(slot, VenueEvidence.barrier)));
    }
    const stays = rows.some(leavesDoubt);
    for (const row of rows) if (!stays || leavesDoubt(row)) this.host.resolve(slot, row, nextRef);
  }

  private evidenceOnEntered(slot: number, nextRef: number, session: Session): number {
    const evidence = this.evidenceOn(slot, this.field(slot, Field.ref), nextRef);
    const mayGoAgain = this.resends && evidence === VenueEvidence.neverArrived && this.rules.resendIsHarmless;
    return mayGoAgain && this.host.sendAgain(slot, session) ? VenueEvidence.neverArrivedSendAgain : evidence;
  }

  /** What the barrier says of a reference about which no message came. */
  private evidenceOn(slot: number, ref: number, nextRef: number): number {
    if (this.rules.barrier === 'probe') return this.known(slot, VenueEvidence.probeSilent);
    if (this.rules.barrier === 'none') return VenueEvidence.messagesMissing;
    return ref >= nextRef ? VenueEvidence.neverArrived : this.known(slot, VenueEvidence.passedOver);
  }

  /** Silence proves nothing about an order that messages were missing about once, whatever has been asked since. */
  private known(slot: number, evidence: number): number {
    const missed = (this.field(slot, Field.flags) & OrderFlag.missed) !== 0;
    const unproved = this.messagesMissing || missed || this.noProbes || this.rules.barrier === 'none';
    return unproved ? VenueEvidence.messagesMissing : evidence;
  }

  private inDoubt(slot: number): boolean {
    return isDoubtful(this.field(slot, Field.flags));
  }

  private note(slot: number): Doubtful {
    const flags = this.field(slot, Field.flags);
    return {
      slot,
      replaceRef: (flags & OrderFlag.pendingReplace) === 0 ? 0 : this.field(slot, Field.pendingRef),
      cancel: (flags & OrderFlag.pendingCancel) !== 0,
    };
  }

  private field(slot: number, field: number): number {
    return this.host.store.int32[this.host.store.base(slot) + field];
  }
}

const KIND_EVIDENCE: Readonly<Record<number, number>> = {
  [ReportKind.accepted]: VenueEvidence.accepted,
  [ReportKind.acceptedDead]: VenueEvidence.acceptedDead,
  [ReportKind.rejected]: VenueEvidence.rejected,
  [ReportKind.executed]: VenueEvidence.executed,
  [ReportKind.cancelled]: VenueEvidence.cancelled,
  [ReportKind.selfMatchCancelled]: VenueEvidence.cancelled,
  [ReportKind.replaced]: VenueEvidence.replaced,
  [ReportKind.replacedDead]: VenueEvidence.replacedDead,
  [ReportKind.cancelRejected]: VenueEvidence.cancelRejected,
};

/**
 * The row by which a message resolves, or moves, an order that was in doubt; -1 if there is none.
 * @param state state and flags of the order before the message
 */
export function rowOfMessage(state: number, flags: number, kind: number): number {
  const evidence = KIND_EVIDENCE[kind];
  if (evidence === undefined || !isDoubtful(flags)) return -1;
  const doubt = doubtOf(state);
  if (doubt !== Doubt.entered) {
    if ((flags & OrderFlag.pendingReplace) !== 0 && resolutionRow(Doubt.replace, evidence) >= 0) {
      return resolutionRow(Doubt.replace, evidence);
    }
    if ((flags & OrderFlag.pendingCancel) !== 0 && resolutionRow(Doubt.cancel, evidence) >= 0) {
      return resolutionRow(Doubt.cancel, evidence);
    }
  }
  return resolutionRow(doubt, evidence);
}

/** True if the row leaves the order as doubtful as it was. */
export function leavesDoubt(row: number): boolean {
  const effect = resolutionEffect(row);
  return effect === Effect.stays || effect === Effect.unknown;
}
