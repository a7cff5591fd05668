import { againstTwin } from '../lib/criteria.ts';
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
import type { Sample } from '../lib/program.ts';
import { scratchDirectory } from '../lib/scratch-directory.ts';
import { median, ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';
import { Traffic } from '../lib/traffic.ts';

/** Twice as many messages: what a tick shows is taken off the book again before the next one. */
const RATE = 5_000;
const OTHER_RATES = [1_000] as const;
const OTHER_ROUNDS = 6;
const SAMPLE_MS = 300;
/** Until the journal's ring has wrapped, and V8 has compiled that too. */
const WARM_SAMPLES = 9;
const WARM_RATE = 20_000;
const HICCUP_MS = 50;
/** Stages of ours by the router's own histograms: key, and what it is. */
const STAGES = [
  ['wireToSent', 'datagram received → order handed to the kernel'],
  ['risk', 'of it: strategy’s call → risk has passed'],
  ['toSend', 'of it: → about to send (route, journal, encoding)'],
  ['send', 'of it: the kernel’s `send`'],
] as const;

type Stages = Readonly<Record<string, Readonly<Record<'p50' | 'p90' | 'p99', number>>>>;

function stageRows(samples: readonly Sample[]): string[][] {
  const of = (stage: string, q: 'p50' | 'p90' | 'p99') =>
    number(median(samples.map(({ stages }) => (stages as Stages)[stage]![q])));
  return STAGES.map(([key, words]) => [words, of(key, 'p50'), of(key, 'p90'), of(key, 'p99')]);
}

function assertAnswered(name: string, samples: readonly Sample[]): void {
  for (const { sent, ops, unanswered, stray, refused, why } of samples) {
    if (refused !== 0) throw new Error(`${name}: ${refused} orders were refused: ${why}`);
    if (unanswered !== 0)
      throw new Error(
        `${name}: ${unanswered} of ${sent} ticks were not answered in time (${ops} orders, ${stray} stray)`,
      );
  }
}

/** From the datagram's send to the order's arrival. */
export const tickToTrade: Figure = {
  id: 'tick-to-trade',
  title:
    'Datagram handed to the kernel on line A → order read from the venue’s TCP socket; both lines, two sessions, risk, journal `process`, fused layout',
  unit: 'ns',
  async run(context) {
    const venue = await context.startC('tick_venue');
    const traffic = new Traffic(venue);
    const args = `venue=${(venue.ready.venue as number[]).join(',')} directory=${scratchDirectory()}`;
    const ours = await context.startNode('trade', args, { as: 'ours', pauses: true });
    const again = await context.startNode('trade', args, { as: 'ours again', pauses: true });
    const floor = await context.startC('tick_to_trade', `mode=floor ${args}`);
    const full = await context.startC('tick_to_trade', `mode=gateway ${args}`, { pauses: true });
    const node = await context.startNode('trade-node', args, { as: 'dgram + net' });
    const hiccup = await context.startC('hiccup');
    const ticks = (name: string, program: typeof ours, rate = RATE) => {
      const pattern = `mode=ticks user=${program.ready.user} rate=${rate} ms=${context.milliseconds(SAMPLE_MS)}`;
      return traffic.turn(name, program, pattern);
    };
    const turnsAt = (rate: number) => [
      ticks('ours', ours, rate),
      ticks('c', floor, rate),
      ticks('oursAgain', again, rate),
      ticks('full', full, rate),
      ticks('node', node, rate),
    ];
    const turns = turnsAt(RATE);
    for (let i = 0; i < (context.smoke ? 1 : WARM_SAMPLES); i++)
      for (const program of [ours, again]) await ticks('warm', program, WARM_RATE).run(i);
    for (const one of turns) await one.run(0);
    const runs = await interleave([...turns, turn('hiccup', hiccup, `ms=${HICCUP_MS}`)], context.rounds());
    const samples = (name: string) => runs.samples.get(name)!;
    for (const { name } of turns) assertAnswered(name, samples(name));
    const others: [number, Interleaved][] = [];
    for (const rate of OTHER_RATES) {
      const atRate = await interleave(turnsAt(rate), context.rounds(OTHER_ROUNDS));
      for (const [name, found] of atRate.samples) assertAnswered(name, found);
      others.push([rate, atRate]);
    }
    const of = (name: string, q: number) => statistic(samples(name), latencyQuantile(q));
    const both = (q: number) => ({ ours: of('ours', q), c: of('c', q), node: of('node', q) });
    const toFull = (q: number) => ratioOfPairs(of('ours', q), of('full', q));
    const names = [
      ['ours', 'ours'],
      ['c', 'C twin: receive, parse, send'],
      ['full', 'C with arbitration, risk, store and journal'],
      ['node', 'dgram + net'],
      ['hiccup', 'bare machine (longest step per 10 µs)'],
    ] as const;
    return {
      criteria: [
        againstTwin({ stat: 'p50', ...both(0.5), twin: 'c', atMost: 1.25 }),
        againstTwin({ stat: 'p99', ...both(0.99), twin: 'c', atMost: 1.6 }),
      ],
      noise: ratioOfPairs(of('oursAgain', 0.5), of('ours', 0.5)),
      tables: [
        ...[[RATE, runs] as const, ...others].map(([rate, found]) => ({
          title: `${number(rate)} ticks/s, each on both lines, one order a tick [ns]`,
          columns: percentileColumns,
          rows: names.flatMap(([key, label]) => {
            const at = found.samples.get(key);
            return at === undefined ? [] : [percentileRow(label, pooled(at))];
          }),
        })),
        {
          title: 'Ours ÷ the C program that does as much',
          columns: ['', 'median ratio', 'middle half (80 %)'],
          rows: (
            [
              ['p50', 0.5],
              ['p99', 0.99],
            ] as const
          ).map(([name, q]) => [name, `${number(toFull(q).median)} ×`, spread(toFull(q))]),
        },
        {
          title:
            'A turn over both lines and both sessions, median of the rounds [ns]; a datagram waits half of one on average',
          columns: ['', 'turn'],
          rows: names.flatMap(([key, label]) => {
            const lengths = samples(key).flatMap(({ turnNs }) => (typeof turnNs === 'number' ? [turnNs] : []));
            return lengths.length === 0 ? [] : [[label, number(median(lengths))]];
          }),
        },
        {
          title: 'Stages of ours by the router’s histograms, median of the rounds [ns]',
          columns: ['', 'p50', 'p90', 'p99'],
          rows: stageRows(samples('ours')),
        },
      ],
      collections: collectionsOf(samples('ours')),
      notes: [
        'Loopback: no network card, no driver, no switch; the kernel’s send paths are in it, that of UDP on the venue’s core, that of TCP on the trader’s.',
        'The venue stamps right before `sendto` on line A and again when a `recv` of its TCP socket has brought the order. It accepts and cancels the order after that.',
        'The twin of the criteria polls the same two lines and two sessions; it arbitrates nothing beyond the first copy, keeps no books, checks nothing and writes nothing down. Ours does all of that, with every limit set at every scope.',
        'The venue has a core of its own, which on a machine of two cores it shares with the copier of our journal.',
        'Warm: what V8 meets for the first time, as the first wrap of the journal’s ring after some 40,000 orders, makes it compile an order’s way anew; that is behind it.',
        'Each tick is an order that the strategy takes; its shares say which tick an order answers.',
      ],
      raw: [...rawOf(runs, `${RATE}/s`), ...others.flatMap(([rate, found]) => rawOf(found, `${rate}/s`))],
    };
  },
};
