import { JournalDayWriter } from '../../journal/day-writer.ts';
import { JournalRing } from '../../journal/journal-ring.ts';
import { JournalWriter } from '../../journal/journal-writer.ts';
import { JournalRecord } from '../../journal/record-types.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes } from '../../journal/ring-layout.ts';
import type { RecordBuffer, RecordSink } from '../../journal/segment-scan.ts';
import { bootHash } from '../../runtime/process-identity.ts';
import { type CopierOptions, JournalCopier } from '../journal-copier.ts';
import { MemoryDisk } from './memory-disk.ts';

export const RUN_IDENTITY = { venue: 'nasdaq', day: 20261121 } as const;
export const RUN_DIRECTORY = '/journal';
export const RUN_RING_BYTES = journalRingBytes(JournalRingLayout.minimumCapacityBytes);
/** Small, so that a short test rolls often. */
export const RUN_SEGMENT_BYTES = 24 * 1024;
/** A boot that is not this one: the host was restarted. */
export const EARLIER_BOOT = bootHash() ^ 1;
const NUMBER_CELL = JournalRecord.enterIntent.fields.find(({ name }) => name === 'number')!.offset >> 2;

/** A gateway's journal in miniature: a ring, a writer whose records count from 1, a copier over a disk in memory. */
export class JournalRun {
  readonly memory: ArrayBuffer;
  readonly disk: MemoryDisk;
  readonly nowNs = Float64Array.of(1e9);
  readonly ring: JournalRing;
  readonly writer: JournalWriter;
  readonly day: JournalDayWriter;
  readonly copier: JournalCopier;
  /** Records published so far. */
  published: number;
  private readonly doubles: Float64Array;

  /** @param from what it goes on from */
  constructor(
    options: Partial<CopierOptions> & {
      disk?: MemoryDisk;
      boot?: number;
      from?: { position: number; records: number };
    } = {},
  ) {
    this.disk = options.disk ?? new MemoryDisk();
    this.memory = new ArrayBuffer(RUN_RING_BYTES);
    this.doubles = new Float64Array(this.memory, 0, JournalRingLayout.headerBytes >> 3);
    this.published = options.from?.records ?? 0;
    formatJournalRing(this.memory, RUN_IDENTITY, 1, options.from?.position ?? 0, options.boot ?? bootHash());
    this.ring = new JournalRing(this.memory);
    this.writer = new JournalWriter(this.ring, this.nowNs, new Float64Array(2));
    this.day = new JournalDayWriter(this.writer, this.ring);
    const copierOptions: CopierOptions = {
      directory: RUN_DIRECTORY,
      segmentBytes: RUN_SEGMENT_BYTES,
      durability: 'process',
      syncIntervalNs: 1e9,
      ...options,
    };
    this.copier = new JournalCopier(this.memory, this.disk, copierOptions, this.nowNs);
  }

  /** @param kind which record; they differ in size. @returns whether it is in the journal */
  write(kind: number): boolean {
    const next = this.published + 1;
    const ok =
      kind % 3 === 0
        ? this.writer.enterIntent(next, 2, 3, 4, 5, 6, 7, 0, 0, 0, 100, 10_000, kind, 0)
        : kind % 3 === 1
          ? this.writer.sendResult(next, JournalRecord.enterIntent.type, 5, 0, 0, 47)
          : this.day.note(next, 'n'.repeat((kind * 37) % 600));
    if (ok) this.published++;
    return ok;
  }

  /** Position that the ring says is on the disk. */
  get syncedPosition(): number {
    return this.doubles[JournalRingLayout.syncedPositionCell]!;
  }
}

/** Takes the numbers of a {@link JournalRun}'s records, and where each ends. */
export class NumberSink implements RecordSink {
  readonly numbers: number[] = [];
  readonly positions: number[] = [];

  onRecord(type: number, buffer: RecordBuffer, offset: number): void {
    this.numbers.push(type === JournalRecord.sealed.type ? 0 : buffer.int32[(offset >> 2) + NUMBER_CELL]!);
    this.positions.push(buffer.position[0]!);
  }
}

/** 1 … n */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
