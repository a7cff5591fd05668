import type { BenchContext, Criterion, Figure, RawSeries } from '../lib/figure.ts';
import { interleave, latencyQuantile, pooled, rawOf, statistic, turn } from '../lib/interleave.ts';
import type { Sample } from '../lib/program.ts';
import { ratioOfPairs } from '../lib/stats.ts';
import { number, percentileColumns, percentileRow, spread } from '../lib/text.ts';

const RECORDS = 10_000_000;
const FEW_RECORDS = 1_000_000;
const SMOKE_RECORDS = 100_000;
const MOST_SECONDS = 30;
const MOST_MEBIBYTES = 256;
const WRITE_MS = 200;
const START_TIMEOUT_MS = 120_000;

/** One journal: read, then recovered from. */
async function recoveredOf(context: BenchContext, records: number): Promise<{ read: Sample; state: Sample }> {
  const program = await context.startNode('journal-recovery', `records=${records}`, { as: 'recovery' });
  const read = await program.go('what=read', undefined, START_TIMEOUT_MS);
  const state = await program.go('what=state', undefined, START_TIMEOUT_MS);
  await program.end();
  if (state.orders !== program.ready.orders || state.open !== 0 || state.incidents !== 0) {
    throw new Error(`recovered ${state.orders} orders, ${state.open} open, with ${state.incidents} incidents`);
  }
  return { read, state };
}

function upTo(stat: string, value: number, bound: number, unit: string): Criterion {
  return {
    stat,
    ours: value,
    c: null,
    node: null,
    bound: `≤ ${bound} ${unit}`,
    holds: value <= bound,
    value,
    valueUnit: unit,
  };
}

const secondsOf = (sample: Sample): number => sample.ns / 1e9;
const mebibytes = (value: unknown): string => `${number(Math.round(value as number))} MiB`;

/** A start from a long day's journal, and what writing it costs. */
export const journalRecovery: Figure = {
  id: 'journal-recovery',
  title: 'A day’s journal of 10 million records → orders, positions, margin and fills as they were',
  unit: 's',
  async run(context) {
    const sizes = context.smoke ? [SMOKE_RECORDS] : [FEW_RECORDS, RECORDS];
    const recovered = [];
    for (const size of sizes) recovered.push(await recoveredOf(context, size));
    const { read, state } = recovered.at(-1)!;
    const write = (durability: string) =>
      context.startNode('journal-write', `durability=${durability}`, { as: `journal ${durability}` });
    const writers = [
      ['off', 'off: records filled in and forgotten', await write('off')],
      ['process', '`process`: in the mapped ring', await write('process')],
      ['c', '`process`, C twin', await context.startC('journal_write')],
      ['disk', '`disk`: synced before it returns', await write('disk')],
    ] as const;
    const go = `ms=${context.milliseconds(WRITE_MS)}`;
    for (const [, , program] of writers) await program.go(go);
    const writes = await interleave(
      writers.map(([name, , program]) => turn(name, program, go)),
      context.rounds(),
    );
    const p50 = (name: string) => statistic(writes.samples.get(name)!, latencyQuantile(0.5));
    const ratio = ratioOfPairs(p50('process'), p50('c'));
    const raw: RawSeries[] = [
      { program: 'recovery', setting: sizes.join(', '), rounds: recovered.flatMap((one) => [one.read, one.state]) },
      ...rawOf(writes, go),
    ];
    return {
      criteria: [
        upTo('whole state', secondsOf(state), MOST_SECONDS, 's'),
        upTo('memory to read it with', read.peakResidentMebibytes as number, MOST_MEBIBYTES, 'MiB'),
      ],
      tables: [
        {
          title: 'Recovery by length of the journal',
          columns: [
            'records',
            'journal',
            'reading alone',
            'whole state',
            'orders',
            'state’s memory',
            'peak resident, reading',
            'peak resident, state',
          ],
          rows: recovered.map((one) => [
            number(one.read.ops),
            mebibytes(one.read.journalMebibytes),
            `${number(secondsOf(one.read))} s`,
            `${number(secondsOf(one.state))} s`,
            number(one.state.orders as number),
            mebibytes(one.state.stateMebibytes),
            mebibytes(one.read.peakResidentMebibytes),
            mebibytes(one.state.peakResidentMebibytes),
          ]),
        },
        {
          title: 'What an order’s intent and result cost its thread, by durability [ns]',
          columns: percentileColumns,
          rows: writers.map(([name, label]) => percentileRow(label, pooled(writes.samples.get(name)!))),
        },
        {
          title: 'Writing, ours against the C twin, p50',
          columns: ['', 'median ratio', 'middle half (80 %)'],
          rows: [['`process`', `${number(ratio.median)} ×`, spread(ratio)]],
        },
      ],
      notes: [
        'A start as it is shipped: the journal’s directory taken, every record checked and folded into a new store, ledger and table of fills, the files made complete, the ring made anew. The figure is one run: the bound is absolute.',
        'Of four orders one is executed, one replaced and cancelled, two cancelled: 25 records. Each record was checked, no incident was counted, no order is open behind it.',
        'The state’s memory is set aside by `orders.maxOrders`, not by the journal’s length; what reading takes beside it does not grow with the journal.',
        'The files were written moments before: they come from the page cache, not from the disk.',
        'One order every 20 µs when writing. `disk` waits for this machine’s disk; the C twin has no such durability.',
      ],
      raw,
    };
  },
};
