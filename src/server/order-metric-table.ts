import { RESOLUTIONS } from '../order/resolution-table.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { families, type MetricFamily, type MetricLabels, SECONDS_PER_NS } from './metric-family.ts';
import { DoubtWords, EvidenceWords, SessionStateWords, SourceStateWords, VenueEvidenceWords } from './metric-words.ts';

const SECONDS_PER_US = 1e-6;
const ROW = /^row(\d+)$/;
const SCOPED = /^(global|venue|account|strategy|instrument)\.(?:(.*)\.)?([^.]+)$/;
const PASSED = /^strategy\.(.*)\.passed$/;

/** `account.main.maxPosition` → whose bound was broken, and which; reasons keep the names that they have in the config. */
function refusalLabels(cell: string): MetricLabels | undefined {
  const [, scope, member = '', reason] = SCOPED.exec(cell) ?? [];
  return reason !== undefined && reason in RefusalReason ? { scope, member, reason } : undefined;
}

function passedLabels(cell: string): MetricLabels | undefined {
  const strategy = PASSED.exec(cell)?.[1];
  return strategy === undefined ? undefined : { strategy };
}

function resolutionLabels(cell: string): MetricLabels | undefined {
  const row = RESOLUTIONS[Number(ROW.exec(cell)?.[1])];
  if (row === undefined) return undefined;
  return { row: String(row.row), doubt: DoubtWords[row.doubt], evidence: VenueEvidenceWords[row.evidence] };
}

/** What is shown of the order half out of its counters. What lies in store, ledger and journal: `order-metrics.ts`. */
export const ORDER_METRICS: readonly MetricFamily[] = [
  ...families('session', 'gauge', [
    [
      'session_state',
      'state',
      'State of an order session: 1 for the present one.',
      { states: { label: 'state', words: SessionStateWords } },
    ],
    [
      'session_last_evidence',
      'evidence',
      'What said last that the session failed: 1 for that.',
      { states: { label: 'evidence', words: EvidenceWords } },
    ],
    ['session_unanswered_requests', 'unanswered', 'Requests that the venue has not answered.'],
    ['session_backlog_bytes', 'backlogBytes', 'Bytes that wait for the kernel.'],
    ['session_round_trip_seconds', 'roundTripUs', 'Round trip as TCP measures it.', { scale: SECONDS_PER_US }],
    ['session_tcp_retransmits', 'retransmits', 'Segments that TCP sent again on this connection.'],
    [
      'session_answer_p999_seconds',
      'ackTailNs',
      'Time of the venue to answer, 99.9th percentile.',
      { scale: SECONDS_PER_NS },
    ],
    [
      'session_answer_deadline_seconds',
      'ackDeadlineNs',
      'An order unanswered for longer makes the session suspect.',
      { scale: SECONDS_PER_NS },
    ],
    [
      'session_login_round_trip_seconds',
      'loginRoundTripNs',
      'From the last login sent to its answer.',
      { scale: SECONDS_PER_NS },
    ],
    [
      'session_last_heard_monotonic_seconds',
      'heardNs',
      'When the session was last heard, on the monotonic clock.',
      { scale: SECONDS_PER_NS },
    ],
  ]),
  ...families('session', 'counter', [
    ['session_dials_total', 'dials', 'Connections begun.'],
    ['session_logins_total', 'logins', 'Logins that the venue accepted.'],
    ['session_login_rejects_total', 'loginRejects', 'Logins that the venue refused.'],
    ['session_losses_total', 'losses', 'Times that the connection was lost.'],
    ['session_suspicions_total', 'suspicions', 'Times that the session was suspected and its orders went elsewhere.'],
    ['session_received_bytes_total', 'bytesIn', 'Bytes received.'],
    ['session_sent_bytes_total', 'bytesOut', 'Bytes sent.'],
    ['session_reports_total', 'reports', 'Messages of the venue about orders.'],
    ['session_sends_total', 'sends', 'Messages handed to the kernel.'],
    ['session_queued_sends_total', 'queuedSends', 'Messages that had to wait for the kernel.'],
    ['session_answers_total', 'answers', 'Answers whose time was measured.'],
    ['session_malformed_messages_total', 'malformed', 'Messages that can not be read.'],
    ['session_foreign_messages_total', 'foreign', 'Messages about orders that are not ours, or not of today.'],
  ]),
  ...families('gateway', 'counter', [
    ['orders_entered_total', 'entered', 'Orders sent.'],
    ['order_replaces_total', 'replaced', 'Replaces sent.'],
    ['order_cancels_total', 'cancelled', 'Cancels sent.'],
    [
      'order_requests_refused_total',
      'refused',
      'Requests refused before sending, by what refused them.',
      { by: { label: 'by', words: ['risk', 'last_check', 'no_route'] } },
    ],
    ['order_reports_total', 'reports', 'Reports of the venue that were taken in.'],
    ['order_executions_total', 'fills', 'Executions.'],
    ['order_ports_lost_total', 'portsLost', 'Times that a port was lost.'],
    ['order_ports_recovered_total', 'portsRecovered', 'Times that a port was reconciled.'],
    ['order_route_changes_total', 'routes', 'Times that the flow of orders took another session.'],
    ['orders_resolved_total', 'resolved', 'Orders in doubt that evidence of the venue resolved.'],
    ['orders_left_in_doubt_total', 'leftInDoubt', 'Orders that were in doubt after the venue had been asked.'],
    ['orders_sent_again_total', 'sentAgain', 'Orders sent again that were proved never to have arrived.'],
    ['order_evidence_total', 'evidence', 'Facts about orders taken in from elsewhere than their port: drop copy.'],
  ]),
  ...families('gateway', 'gauge', [
    [
      'order_last_switch_seconds',
      'switchNs',
      'From the evidence to the first order on the peer, the last time.',
      { scale: SECONDS_PER_NS },
    ],
    ['trading_day_ended', 'dayEnded', '1 once the venue, the clock or an operator has said that the day is over.'],
    ['trading_day_sealed', 'daySealed', '1 once the day is sealed in the journal: the next start opens the next one.'],
  ]),
  ...families('dropCopy', 'gauge', [
    [
      'drop_copy_state',
      'state',
      'State of the connection to the drop copy: 1 for the present one.',
      { states: { label: 'state', words: SourceStateWords } },
    ],
    [
      'drop_copy_last_heard_monotonic_seconds',
      'heardNs',
      'When the drop copy was last heard, on the monotonic clock.',
      { scale: SECONDS_PER_NS },
    ],
  ]),
  ...families('dropCopy', 'counter', [
    ['drop_copy_dials_total', 'dials', 'Connections to the drop copy begun.'],
    ['drop_copy_logins_total', 'logins', 'Logins that the drop copy accepted.'],
    ['drop_copy_login_rejects_total', 'loginRejects', 'Logins that the drop copy refused.'],
    ['drop_copy_losses_total', 'losses', 'Times that the connection was lost or could not be made.'],
    ['drop_copy_records_total', 'records', 'Records about orders of our ports.'],
    ['drop_copy_executions_total', 'executions', 'Executions among them.'],
    ['drop_copy_malformed_records_total', 'malformed', 'Records that can not be read.'],
    ['drop_copy_foreign_records_total', 'foreign', 'Records about orders that are not ours, or not of today.'],
  ]),
  ...families('refusals', 'counter', [
    [
      'order_refusals_total',
      'every refusal',
      'Requests refused by a check, by whose bound was broken and which.',
      { named: refusalLabels },
    ],
    ['order_checks_passed_total', 'every strategy', 'Requests that no check refused.', { named: passedLabels }],
  ]),
  ...families('resolutions', 'counter', [
    ['order_resolutions_total', 'every row', 'Uses of each row of the resolution table.', { named: resolutionLabels }],
  ]),
];
