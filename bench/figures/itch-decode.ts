import { againstTwin } from '../lib/criteria.ts';
import type { Figure } from '../lib/figure.ts';
import { rawOf, statistic } from '../lib/interleave.ts';
import { ratioOfPairs } from '../lib/stats.ts';
import { number } from '../lib/text.ts';
import { workloadFile } from '../lib/workload.ts';
import { assertSameChecksums, messageRate, runWorkload, startOurs } from '../lib/workload-figure.ts';

const FULL = { orders: 100_000, chunks: 24, chunkMessages: 400_000 } as const;
const SMOKE = { orders: 10_000, chunks: 2, chunkMessages: 100_000 } as const;
const WARM_SAMPLES = 3;
const BYTES_PER_MIB = 1024 * 1024;

/** Decoding alone. */
export const itchDecode: Figure = {
  id: 'itch-decode',
  title: 'ITCH 5.0 decoded: every field of every message folded into a checksum, real type mix',
  unit: 'million messages/s',
  async run(context) {
    const file = workloadFile(context.smoke ? SMOKE : FULL);
    const c = await context.startC('itch_decode', `input=${file}`);
    const runs = await runWorkload(
      context,
      {
        ours: await startOurs(context, 'itch-decode', file),
        c,
        oursAgain: await startOurs(context, 'itch-decode', file, 'ours again'),
        node: await context.startNode('itch-decode-node', `input=${file}`, { as: 'objects' }),
      },
      context.rounds(),
      WARM_SAMPLES,
    );
    assertSameChecksums(runs.samples.get('ours')!, runs.samples.get('c')!);
    const of = (name: string) => statistic(runs.samples.get(name)!, messageRate);
    const [first] = runs.samples.get('ours')!;
    return {
      criteria: [
        againstTwin({
          stat: 'messages/s',
          ours: of('ours'),
          c: of('c'),
          node: of('node'),
          twin: 'c',
          atLeast: 0.6,
        }),
      ],
      noise: ratioOfPairs(of('oursAgain'), of('ours')),
      tables: [
        {
          title: 'Input',
          columns: ['messages', 'MiB', 'checksum (ours = C twin, every round)'],
          rows: [[number(first!.ops), number((c.ready.bytes as number) / BYTES_PER_MIB), String(first!.checksum)]],
        },
      ],
      notes: [
        'The input is generated with the type mix of public full-day files; it is larger than any cache and read once a sample.',
        'The Node twin makes an object a message and reads a sixteenth of the input.',
      ],
      raw: rawOf(runs, file.split('/').at(-1)),
    };
  },
};
