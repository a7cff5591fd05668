import type { GatewayReport } from '../gateway/gateway-report.ts';
import { DrainState } from '../order/gateway-parts.ts';
import { Incident } from '../order/incidents.ts';
import { RESOLUTIONS } from '../order/resolution-table.ts';
import { SCOPE_NAMES } from '../order/scope.ts';
import { Evidence, SessionState } from '../order/terms.ts';
import { evidenceWords } from '../status/orders-reader.ts';
import { formatCount, formatNs } from '../status/quantities.ts';
import type { EventView, Tone } from '../status/status-model.ts';

/** Names that a report's numbers stand for. */
export interface OrderNames {
  readonly sessions: readonly string[];
  readonly ports: readonly string[];
  readonly groups: readonly string[];
  readonly accounts: readonly string[];
  readonly strategies: readonly string[];
}

/** What happened in the order half, as the status view and the log show it; undefined where it is not worth a line. */
export function orderEventView(report: GatewayReport, names: OrderNames, utcMs: number): EventView | undefined {
  const shown = show(report, names);
  if (shown === undefined) return undefined;
  return { utcMs, feed: 'orders', windowNs: Number.NaN, tookNs: Number.NaN, ...shown };
}

/** The same in one line, for the log. */
export function orderEventText({ text, windowNs, tookNs }: EventView): string {
  const parts = [text];
  if (Number.isFinite(windowNs)) parts.push(`detected after ${formatNs(windowNs)}`);
  if (Number.isFinite(tookNs)) parts.push(`${formatNs(tookNs)} after the evidence`);
  return parts.join(', ');
}

interface Shown {
  readonly what: string;
  readonly text: string;
  readonly tone: Tone;
  readonly windowNs?: number;
  readonly tookNs?: number;
}

/** States of a session that people want to hear of, and how they sound. */
const STATES: Readonly<Record<number, readonly [word: string, tone: Tone]>> = {
  [SessionState.suspect]: ['is suspect', 'warning'],
  [SessionState.down]: ['is lost', 'bad'],
  [SessionState.ended]: ['is given up: it waits for an operator', 'bad'],
  [SessionState.replaying]: ['is logged on, reads what it missed', 'plain'],
};

/** Evidence whose measure is a time. */
const TIMED: readonly number[] = [Evidence.ackDeadline, Evidence.missedHeartbeats, Evidence.stalledWrites];
/** Incidents that are no alarm: the venue repeats itself, or is early. */
const QUIET: readonly number[] = [Incident.none, Incident.repeated, Incident.repeatedFill];

function show(report: GatewayReport, names: OrderNames): Shown | undefined {
  const port = (index: number) => names.ports[index] ?? 'nowhere';
  switch (report.kind) {
    case 'session':
      return session(report, names);
    case 'portLost': {
      const counts = `${formatCount(report.unknown)} unknown, ${formatCount(report.blind)} blind`;
      const tone = report.unknown + report.blind > 0 ? 'bad' : 'warning';
      return { what: 'lost', text: `${port(report.port)}: ${evidenceWords(report.evidence)}; orders: ${counts}`, tone };
    }
    case 'portRecovered': {
      const rest = report.stillUnknown > 0 ? `, ${formatCount(report.stillUnknown)} still unknown` : '';
      const text = `${port(report.port)}: ${formatCount(report.resolved)} orders resolved${rest}`;
      return { what: 'reconciled', text, tone: report.stillUnknown > 0 ? 'warning' : 'good' };
    }
    case 'routed': {
      const why = report.evidence === Evidence.none ? '' : `: ${evidenceWords(report.evidence)}`;
      const tone =
        report.to < 0 ? 'bad' : report.from < 0 || report.evidence === Evidence.failback ? 'good' : 'warning';
      return {
        what: 'route',
        text: `${names.groups[report.group]}: ${port(report.from)} → ${port(report.to)}${why}`,
        tone,
      };
    }
    case 'switched':
      return { what: 'failover', text: 'first order on the new way', tone: 'good', tookNs: report.ns };
    case 'resolved': {
      const { result, reason } = RESOLUTIONS[report.row];
      return { what: 'order', text: `${report.order} is ${result}: ${reason}`, tone: 'plain' };
    }
    case 'incident': {
      if (QUIET.includes(report.incident)) return undefined;
      const name = Object.entries(Incident).find(([, code]) => code === report.incident)?.[0] ?? report.incident;
      const order = report.order > 0 ? `, order ${report.order}` : '';
      return { what: 'INCIDENT', text: `${name} on ${port(report.port)}${order} (${report.value})`, tone: 'bad' };
    }
    case 'killed': {
      const who = killTarget(report.scope, report.index, names);
      const text = report.on ? `${who}: ${formatCount(report.cancels)} cancels sent` : `${who}: may trade again`;
      return { what: report.on ? 'KILLED' : 'cleared', text, tone: report.on ? 'bad' : 'good' };
    }
    case 'paused':
      return {
        what: report.on ? 'PAUSED' : 'resumed',
        text: `strategy ${names.strategies[report.strategy]}: ${report.on ? 'an operator lets it open no risk; cancels pass' : 'may trade again'}`,
        tone: report.on ? 'warning' : 'good',
      };
    case 'drain':
      return drain(report.state, report.open);
    case 'dayEnded':
      return { what: 'day', text: `ended by the venue (${port(report.port)})`, tone: 'plain' };
    default:
      return undefined;
  }
}

function session(report: Extract<GatewayReport, { kind: 'session' }>, names: OrderNames): Shown | undefined {
  const [word, tone] = STATES[report.after] ?? [];
  if (word === undefined || tone === undefined) return undefined;
  // our own end is no trouble
  if (report.evidence === Evidence.stopped && report.after !== SessionState.replaying) return undefined;
  const failed = report.after === SessionState.suspect || report.after === SessionState.down;
  // a connect that fails again is no news, nor is a spare that is dialled anew
  if (report.after === SessionState.down && report.before < SessionState.loggingOn) return undefined;
  const why = failed ? `: ${evidenceWords(report.evidence)}` : '';
  const timed = failed && TIMED.includes(report.evidence) && report.value > 0;
  const bound = timed && report.bound > 0 ? ` (bound ${formatNs(report.bound)})` : '';
  return {
    what: 'session',
    text: `${names.sessions[report.session]} ${word}${why}${bound}`,
    tone,
    ...(timed ? { windowNs: report.value } : {}),
  };
}

function drain(state: number, open: number): Shown {
  if (state === DrainState.off) return { what: 'drain', text: 'ended: orders may be sent again', tone: 'good' };
  if (state === DrainState.drained) return { what: 'DRAINED', text: 'nothing is open or in doubt', tone: 'good' };
  return { what: 'drain', text: `nobody may open risk; ${formatCount(open)} orders are open`, tone: 'warning' };
}

function killTarget(scope: number, index: number, names: OrderNames): string {
  const word = SCOPE_NAMES[scope];
  if (word === 'account') return `account ${names.accounts[index]}`;
  return word === 'strategy' ? `strategy ${names.strategies[index]}` : 'everything';
}
