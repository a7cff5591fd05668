import { againstTwin } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, rawOf, statistic, turn } from '../lib/interleave.ts';
import type { Sample } from '../lib/program.ts';
import { median, ratioOfPairs } from '../lib/stats.ts';
import { number, spread } from '../lib/text.ts';

const SAMPLE_MS = 200;
const CONTEXT_ROUNDS = 8;
const RECORDS_PER_COMMIT = [1, 16] as const;

/** Million records a second. */
const rate = (sample: Sample) => (sample.ops / sample.ns) * 1e3;

/** Records a second over the ring. */
export const ringThroughput: Figure = {
  id: 'ring-throughput',
  title: '64-byte records from one pinned thread to another, drained in batches, all bytes written and read',
  unit: 'million records/s',
  async run(context) {
    const ours = await context.startNode('ring-throughput', '', { as: 'ours' });
    const again = await context.startNode('ring-throughput', '', { as: 'ours again' });
    const c = await context.startC('ring_throughput');
    const node = await context.startNode('ring-throughput-node', '', { as: 'ringbuf.js' });
    const ms = `ms=${context.milliseconds(SAMPLE_MS)}`;
    for (const program of [ours, again, node]) await program.go(ms); // warm-up
    const criteria = [];
    const rows: string[][] = [];
    const raw = [];
    let collections = 0;
    let noise: ReturnType<typeof ratioOfPairs> | undefined;
    for (const records of RECORDS_PER_COMMIT) {
      const args = `${ms} commitEvery=${records}`;
      const runs = await interleave(
        [turn('ours', ours, args), turn('c', c, args), turn('oursAgain', again, args), turn('node', node, args)],
        records === 1 ? context.rounds() : context.rounds(CONTEXT_ROUNDS),
      );
      const of = (name: string) => statistic(runs.samples.get(name)!, rate);
      const label = records === 1 ? 'each record committed on its own' : `${records} records a commit`;
      const ratio = ratioOfPairs(of('ours'), of('c'));
      if (records === 1) {
        criteria.push(
          againstTwin({ stat: label, ours: of('ours'), c: of('c'), node: of('node'), twin: 'c', atLeast: 0.7 }),
        );
      }
      rows.push([
        label,
        ...['ours', 'c', 'node'].map((name) => number(median(of(name)))),
        `${number(ratio.median)} ×`,
        spread(ratio),
      ]);
      noise ??= ratioOfPairs(of('oursAgain'), of('ours'));
      collections += collectionsOf(runs.samples.get('ours')!);
      raw.push(...rawOf(runs, `${records} records a commit`));
    }
    return {
      criteria,
      noise,
      tables: [
        {
          title: 'Million records/s',
          columns: ['', 'ours', 'C twin', 'Node twin', 'ours ÷ C', 'middle half (80 %)'],
          rows,
        },
      ],
      collections,
      notes: [
        'The consumer drains up to 256 records and frees them together. A commit is what the ring offers a producer that has several records at hand, as a line reader has after each poll.',
        'The Node twin is `ringbuf.js`, one push a record, popped in blocks of up to 256 records; it does not frame records at all.',
      ],
      raw,
    };
  },
};
