import { Effect } from './resolution-effect.ts';

/**
 * How a doubtful order gets out of its doubt: our state × the venue's evidence → result, and why that is safe. Data: the
 * gateway concludes nothing that has no row here, the README shows this very table, and a test drives every row.
 *
 * Row numbers stand in slots and in the journal: never renumber one, only add.
 */

/** What we know of an order, or of a request about it, when its session is lost. */
export const Doubt = {
  /** Entered; the venue has said nothing. */
  entered: 0,
  /** Known live, nothing executed yet. */
  live: 1,
  /** Known live and part-filled. */
  partFilled: 2,
  /** A replace of a live order is under way. */
  replace: 3,
  /** A cancel of a live order is under way. */
  cancel: 4,
} as const;
export type Doubt = (typeof Doubt)[keyof typeof Doubt];

/** What the venue has said, or proved by what it has not said. */
export const VenueEvidence = {
  // a message about the order, replayed or late
  accepted: 0,
  acceptedDead: 1,
  rejected: 2,
  executed: 3,
  cancelled: 4,
  replaced: 5,
  replacedDead: 6,
  cancelRejected: 7,
  // a barrier was answered, and there had been no message about the request before its answer
  /** Its reference is not below the next one that the venue expects. */
  neverArrived: 8,
  /** Its reference is below that. */
  passedOver: 9,
  /** A probe under its reference was answered: the reference had never been used. */
  probeAnswered: 10,
  /** The probe sent behind was answered, the one under its reference was not: the reference had been used. */
  probeSilent: 11,
  /** As `passedOver` or `probeSilent`, but messages of the session are missing that the venue will not send again. */
  messagesMissing: 12,
  // other sources
  /** A drop copy reports an execution. */
  dropCopyExecuted: 13,
  /** A drop copy reports its end. */
  dropCopyDone: 18,
  // no evidence
  /** The venue was asked and has not answered in time. */
  time: 14,
  /** The port can't be reached at all. */
  portDead: 15,
  /** A barrier was answered; the order is known to the venue and nothing else was said of it. */
  barrier: 16,
  /** As `neverArrived`, nothing with a higher reference has been sent since, and the port's config asks for it to be sent again. */
  neverArrivedSendAgain: 17,
  /** The venue has ended its day, in sequence, and says nothing after that. */
  dayOver: 19,
} as const;
export type VenueEvidence = (typeof VenueEvidence)[keyof typeof VenueEvidence];

export interface Resolution {
  readonly row: number;
  readonly doubt: Doubt;
  readonly evidence: VenueEvidence;
  readonly effect: Effect;
  /** What becomes of it, in words. */
  readonly result: string;
  /** Why that is safe. */
  readonly reason: string;
}

type Row = readonly [doubt: Doubt, evidence: VenueEvidence, effect: Effect, result: string, reason: string];

const ROWS: readonly Row[] = [
  [
    Doubt.entered,
    VenueEvidence.accepted,
    Effect.byMessage,
    'live',
    'the venue says so itself; fills and cancels follow in sequence',
  ],
  [
    Doubt.entered,
    VenueEvidence.acceptedDead,
    Effect.byMessage,
    'cancelled',
    'accepted and dead: no shares rest, executions were said before',
  ],
  [Doubt.entered, VenueEvidence.rejected, Effect.byMessage, 'rejected', 'the venue says so itself'],
  [
    Doubt.entered,
    VenueEvidence.executed,
    Effect.byMessage,
    'part-filled or filled',
    'an execution proves that it was accepted',
  ],
  [Doubt.entered, VenueEvidence.cancelled, Effect.byMessage, 'cancelled', 'a cancel proves that it was accepted'],
  [
    Doubt.entered,
    VenueEvidence.neverArrived,
    Effect.rejected,
    'rejected: never arrived',
    'the venue expects this reference or a lower one next, and the connection that carried it is gone',
  ],
  [
    Doubt.entered,
    VenueEvidence.passedOver,
    Effect.rejected,
    'rejected: ignored by the venue',
    'the venue has passed its reference without a message: a reference that is not above the last one is ignored in silence, now and later',
  ],
  [
    Doubt.entered,
    VenueEvidence.probeAnswered,
    Effect.rejected,
    'rejected: never arrived',
    'the venue took the probe for a new order, so it had never seen the reference; now it is used up',
  ],
  [
    Doubt.entered,
    VenueEvidence.probeSilent,
    Effect.stays,
    'unknown',
    'the reference was used but no message says how it ended: the venue contradicts itself, so a person must ask it',
  ],
  [
    Doubt.entered,
    VenueEvidence.messagesMissing,
    Effect.unknown,
    'unknown until it is done',
    'its message may be among those that the venue will not send again',
  ],
  [
    Doubt.entered,
    VenueEvidence.dropCopyExecuted,
    Effect.byMessage,
    'part-filled or filled',
    'executions are identified by port, order and match number: the same one heard twice counts once',
  ],
  [Doubt.entered, VenueEvidence.time, Effect.stays, 'unknown', 'silence is not an answer, however long it lasts'],
  [
    Doubt.entered,
    VenueEvidence.portDead,
    Effect.stays,
    'unknown',
    'the peer knows nothing of another port; only the port or its mirror host can tell',
  ],
  [
    Doubt.live,
    VenueEvidence.barrier,
    Effect.trusted,
    'live',
    'the replay had every message up to the barrier: it still rests',
  ],
  [Doubt.live, VenueEvidence.executed, Effect.byMessage, 'part-filled or filled', 'the venue says so itself'],
  [
    Doubt.live,
    VenueEvidence.cancelled,
    Effect.byMessage,
    'cancelled',
    'the venue says so itself: cancelled on disconnect, timed out, or our cancel had arrived',
  ],
  [
    Doubt.live,
    VenueEvidence.messagesMissing,
    Effect.unknown,
    'unknown until it is done',
    'its end may be among the messages that the venue will not send again: cancel it, or have the venue asked',
  ],
  [
    Doubt.live,
    VenueEvidence.dropCopyExecuted,
    Effect.byMessage,
    'part-filled or filled, still blind',
    'the execution counts at once; whether the rest still rests only the port can tell',
  ],
  [Doubt.live, VenueEvidence.time, Effect.stays, 'blind', 'it may fill unseen for as long as nobody can ask'],
  [
    Doubt.live,
    VenueEvidence.portDead,
    Effect.stays,
    'blind',
    'the peer can neither see nor cancel another port’s orders',
  ],
  [
    Doubt.partFilled,
    VenueEvidence.barrier,
    Effect.trusted,
    'part-filled',
    'the replay had every execution up to the barrier: the rest still rests',
  ],
  [Doubt.partFilled, VenueEvidence.executed, Effect.byMessage, 'part-filled or filled', 'the venue says so itself'],
  [Doubt.partFilled, VenueEvidence.cancelled, Effect.byMessage, 'cancelled', 'the venue says so itself'],
  [
    Doubt.partFilled,
    VenueEvidence.messagesMissing,
    Effect.unknown,
    'unknown until it is done',
    'executions may be among the messages that the venue will not send again: cancel it, or have the venue asked',
  ],
  [
    Doubt.partFilled,
    VenueEvidence.dropCopyExecuted,
    Effect.byMessage,
    'part-filled or filled, still blind',
    'the execution counts at once',
  ],
  [Doubt.partFilled, VenueEvidence.portDead, Effect.stays, 'blind', 'only the port or its mirror host can tell'],
  [Doubt.replace, VenueEvidence.replaced, Effect.byMessage, 'replaced', 'the venue says so itself'],
  [
    Doubt.replace,
    VenueEvidence.replacedDead,
    Effect.byMessage,
    'cancelled',
    'the replacement is dead: no shares rest, executions were said before (where some may be missing it stays unknown, with what it held)',
  ],
  [
    Doubt.replace,
    VenueEvidence.rejected,
    Effect.byMessage,
    'as before',
    'a refused replacement leaves the order that it was to replace',
  ],
  [
    Doubt.replace,
    VenueEvidence.neverArrived,
    Effect.replaceDropped,
    'as before',
    'the venue expects the replacement’s reference or a lower one next: it never saw it',
  ],
  [
    Doubt.replace,
    VenueEvidence.passedOver,
    Effect.replaceDropped,
    'as before',
    'the venue passed its reference without a message: it was ignored, now and later',
  ],
  [
    Doubt.replace,
    VenueEvidence.probeAnswered,
    Effect.replaceDropped,
    'as before',
    'the venue took the probe for a new order, so it had never seen the replacement; its reference is used up',
  ],
  [
    Doubt.replace,
    VenueEvidence.probeSilent,
    Effect.stays,
    'replace pending, in doubt',
    'the reference was used but no message says how it ended',
  ],
  [
    Doubt.replace,
    VenueEvidence.messagesMissing,
    Effect.stays,
    'replace pending, in doubt',
    'the answer may be among the messages that the venue will not send again; the larger leg stays reserved',
  ],
  [Doubt.cancel, VenueEvidence.cancelled, Effect.byMessage, 'cancelled', 'the venue says so itself'],
  [Doubt.cancel, VenueEvidence.cancelRejected, Effect.byMessage, 'as before', 'the venue says so itself'],
  [
    Doubt.cancel,
    VenueEvidence.barrier,
    Effect.cancelDropped,
    'as before, not being cancelled',
    'a cancel that had arrived would have been answered before the barrier: cancel it again',
  ],
  [
    Doubt.cancel,
    VenueEvidence.messagesMissing,
    Effect.stays,
    'cancel pending, in doubt',
    'the answer may be among the messages that the venue will not send again',
  ],
  [
    Doubt.entered,
    VenueEvidence.neverArrivedSendAgain,
    Effect.sentAgain,
    'sent again under the same reference',
    'opt-in: it never arrived, no higher reference was sent since, and a second copy of it would be ignored',
  ],
  [
    Doubt.entered,
    VenueEvidence.dropCopyDone,
    Effect.byMessage,
    'cancelled',
    'the venue says over another way that all that was open is cancelled',
  ],
  [
    Doubt.live,
    VenueEvidence.dropCopyDone,
    Effect.byMessage,
    'cancelled',
    'the venue says over another way that all that was open is cancelled',
  ],
  [
    Doubt.partFilled,
    VenueEvidence.dropCopyDone,
    Effect.byMessage,
    'cancelled',
    'the venue says over another way that all that was open is cancelled',
  ],
  [Doubt.partFilled, VenueEvidence.time, Effect.stays, 'blind', 'it may fill unseen for as long as nobody can ask'],
  [
    Doubt.entered,
    VenueEvidence.dayOver,
    Effect.rejected,
    'rejected: never arrived',
    'the end of the day is the last that the venue says: what it had by then, it has told',
  ],
  [
    Doubt.live,
    VenueEvidence.dayOver,
    Effect.expired,
    'expired',
    'a day order does not outlive its day, told or not: what traded of it was told before the end',
  ],
  [
    Doubt.partFilled,
    VenueEvidence.dayOver,
    Effect.expired,
    'expired, part-filled',
    'a day order does not outlive its day, told or not: what traded of it was told before the end',
  ],
];

export const RESOLUTIONS: readonly Resolution[] = ROWS.map(([doubt, evidence, effect, result, reason], row) => ({
  row,
  doubt,
  evidence,
  effect,
  result,
  reason,
}));

const EVIDENCES = Math.max(...Object.values(VenueEvidence)) + 1;
const DOUBTS = Math.max(...Object.values(Doubt)) + 1;
const BY_PAIR = new Int32Array(DOUBTS * EVIDENCES).fill(-1);
for (const { doubt, evidence, row } of RESOLUTIONS) BY_PAIR[doubt * EVIDENCES + evidence] = row;

/** The row of a doubt and what the venue says about it, or -1 where that says nothing about it. */
export function resolutionRow(doubt: number, evidence: number): number {
  return BY_PAIR[doubt * EVIDENCES + evidence];
}

/** {@link Effect} of a row; `stays` for a row that this version does not know. */
export function resolutionEffect(row: number): number {
  return row >= 0 && row < RESOLUTIONS.length ? RESOLUTIONS[row].effect : Effect.stays;
}
