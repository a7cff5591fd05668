import type { Agent } from '../runtime/agent.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import { JournalCopier } from './journal-copier.ts';
import { hostDisk } from './journal-disk.ts';
import { journalMemory } from './journal-memory.ts';
import type { JournalSetup } from './journal-setup.ts';

/**
 * Empties the journal's ring into files. It waits for the disk, so it has a thread of its own, which parks: 100 µs of sleep
 * are nothing to a ring of megabytes. With `disk`, where orders wait for it, it should yield instead.
 */
export class JournalAgent implements Agent {
  readonly name = 'journal';
  private readonly copier: JournalCopier;

  constructor(copier: JournalCopier) {
    this.copier = copier;
  }

  doWork(): number {
    return this.copier.doWork();
  }

  close(): void {
    this.copier.close();
  }
}

/** @param options a {@link JournalSetup} */
export function createAgent(options: unknown, context: AgentContext): Agent {
  const setup = options as JournalSetup;
  const copier = new JournalCopier(journalMemory(setup, context.native), hostDisk, setup, context.nowNs);
  copier.begin();
  return new JournalAgent(copier);
}
