import { describe, expect, it } from 'vitest';
import { FeedStatus, LineHealth, LossCause } from '../feed/events.ts';
import { FEED_CELLS, FeedCell, LINE_CELLS, LineCell, lineCell } from '../feed/feed-counters.ts';
import { GATEWAY_CELLS, GatewayCell } from '../order/gateway-parts.ts';
import { SESSION_CELLS, SessionCell } from '../order/session-cells.ts';
import { SourceCell, SourceState } from '../order/source-cells.ts';
import { Evidence, SessionState } from '../order/terms.ts';
import { RECOVERY_CELLS, RecoveryCell } from '../router/recovery.ts';
import { CounterRegistry } from '../runtime/counters.ts';
import { histogramCellNames, recordLatency } from '../runtime/histogram.ts';
import { MAIN_CELL_NAMES } from '../runtime/main-thread.ts';
import { DUTY_CELL_NAMES } from '../runtime/thread-control.ts';
import { STRATEGY_CELLS, StrategyCell } from '../strategy/strategy-host.ts';
import { METRICS } from './metric-table.ts';
import { labelWords } from './metric-words.ts';
import { renderMetrics } from './metrics.ts';

function names(descriptor: Readonly<Record<string, number>>, count: number, prefix = ''): string[] {
  const cells = Array.from({ length: count }, (_, cell) => `${prefix}cell${cell}`);
  for (const [name, cell] of Object.entries(descriptor)) cells[cell] = prefix + name;
  return cells;
}

function feed(registry: CounterRegistry, lines: readonly string[]): Float64Array {
  const cellNames = [
    ...names(FeedCell, FEED_CELLS),
    ...lines.flatMap((line) => names(LineCell, LINE_CELLS, `${line}.`)),
  ];
  return registry.allocate('feed', { feed: 'itch "x"' }, cellNames).cells;
}

/** Every sample of the text, by name and labels. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (type !== null) {
      expect(types.has(type[1])).toBe(false); // a family stands together
      types.set(type[1], type[2]);
      continue;
    }
    if (line.startsWith('# HELP ')) continue;
    const match = /^([a-z0-9_]+)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})? (\S+)$/.exec(line);
    expect(match, line).not.toBeNull();
    const family = match![1].replace(/_(bucket|sum|count)$/, '');
    expect(types.has(match![1]) || types.get(family) === 'histogram', line).toBe(true);
    expect(Number.isNaN(Number(match![3])) && match![3] !== 'NaN', line).toBe(false);
    expect(samples.has(match![1] + (match![2] ?? '')), `twice: ${line}`).toBe(false);
    samples.set(match![1] + (match![2] ?? ''), Number(match![3]));
  }
  return samples;
}

describe('metrics', () => {
  it('show counters by feed and line, states one series a word, causes one series each', () => {
    const registry = new CounterRegistry();
    const cells = feed(registry, ['A', 'B']);
    cells[FeedCell.status] = FeedStatus.recovering;
    cells[FeedCell.delivered] = 12;
    cells[FeedCell.lostByCause + LossCause.kernelDrop] = 3;
    cells[lineCell(1, LineCell.health)] = LineHealth.stale;
    cells[lineCell(1, LineCell.wonByTotalNs)] = 2.5e9;
    const samples = parse(renderMetrics(registry.describe(), registry.memory));
    const label = 'feed="itch \\"x\\""';
    expect(samples.get(`warmline_feed_status{${label},status="recovering"}`)).toBe(1);
    expect(samples.get(`warmline_feed_status{${label},status="live"}`)).toBe(0);
    expect(samples.get(`warmline_feed_delivered_units_total{${label}}`)).toBe(12);
    expect(samples.get(`warmline_feed_lost_units_total{${label},cause="kernel_drop"}`)).toBe(3);
    expect(samples.get(`warmline_line_health{${label},line="B",health="stale"}`)).toBe(1);
    expect(samples.get(`warmline_line_health{${label},line="A",health="stale"}`)).toBe(0);
    expect(samples.get(`warmline_line_won_by_seconds_total{${label},line="B"}`)).toBe(2.5);
  });

  it('show latencies as cumulative buckets', () => {
    const registry = new CounterRegistry();
    const { cells } = registry.allocate('latency', { from: 'receive', to: 'strategy' }, histogramCellNames());
    for (const ns of [100, 900, 900, 4000, 3e9]) recordLatency(cells, ns);
    const samples = parse(renderMetrics(registry.describe(), registry.memory));
    const bucket = (le: string) =>
      samples.get(`warmline_latency_seconds_bucket{from="receive",to="strategy",le="${le}"}`);
    expect([bucket('2.5e-7'), bucket('0.000001'), bucket('0.000005'), bucket('1'), bucket('+Inf')]).toEqual([
      1, 3, 4, 4, 5,
    ]);
    expect(samples.get('warmline_latency_seconds_count{from="receive",to="strategy"}')).toBe(5);
    expect(samples.get('warmline_latency_seconds_sum{from="receive",to="strategy"}')).toBeGreaterThan(1);
  });

  it('take figures that stand in no counter', () => {
    const registry = new CounterRegistry();
    const text = renderMetrics(registry.describe(), registry.memory, [
      { name: 'api_clients', help: 'Clients.', type: 'gauge', samples: [{ labels: { role: 'view' }, value: 2 }] },
    ]);
    expect(parse(text).get('warmline_api_clients{role="view"}')).toBe(2);
  });

  it('show the order half: sessions, refusals by scope and name, rows of the resolution table', () => {
    const registry = new CounterRegistry();
    const session = registry.allocate('session', { port: 'P1', session: 'P1.a' }, names(SessionCell, SESSION_CELLS));
    session.cells[SessionCell.state] = SessionState.suspect;
    session.cells[SessionCell.evidence] = Evidence.ackDeadline;
    session.cells[SessionCell.roundTripUs] = 42;
    session.cells[SessionCell.losses] = 3;
    const copy = registry.allocate('dropCopy', { source: 'dropcopy' }, Object.keys(SourceCell));
    copy.cells[SourceCell.state] = SourceState.live;
    copy.cells[SourceCell.executions] = 12;
    const gateway = registry.allocate('gateway', {}, names(GatewayCell, GATEWAY_CELLS));
    gateway.cells[GatewayCell.refusedLast] = 2;
    const refusals = registry.allocate('refusals', {}, [
      'global.maxOrderShares',
      'account.my.main.maxPosition',
      'strategy.mm.passed',
      'cell3',
      'instrument.halted',
    ]);
    refusals.cells.set([1, 7, 100, 9, 4]);
    registry.allocate('resolutions', {}, ['row0', 'row5']).cells.set([8, 2]);
    const samples = parse(renderMetrics(registry.describe(), registry.memory));
    const labels = 'port="P1",session="P1.a"';
    expect(samples.get(`warmline_session_state{${labels},state="suspect"}`)).toBe(1);
    expect(samples.get(`warmline_session_state{${labels},state="active"}`)).toBe(0);
    expect(samples.get(`warmline_session_last_evidence{${labels},evidence="ack_deadline"}`)).toBe(1);
    expect(samples.get(`warmline_session_round_trip_seconds{${labels}}`)).toBeCloseTo(42e-6);
    expect(samples.get(`warmline_session_losses_total{${labels}}`)).toBe(3);
    expect(samples.get('warmline_drop_copy_state{source="dropcopy",state="live"}')).toBe(1);
    expect(samples.get('warmline_drop_copy_executions_total{source="dropcopy"}')).toBe(12);
    expect(samples.get('warmline_order_requests_refused_total{by="last_check"}')).toBe(2);
    const refused = (scope: string, member: string, reason: string) =>
      samples.get(`warmline_order_refusals_total{scope="${scope}",member="${member}",reason="${reason}"}`);
    expect(refused('global', '', 'maxOrderShares')).toBe(1);
    expect(refused('account', 'my.main', 'maxPosition')).toBe(7);
    expect(refused('instrument', '', 'halted')).toBe(4);
    expect([...samples.keys()].filter((name) => name.startsWith('warmline_order_refusals_total'))).toHaveLength(3);
    expect(samples.get('warmline_order_checks_passed_total{strategy="mm"}')).toBe(100);
    expect(samples.get('warmline_order_resolutions_total{row="5",doubt="entered",evidence="never_arrived"}')).toBe(2);
  });

  it('are named by the conventions: counters end in _total, and no name stands twice', () => {
    for (const { name, type } of METRICS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
    const all = METRICS.map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });

  it('name only cells that there are', () => {
    const registry = new CounterRegistry();
    feed(registry, ['A']);
    registry.allocate('session', {}, names(SessionCell, SESSION_CELLS));
    registry.allocate('dropCopy', {}, Object.keys(SourceCell));
    registry.allocate('gateway', {}, names(GatewayCell, GATEWAY_CELLS));
    registry.allocate('strategy', {}, names(StrategyCell, STRATEGY_CELLS));
    registry.allocate('recovery', {}, names(RecoveryCell, RECOVERY_CELLS));
    registry.allocate('thread', {}, DUTY_CELL_NAMES);
    registry.allocate('main', {}, MAIN_CELL_NAMES);
    const cells = new Map(registry.blocks.map(({ name, cellNames }) => [name, new Set(cellNames)]));
    for (const { block, cell, perLine, named } of METRICS) {
      if (named !== undefined) continue;
      expect(cells.get(block)?.has(perLine ? `A.${cell}` : cell), `${block}.${cell}`).toBe(true);
    }
  });

  it('write codes as words', () => {
    expect(labelWords({ one: 0, otherLine: 2 })).toEqual(['one', 'code_1', 'other_line']);
  });
});
