/**
 * A gateway's journal as it runs, ring mapped and agent on its own thread, that writes records for ever: `node
 * killed-gateway.ts DIRECTORY DURABILITY`. It says on its output which record it wrote last, now and then, and waits for
 * nothing but to be killed.
 */
import { writeSync } from 'node:fs';
import { loadNative } from '../../io/native.ts';
import { JournalDayWriter } from '../../journal/day-writer.ts';
import { JournalWriter } from '../../journal/journal-writer.ts';
import { createClock } from '../../runtime/clock.ts';
import { CounterRegistry } from '../../runtime/counters.ts';
import { AgentThread } from '../../runtime/thread.ts';
import type { Durability } from '../journal-copier.ts';
import { openJournal } from '../journal-open.ts';
import { attachJournal } from '../journal-output.ts';
import { NumberSink, RUN_IDENTITY } from './journal-run.ts';

const [directory, durability] = process.argv.slice(2) as [string, Durability];
const SAID_EVERY = 200;

const native = loadNative();
const sink = new NumberSink();
const opened = openJournal(
  {
    ...RUN_IDENTITY,
    directory,
    durability,
    ringCapacityBytes: 1 << 18,
    segmentBytes: 1 << 18,
    syncIntervalNs: 5e6,
    // Never withdrawn: each record's number stands in the journal once.
    syncWaitNs: 60e9,
  },
  sink,
  native,
);
writeSync(1, `recovered ${sink.numbers.length} ${sink.numbers.every((n, i) => n === i + 1)} ${opened.warnings}\n`);
if (opened.agent !== undefined) {
  await AgentThread.start(
    { name: 'journal', mode: 'spinning', idle: { kind: 'park' }, agents: [opened.agent] },
    { counters: new CounterRegistry() },
  );
}
const clock = createClock(native);
const { output, agent } = attachJournal(opened.setup, native, clock.nowNs);
const writer = new JournalWriter(output, clock.nowNs, new Float64Array(2));
const day = new JournalDayWriter(writer, output);
for (let n = sink.numbers.length; ; ) {
  clock.read();
  const isOrder = n % 2 === 0;
  const next = n + 1;
  const ok = isOrder
    ? writer.enterIntent(next, 2, 3, 4, 5, 6, 7, 0, 0, 0, 100, 10_000, 0, 0)
    : day.note(next, 'x'.repeat(n % 300));
  // Full: the agent is behind. What was refused was not written, and is written next.
  if (ok) n++;
  agent?.doWork();
  if (ok && n % SAID_EVERY === 0) writeSync(1, `written ${n}\n`);
}
