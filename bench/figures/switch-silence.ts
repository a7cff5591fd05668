import type { Figure } from '../lib/figure.ts';
import { runLoopFigure } from '../lib/loop-figure.ts';
import { percentiles } from '../lib/stats.ts';
import { percentileColumns, percentileRow } from '../lib/text.ts';

const CYCLES = 80;
const WARM_CYCLES = 250;
const WARM_SPACING_US = 20;
const SMOKE_CYCLES = 40;
const STALE_US = 2000;
const SILENCE_US = 3000;
const SPACING_US = 100;

/** Policy `sticky`: the active line falls silent. */
export const switchSilence: Figure = {
  id: 'switch-silence',
  title:
    'Policy `sticky`, idle `spin`: deadline of the silent active line passed → first held or next message of the other line delivered',
  unit: 'ns',
  async run(context) {
    const receiver = `mode=silence staleUs=${STALE_US}`;
    const findings = await runLoopFigure(context, {
      receiver,
      pattern: () =>
        `mode=silence silenceUs=${SILENCE_US} gapUs=${SPACING_US} cycles=${context.smoke ? SMOKE_CYCLES : CYCLES}`,
      // A switch needs its silence: fewer of them, and the paths around them kept busy.
      warmUp: () =>
        `mode=silence silenceUs=${SILENCE_US} gapUs=${WARM_SPACING_US} cycles=${context.smoke ? SMOKE_CYCLES : WARM_CYCLES}`,
      p50AtMostNs: 3_000,
      p99AtMostNs: 30_000,
      apart: { receiver: `${receiver} idle=park`, label: 'ours, idle `park`' },
      notes: [
        `The deadline is the last receive stamp of the active line plus \`staleAfter\`, here ${STALE_US / 1000} ms: that window comes before the figure and is not in it.`,
        'The other line goes on meanwhile, one message every 100 µs, and its messages are held; the lines fall silent in turn.',
        'The machine’s own stalls are in every line of the table, and the twin’s p99 shows how much: while this core is taken away nobody can notice a deadline. What ours adds beyond that is code: a switch comes so seldom that V8 may not have compiled all of its path yet.',
        '`park` sleeps up to 100 µs between looks and is shown for what it is; the C twin spins.',
      ],
    });
    const windows = findings.raw
      .filter((series) => series.program === 'ours')
      .flatMap((series) => series.rounds.flatMap((round) => (round.windowNs as number[] | undefined) ?? []));
    return {
      ...findings,
      tables: [
        ...findings.tables,
        {
          title: `Detection window: silence of the active line when the switch was decided, with \`staleAfter\` = ${STALE_US / 1000} ms [ns]`,
          columns: percentileColumns,
          rows: [percentileRow('ours', percentiles(windows))],
        },
      ],
    };
  },
};
