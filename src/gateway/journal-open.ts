import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoName, MapFileFlag, type Native } from '../io/native.ts';
import type { JournalIdentity } from '../journal/identity.ts';
import { DAMAGE_REMEDY, JournalDamage } from '../journal/journal-damage.ts';
import type { RecoveryOutcome } from '../journal/recovery.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes, readRingHeader } from '../journal/ring-layout.ts';
import type { RecordSink } from '../journal/segment-scan.ts';
import type { AgentSpec } from '../runtime/agent-context.ts';
import { siblingUrl } from '../runtime/module-url.ts';
import { bootHash } from '../runtime/process-identity.ts';
import { completeJournal } from './journal-complete.ts';
import { DEFAULT_SYNC_INTERVAL_NS, type Durability, FULL } from './journal-copier.ts';
import { hostDisk, type JournalDisk } from './journal-disk.ts';
import { keepEpoch, lastEpoch } from './journal-epoch.ts';
import { JournalError } from './journal-error.ts';
import { type JournalLock, lockJournal } from './journal-lock.ts';
import {
  checkRingOwner,
  defaultRingPath,
  linkRing,
  readRingFile,
  ringPathOf,
  unlinkRing,
} from './journal-ring-file.ts';
import {
  DEFAULT_RING_CAPACITY_BYTES,
  DEFAULT_SEGMENT_BYTES,
  DEFAULT_SYNC_WAIT_NS,
  type JournalSetup,
} from './journal-setup.ts';

export interface JournalOptions extends JournalIdentity {
  readonly directory: string;
  /** File to map as the ring; by default in memory, see `defaultRingPath`. */
  readonly ringPath?: string;
  /** Power of two. */
  readonly ringCapacityBytes?: number;
  readonly segmentBytes?: number;
  readonly durability?: Durability;
  readonly syncIntervalNs?: number;
  readonly syncWaitNs?: number;
}

/** A journal that is ready to be written. Its directory is this process's until {@link close}. */
export interface OpenedJournal {
  /** For `attachJournal` on the gateway's thread. */
  readonly setup: JournalSetup;
  /** To be run on a thread of its own; absent in the portable build. */
  readonly agent?: AgentSpec;
  /** Number of this start, higher than that of every one before it: for the fence and the `opened` record. */
  readonly epoch: number;
  /** What was recovered. Records = 0: the day begins. */
  readonly outcome: RecoveryOutcome;
  /** What a person should hear of. */
  readonly warnings: readonly string[];
  /** Once its threads have ended. The ring is removed where everything in it is on the disk. */
  close(): void;
}

/**
 * Opens a day's journal for writing: takes its directory, hands every record that there is to the sink, makes the files
 * complete, takes a new epoch, and makes the ring anew behind the last record.
 *
 * @param sink folds the records into the gateway's state
 * @param native from `loadNative()`; without it the portable build's journal is opened
 * @throws {JournalError} if it is held by a live process, damaged, sealed, or can't be written
 */
export function openJournal(
  options: JournalOptions,
  sink: RecordSink,
  native: Native | undefined,
  disk: JournalDisk = hostDisk,
): OpenedJournal {
  let lock: JournalLock | undefined;
  try {
    lock = lockJournal(options.directory, native);
    return new JournalStart(options, native, disk, lock).open(sink);
  } catch (error) {
    lock?.release();
    throw inWords(error, options.directory);
  }
}

/** What a person can mend, said so. */
function inWords(error: unknown, directory: string): unknown {
  if (error instanceof JournalDamage) {
    return new JournalError(`${directory}: ${error.message}`, DAMAGE_REMEDY, { cause: error });
  }
  if (!FULL.includes((error as NodeJS.ErrnoException).code ?? '')) return error;
  const remedy = 'make room, or configure another directory: orders are sent only once they are in the journal';
  return new JournalError(`${directory} has no room for its journal`, remedy, { cause: error });
}

class JournalStart {
  private readonly options: JournalOptions;
  private readonly native: Native | undefined;
  private readonly disk: JournalDisk;
  private readonly lock: JournalLock;
  private readonly warnings: string[] = [];

  constructor(options: JournalOptions, native: Native | undefined, disk: JournalDisk, lock: JournalLock) {
    this.options = options;
    this.native = native;
    this.disk = disk;
    this.lock = lock;
  }

  open(sink: RecordSink): OpenedJournal {
    const { options, disk } = this;
    const { directory, venue, day } = options;
    const ring = readRingFile(directory);
    if (ring !== undefined) this.finishOther(ring);
    const outcome = completeJournal(disk, directory, { venue, day }, ring, sink);
    if (outcome.sealed) {
      throw new JournalError(
        `the day ${day} of ${venue} is over: its journal in ${directory} is sealed`,
        'start with the next trading day; `warmline journal timeline` shows what happened in this one',
      );
    }
    this.warnOf(outcome);
    const epoch = Math.max(lastEpoch(directory), outcome.epoch) + 1;
    keepEpoch(directory, epoch);
    const setup = this.makeRing(epoch, outcome.position);
    return {
      setup,
      ...(setup.ringPath === undefined ? {} : { agent: agentSpec(setup) }),
      epoch,
      outcome,
      warnings: this.warnings,
      close: () => this.close(setup),
    };
  }

  /** The ring holds another day's or venue's records: their files are made complete before it is made anew. */
  private finishOther(ring: ArrayBuffer): void {
    const { directory, venue, day } = this.options;
    const header = readRingHeader(ring);
    if (typeof header === 'string' || (header.venue === venue && header.day === day)) return;
    const other = { venue: header.venue, day: header.day };
    try {
      const outcome = completeJournal(this.disk, directory, other, ring, { onRecord() {} });
      if (outcome.ringRecords === 0) return;
      this.warnings.push(
        `the journal of ${other.venue}, ${other.day} was not ended in order: ${outcome.ringRecords} records that only its ring held were added to its files`,
      );
    } catch (error) {
      if (!(error instanceof JournalDamage)) throw error;
      const kept = join(directory, `${other.venue}-${other.day}.ring`);
      writeFileSync(kept, new Uint8Array(ring));
      this.warnings.push(
        `the journal of ${other.venue}, ${other.day} is damaged: ${error.message}; its ring was kept as ${kept}`,
      );
    }
  }

  private warnOf(outcome: RecoveryOutcome): void {
    if (outcome.cut !== undefined) this.warnings.push(`the journal’s end was torn: ${outcome.cut}`);
    for (const { name, headerFault } of outcome.segments) {
      if (headerFault !== undefined) this.warnings.push(`${name} ${headerFault}: it was interrupted while it was made`);
    }
  }

  private makeRing(epoch: number, position: number): JournalSetup {
    const { options, native } = this;
    const ringBytes = journalRingBytes(options.ringCapacityBytes ?? DEFAULT_RING_CAPACITY_BYTES);
    const setup = {
      directory: options.directory,
      ringBytes,
      segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
      durability: options.durability ?? 'process',
      syncIntervalNs: options.syncIntervalNs ?? DEFAULT_SYNC_INTERVAL_NS,
      syncWaitNs: options.syncWaitNs ?? DEFAULT_SYNC_WAIT_NS,
    } as const;
    if (native === undefined) {
      this.removeRing(ringPathOf(options.directory));
      const ringMemory = new SharedArrayBuffer(ringBytes);
      formatJournalRing(ringMemory, options, epoch, position, bootHash());
      return { ...setup, ringMemory };
    }
    const ringPath = options.ringPath ?? defaultRingPath(options.directory);
    this.mapRing(native, ringPath, ringBytes, epoch, position);
    return { ...setup, ringPath };
  }

  private mapRing(native: Native, ringPath: string, ringBytes: number, epoch: number, position: number): void {
    const { directory } = this.options;
    const before = ringPathOf(directory);
    if (before !== ringPath) {
      this.removeRing(before);
      this.refuseForeignRing(ringPath);
    }
    checkRingOwner(ringPath);
    // Before the file is there: whoever is interrupted from here on leaves a ring that is known to be ours.
    linkRing(directory, ringPath);
    const size = statSync(ringPath, { throwIfNoEntry: false })?.size;
    if (size !== undefined && size !== ringBytes) rmSync(ringPath);
    const memory = native.mapFile(ringPath, ringBytes, MapFileFlag.create | MapFileFlag.populate);
    if (typeof memory === 'number') {
      throw new JournalError(
        `the journal's ring ${ringPath} can't be mapped: ${errnoName(memory)}`,
        'it needs room in memory (/dev/shm) or on the disk, and permission to write: configure another place or a smaller ring',
      );
    }
    formatJournalRing(memory, this.options, epoch, position, bootHash());
  }

  /** A file that was configured as our ring and is that of another journal. */
  private refuseForeignRing(ringPath: string): void {
    const target = statSync(ringPath, { throwIfNoEntry: false });
    if (target === undefined) return;
    throw new JournalError(
      `${ringPath} exists and is not the ring of the journal in ${this.options.directory}`,
      'it may hold another journal’s last records: configure another place, or remove it if you know that it does not',
    );
  }

  private removeRing(path: string | undefined): void {
    if (path !== undefined) rmSync(path, { force: true });
    unlinkRing(this.options.directory);
  }

  private close({ ringPath }: JournalSetup): void {
    const ring = ringPath === undefined ? undefined : readRingFile(this.options.directory);
    if (ring !== undefined && isOnDisk(ring)) this.removeRing(ringPath);
    this.lock.release();
  }
}

function isOnDisk(ring: ArrayBuffer): boolean {
  if (typeof readRingHeader(ring) === 'string') return false;
  const doubles = new Float64Array(ring, 0, JournalRingLayout.headerBytes >> 3);
  return doubles[JournalRingLayout.positionCell] === doubles[JournalRingLayout.syncedPositionCell];
}

function agentSpec(setup: JournalSetup): AgentSpec {
  return { name: 'journal', module: siblingUrl(import.meta.url, './journal-agent').href, options: setup };
}
