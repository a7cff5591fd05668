/**
 * Writes deploy/monitoring/grafana.json, the Grafana dashboard, from the panels below: `npm run grafana`. Import the file in
 * Grafana and choose the Prometheus that scrapes Warmline.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../deploy/monitoring/grafana.json', import.meta.url));
const SOURCE = { type: 'prometheus', uid: '$' + '{datasource}' };
/** Grafana's grid is this wide. */
const COLUMNS = 24;
const MINE = 'instance="$instance"';
const RATE = '[$__rate_interval]';

/** A metric of the instance that was chosen, with more matchers. */
const of = (name, more = '') => `warmline_${name}{${MINE}${more === '' ? '' : `,${more}`}}`;
const rate = (name, more) => `rate(${of(name, more)}${RATE})`;
const percentile = (p, of_) =>
  `histogram_quantile(${p}, sum by (le, from, to) (rate(warmline_latency_seconds_bucket{${MINE}${of_ ?? ''}}${RATE})))`;

/** Text and colour of a yes-or-no figure. */
const mapped = (no, yes, noColor, yesColor) => [
  { type: 'value', options: { 0: { text: no, color: noColor }, 1: { text: yes, color: yesColor } } },
];
const STATE_MAPPING = [{ type: 'value', options: { 0: { text: ' ' }, 1: { text: 'here', color: 'blue' } } }];

function lines(title, unit, targets, more = {}) {
  return {
    type: 'timeseries',
    title,
    width: 8,
    height: 8,
    targets,
    fieldConfig: { defaults: { unit, custom: { fillOpacity: 5, lineWidth: 1, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    ...more,
  };
}

function stat(title, unit, targets, mappings = [], width = 3) {
  return {
    type: 'stat',
    title,
    width,
    height: 4,
    targets: targets.map((target) => ({ ...target, instant: true })),
    fieldConfig: { defaults: { unit, mappings, color: { mode: 'thresholds' } }, overrides: [] },
    options: { colorMode: 'background', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } },
  };
}

/** One row per series whose value is 1: which state holds when. */
function states(title, targets, width = 12) {
  return {
    type: 'state-timeline',
    title,
    width,
    height: 8,
    targets,
    fieldConfig: { defaults: { mappings: STATE_MAPPING, custom: { fillOpacity: 80 } }, overrides: [] },
    options: { mergeValues: true, showValue: 'never', legend: { showLegend: false } },
  };
}

function heatmap(title, of_) {
  return {
    type: 'heatmap',
    title,
    width: 12,
    height: 8,
    targets: [
      {
        expr: `sum by (le) (increase(warmline_latency_seconds_bucket{${MINE}${of_}}${RATE}))`,
        legend: '{{le}}',
        format: 'heatmap',
      },
    ],
    fieldConfig: { defaults: {}, overrides: [] },
    options: { calculate: false, yAxis: { unit: 's' }, color: { scheme: 'Spectral', mode: 'scheme' } },
  };
}

function table(title, targets, width = 12) {
  return {
    type: 'table',
    title,
    width,
    height: 8,
    targets: targets.map((target) => ({ ...target, instant: true, format: 'table' })),
    fieldConfig: { defaults: {}, overrides: [] },
    options: { showHeader: true },
    transformations: [
      { id: 'organize', options: { excludeByName: { Time: true, __name__: true, instance: true, job: true } } },
    ],
  };
}

const t = (expr, legend = '') => ({ expr, legend });
const TO_STRATEGY = ',from="receive",to="strategy"';
const TO_WIRE = ',from="receive",to="order sent"';

/** Rows of the dashboard: a title and its panels. */
const ROWS = [
  [
    'Now',
    [
      stat('May be traded on', 'none', [t(of('ready'))], mapped('NOT READY', 'ready', 'red', 'green')),
      stat('Threads turn', 'none', [t(of('alive'))], mapped('STALLED', 'alive', 'red', 'green')),
      stat('Lines missing', 'none', [t(`sum(${of('line_redundancy_lost')})`)]),
      stat('Units lost', 'none', [t(`sum(${of('feed_lost_units_total')})`)]),
      stat('Orders open', 'none', [t(of('orders_open'))]),
      stat('Unknown', 'none', [t(of('orders_unknown'))]),
      stat('Blind', 'none', [t(of('orders_blind'))]),
      stat('Kill switch', 'none', [t(of('orders_killed'))], mapped('off', 'KILLED', 'green', 'red')),
      states('Status of feeds', [t(`${of('feed_status')} == 1`, '{{feed}} {{status}}')]),
      states('State of sessions', [t(`${of('session_state')} == 1`, '{{session}} {{state}}')]),
    ],
  ],
  [
    'Feeds',
    [
      lines('Units delivered', 'ops', [t(rate('feed_delivered_units_total'), '{{feed}}')]),
      lines('Gaps', 'short', [
        t(of('feed_open_gaps'), '{{feed}} open'),
        t(`increase(${of('feed_gaps_total')}${RATE})`, '{{feed}} opened'),
      ]),
      lines('Missing units, by what became of them', 'short', [
        t(`increase(${of('feed_gap_filled_units_total')}${RATE})`, '{{feed}} filled by {{means}}'),
        t(`increase(${of('feed_lost_units_total')}${RATE})`, '{{feed}} LOST: {{cause}}'),
      ]),
      lines('Switches, by evidence', 'short', [
        t(`increase(${of('feed_switches_total')}${RATE})`, '{{feed}} {{evidence}}'),
      ]),
      lines('Held back behind gaps', 'bytes', [t(of('feed_held_bytes'), '{{feed}}')]),
      lines('Recovery', 'short', [
        t(`increase(${of('feed_retransmit_requests_total')}${RATE})`, '{{feed}} retransmit requests'),
        t(`increase(${of('feed_snapshots_applied_total')}${RATE})`, '{{feed}} snapshots'),
        t(`increase(${of('recovery_snapshots_failed_total')}${RATE})`, '{{feed}} snapshots failed'),
        t(`increase(${of('recovery_audit_differences_total')}${RATE})`, '{{feed}} books that differed'),
      ]),
    ],
  ],
  [
    'Lines',
    [
      states('Health', [t(`${of('line_health')} == 1`, '{{feed}} {{line}} {{health}}')]),
      lines(
        'Share of units won',
        'percentunit',
        [
          t(
            `${rate('line_wins_total')} / on (instance, feed) group_left sum by (instance, feed) (${rate('line_wins_total')})`,
            '{{feed}} {{line}}',
          ),
        ],
        { width: 12 },
      ),
      lines('Won by, on average', 's', [
        t(`${rate('line_won_by_seconds_total')} / ${rate('line_wins_total')}`, '{{feed}} {{line}}'),
      ]),
      lines('Packets', 'pps', [t(rate('line_packets_total'), '{{feed}} {{line}}')]),
      lines('Received', 'Bps', [t(rate('line_received_bytes_total'), '{{feed}} {{line}}')]),
      lines('What a line lacked', 'short', [
        t(`increase(${of('line_holes_total')}${RATE})`, '{{feed}} {{line}} holes'),
        t(`increase(${of('line_late_copies_total')}${RATE})`, '{{feed}} {{line}} too late'),
        t(`increase(${of('line_kernel_drops_total')}${RATE})`, '{{feed}} {{line}} dropped by this host'),
      ]),
      lines('Bad packets', 'short', [
        t(`increase(${of('line_malformed_packets_total')}${RATE})`, '{{feed}} {{line}} {{reason}}'),
        t(`increase(${of('line_refused_packets_total')}${RATE})`, '{{feed}} {{line}} {{reason}}'),
        t(`increase(${of('line_disagreements_total')}${RATE})`, '{{feed}} {{line}} disagrees'),
      ]),
      lines('Fills of gaps', 'short', [t(`increase(${of('line_fills_total')}${RATE})`, '{{feed}} {{line}}')]),
    ],
  ],
  [
    'Latency',
    [
      heatmap('Datagram received → strategy', TO_STRATEGY),
      heatmap('Datagram received → order sent', TO_WIRE),
      lines('Each stage, median', 's', [t(percentile(0.5), '{{from}} → {{to}}')], { width: 12 }),
      lines('Each stage, 99th percentile', 's', [t(percentile(0.99), '{{from}} → {{to}}')], { width: 12 }),
      lines('Received → strategy', 's', [
        t(percentile(0.5, TO_STRATEGY), 'p50'),
        t(percentile(0.99, TO_STRATEGY), 'p99'),
        t(percentile(0.999, TO_STRATEGY), 'p99.9'),
      ]),
      lines('Received → order sent', 's', [
        t(percentile(0.5, TO_WIRE), 'p50'),
        t(percentile(0.99, TO_WIRE), 'p99'),
        t(percentile(0.999, TO_WIRE), 'p99.9'),
      ]),
      lines("Venue's answers, 99.9th percentile, and the deadline", 's', [
        t(of('session_answer_p999_seconds'), '{{session}}'),
        t(of('session_answer_deadline_seconds'), '{{session}} deadline'),
      ]),
    ],
  ],
  [
    'Sessions',
    [
      states('Last evidence of a failure', [
        t(`${of('session_last_evidence', 'evidence!="none"')} == 1`, '{{session}} {{evidence}}'),
      ]),
      lines(
        'Sessions of a group: standing, and carrying orders',
        'short',
        [
          t(of('session_group_sessions'), '{{group}} all'),
          t(of('session_group_standing'), '{{group}} standing'),
          t(of('session_group_routes'), '{{group}} carrying'),
        ],
        { width: 12 },
      ),
      lines('Losses and suspicions', 'short', [
        t(`increase(${of('session_losses_total')}${RATE})`, '{{session}} lost'),
        t(`increase(${of('session_suspicions_total')}${RATE})`, '{{session}} suspected'),
        t(`increase(${of('session_login_rejects_total')}${RATE})`, '{{session}} login refused'),
      ]),
      lines('Round trip of TCP', 's', [t(of('session_round_trip_seconds'), '{{session}}')]),
      lines('Unanswered, and waiting for the kernel', 'short', [
        t(of('session_unanswered_requests'), '{{session}} unanswered'),
        t(of('session_backlog_bytes'), '{{session}} bytes waiting'),
      ]),
    ],
  ],
  [
    'Orders',
    [
      lines('Requests', 'ops', [
        t(rate('orders_entered_total'), 'orders'),
        t(rate('order_replaces_total'), 'replaces'),
        t(rate('order_cancels_total'), 'cancels'),
        t(rate('order_executions_total'), 'executions'),
      ]),
      lines('In doubt', 'short', [
        t(of('orders_unknown'), 'unknown'),
        t(of('orders_blind'), 'blind'),
        t(of('orders_oldest_unknown_seconds'), 'oldest unknown, s'),
        t(of('orders_oldest_blind_seconds'), 'oldest blind, s'),
      ]),
      lines('Resolved, by row of the resolution table', 'short', [
        t(`increase(${of('order_resolutions_total')}${RATE}) > 0`, '{{row}}: {{doubt}}, {{evidence}}'),
      ]),
      lines('Refused before sending', 'short', [
        t(`increase(${of('order_refusals_total')}${RATE}) > 0`, '{{scope}} {{member}} {{reason}}'),
        t(`increase(${of('order_requests_refused_total', 'by!="risk"')}${RATE}) > 0`, 'by {{by}}'),
      ]),
      lines('Use of limits', 'percentunit', [t(of('limit_use_ratio'), '{{scope}} {{limit}}')]),
      lines('Journal', 'bytes', [t(of('journal_lag_bytes'), 'not on the disk yet')]),
      table('Positions', [t(of('position_shares'))]),
      lines(
        'Money',
        'short',
        [
          t(of('account_realised'), '{{account}} realised'),
          t(of('account_unrealised'), '{{account}} unrealised'),
          t(of('account_margin_used'), '{{account}} margin used'),
          t(of('account_margin_free'), '{{account}} margin free'),
        ],
        { width: 12 },
      ),
    ],
  ],
  [
    'Threads and host',
    [
      lines('Turns', 'ops', [t(rate('thread_turns_total'), '{{thread}}')]),
      lines('Turns longer than 1 ms', 'short', [t(`increase(${of('thread_long_turns_total')}${RATE})`, '{{thread}}')]),
      lines('Longest turn so far', 's', [
        t(of('thread_longest_turn_seconds'), '{{thread}}'),
        t(of('main_thread_longest_delay_seconds'), 'main'),
      ]),
      lines('Strategies', 'short', [
        t(rate('strategy_units_total'), '{{strategy}} units/s'),
        t(`increase(${of('strategy_lapped_total')}${RATE})`, '{{strategy}} lapped'),
        t(`increase(${of('strategy_exceptions_total')}${RATE})`, '{{strategy}} exceptions'),
      ]),
      lines('UTC: largest error', 's', [
        t(of('clock_max_error_seconds'), 'error'),
        t(of('clock_offset_seconds'), 'offset'),
      ]),
      lines('API', 'short', [
        t(of('api_clients'), 'clients'),
        t(rate('api_requests_total'), 'requests/s'),
        t(rate('api_refused_requests_total'), 'refused/s'),
        t(`increase(${of('api_auth_failures_total')}${RATE})`, 'wrong tokens'),
      ]),
    ],
  ],
];

function placed() {
  const panels = [];
  let y = 0;
  for (const [title, members] of ROWS) {
    panels.push({ type: 'row', title, collapsed: false, gridPos: { h: 1, w: COLUMNS, x: 0, y } });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const { width, height, targets, ...panel } of members) {
      if (x + width > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      panels.push({
        ...panel,
        datasource: SOURCE,
        gridPos: { h: height, w: width, x, y },
        targets: targets.map(({ legend, ...target }, index) => ({
          ...target,
          datasource: SOURCE,
          legendFormat: legend,
          refId: String.fromCharCode(65 + index),
        })),
      });
      x += width;
      tallest = Math.max(tallest, height);
    }
    y += tallest;
  }
  return panels.map((panel, index) => ({ id: index + 1, ...panel }));
}

/** The dashboard as Grafana imports it. */
export function grafanaDashboard() {
  const variable = { hide: 0, includeAll: false, multi: false, refresh: 1 };
  return {
    title: 'Warmline',
    uid: 'warmline',
    tags: ['warmline'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '5s',
    time: { from: 'now-15m', to: 'now' },
    timezone: 'utc',
    graphTooltip: 1,
    templating: {
      list: [
        { ...variable, name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        {
          ...variable,
          name: 'instance',
          label: 'Router',
          type: 'query',
          datasource: SOURCE,
          query: { query: 'label_values(warmline_info, instance)', refId: 'instance' },
        },
      ],
    },
    annotations: {
      list: [
        {
          name: 'Alerts',
          datasource: SOURCE,
          enable: true,
          iconColor: 'red',
          expr: 'ALERTS{alertstate="firing",alertname=~"Warmline.*"}',
          titleFormat: '{{alertname}}',
        },
      ],
    },
    panels: placed(),
  };
}

export function grafanaText() {
  return `${JSON.stringify(grafanaDashboard(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, grafanaText());
