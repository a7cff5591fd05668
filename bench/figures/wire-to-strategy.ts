import { againstTwin } from '../lib/criteria.ts';
import type { Figure, RawSeries } from '../lib/figure.ts';
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
import { ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { Traffic } from '../lib/traffic.ts';

const SAMPLE_MS = 300;
/** The rate of the criteria: one that the naive twin can follow. */
const MAIN_RATE = 10_000;
const OTHER_RATES = [1_000, 50_000, 100_000] as const;
const OTHER_ROUNDS = 4;
const WARM_RATE = 50_000;
const WARM_SAMPLES = 3;
const HICCUP_MS = 50;
/** Above it `dgram` falls behind without end; a sample would show how long it ran, not how fast it is. */
const NODE_MOST_RATE = 20_000;

/** From the datagram's send to the strategy's callback. */
export const wireToStrategy: Figure = {
  id: 'wire-to-strategy',
  title:
    'Datagram handed to the kernel on line A → strategy callback with the decoded message; both lines carry everything, fused layout',
  unit: 'ns',
  async run(context) {
    const traffic = new Traffic(await context.startC('sender'));
    const ours = await context.startNode('receive', 'mode=wire', { as: 'ours' });
    const again = await context.startNode('receive', 'mode=wire', { as: 'ours again' });
    const c = await context.startC('receive', 'mode=wire');
    const together = await context.startC('receive', 'mode=wire together=1');
    const floor = await context.startC('receive', 'mode=floor');
    const node = await context.startNode('receive-node', 'mode=wire', { as: 'dgram + postMessage' });
    traffic.tolerate(node);
    const hiccup = await context.startC('hiccup');
    const pattern = (rate: number) => `mode=paced rate=${rate} ms=${context.milliseconds(SAMPLE_MS)}`;
    for (const program of [ours, again])
      for (let i = 0; i < WARM_SAMPLES; i++) await traffic.sample(program, pattern(WARM_RATE));
    for (const program of [ours, again, node, c]) await traffic.sample(program, pattern(MAIN_RATE));
    const main = await interleave(
      [
        traffic.turn('ours', ours, pattern(MAIN_RATE)),
        traffic.turn('c', c, pattern(MAIN_RATE)),
        traffic.turn('oursAgain', again, pattern(MAIN_RATE)),
        traffic.turn('together', together, pattern(MAIN_RATE)),
        traffic.turn('floor', floor, pattern(MAIN_RATE)),
        traffic.turn('node', node, pattern(MAIN_RATE)),
        turn('hiccup', hiccup, `ms=${HICCUP_MS}`),
      ],
      context.rounds(),
    );
    const raw: RawSeries[] = rawOf(main, `${MAIN_RATE}/s`);
    const byRate: [number, Interleaved][] = [[MAIN_RATE, main]];
    for (const rate of OTHER_RATES) {
      const turns = [traffic.turn('ours', ours, pattern(rate)), traffic.turn('c', c, pattern(rate))];
      if (rate <= NODE_MOST_RATE) turns.push(traffic.turn('node', node, pattern(rate)));
      const runs = await interleave(turns, context.rounds(OTHER_ROUNDS));
      byRate.push([rate, runs]);
      raw.push(...rawOf(runs, `${rate}/s`));
    }
    const of = (name: string, q: number) => statistic(main.samples.get(name)!, latencyQuantile(q));
    const both = (q: number) => ({ ours: of('ours', q), c: of('c', q), node: of('node', q) });
    const names = [
      ['ours', 'ours'],
      ['c', 'C twin'],
      ['together', 'C, both sockets received from before either packet is looked at'],
      ['floor', 'C, one bare socket, no arbitration'],
      ['node', 'dgram + postMessage'],
      ['hiccup', 'bare machine (longest step per 10 µs)'],
    ] as const;
    const togetherRatio = ratioOfPairs(of('ours', 0.5), of('together', 0.5));
    const floorRatio = ratioOfPairs(of('ours', 0.5), of('floor', 0.5));
    return {
      criteria: [
        againstTwin({ stat: 'p50', ...both(0.5), twin: 'c', atMost: 1.15 }),
        againstTwin({ stat: 'p50', ...both(0.5), twin: 'node', timesFaster: 6 }),
        againstTwin({ stat: 'p99', ...both(0.99), twin: 'c', atMost: 1.5 }),
      ],
      noise: ratioOfPairs(of('oursAgain', 0.5), of('ours', 0.5)),
      tables: [
        ...byRate.map(([rate, runs]) => ({
          title: `${number(rate)} messages/s, one a packet, each on both lines [ns]`,
          columns: percentileColumns,
          rows: names.flatMap(([key, label]) => {
            const samples = runs.samples.get(key);
            return samples === undefined ? [] : [percentileRow(label, pooled(samples))];
          }),
        })),
        {
          title: 'Ours against the other C programs, p50',
          columns: ['', 'median ratio', 'middle half (80 %)'],
          rows: [
            ['÷ C receiving from both sockets first', `${number(togetherRatio.median)} ×`, spread(togetherRatio)],
            ['÷ C on one bare socket', `${number(floorRatio.median)} ×`, spread(floorRatio)],
          ],
        },
      ],
      collections: collectionsOf(main.samples.get('ours')!),
      notes: [
        'Loopback: there is no network card, no driver and no switch in it; the kernel’s send path is (the stamp is taken right before `sendto`).',
        'The generator has a core of its own and so has the receiver; the driver sleeps meanwhile.',
        'The latency is of the first copy, which line A nearly always brings: it is sent about a microsecond before B.',
        'Ours has put the message into the books before it calls the strategy; the twin keeps no books.',
        'The twin looks at line A’s packet before it polls line B, as a C programmer would.',
        'The Node twin is given the core of the system under test for both its threads.',
      ],
      raw,
    };
  },
};
