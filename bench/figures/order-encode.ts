import { againstTwin, atLeast } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import { collectionsOf, interleave, rawOf, statistic, turn } from '../lib/interleave.ts';
import { median, ratioOfPairs } from '../lib/stats.ts';
import { number, spread } from '../lib/text.ts';
import { assertSameChecksums, messageRate } from '../lib/workload-figure.ts';

const ORDERS = 100_000;
const SMOKE_ORDERS = 20_000;
const NODE_ORDERS = 20_000;
/** It takes V8 some of these to have compiled the whole way of an order. */
const WARM_SAMPLES = 8;
const LEAST_MILLIONS = 2;

/** Orders without a socket. */
export const orderEncode: Figure = {
  id: 'order-encode',
  title: 'Orders through risk, store, ledger and OUCH 5.0 encoding; no socket, no journal, every limit set',
  unit: 'million orders/s',
  async run(context) {
    const ours = await context.startNode('order-encode', '', { as: 'ours' });
    const again = await context.startNode('order-encode', '', { as: 'ours again' });
    const c = await context.startC('order_encode');
    const node = await context.startNode('order-encode-node', '', { as: 'objects and Maps' });
    const go = `orders=${context.smoke ? SMOKE_ORDERS : ORDERS}`;
    for (let i = 0; i < (context.smoke ? 1 : WARM_SAMPLES); i++)
      for (const program of [ours, again, c]) await program.go(go);
    const runs = await interleave(
      [
        turn('ours', ours, go),
        turn('c', c, go),
        turn('oursAgain', again, go),
        turn('node', node, `orders=${NODE_ORDERS}`),
      ],
      context.rounds(),
    );
    const [samples, twin] = [runs.samples.get('ours')!, runs.samples.get('c')!];
    assertSameChecksums(samples, twin);
    for (const { refused } of [...samples, ...twin])
      if (refused !== 0) throw new Error(`${refused} orders were refused`);
    const of = (name: string) => statistic(runs.samples.get(name)!, messageRate);
    const ratio = ratioOfPairs(of('ours'), of('c'));
    return {
      criteria: [
        againstTwin({ stat: 'orders/s', ours: of('ours'), c: of('c'), node: of('node'), twin: 'c', atLeast: 0.4 }),
        atLeast('orders/s', median(of('ours')), LEAST_MILLIONS, `≥ ${LEAST_MILLIONS} M/s`, {
          c: median(of('c')),
          node: median(of('node')),
          unit: 'M/s',
        }),
      ],
      noise: ratioOfPairs(of('oursAgain'), of('ours')),
      tables: [
        {
          title: 'ns per order',
          columns: ['', 'ours', 'C twin', 'Node twin', 'ours ÷ C, orders/s', 'middle half (80 %)'],
          rows: [
            [
              'new day order',
              ...['ours', 'c', 'node'].map((name) => number(1e3 / median(of(name)))),
              `${number(ratio.median)} ×`,
              spread(ratio),
            ],
          ],
        },
      ],
      collections: collectionsOf(samples),
      notes: [
        'Ours is the shipped gateway’s `enter`, over a socket that takes everything and a journal that keeps nothing: its record is filled in and forgotten. `order-path` has the journal, a socket and the real clock.',
        'Every limit is set at every scope that it has, at bounds that are not reached: each check is made to its end. Four strategies of two accounts trade 512 instruments, up to 512 orders open at once.',
        'The twin has the same slot of 256 bytes, the same lists, windows, hashes and sums, and patches the same packet; money is in integers where ours has doubles. The folded packets of both agree in every round.',
        'Time is made up: it advances 20 µs an order, so that the windows of messages and duplicates hold what they would. The venue ends the orders outside of the measured time.',
        'The day’s slots are written for the first time: each order brings four cache lines into the caches, in both programs.',
      ],
      raw: rawOf(runs, go),
    };
  },
};
