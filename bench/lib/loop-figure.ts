/** The three figures that begin where a receive returned (or a deadline passed): one shape, three definitions. */
import { absolute } from './criteria.ts';
import type { BenchContext, FigureFindings } from './figure.ts';
import { collectionsOf, interleave, latencyQuantile, pooled, rawOf, statistic, turn } from './interleave.ts';
import { percentiles, ratioOfPairs } from './stats.ts';
import { percentileColumns, percentileRow } from './text.ts';
import { Traffic } from './traffic.ts';

const HICCUP_MS = 50;
const WARM_SAMPLES = 3;

export interface LoopFigure {
  /** The receivers' `mode`, and further words of their command line. */
  readonly receiver: string;
  /** What the generator sends in one full sample, and in one of a smoke run. */
  readonly pattern: (context: BenchContext) => string;
  /** The same, as fast as the generator can: V8 optimises the paths of a gap only once they are busy. */
  readonly warmUp: (context: BenchContext) => string;
  readonly p50AtMostNs: number;
  readonly p99AtMostNs: number;
  readonly notes: readonly string[];
  /** A further program of ours in the rounds, shown apart. */
  readonly apart?: { readonly receiver: string; readonly label: string };
}

const microseconds = (ns: number) => `≤ ${ns / 1000} µs`;

export async function runLoopFigure(context: BenchContext, figure: LoopFigure): Promise<FigureFindings> {
  const traffic = new Traffic(await context.startC('sender'));
  const ours = await context.startNode('receive', figure.receiver, { as: 'ours' });
  const again = await context.startNode('receive', figure.receiver, { as: 'ours again' });
  const c = await context.startC('receive', figure.receiver);
  const node = await context.startNode('receive-node', figure.receiver, { as: 'dgram' });
  traffic.tolerate(node);
  const hiccup = await context.startC('hiccup');
  const pattern = figure.pattern(context);
  const turns = [
    traffic.turn('ours', ours, pattern),
    traffic.turn('c', c, pattern),
    traffic.turn('oursAgain', again, pattern),
    traffic.turn('node', node, pattern),
    turn('hiccup', hiccup, `ms=${HICCUP_MS}`),
  ];
  const apart = figure.apart && (await context.startNode('receive', figure.apart.receiver, { as: 'ours, apart' }));
  if (apart !== undefined) turns.push(traffic.turn('apart', apart, pattern));
  for (const program of [ours, again, ...(apart === undefined ? [] : [apart])]) {
    for (let i = 0; i < WARM_SAMPLES; i++) await traffic.sample(program, figure.warmUp(context));
  }
  for (const warm of turns) await warm.run(0);
  const runs = await interleave(turns, context.rounds());
  const all = (name: string) => pooled(runs.samples.get(name)!);
  const [p, pc, pn] = ['ours', 'c', 'node'].map((name) => percentiles(all(name)));
  const p50s = (name: string) => statistic(runs.samples.get(name)!, latencyQuantile(0.5));
  const rows = [
    percentileRow('ours', all('ours')),
    percentileRow('C twin', all('c')),
    percentileRow('dgram', all('node')),
  ];
  if (figure.apart !== undefined) rows.push(percentileRow(figure.apart.label, all('apart')));
  rows.push(percentileRow('bare machine (longest step per 10 µs)', all('hiccup')));
  const expected = p!.n;
  if (expected === 0) throw new Error('ours delivered nothing of what this figure measures');
  return {
    criteria: [
      absolute(
        'p50',
        p!.p50,
        { atMost: figure.p50AtMostNs, text: microseconds(figure.p50AtMostNs) },
        { c: pc!.p50, node: pn!.p50 },
      ),
      absolute(
        'p99',
        p!.p99,
        { atMost: figure.p99AtMostNs, text: microseconds(figure.p99AtMostNs) },
        { c: pc!.p99, node: pn!.p99 },
      ),
    ],
    noise: ratioOfPairs(p50s('oursAgain'), p50s('ours')),
    tables: [{ title: 'All rounds together [ns]', columns: percentileColumns, rows }],
    collections: collectionsOf(runs.samples.get('ours')!),
    notes: figure.notes,
    raw: rawOf(runs, pattern),
  };
}
