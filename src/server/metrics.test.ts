import { describe, expect, it } from 'vitest';
import { FeedStatus, LineHealth, LossCause } from '../feed/events.ts';
import { FEED_CELLS, FeedCell, LINE_CELLS, LineCell, lineCell } from '../feed/feed-counters.ts';
import { CounterRegistry } from '../runtime/counters.ts';
import { histogramCellNames, recordLatency } from '../runtime/histogram.ts';
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
    const match = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})? (\S+)$/.exec(line);
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

  it('are named by the conventions: counters end in _total, and no name stands twice', () => {
    for (const { name, type } of METRICS) {
      expect(name).toMatch(/^[a-z][a-z_]*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
    const all = METRICS.map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });

  it('name only cells that there are', () => {
    const registry = new CounterRegistry();
    feed(registry, ['A']);
    const cells = new Set(registry.blocks[0].cellNames);
    for (const { block, cell, perLine } of METRICS) {
      if (block === 'feed') expect(cells.has(perLine ? `A.${cell}` : cell), cell).toBe(true);
    }
  });

  it('write codes as words', () => {
    expect(labelWords({ one: 0, otherLine: 2 })).toEqual(['one', 'code_1', 'other_line']);
  });
});
