import type { Native } from '../io/native.ts';
import { type JournalOutput, JournalRing } from '../journal/journal-ring.ts';
import type { JournalState } from '../journal/ring-layout.ts';
import type { Clock } from '../runtime/clock.ts';
import { createClock } from '../runtime/clock.ts';
import { JournalAgent } from './journal-agent.ts';
import { JournalCopier } from './journal-copier.ts';
import { hostDisk, type JournalDisk } from './journal-disk.ts';
import { journalMemory } from './journal-memory.ts';
import type { JournalSetup } from './journal-setup.ts';

/** Where a gateway writes its journal, and what else its thread has to run for it. */
export interface AttachedJournal {
  readonly output: JournalOutput;
  /** Portable build: an agent of the writer's own thread. Otherwise the journal's agent stands on a thread of its own. */
  readonly agent?: JournalAgent;
}

/**
 * The writing end for the gateway's thread, by what was configured and what the host can do:
 *
 * | | `process` | `disk` |
 * |---|---|---|
 * | mapped ring | in the mapping when `commit` returns | `commit` of what opens risk waits for the disk |
 * | portable | written to the file by `commit` | written and synced by `commit` |
 *
 * @param nowNs cell 0: monotonic ns, as the thread keeps it
 */
export function attachJournal(
  setup: JournalSetup,
  native: Native | undefined,
  nowNs: Float64Array,
  disk: JournalDisk = hostDisk,
): AttachedJournal {
  const memory = journalMemory(setup, native);
  const ring = new JournalRing(memory);
  if (setup.ringMemory === undefined) {
    return { output: mappedOutput(setup, ring, createClock(native)) };
  }
  const copier = new JournalCopier(memory, disk, setup, nowNs);
  copier.begin();
  return { output: new DirectJournal(ring, copier, setup.durability === 'disk'), agent: new JournalAgent(copier) };
}

/** What writes into a mapped ring, as configured. @param clock of its own */
export function mappedOutput(
  { durability, syncWaitNs }: Pick<JournalSetup, 'durability' | 'syncWaitNs'>,
  ring: JournalRing,
  clock: Clock,
): JournalOutput {
  return durability === 'disk' ? new SyncedJournal(ring, clock, syncWaitNs) : ring;
}

/**
 * A mapped ring whose records that open risk wait for the disk. What doesn't open risk isn't waited for: a cancel that the
 * journal forgets is a cancel that the venue tells of again.
 */
export class SyncedJournal implements JournalOutput {
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly bytes: Uint8Array;
  private readonly ring: JournalRing;
  private readonly clock: Clock;
  private readonly waitNs: number;
  private opening = false;

  /** @param waitNs the longest wait; another thread does the syncing meanwhile */
  constructor(ring: JournalRing, clock: Clock, waitNs: number) {
    this.ring = ring;
    this.int32 = ring.int32;
    this.float64 = ring.float64;
    this.bytes = ring.bytes;
    this.clock = clock;
    this.waitNs = waitNs;
  }

  claim(type: number, length: number): number {
    this.opening = false;
    return this.ring.claim(type, length);
  }

  claimOpening(type: number, length: number): number {
    this.opening = true;
    return this.ring.claimOpening(type, length);
  }

  commit(): boolean {
    this.ring.commit();
    return !this.opening || this.waitForDisk(this.ring.endLow);
  }

  get endLow(): number {
    return this.ring.endLow;
  }

  get state(): JournalState {
    return this.ring.state;
  }

  isSynced(low: number): boolean {
    return this.ring.isSynced(low);
  }

  private waitForDisk(low: number): boolean {
    if (this.ring.isSynced(low)) return true;
    const { nowNs } = this.clock;
    this.clock.read();
    const deadline = nowNs[0]! + this.waitNs;
    while (nowNs[0]! < deadline && this.ring.state === 0) {
      if (this.ring.isSynced(low)) return true;
      this.clock.read();
    }
    return this.ring.isSynced(low);
  }
}

/** A ring in ordinary memory whose records are written to their file by each commit: what the portable build has. */
export class DirectJournal implements JournalOutput {
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly bytes: Uint8Array;
  private readonly ring: JournalRing;
  private readonly copier: JournalCopier;
  private readonly syncs: boolean;
  private opening = false;

  constructor(ring: JournalRing, copier: JournalCopier, syncs: boolean) {
    this.ring = ring;
    this.int32 = ring.int32;
    this.float64 = ring.float64;
    this.bytes = ring.bytes;
    this.copier = copier;
    this.syncs = syncs;
  }

  claim(type: number, length: number): number {
    this.opening = false;
    return this.ring.claim(type, length);
  }

  claimOpening(type: number, length: number): number {
    this.opening = true;
    return this.ring.claimOpening(type, length);
  }

  commit(): boolean {
    this.ring.commit();
    this.copier.copyNow();
    if (this.syncs && this.opening) return this.copier.flush();
    return this.copier.isLevel;
  }

  get endLow(): number {
    return this.ring.endLow;
  }

  get state(): JournalState {
    return this.ring.state;
  }

  isSynced(low: number): boolean {
    return this.ring.isSynced(low);
  }
}
