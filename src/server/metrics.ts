import type { CounterBlock, CounterDescription } from '../runtime/counters.ts';
import { counterCells } from '../runtime/counters.ts';
import type { MetricFamily, MetricLabels, MetricType } from './metric-family.ts';
import { HISTOGRAM_BLOCKS, METRICS } from './metric-table.ts';

/** Content type of the text format. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const PREFIX = 'warmline_';
/** Upper bounds of latency buckets, in seconds: 1-2-5 from a quarter of a microsecond to a second. */
const BUCKET_SECONDS = [
  250e-9, 500e-9, 1e-6, 2e-6, 5e-6, 10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 50e-3, 0.1, 1,
];

/** A figure that stands in no counter block. */
export interface ExtraMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly { readonly labels?: MetricLabels; readonly value: number }[];
}

/**
 * Counters as Prometheus text (format 0.0.4). Reads shared memory, writes nothing to it, and costs the threads that count
 * nothing.
 */
export function renderMetrics(
  description: CounterDescription,
  memory: ArrayBufferLike,
  extra: readonly ExtraMetric[] = [],
): string {
  const out: string[] = [];
  const blocks = new Map<string, CounterBlock[]>();
  for (const block of description.blocks) blocks.set(block.name, [...(blocks.get(block.name) ?? []), block]);
  for (const family of METRICS) {
    const samples = (blocks.get(family.block) ?? []).flatMap((block) =>
      samplesOf(family, block, counterCells(memory, block)),
    );
    if (samples.length > 0) out.push(head(family.name, family.help, family.type), ...samples);
  }
  for (const { block, name, help } of HISTOGRAM_BLOCKS) {
    const samples = (blocks.get(block) ?? []).flatMap((each) => histogram(name, each, counterCells(memory, each)));
    if (samples.length > 0) out.push(head(name, help, 'histogram'), ...samples);
  }
  for (const { name, help, type, samples } of extra) {
    if (samples.length === 0) continue;
    out.push(head(name, help, type), ...samples.map(({ labels = {}, value }) => sample(name, labels, value)));
  }
  return `${out.join('\n')}\n`;
}

function samplesOf(family: MetricFamily, block: CounterBlock, cells: Float64Array): string[] {
  const { named } = family;
  if (named !== undefined) {
    return block.cellNames.flatMap((cell, index) => {
      const labels = named(cell);
      return labels === undefined ? [] : [sample(family.name, { ...block.labels, ...labels }, cells[index])];
    });
  }
  if (family.perLine !== true) return cellSamples(family, block.cellNames.indexOf(family.cell), cells, block.labels);
  const suffix = `.${family.cell}`;
  return block.cellNames.flatMap((name, index) =>
    name.endsWith(suffix)
      ? cellSamples(family, index, cells, { ...block.labels, line: name.slice(0, -suffix.length) })
      : [],
  );
}

function cellSamples(family: MetricFamily, index: number, cells: Float64Array, labels: MetricLabels): string[] {
  if (index < 0) return [];
  const { name, scale = 1, by, states } = family;
  if (by !== undefined) {
    return by.words.map((word, i) => sample(name, { ...labels, [by.label]: word }, cells[index + i] * scale));
  }
  if (states !== undefined) {
    return states.words.map((word, i) => sample(name, { ...labels, [states.label]: word }, cells[index] === i ? 1 : 0));
  }
  return [sample(name, labels, cells[index] * scale)];
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${PREFIX}${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', ' ')}\n# TYPE ${PREFIX}${name} ${type}`;
}

function sample(name: string, labels: MetricLabels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${PREFIX}${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** A block whose cells are named `upTo…Ns` (`runtime/histogram.ts`) as cumulative buckets. */
function histogram(name: string, block: CounterBlock, cells: Float64Array): string[] {
  const bounds = boundsOf(block);
  let count = 0;
  let sum = 0;
  let at = 0;
  const out: string[] = [];
  const take = (upToSeconds: number) => {
    for (; at < bounds.length && bounds[at] * 1e-9 <= upToSeconds; at++) {
      const lowest = at === 0 ? 0 : bounds[at - 1] + 1;
      count += cells[at];
      sum += cells[at] * ((lowest + bounds[at]) / 2) * 1e-9;
    }
  };
  for (const bound of BUCKET_SECONDS) {
    take(bound);
    out.push(sample(`${name}_bucket`, { ...block.labels, le: String(bound) }, count));
  }
  take(Number.POSITIVE_INFINITY);
  out.push(sample(`${name}_bucket`, { ...block.labels, le: '+Inf' }, count));
  out.push(sample(`${name}_sum`, block.labels, sum), sample(`${name}_count`, block.labels, count));
  return out;
}

const BOUNDS = new WeakMap<CounterBlock, number[]>();

/** Largest value, in ns, of each bucket of a histogram's block. */
function boundsOf(block: CounterBlock): number[] {
  let bounds = BOUNDS.get(block);
  if (bounds === undefined) {
    bounds = [];
    for (const cell of block.cellNames) {
      const upTo = /^upTo(\d+)Ns$/.exec(cell);
      if (upTo === null) break;
      bounds.push(Number(upTo[1]));
    }
    BOUNDS.set(block, bounds);
  }
  return bounds;
}
