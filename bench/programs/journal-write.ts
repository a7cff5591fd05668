/**
 * What the journal costs an order: from before the intent is written to behind the result, for each durability, ring mapped
 * and agent on a thread of its own as they are shipped; `off`: the records are filled in and forgotten. Twin:
 * `c/journal_write.c`. `node journal-write.ts durability=process directory=/tmp`
 */
import type { Durability } from '../../src/gateway/journal-copier.ts';
import { loadNative } from '../../src/io/native.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { JournalRecord } from '../../src/journal/record-types.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { type LiveJournal, openLiveJournal } from '../lib/journal-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { encodeSamples } from '../lib/program.ts';
import { ScratchJournal } from '../lib/scratch-journal.ts';
import { commandLine, serve } from '../lib/serve.ts';

const GAP_NS = 20_000;
const MOST_SAMPLES = 100_000;
const ENTER = JournalRecord.enterIntent.type;
const BYTES = 50;
const durability = commandLine.text('durability', 'process') as Durability | 'off';
const native = commandLine.text('io') === 'portable' ? undefined : loadNative();

pinThisThread(commandLine.number('core', -1));
const journal: LiveJournal =
  durability === 'off' ? { output: new ScratchJournal(), trim() {} } : await openLiveJournal(durability, native);
const writer = new JournalWriter(journal.output, nowNs, Float64Array.of(1.7e9, 1));
const samples = new Float32Array(MOST_SAMPLES);
let number = 0;
let refused = 0;

/** One order at a time, with a pause between two as the market leaves it. @returns how many samples */
function run(spanNs: number): number {
  readClock();
  const end = nowNs[0]! + spanNs;
  let count = 0;
  while (nowNs[0]! < end && count < MOST_SAMPLES) {
    const start = nowNs[0]!;
    number++;
    if (writer.enterIntent(number, 0, 0, 0, 0, 0, number, 0, 0, 0, 100, 10_000, 0, 0)) {
      writer.sendResult(number, ENTER, 0, 0, 0, BYTES);
    } else refused++;
    readClock();
    samples[count++] = nowNs[0]! - start;
    journal.agent?.doWork();
    const next = start + GAP_NS;
    while (nowNs[0]! < next) readClock();
  }
  return count;
}

run(5e7);
const memory = new MemoryWatch();
serve({ durability }, async (words) => {
  await memory.start();
  const spanNs = words.number('ms', 500) * 1e6;
  const count = run(spanNs);
  const watched = await memory.stop('writer', MemoryWatch.used());
  journal.trim();
  return { ops: count, ns: spanNs, refused, threads: [watched], latency: encodeSamples(samples.subarray(0, count)) };
});
