import { OrderState } from './terms.ts';

/** What can happen to an order, as far as its state is concerned. Conditions beside the state are flags. */
export const Fact = {
  /** Its bytes were handed to a socket. */
  sent: 0,
  /** The last check before `send` took it back. */
  withdrawn: 1,
  accepted: 2,
  acceptedDead: 3,
  replaced: 4,
  replacedDead: 5,
  /** Some of its open shares were cancelled. */
  reduced: 6,
  /** All of them were. */
  cancelled: 7,
  /** All of them were, because its time was over. */
  expired: 8,
  partExecuted: 9,
  /** What was open is executed. */
  executed: 10,
  rejected: 11,
  /** A replace or cancel of it was rejected. */
  requestRejected: 12,
  /** Cancel pending, repriced, modified, restated. */
  noted: 13,
  replaceAsked: 14,
  cancelAsked: 15,
  /** A replace or cancel came to nothing: taken back before `send`, or proved never to have arrived. */
  requestVoid: 16,
  /** The session that could tell its fate is lost. */
  lost: 17,
  /** Reachable again. */
  recovered: 18,
  /** Concluded from the venue's evidence: it stands as we know it, and no request is under way. */
  resolvedOpen: 19,
  /** Concluded: it is on no book and never will be. */
  resolvedNever: 20,
} as const;
export type Fact = (typeof Fact)[keyof typeof Fact];
export const FACTS = 21;
export const STATES = 9;

/** How a fact fits a state. */
export const Fit = {
  illegal: 0,
  legal: 1,
  /** Known already: nothing changes. */
  repeated: 2,
  /** Out of turn, yet it counts: money is booked, the state stays. */
  late: 3,
  /** The order had been concluded dead and is not: it is open again, and the fact is taken as by one just sent. */
  revives: 4,
} as const;
export type Fit = (typeof Fit)[keyof typeof Fit];

/** What a cell of the table says: {@link Fit}, and the state afterwards. */
export interface Transition {
  readonly fit: Fit;
  /** `same`: as it was. `open`: live, or part-filled if anything was executed. */
  readonly to: OrderState | 'same' | 'open';
}

const illegal: Transition = { fit: Fit.illegal, to: 'same' };
const same: Transition = { fit: Fit.legal, to: 'same' };
const again: Transition = { fit: Fit.repeated, to: 'same' };
const late: Transition = { fit: Fit.late, to: 'same' };
const revives: Transition = { fit: Fit.revives, to: 'same' };
const reopens: Transition = { fit: Fit.revives, to: 'open' };
const to = (state: OrderState | 'open'): Transition => ({ fit: Fit.legal, to: state });

const sent = to(OrderState.sent);
const live = to(OrderState.live);
const open = to('open');
const part = to(OrderState.partFilled);
const filled = to(OrderState.filled);
const dead = to(OrderState.cancelled);
const over = to(OrderState.expired);
const refused = to(OrderState.rejected);

/**
 * Every state and every fact. Columns are the states by number: none, new, sent, live, part-filled, filled, cancelled,
 * rejected, expired.
 *
 * Why a rejected order revives and the other ends don't: *rejected* also stands for "concluded that it never arrived",
 * and says that the venue never had it. Life is proof of the contrary. An order that ended after the venue had it can
 * only have executions that were told late; what was open then is accounted for.
 */
export const TRANSITIONS: readonly (readonly Transition[])[] = [
  /*                    none     new      sent     live     part     filled   cancelled rejected expired */
  /* sent */ [illegal, sent, again, late, late, late, late, late, late],
  /* withdrawn */ [illegal, refused, illegal, illegal, illegal, illegal, illegal, again, illegal],
  /* accepted */ [illegal, live, live, late, late, late, late, revives, late],
  /* acceptedDead */ [illegal, dead, dead, illegal, dead, again, again, revives, again],
  /* replaced */ [illegal, open, open, open, open, reopens, reopens, revives, reopens],
  /* replacedDead */ [illegal, dead, dead, dead, dead, late, late, revives, late],
  /* reduced */ [illegal, open, open, open, open, illegal, illegal, revives, illegal],
  /* cancelled */ [illegal, dead, dead, dead, dead, illegal, again, revives, again],
  /* expired */ [illegal, over, over, over, over, illegal, again, revives, again],
  /* partExecuted */ [illegal, part, part, part, part, late, late, revives, late],
  /* executed */ [illegal, filled, filled, filled, filled, late, late, revives, late],
  /* rejected */ [illegal, refused, refused, illegal, illegal, illegal, illegal, again, illegal],
  /* requestRejected */ [illegal, same, same, same, same, late, late, late, late],
  /* noted */ [illegal, same, same, same, same, late, late, late, late],
  /* replaceAsked */ [illegal, same, same, same, same, illegal, illegal, illegal, illegal],
  /* cancelAsked */ [illegal, same, same, same, same, illegal, illegal, illegal, illegal],
  /* requestVoid */ [illegal, same, same, same, same, late, late, late, late],
  /* lost */ [illegal, same, same, same, same, illegal, illegal, illegal, illegal],
  /* recovered */ [illegal, same, same, same, same, illegal, illegal, illegal, illegal],
  /* resolvedOpen */ [illegal, open, open, same, same, again, again, again, again],
  /* resolvedNever */ [illegal, refused, refused, illegal, illegal, illegal, illegal, again, illegal],
];

/** A packed cell: the state afterwards in the low bits, {@link Fit} above them. */
export const FIT_SHIFT = 8;
/** States beyond the real ones in packed cells. */
export const SAME = 0x40;
export const OPEN = 0x41;
export const STATE_MASK = 0xff;

/** The table for the hot path: cell `fact * STATES + state`. */
export const PACKED_TRANSITIONS: Int32Array = Int32Array.from(
  TRANSITIONS.flatMap((row) =>
    row.map(({ fit, to }) => (fit << FIT_SHIFT) | (to === 'same' ? SAME : to === 'open' ? OPEN : to)),
  ),
);
