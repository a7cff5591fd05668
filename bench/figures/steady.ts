import type { Criterion, Figure } from '../lib/figure.ts';
import type { Sample } from '../lib/program.ts';
import { number, percentileColumns, percentileRow } from '../lib/text.ts';
import { Traffic } from '../lib/traffic.ts';

const RATE = 100_000;
const FULL_MS = 60_000;
const SMOKE_MS = 2_000;
const WARM_MS = 3_000;
const TWIN_MS = 3_000;
const BURST = 'factor=10 burstMs=10 everyMs=1000';
const SPARE_MS = 10_000;
const MOST_ALLOCATED_BYTES = 0.1;

function atMost(stat: string, value: number, bound: number, text: string): Criterion {
  return { stat, ours: value, c: null, node: null, bound: text, holds: value <= bound, value };
}

/** A minute of a busy feed. */
export const steady: Figure = {
  id: 'steady',
  title: '100,000 messages/s on both lines for 60 s, with bursts of 10 × for 10 ms every second; V8’s default nursery',
  unit: 'as named',
  async run(context) {
    const traffic = new Traffic(await context.startC('sender'));
    const ours = await context.startNode('receive', 'mode=wire sampleEvery=64 nursery=default', { as: 'ours' });
    const c = await context.startC('receive', 'mode=wire');
    const node = await context.startNode('receive-node', 'mode=wire', { as: 'dgram + postMessage' });
    const pattern = (ms: number) => `mode=burst rate=${RATE} ms=${ms} ${BURST}`;
    const sample = (program: typeof ours, ms: number) => traffic.sample(program, pattern(ms), ms + SPARE_MS);
    await sample(ours, context.milliseconds(WARM_MS));
    await sample(ours, context.milliseconds(WARM_MS));
    const ms = context.smoke ? SMOKE_MS : FULL_MS;
    const before = await sample(ours, SMOKE_MS);
    const measured = await sample(ours, ms);
    const twin = await sample(c, context.milliseconds(TWIN_MS));
    // It may well lose the end of the sample: then there is nothing to show but that.
    const naive = await sample(node, context.milliseconds(TWIN_MS)).catch(() => undefined);
    const threads = measured.threads ?? [];
    const difference = (key: string) => (measured[key] as number) - (before[key] as number);
    const criteria = threads.flatMap(({ thread, collections, allocatedBytes }) => [
      atMost(
        `${thread} thread: bytes allocated per message`,
        Math.max(0, allocatedBytes) / measured.ops,
        MOST_ALLOCATED_BYTES,
        `≤ ${MOST_ALLOCATED_BYTES}`,
      ),
      atMost(`${thread} thread: collections after warm-up`, collections, 0, '0'),
    ]);
    criteria.push(
      atMost('datagrams dropped by the kernel', difference('kernelDrops'), 0, '0'),
      atMost('messages lost', difference('lost') + (measured.sent as number) - measured.ops, 0, '0'),
    );
    const row = (name: string, s: Sample | undefined) =>
      s === undefined
        ? [name, 'lost the end of the sample', '', '', '', '', '']
        : percentileRow(name, s.latency ?? new Float32Array());
    return {
      criteria,
      tables: [
        {
          title: `Latency, send to strategy [ns]; ours over ${ms / 1000} s (one message in 64), the twins over ${context.milliseconds(TWIN_MS) / 1000} s`,
          columns: percentileColumns,
          rows: [row('ours', measured), row('C twin', twin), row('dgram + postMessage', naive)],
        },
        {
          title: 'The sample of ours',
          columns: ['messages', 'gaps opened', 'generator’s worst delay [µs]'],
          rows: [
            [number(measured.ops), number(difference('gaps')), number((measured.senderWorstLateNs as number) / 1000)],
          ],
        },
      ],
      collections: threads.reduce((n, thread) => n + thread.collections, 0),
      notes: [
        'Messages are packed as a venue packs them under load: about three a packet, about thirty in a burst. A whole packet carries one stamp, so queueing within a packet is in the latency.',
        'One hot thread (fused layout: poll, arbitration, books, strategy): a dedicated layout needs more cores than the generator leaves here.',
        'The C twin and the Node twin are shown for their latency only.',
        'What is allocated at all comes from code that runs too seldom to be compiled soon (a look at the lines’ health every 20 ms): interpreted, it allocates with every double. The router rehearses it before the first packet; where the machine’s other work cuts the rehearsal short, some is left for the first half minute.',
        'Allocation is the difference of `v8.getHeapStatistics().used_heap_size` on the hot thread around the sample, plus what collections gave back meanwhile (`v8.GCProfiler`).',
      ],
      raw: [
        { program: 'ours', setting: pattern(ms), rounds: [{ ...measured, latency: undefined }] },
        { program: 'c', setting: pattern(TWIN_MS), rounds: [{ ...twin, latency: undefined }] },
        { program: 'node', setting: pattern(TWIN_MS), rounds: naive ? [{ ...naive, latency: undefined }] : [] },
      ],
    };
  },
};
