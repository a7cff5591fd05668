import { absolute } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import {
  collectionsOf,
  type Interleaved,
  interleave,
  latencyQuantile,
  pooled,
  rawOf,
  statistic,
  turn,
} from '../lib/interleave.ts';
import { scratchDirectory } from '../lib/scratch-directory.ts';
import { stageRows } from '../lib/stages.ts';
import { percentiles, ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { Traffic } from '../lib/traffic.ts';

const ORDERS = 5000;
const SMOKE_ORDERS = 1000;
const GAP_US = 50;
/** Warmer and colder caches, as a fact. */
const OTHER_GAPS_US = [10, 500] as const;
const OTHER_ORDERS = 500;
const OTHER_ROUNDS = 6;
const NODE_GAP_US = 200;
const NODE_ORDERS = 1000;
/** Until the journal's ring has wrapped, and V8 has compiled that too. */
const WARM_SAMPLES = 14;
const WARM_GAP_US = 10;
const HICCUP_MS = 50;
const P50_AT_MOST_NS = 1_000;
const P99_AT_MOST_NS = 5_000;

/** One order at a time, over everything but the market data. */
export const orderPath: Figure = {
  id: 'order-path',
  title:
    'Strategy’s call → `send` entered: every risk check, journal `process`, OUCH 5.0 over a real TCP session, real clock',
  unit: 'ns',
  async run(context) {
    const venue = await context.startC('tick_venue');
    const traffic = new Traffic(venue);
    const args = `venue=${(venue.ready.venue as number[]).join(',')} directory=${scratchDirectory()}`;
    // stopped between samples: their journals' copiers look for work all the time
    const ours = await context.startNode('order-path', args, { as: 'ours', pauses: true });
    const again = await context.startNode('order-path', args, { as: 'ours again', pauses: true });
    const c = await context.startC('order_path', args, { pauses: true });
    const node = await context.startNode('order-path-node', args, { as: 'net, objects and Maps' });
    const hiccup = await context.startC('hiccup');
    const orders = context.smoke ? SMOKE_ORDERS : ORDERS;
    const order = (name: string, program: typeof ours, words = `orders=${orders} gapUs=${GAP_US}`) => ({
      name,
      program,
      run: () => traffic.sample(program, `mode=orders user=${program.ready.user}`, undefined, words),
    });
    const nodeOrders = `orders=${context.smoke ? SMOKE_ORDERS / 2 : NODE_ORDERS} gapUs=${NODE_GAP_US}`;
    const turns = [
      order('ours', ours),
      order('c', c),
      order('oursAgain', again),
      order('node', node, nodeOrders),
      turn('hiccup', hiccup, `ms=${HICCUP_MS}`),
    ];
    const warm = `orders=${orders} gapUs=${WARM_GAP_US}`;
    for (let i = 0; i < (context.smoke ? 1 : WARM_SAMPLES); i++)
      for (const program of [ours, again, c]) await order('warm', program, warm).run();
    await order('node', node, nodeOrders).run();
    const runs = await interleave(turns, context.rounds());
    const others: [number, Interleaved][] = [];
    for (const gapUs of OTHER_GAPS_US) {
      const words = `orders=${OTHER_ORDERS} gapUs=${gapUs}`;
      const turnsAt = [order('ours', ours, words), order('c', c, words)];
      others.push([gapUs, await interleave(turnsAt, context.rounds(OTHER_ROUNDS))]);
    }
    const samples = (name: string) => runs.samples.get(name)!;
    for (const name of ['ours', 'c'])
      for (const { refused, open } of samples(name))
        if (refused !== 0 || open !== 0)
          throw new Error(`${name}: ${refused} orders were refused, ${open} stayed open`);
    const all = (name: string) => pooled(samples(name));
    const p = percentiles(all('ours'));
    const [pc, pn] = [percentiles(all('c')), percentiles(all('node'))];
    const of = (name: string) => statistic(samples(name), latencyQuantile(0.5));
    const ratio = ratioOfPairs(of('ours'), of('c'));
    return {
      criteria: [
        absolute('p50', p.p50, { atMost: P50_AT_MOST_NS, text: '≤ 1 µs' }, { c: pc.p50, node: pn.p50 }),
        absolute('p99', p.p99, { atMost: P99_AT_MOST_NS, text: '≤ 5 µs' }, { c: pc.p99, node: pn.p99 }),
      ],
      noise: ratioOfPairs(of('oursAgain'), of('ours')),
      tables: [
        {
          title: `All rounds together, an order every ${GAP_US} µs [ns]`,
          columns: percentileColumns,
          rows: [
            percentileRow('ours', p),
            percentileRow('C twin', pc),
            percentileRow('Node twin', pn),
            percentileRow('bare machine (longest step per 10 µs)', all('hiccup')),
          ],
        },
        ...others.map(([gapUs, found]) => ({
          title: `An order every ${gapUs} µs [ns]`,
          columns: percentileColumns,
          rows: [
            percentileRow('ours', pooled(found.samples.get('ours')!)),
            percentileRow('C twin', pooled(found.samples.get('c')!)),
          ],
        })),
        {
          title: 'Stages by the gateway’s own stamps [ns]',
          columns: percentileColumns,
          rows: [...stageRows('ours', samples('ours')), ...stageRows('C twin', samples('c'))],
        },
        {
          title: 'Ours ÷ C twin, p50',
          columns: ['', 'median ratio', 'middle half (80 %)'],
          rows: [['call → send entered', `${number(ratio.median)} ×`, spread(ratio)]],
        },
      ],
      collections: collectionsOf(samples('ours')),
      notes: [
        'The orders go out one at a time and the gateway polls both its sessions in between, as in a router’s turn: nothing of an order is still in the nearest caches.',
        'The venue (`c/tick_venue.c`) accepts and cancels each order at once, outside of what is measured. `send` itself is the kernel’s; it is in the stage table.',
        'Every limit is set at every scope that it has, four strategies of two accounts trade 512 instruments.',
        'Warm: what V8 meets for the first time makes it compile an order’s way anew, and orders take twice as long meanwhile; the first wrap of the journal’s ring, after some 40,000 orders, is behind it.',
        'The journal’s ring is a file mapping in memory; its copier has the core of the venue.',
        'Node twin: objects and Maps, a line of JSON written to a file before `socket.write`.',
      ],
      raw: [...rawOf(runs, `gapUs=${GAP_US}`), ...others.flatMap(([gapUs, found]) => rawOf(found, `gapUs=${gapUs}`))],
    };
  },
};
