import { families, type MetricFamily, SECONDS_PER_NS } from './metric-family.ts';
import { FeedStatus, LineHealth, LossCause, MalformedWords, RefusalReason, SwitchEvidence } from './metric-words.ts';
import { ORDER_METRICS } from './order-metric-table.ts';

/** What is shown of feeds, lines, strategies and threads. */
const FEED_METRICS: readonly MetricFamily[] = [
  ...families('feed', 'gauge', [
    [
      'feed_status',
      'status',
      'Whether the feed may be trusted: 1 for the present status.',
      { states: { label: 'status', words: FeedStatus } },
    ],
    ['feed_open_gaps', 'openGaps', 'Gaps open now.'],
    ['feed_open_gap_units', 'openGapUnits', 'Units missing in open gaps.'],
    ['feed_held_units', 'heldUnits', 'Units held back behind a gap.'],
    ['feed_held_bytes', 'heldBytes', 'Bytes held back behind a gap.'],
    ['feed_active_line', 'activeLine', 'Policy sticky: index of the line that leads; -1 under first.'],
    ['feed_last_unit', 'lastId', 'Number of the last unit delivered.'],
  ]),
  ...families('feed', 'counter', [
    ['feed_delivered_units_total', 'delivered', 'Units delivered to strategies.'],
    ['feed_gaps_total', 'gapsOpened', 'Gaps opened.'],
    [
      'feed_gap_filled_units_total',
      'filledByOtherLine',
      'Units that filled a gap, by means.',
      { by: { label: 'means', words: ['other_line', 'retransmit', 'snapshot'] } },
    ],
    ['feed_gaps_lost_total', 'gapsLost', 'Ranges declared lost.'],
    [
      'feed_lost_units_total',
      'lostByCause',
      'Units declared lost, by where they were lost.',
      { by: { label: 'cause', words: LossCause } },
    ],
    [
      'feed_switches_total',
      'switchesByEvidence',
      'Changes of the active line, by evidence.',
      { by: { label: 'evidence', words: SwitchEvidence } },
    ],
    ['feed_disagreements_total', 'disagreements', 'Copies of a unit whose bytes differ from the first copy.'],
    ['feed_session_changes_total', 'sessionChanges', 'New sessions and restarts believed.'],
    ['feed_retransmit_requests_total', 'retransmitRequests', 'Retransmit requests.'],
    ['feed_snapshots_applied_total', 'snapshotsApplied', 'Snapshots applied.'],
    ['feed_refused_packets_total', 'refused', 'Packets refused: foreign session, unconfirmed jump or restart.'],
    ['feed_sink_errors_total', 'sinkErrors', 'Exceptions of whatever the units are delivered to.'],
  ]),
  ...families(
    'feed',
    'gauge',
    [
      [
        'line_health',
        'health',
        'Health of a line: 1 for the present one.',
        { states: { label: 'health', words: LineHealth } },
      ],
      ['line_redundancy_lost', 'redundancyLost', '1 while a line that is expected live is not.'],
      ['line_held_units', 'held', 'Copies of the line that are held back.'],
      [
        'line_last_heard_monotonic_seconds',
        'lastHeardNs',
        'When the line was last heard, on the monotonic clock.',
        { scale: SECONDS_PER_NS },
      ],
    ],
    { perLine: true },
  ),
  ...families(
    'feed',
    'counter',
    [
      ['line_packets_total', 'packets', 'Datagrams received.'],
      ['line_received_bytes_total', 'bytes', 'Bytes received.'],
      ['line_units_total', 'units', 'Units in packets that were accepted.'],
      ['line_first_copies_total', 'first', 'Copies of the line that were delivered.'],
      ['line_wins_total', 'wins', 'Copies that came before any other line’s copy.'],
      [
        'line_won_by_seconds_total',
        'wonByTotalNs',
        'By how much those came before, in total.',
        { scale: SECONDS_PER_NS },
      ],
      ['line_duplicates_total', 'duplicates', 'All other copies of the line.'],
      ['line_late_copies_total', 'late', 'Copies of units that had been declared lost.'],
      ['line_holes_total', 'holes', 'Times that the line skipped numbers of its own stream.'],
      ['line_fills_total', 'fills', 'Units of the line that filled an open gap.'],
      ['line_heartbeats_total', 'heartbeats', 'Heartbeats.'],
      [
        'line_malformed_packets_total',
        'malformedByReason',
        'Malformed packets, by reason.',
        { by: { label: 'reason', words: MalformedWords } },
      ],
      [
        'line_refused_packets_total',
        'refusedByReason',
        'Packets refused, by reason.',
        { by: { label: 'reason', words: RefusalReason } },
      ],
      ['line_kernel_drops_total', 'kernelDrops', 'Datagrams that this host’s kernel dropped.'],
      ['line_socket_errors_total', 'socketErrors', 'Errors of the line’s socket.'],
      ['line_disagreements_total', 'disagreements', 'Copies of the line that disagreed with the first copy.'],
    ],
    { perLine: true },
  ),
  ...families('recovery', 'counter', [
    ['recovery_audits_total', 'auditsDone', 'Comparisons of the books with a snapshot.'],
    ['recovery_audit_differences_total', 'auditDifferences', 'Instruments that differed from a snapshot.'],
    ['recovery_snapshots_failed_total', 'snapshotsFailed', 'Snapshots that failed.'],
  ]),
  ...families('strategy', 'counter', [
    ['strategy_units_total', 'units', 'Units shown to the strategy.'],
    ['strategy_exceptions_total', 'thrown', 'Callbacks that threw.'],
    ['strategy_lapped_total', 'lapped', 'Times that the feed overtook the strategy.'],
    ['strategy_missed_units_total', 'missedUnits', 'Units it missed by that.'],
    ['strategy_starts_total', 'starts', 'Times it was started.'],
    ['strategy_log_lines_held_back_total', 'logsHeldBack', 'Lines that it logged beyond its limit: not written.'],
  ]),
  ...families('strategy', 'gauge', [
    [
      'strategy_state',
      'state',
      'State of the strategy: 1 for the present one.',
      { states: { label: 'state', words: ['loading', 'running', 'stopped'] } },
    ],
  ]),
  ...families('thread', 'counter', [
    ['thread_turns_total', 'turns', 'Turns of the duty cycle: a hot thread whose count stands still is stalled.'],
    ['thread_work_total', 'work', 'Work done.'],
    ['thread_long_turns_total', 'longTurns', 'Turns longer than 1 ms.'],
    ['thread_agent_failures_total', 'agentFailures', 'Exceptions of agents.'],
  ]),
  ...families('thread', 'gauge', [
    ['thread_longest_turn_seconds', 'maxTurnNs', 'The longest turn so far.', { scale: SECONDS_PER_NS }],
  ]),
  ...families('main', 'counter', [
    ['main_thread_long_delays_total', 'longDelays', 'Times that the main thread was more than 100 ms late.'],
    ['main_thread_collections_total', 'collections', 'Garbage collections of the main thread.'],
    ['main_thread_collection_seconds_total', 'collectionNs', 'Time that they took.', { scale: SECONDS_PER_NS }],
  ]),
  ...families('main', 'gauge', [
    [
      'main_thread_longest_delay_seconds',
      'worstDelayNs',
      'By how much the main thread was late at worst.',
      { scale: SECONDS_PER_NS },
    ],
  ]),
];

/** Every family that is read from counters. */
export const METRICS: readonly MetricFamily[] = [...FEED_METRICS, ...ORDER_METRICS];

/** Latency histograms: every block of that name becomes a histogram labelled by its own labels. */
export const HISTOGRAM_BLOCKS: readonly { readonly block: string; readonly name: string; readonly help: string }[] = [
  { block: 'latency', name: 'latency_seconds', help: 'Time from one stage to another.' },
];
