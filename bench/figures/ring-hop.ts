import { againstTwin } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, latencyQuantile, pooled, rawOf, statistic, turn } from '../lib/interleave.ts';
import { ratioOfPairs } from '../lib/stats.ts';
import { percentileColumns, percentileRow } from '../lib/text.ts';

const SAMPLE_MS = 120;
const TAIL_ROUNDS = 5;

const p50 = latencyQuantile(0.5);

/** One hop over the single-producer single-consumer ring. */
export const ringHop: Figure = {
  id: 'ring-hop',
  title: 'One way between two pinned threads over the ring, 64-byte records written and read',
  unit: 'ns',
  async run(context) {
    const ours = await context.startNode('ring-hop', '', { as: 'ours' });
    const again = await context.startNode('ring-hop', '', { as: 'ours again' });
    const c = await context.startC('ring_hop');
    const node = await context.startNode('ring-hop-node', '', { as: 'postMessage' });
    const ms = `ms=${context.milliseconds(SAMPLE_MS)}`;
    for (const program of [ours, again, node]) await program.go(`${ms} mode=batch`); // warm-up
    const batches = await interleave(
      [
        turn('ours', ours, `${ms} mode=batch`),
        turn('c', c, `${ms} mode=batch`),
        turn('oursAgain', again, `${ms} mode=batch`),
        turn('node', node, ms),
      ],
      context.rounds(),
    );
    const singles = await interleave(
      [turn('ours', ours, `${ms} mode=single`), turn('c', c, `${ms} mode=single`)],
      context.smoke ? 1 : TAIL_ROUNDS,
    );
    const of = (name: string) => statistic(batches.samples.get(name)!, p50);
    return {
      criteria: [
        againstTwin({ stat: 'p50 one way', ours: of('ours'), c: of('c'), node: of('node'), twin: 'c', atMost: 1.3 }),
        againstTwin({
          stat: 'p50 one way',
          ours: of('ours'),
          c: of('c'),
          node: of('node'),
          twin: 'node',
          timesFaster: 100,
        }),
      ],
      noise: ratioOfPairs(of('oursAgain'), of('ours')),
      tables: [
        {
          title: 'One round trip halved, clock reading included [ns]',
          columns: percentileColumns,
          rows: [
            percentileRow('ours', pooled(singles.samples.get('ours')!)),
            percentileRow('C twin', pooled(singles.samples.get('c')!)),
            percentileRow('postMessage', pooled(batches.samples.get('node')!)),
          ],
        },
      ],
      collections: collectionsOf(batches.samples.get('ours')!),
      notes: [
        'The p50 of the criteria is over means of 32 round trips, halved, which keeps the clock (about 25 ns a reading) out of both; the table is over single round trips, which keeps the tail.',
        'Both threads spin on cores of their own: where a core is shared a hop costs a scheduling quantum. Waking a sleeping thread is another figure (tens of µs), and none of ours.',
        'The twin has the same layout and publishes by a release store; V8 compiles `Atomics.store` to a locked exchange on x86.',
      ],
      raw: [...rawOf(batches, 'batch'), ...rawOf(singles, 'single')],
    };
  },
};
