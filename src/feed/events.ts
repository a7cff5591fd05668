/**
 * What an arbiter says beside the units it delivers: gaps, fills, losses, switches, status, incidents.
 *
 * One flat record of numbers serves all of them, so that an event can cross a ring, stand in a journal and be
 * replayed bit for bit without an object being made on the hot path.
 */

export const FeedEventKind = {
  /** Units `from`..`to` are missing before one that arrived on `line`. */
  gapOpened: 1,
  /** Units `from`..`to` of an open gap arrived by `detail` = {@link FillMeans}, on `line` where a line brought them. */
  gapFilled: 2,
  /** Units `from`..`to` are declared lost; `detail` = {@link LossCause}. Never silent. */
  gapLost: 3,
  /** Policy `sticky`: the active line changed from `otherLine` to `line`; `detail` = {@link SwitchEvidence}. */
  switched: 4,
  /** The feed's status became `detail` = {@link FeedStatus}; `reason` = {@link StatusReason}. */
  status: 5,
  /** `line`'s health became `detail` = {@link LineHealth}. */
  lineHealth: 6,
  /** A line expected live is not: `line`. `detail` 1 = lost, 0 = restored. */
  redundancy: 7,
  /** Ask the retransmit server for `from`..`to`; `detail` = attempt, from 1. */
  retransmitWanted: 8,
  /** Ask the snapshot service; `from` = first number missed, `detail` = attempt. */
  snapshotWanted: 9,
  /** A new session or a restart to lower numbers was believed; `from` = its first number, `detail` = {@link SessionEvidence}. */
  sessionChanged: 10,
  /** The venue ended the session; `from` = next number. */
  sessionEnded: 11,
  /** `line` and `otherLine` disagree about the bytes of unit `from`. */
  disagreement: 12,
  /** A packet of a session that nothing confirms, on `line`; `detail` = {@link RefusalReason}. */
  refused: 13,
  /** A jump forward beyond `maxForwardJump` awaits confirmation: `line` shows `from`, `to` was expected. */
  jumpSuspected: 14,
  /** The feed was refreshed by snapshot: stream continues from `from`. */
  snapshotApplied: 15,
  /** `line`'s kernel dropped `detail` datagrams (`SO_RXQ_OVFL`). */
  kernelDrop: 16,
  /** The stream starts at number `from`, seen first on `line`. */
  started: 17,
} as const;
export type FeedEventKind = (typeof FeedEventKind)[keyof typeof FeedEventKind];

/** How an open gap was closed. */
export const FillMeans = { otherLine: 0, retransmit: 1, snapshot: 2 } as const;
export type FillMeans = (typeof FillMeans)[keyof typeof FillMeans];

/** Where lost units were lost, as far as can be told. */
export const LossCause = {
  /** Nobody delivered them and the kernel reported no drop: lost before this host on every line. */
  allLines: 0,
  /** The kernel dropped datagrams of a line meanwhile (`SO_RXQ_OVFL`): lost on this host. */
  kernelDrop: 1,
  /** The feed has one line, or the others are not live: nothing else could have brought them. */
  oneLine: 2,
  /** The hold window was full. */
  windowFull: 3,
  /** A jump beyond what any recovery serves was confirmed. */
  jump: 4,
  /** The session ended with the gap open. */
  sessionEnded: 5,
} as const;
export type LossCause = (typeof LossCause)[keyof typeof LossCause];

export const SwitchEvidence = {
  silence: 0,
  lag: 1,
  repeatedHoles: 2,
  socketError: 3,
  prediction: 4,
  operator: 5,
  failback: 6,
} as const;
export type SwitchEvidence = (typeof SwitchEvidence)[keyof typeof SwitchEvidence];

/** May a book of this feed (or instrument) be trusted? */
export const FeedStatus = {
  /** Nothing heard yet, or session over. */
  down: 0,
  /** Gap-free and current. */
  live: 1,
  /** A gap is open: what the book shows is the past. */
  recovering: 2,
  /** Units were lost or lines disagree: not to be trusted until refreshed. */
  stale: 3,
} as const;
export type FeedStatus = (typeof FeedStatus)[keyof typeof FeedStatus];

export const StatusReason = {
  none: 0,
  gapOpen: 1,
  gapLost: 2,
  disagreement: 3,
  silence: 4,
  sessionEnded: 5,
  lateStart: 6,
  snapshot: 7,
  sessionChanged: 8,
  neverHeard: 9,
} as const;
export type StatusReason = (typeof StatusReason)[keyof typeof StatusReason];

export const LineHealth = {
  /** Never heard. Not a failure. */
  silent: 0,
  live: 1,
  /** Nothing heard for longer than `staleAfterNs`. */
  stale: 2,
  /** Alive, but behind another line by `lag`. */
  lagging: 3,
  /** Its socket reported an error. */
  failed: 4,
} as const;
export type LineHealth = (typeof LineHealth)[keyof typeof LineHealth];

export const SessionEvidence = { first: 0, afterEnd: 1, secondLine: 2, repeated: 3, configured: 4 } as const;
export type SessionEvidence = (typeof SessionEvidence)[keyof typeof SessionEvidence];

export const RefusalReason = {
  foreignSession: 0,
  unconfirmedJump: 1,
  unconfirmedRestart: 2,
  unknownLine: 3,
  wrongSource: 4,
} as const;
export type RefusalReason = (typeof RefusalReason)[keyof typeof RefusalReason];

/** Cells of a {@link FeedEvent}'s `numbers`. */
export const EventNumber = {
  /** First unit concerned. */
  from: 0,
  /** Last unit concerned, inclusive. */
  to: 1,
  /** Monotonic nanoseconds at which it was decided. */
  atNs: 2,
  /** How long the deciding condition had lasted: the detection window, in ns. */
  windowNs: 3,
} as const;

/** One event; the arbiter owns a single instance and reuses it. Copy what you keep. */
export class FeedEvent {
  kind: FeedEventKind = FeedEventKind.status;
  /** Index of the line it is about, or -1. */
  line = -1;
  otherLine = -1;
  detail = 0;
  reason = 0;
  /** See {@link EventNumber}. */
  readonly numbers = new Float64Array(4);
}
