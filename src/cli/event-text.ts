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
import { formatNs } from '../status/quantities.ts';

/** How much an event matters to whoever is on duty. */
export type Severity = 'debug' | 'info' | 'warn' | 'error';

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
      return { severity: 'debug', text: `gap filled ${by} after ${formatNs(windowNs)}: ${rangeText(event)}` };
    }
    case FeedEventKind.gapLost: {
      const cause = CAUSE_WORDS[nameOf(LossCause, event.detail)] ?? `cause ${event.detail}`;
      const text = `LOST ${rangeText(event)} after ${formatNs(windowNs)}: ${cause}`;
      return { severity: 'error', text };
    }
    case FeedEventKind.switched: {
      const evidence = nameOf(SwitchEvidence, event.detail);
      const why = EVIDENCE_WORDS[evidence] ?? evidence;
      const text = `switched from ${other} to ${line}: ${why} (${evidence}, detected within ${formatNs(windowNs)})`;
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
