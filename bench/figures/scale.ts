import type { BenchContext, Criterion, Figure, RawSeries } from '../lib/figure.ts';
import { collectionsOf, interleave, nsPerOp, rawOf, statistic, turn } from '../lib/interleave.ts';
import type { Program } from '../lib/program.ts';
import { median, type Ratio, ratioOfPairs } from '../lib/stats.ts';
import { number, spread } from '../lib/text.ts';
import { workloadFile } from '../lib/workload.ts';
import { startOurs } from '../lib/workload-figure.ts';

const SYMBOLS = [10, 100, 1_000, 10_000] as const;
const SMOKE_SYMBOLS = [10, 1_000] as const;
const LIVE_ORDERS = 100_000;
const CHUNKS = 26;
const CHUNK_MESSAGES = 200_000;
const SMOKE_CHUNKS = 4;
const SMOKE_CHUNK_MESSAGES = 50_000;
const FEEDS = [1, 2, 4, 8, 16] as const;
const SMOKE_FEEDS = [1, 4] as const;
const FEEDS_MS = 100;
const WARM_MS = 400;
const WARM_CHUNKS = 4;
const ROUNDS = 20;
const MOST = 1.3;

interface Point {
  readonly label: string;
  readonly ours: number;
  readonly c: number;
  readonly ratio: Ratio;
}

/** Cost per message as symbols and feeds grow. */
export const scale: Figure = {
  id: 'scale',
  title: 'Cost per message as symbols and feeds grow, against the C twin at each point',
  unit: 'ns per message (symbols), ns per packet (feeds)',
  async run(context) {
    const raw: RawSeries[] = [];
    let collections = 0;
    const measure = async (label: string, ours: Program, c: Program, args: string): Promise<Point> => {
      const runs = await interleave([turn('ours', ours, args), turn('c', c, args)], context.rounds(ROUNDS));
      raw.push(...rawOf(runs, label));
      collections += collectionsOf(runs.samples.get('ours')!);
      const costs = (name: string) => statistic(runs.samples.get(name)!, nsPerOp);
      ours.stop();
      c.stop();
      return {
        label,
        ours: median(costs('ours')),
        c: median(costs('c')),
        ratio: ratioOfPairs(costs('ours'), costs('c')),
      };
    };
    const bySymbols: Point[] = [];
    for (const symbols of context.smoke ? SMOKE_SYMBOLS : SYMBOLS) {
      const [ours, c] = await startBooks(context, symbols);
      bySymbols.push(await measure(`${number(symbols)} symbols`, ours, c, ''));
    }
    const byFeeds: Point[] = [];
    for (const feeds of context.smoke ? SMOKE_FEEDS : FEEDS) {
      const ours = await context.startNode('arbitrate', `feeds=${feeds}`, { as: 'ours' });
      const c = await context.startC('arbitrate', `feeds=${feeds}`);
      await ours.go(`ms=${context.milliseconds(WARM_MS)}`);
      byFeeds.push(
        await measure(`${feeds} feed${feeds === 1 ? '' : 's'}`, ours, c, `ms=${context.milliseconds(FEEDS_MS)}`),
      );
    }
    return {
      criteria: [...growth(bySymbols), ...growth(byFeeds)],
      tables: [
        table(`Books, ${number(LIVE_ORDERS)} live orders [ns per message]`, bySymbols),
        table('Arbitration, packets of all feeds in turn [ns per packet]', byFeeds),
      ],
      collections,
      notes: [
        'The number of live orders stays the same: more symbols mean shallower books and a colder cache, in both programs.',
        'A feed has windows of its own (about 20 MiB of address space, of which an in-order stream touches 2 MiB): sixteen of them leave the second-level cache, in both programs.',
      ],
      raw,
    };
  },
};

async function startBooks(context: BenchContext, symbols: number): Promise<[Program, Program]> {
  const file = workloadFile({
    symbols,
    orders: LIVE_ORDERS,
    chunks: context.smoke ? SMOKE_CHUNKS : CHUNKS,
    chunkMessages: context.smoke ? SMOKE_CHUNK_MESSAGES : CHUNK_MESSAGES,
  });
  const ours = await startOurs(context, 'itch-book', file);
  const c = await context.startC('itch_book', `input=${file}`);
  for (let i = 0; i < (context.smoke ? 1 : WARM_CHUNKS); i++) {
    await ours.go();
    await c.go();
  }
  return [ours, c];
}

/** At each point: the ratio to the twin, divided by the first point's. */
function growth(points: readonly Point[]): Criterion[] {
  const first = points[0]!;
  return points.slice(1).map((point) => {
    const value = point.ratio.median / first.ratio.median;
    return {
      stat: `${point.label}: ratio to C ÷ that of ${first.label}`,
      ours: point.ours,
      c: point.c,
      node: null,
      bound: `≤ ${MOST}`,
      holds: value <= MOST,
      value,
    };
  });
}

function table(title: string, points: readonly Point[]) {
  return {
    title,
    columns: ['', 'ours', 'C twin', 'ours ÷ C', 'middle half (80 %)'],
    rows: points.map((p) => [p.label, number(p.ours), number(p.c), `${number(p.ratio.median)} ×`, spread(p.ratio)]),
  };
}
