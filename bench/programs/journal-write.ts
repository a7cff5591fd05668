/**
 * What the journal costs an order: from before the intent is written to behind the result, for each durability, ring mapped
 * and agent on a thread of its own as they are shipped. `node journal-write.ts durability=process directory=/tmp`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Durability } from '../../src/gateway/journal-copier.ts';
import { openJournal } from '../../src/gateway/journal-open.ts';
import { attachJournal } from '../../src/gateway/journal-output.ts';
import { loadNative } from '../../src/io/native.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { JournalRecord } from '../../src/journal/record-types.ts';
import { CounterRegistry } from '../../src/runtime/counters.ts';
import { AgentThread } from '../../src/runtime/thread.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { commandLine, serve } from '../lib/serve.ts';

const GAP_NS = 20_000;
const MOST_SAMPLES = 100_000;
const ENTER = JournalRecord.enterIntent.type;
const durability = commandLine.text('durability', 'process') as Durability;
const isPortable = commandLine.text('io') === 'portable';
const native = isPortable ? undefined : loadNative();

pinThisThread(commandLine.number('core', -1));
const directory = mkdtempSync(join(commandLine.text('directory', tmpdir()), 'warmline-bench-journal-'));
const opened = openJournal({ directory, venue: 'bench', day: 20260101, durability }, { onRecord() {} }, native);
process.on('exit', () => {
  rmSync(directory, { recursive: true, force: true });
  if (opened.setup.ringPath !== undefined) rmSync(opened.setup.ringPath, { force: true });
});
const peerCore = commandLine.number('peerCore', -1);
const thread =
  opened.agent === undefined
    ? undefined
    : await AgentThread.start(
        {
          name: 'journal',
          mode: 'spinning',
          idle: { kind: durability === 'disk' ? 'yield' : 'park' },
          agents: [opened.agent],
          ...(peerCore < 0 ? {} : { core: peerCore }),
        },
        { counters: new CounterRegistry() },
      );
const { output, agent } = attachJournal(opened.setup, native, nowNs);
const writer = new JournalWriter(output, nowNs, Float64Array.of(1.7e9, 1));
const samples = new Float64Array(MOST_SAMPLES);
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
      writer.sendResult(number, ENTER, 0, 0, 0, 47);
    } else refused++;
    readClock();
    samples[count++] = nowNs[0]! - start;
    agent?.doWork();
    const next = start + GAP_NS;
    while (nowNs[0]! < next) readClock();
  }
  return count;
}

run(5e7);
const memory = new MemoryWatch();
serve({ durability }, async (words) => {
  await memory.start();
  const count = run(words.number('ms', 500) * 1e6);
  const watched = await memory.stop('writer', MemoryWatch.used());
  const sorted = samples.slice(0, count).sort();
  const at = (part: number): number => sorted[Math.min(count - 1, Math.floor(count * part))]!;
  return { ops: count, refused, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1), threads: [watched] };
});
process.on('beforeExit', () => void thread?.stop());
