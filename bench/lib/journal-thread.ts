import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Durability } from '../../src/gateway/journal-copier.ts';
import { openJournal } from '../../src/gateway/journal-open.ts';
import { attachJournal } from '../../src/gateway/journal-output.ts';
import { loadNative, type Native } from '../../src/io/native.ts';
import type { JournalOutput } from '../../src/journal/journal-ring.ts';
import { parseSegmentName } from '../../src/journal/segment-format.ts';
import type { Agent } from '../../src/runtime/agent.ts';
import { CounterRegistry } from '../../src/runtime/counters.ts';
import { AgentThread } from '../../src/runtime/thread.ts';
import { nowNs } from './hot-thread.ts';
import { commandLine } from './serve.ts';

/** A journal as it is shipped: its ring mapped, its agent on a thread of its own on the peer's core. */
export interface LiveJournal {
  readonly output: JournalOutput;
  /** Portable build: to be run by the writer's own thread. */
  readonly agent?: Agent;
  /** Removes the files that are full: a bench writes more than a disk should be asked to keep. */
  trim(): void;
}

/** Opens a journal, ring included, in a directory that goes with the process, or with the one named on the command line. */
export async function openLiveJournal(
  durability: Durability = 'process',
  native: Native | undefined = loadNative(),
): Promise<LiveJournal> {
  const directory = mkdtempSync(join(commandLine.text('directory', tmpdir()), 'warmline-bench-journal-'));
  const ringPath = join(directory, 'ring.memory');
  const options = { directory, ringPath, venue: 'bench', day: 20260101, durability };
  const opened = openJournal(options, { onRecord() {} }, native);
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const peerCore = commandLine.number('peerCore', -1);
  if (opened.agent !== undefined) {
    await AgentThread.start(
      {
        name: 'journal',
        mode: 'spinning',
        idle: { kind: durability === 'disk' ? 'yield' : 'park' },
        agents: [opened.agent],
        ...(peerCore < 0 ? {} : { core: peerCore }),
      },
      { counters: new CounterRegistry() },
    );
  }
  const attached = attachJournal(opened.setup, native, nowNs);
  return { ...attached, trim: () => trim(directory) };
}

function trim(directory: string): void {
  const segments = readdirSync(directory)
    .map((name) => ({ name, index: parseSegmentName(name)?.index ?? -1 }))
    .filter(({ index }) => index >= 0)
    .sort((a, b) => a.index - b.index);
  for (const { name } of segments.slice(0, -2)) rmSync(join(directory, name), { force: true });
}
