import { nameOf } from '../feed/event-record.ts';
import {
  EventNumber,
  type FeedEvent,
  FeedEventKind,
  FeedStatus,
  FillMeans,
  LineHealth,
  LossCause,
  RefusalReason,
  SessionEvidence,
  StatusReason,
  SwitchEvidence,
} from '../feed/events.ts';
import { formatCount } from './quantities.ts';
import type { EventView, Tone } from './status-model.ts';

/**
 * Feed events as the status view shows them: a word, who and what in a few more, and the times apart from them. The
 * log has whole sentences (`event-text.ts`).
 */

/** Why a feed has the status that it has, in words. */
export const STATUS_REASON_WORDS: Readonly<Record<keyof typeof StatusReason, string>> = {
  none: '',
  gapOpen: 'a gap is open',
  gapLost: 'units were lost',
  disagreement: 'lines disagree',
  silence: 'silence on every line',
  sessionEnded: 'session ended',
  lateStart: 'started late',
  snapshot: 'snapshot under way',
  sessionChanged: 'new session',
  neverHeard: 'nothing heard yet',
};

const EVIDENCE_WORDS: Readonly<Record<keyof typeof SwitchEvidence, string>> = {
  silence: 'silence',
  lag: 'lag',
  repeatedHoles: 'repeated holes',
  socketError: 'socket error',
  prediction: 'predicted to fail',
  operator: 'by the operator',
  failback: 'failback, clean again',
};

const CAUSE_WORDS: Readonly<Record<keyof typeof LossCause, string>> = {
  allLines: 'lost on every line',
  kernelDrop: 'dropped by the kernel',
  oneLine: 'only one line live',
  windowFull: 'hold window full',
  jump: 'jump too large',
  sessionEnded: 'session ended',
};

const REFUSAL_WORDS: Readonly<Record<keyof typeof RefusalReason, string>> = {
  foreignSession: 'foreign session',
  unconfirmedJump: 'unconfirmed jump',
  unconfirmedRestart: 'unconfirmed restart',
  unknownLine: 'unknown line',
  wrongSource: 'wrong source address',
};

const SESSION_WORDS: Readonly<Record<keyof typeof SessionEvidence, string>> = {
  first: 'first seen',
  afterEnd: 'after end of session',
  secondLine: 'confirmed by a second line',
  repeated: 'confirmed by repetition',
  configured: 'configured',
};

const STATUS_TONES: Readonly<Record<keyof typeof FeedStatus, Tone>> = {
  down: 'bad',
  live: 'good',
  recovering: 'warning',
  stale: 'bad',
};
const HEALTH_TONES: Readonly<Record<keyof typeof LineHealth, Tone>> = {
  silent: 'warning',
  live: 'good',
  stale: 'bad',
  lagging: 'warning',
  failed: 'bad',
};

function words<K extends string>(
  table: Readonly<Record<string, number>>,
  texts: Readonly<Record<K, string>>,
  value: number,
): string {
  const key = nameOf(table, value);
  return (texts as Readonly<Record<string, string>>)[key] ?? key;
}

/** What stands in the view for one event. */
interface Shown {
  readonly what: string;
  readonly text: string;
  readonly tone: Tone;
}

function range(event: FeedEvent): string {
  const from = event.numbers[EventNumber.from];
  const to = event.numbers[EventNumber.to];
  return from === to ? formatCount(from) : `${formatCount(from)} to ${formatCount(to)} (${formatCount(to - from + 1)})`;
}

function show(event: FeedEvent, lines: readonly string[]): Shown {
  const line = lines[event.line] ?? '?';
  const other = lines[event.otherLine] ?? '?';
  const from = formatCount(event.numbers[EventNumber.from]);
  switch (event.kind) {
    case FeedEventKind.gapOpened:
      return { what: 'gap', text: `${range(event)} missing, seen on ${line}`, tone: 'warning' };
    case FeedEventKind.gapFilled: {
      const means = event.detail === FillMeans.otherLine ? `from ${line}` : `by ${nameOf(FillMeans, event.detail)}`;
      return { what: 'filled', text: `${range(event)} ${means}`, tone: 'good' };
    }
    case FeedEventKind.gapLost:
      return { what: 'LOST', text: `${range(event)}: ${words(LossCause, CAUSE_WORDS, event.detail)}`, tone: 'bad' };
    case FeedEventKind.switched: {
      const why = words(SwitchEvidence, EVIDENCE_WORDS, event.detail);
      return { what: 'switch', text: `${other} → ${line}: ${why}`, tone: 'warning' };
    }
    case FeedEventKind.status: {
      const status = nameOf(FeedStatus, event.detail);
      const why = words(StatusReason, STATUS_REASON_WORDS, event.reason);
      const tone = STATUS_TONES[status as keyof typeof FeedStatus] ?? 'plain';
      return { what: 'status', text: why === '' ? status : `${status}: ${why}`, tone };
    }
    case FeedEventKind.lineHealth: {
      const health = nameOf(LineHealth, event.detail);
      return {
        what: 'line',
        text: `${line} is ${health}`,
        tone: HEALTH_TONES[health as keyof typeof LineHealth] ?? 'plain',
      };
    }
    case FeedEventKind.redundancy:
      return event.detail === 1
        ? { what: 'line', text: `REDUNDANCY LOST: ${line} is expected live, not heard`, tone: 'bad' }
        : { what: 'line', text: `redundancy restored: ${line} is heard`, tone: 'good' };
    case FeedEventKind.retransmitWanted:
      return { what: 'ask', text: `retransmit of ${range(event)}, attempt ${event.detail}`, tone: 'plain' };
    case FeedEventKind.snapshotWanted:
      return { what: 'ask', text: `snapshot, missing from ${from}, attempt ${event.detail}`, tone: 'plain' };
    case FeedEventKind.sessionChanged: {
      const why = words(SessionEvidence, SESSION_WORDS, event.detail);
      const tone = event.detail === SessionEvidence.first ? 'plain' : 'warning';
      return { what: 'session', text: `new one from ${from}: ${why}`, tone };
    }
    case FeedEventKind.sessionEnded:
      return { what: 'session', text: `ended by the venue at ${from}`, tone: 'plain' };
    case FeedEventKind.disagreement:
      return { what: 'DIFFER', text: `${line} and ${other} disagree about ${from}`, tone: 'bad' };
    case FeedEventKind.refused:
      return {
        what: 'refused',
        text: `packets of ${line}: ${words(RefusalReason, REFUSAL_WORDS, event.detail)}`,
        tone: 'warning',
      };
    case FeedEventKind.jumpSuspected: {
      const expected = formatCount(event.numbers[EventNumber.to]);
      return {
        what: 'jump',
        text: `${line} shows ${from}, expected ${expected}: awaits confirmation`,
        tone: 'warning',
      };
    }
    case FeedEventKind.snapshotApplied:
      return { what: 'snapshot', text: `books refreshed, stream goes on from ${from}`, tone: 'good' };
    case FeedEventKind.kernelDrop:
      return {
        what: 'drop',
        text: `the kernel dropped ${formatCount(event.detail)} datagrams of ${line}`,
        tone: 'bad',
      };
    case FeedEventKind.started:
      return { what: 'start', text: `at ${from}, seen first on ${line}`, tone: 'good' };
    default:
      return { what: String(event.kind), text: '', tone: 'plain' };
  }
}

/** Kinds whose detection window says something that their text does not. */
const WITH_WINDOW: ReadonlySet<number> = new Set([
  FeedEventKind.switched,
  FeedEventKind.lineHealth,
  FeedEventKind.redundancy,
]);
/** Kinds whose window is how long the gap was open. */
const OPEN_FOR: ReadonlySet<number> = new Set([FeedEventKind.gapFilled, FeedEventKind.gapLost]);

/**
 * One event for the view.
 * @param lines names of the feed's lines, by index
 * @param utcMs when it was decided
 * @param tookNs from the decision to the first unit after it, where it is known
 */
export function eventView(
  event: FeedEvent,
  feed: string,
  lines: readonly string[],
  utcMs: number,
  tookNs = Number.NaN,
): EventView {
  const windowNs = event.numbers[EventNumber.windowNs];
  return {
    utcMs,
    feed,
    ...show(event, lines),
    windowNs: WITH_WINDOW.has(event.kind) && windowNs > 0 ? windowNs : Number.NaN,
    tookNs: OPEN_FOR.has(event.kind) ? windowNs : tookNs,
  };
}
