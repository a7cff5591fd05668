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

/** How much an event matters to whoever is on duty. */
export type Severity = 'debug' | 'info' | 'warn' | 'error';

const NS_PER_US = 1e3;
const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** `1234567` ns → `1.23 ms`: three significant figures in the unit that suits. */
export function durationText(ns: number): string {
  if (!Number.isFinite(ns) || ns < 0) return '?';
  if (ns < NS_PER_US) return `${Math.round(ns)} ns`;
  if (ns < NS_PER_MS) return `${threeFigures(ns / NS_PER_US)} µs`;
  if (ns < NS_PER_SECOND) return `${threeFigures(ns / NS_PER_MS)} ms`;
  return `${threeFigures(ns / NS_PER_SECOND)} s`;
}

function threeFigures(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function rangeText(event: FeedEvent): string {
  const from = event.numbers[EventNumber.from];
  const to = event.numbers[EventNumber.to];
  return from === to ? `unit ${from}` : `units ${from} to ${to} (${to - from + 1})`;
}

const EVIDENCE_WORDS: Readonly<Record<string, string>> = {
  silence: 'it fell silent',
  lag: 'it fell behind',
  repeatedHoles: 'it had repeated holes',
  socketError: 'its socket failed',
  prediction: 'it was predicted to fail',
  operator: 'the operator said so',
  failback: 'the preferred line is clean again',
};

const CAUSE_WORDS: Readonly<Record<string, string>> = {
  allLines: 'every line lost them before this host',
  kernelDrop: 'the kernel dropped datagrams on this host: raise the receive buffer or free the core',
  oneLine: 'only one line was live',
  windowFull: 'the hold window was full',
  jump: 'a jump beyond what recovery serves',
  sessionEnded: 'the session ended',
};

const MEANS_WORDS: Readonly<Record<string, string>> = {
  otherLine: 'from a line',
  retransmit: 'by retransmit',
  snapshot: 'by snapshot',
};

/**
 * An event as a sentence for people, with its evidence, and how much it matters.
 * @param lines names of the feed's lines, by index
 */
export function describeEvent(event: FeedEvent, lines: readonly string[]): { severity: Severity; text: string } {
  const line = event.line >= 0 ? `line ${lines[event.line] ?? event.line}` : 'no line';
  const other = event.otherLine >= 0 ? `line ${lines[event.otherLine] ?? event.otherLine}` : 'no line';
  const windowNs = event.numbers[EventNumber.windowNs];
  const from = event.numbers[EventNumber.from];
  switch (event.kind) {
    case FeedEventKind.gapOpened:
      return { severity: 'debug', text: `gap opened: ${rangeText(event)} missing before what ${line} brought` };
    case FeedEventKind.gapFilled: {
      const means = nameOf(FillMeans, event.detail);
      const by = means === 'otherLine' && event.line >= 0 ? `from ${line}` : (MEANS_WORDS[means] ?? means);
      return { severity: 'debug', text: `gap filled ${by} after ${durationText(windowNs)}: ${rangeText(event)}` };
    }
    case FeedEventKind.gapLost: {
      const cause = CAUSE_WORDS[nameOf(LossCause, event.detail)] ?? `cause ${event.detail}`;
      const text = `LOST ${rangeText(event)} after ${durationText(windowNs)}: ${cause}`;
      return { severity: 'error', text };
    }
    case FeedEventKind.switched: {
      const evidence = nameOf(SwitchEvidence, event.detail);
      const why = EVIDENCE_WORDS[evidence] ?? evidence;
      const text = `switched from ${other} to ${line}: ${why} (${evidence}, detected within ${durationText(windowNs)})`;
      return { severity: 'warn', text };
    }
    case FeedEventKind.status: {
      const status = nameOf(FeedStatus, event.detail);
      const reason = event.reason === StatusReason.none ? '' : ` (${nameOf(StatusReason, event.reason)})`;
      const severity = event.detail === FeedStatus.stale ? 'warn' : 'info';
      return { severity, text: `status ${status}${reason}` };
    }
    case FeedEventKind.lineHealth: {
      const health = nameOf(LineHealth, event.detail);
      const bad = event.detail === LineHealth.stale || event.detail === LineHealth.failed;
      return { severity: bad ? 'warn' : 'info', text: `${line} is ${health}` };
    }
    case FeedEventKind.redundancy:
      return event.detail === 1
        ? { severity: 'error', text: `REDUNDANCY LOST: ${line} is expected live and is not heard` }
        : { severity: 'info', text: `redundancy restored: ${line} is heard` };
    case FeedEventKind.retransmitWanted:
      return { severity: 'info', text: `asking for retransmit of ${rangeText(event)}, attempt ${event.detail}` };
    case FeedEventKind.snapshotWanted:
      return { severity: 'info', text: `asking for a snapshot: missing from unit ${from} on, attempt ${event.detail}` };
    case FeedEventKind.sessionChanged: {
      const evidence = nameOf(SessionEvidence, event.detail);
      const severity = event.detail === SessionEvidence.first ? 'info' : 'warn';
      return { severity, text: `session starts at unit ${from} (${evidence})` };
    }
    case FeedEventKind.sessionEnded:
      return { severity: 'info', text: `the venue ended the session at unit ${from}` };
    case FeedEventKind.disagreement:
      return { severity: 'error', text: `DISAGREEMENT: ${line} and ${other} differ about unit ${from}` };
    case FeedEventKind.refused: {
      const reason = nameOf(RefusalReason, event.detail);
      return { severity: 'warn', text: `refused packets on ${line}: ${reason}` };
    }
    case FeedEventKind.jumpSuspected: {
      const expected = event.numbers[EventNumber.to];
      const text = `${line} shows unit ${from} where ${expected} was expected: not believed until confirmed`;
      return { severity: 'warn', text };
    }
    case FeedEventKind.snapshotApplied:
      return { severity: 'info', text: `books refreshed by snapshot; the stream goes on from unit ${from}` };
    case FeedEventKind.kernelDrop:
      return { severity: 'warn', text: `the kernel dropped ${event.detail} datagrams of ${line}` };
    case FeedEventKind.started:
      return { severity: 'info', text: `stream starts at unit ${from}, seen first on ${line}` };
  }
}

/** Is it worth keeping the packets around it? Loss, disagreement, and a switch that nobody ordered. */
export function isIncident(event: FeedEvent): boolean {
  if (event.kind === FeedEventKind.gapLost || event.kind === FeedEventKind.disagreement) return true;
  const ordered = event.detail === SwitchEvidence.operator || event.detail === SwitchEvidence.failback;
  return event.kind === FeedEventKind.switched && !ordered;
}
