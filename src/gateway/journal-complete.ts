import { join } from 'node:path';
import type { JournalIdentity } from '../journal/identity.ts';
import { type RecoveredSegment, type RecoveryOutcome, recoverJournal } from '../journal/recovery.ts';
import { JournalRingLayout } from '../journal/ring-layout.ts';
import { encodeSegmentHeader, SegmentLayout, segmentName } from '../journal/segment-format.ts';
import type { RecordSink } from '../journal/segment-scan.ts';
import { bootHash } from '../runtime/process-identity.ts';
import { type JournalDisk, writeWhole } from './journal-disk.ts';
import { openSources } from './journal-sources.ts';

const COPY_BYTES = 1 << 20;
const MS_PER_SECOND = 1000;

/**
 * Recovers a day's journal and makes its files complete: what a torn tail left is cut (and kept beside), what stood in the
 * ring alone is written behind it, a torn header is written anew. The ring may be made anew after that, and recovering once
 * more gives the same. May be interrupted anywhere and run again.
 *
 * @throws {JournalDamage} see `recoverJournal`; then nothing was changed
 */
export function completeJournal(
  disk: JournalDisk,
  directory: string,
  identity: JournalIdentity,
  ring: ArrayBufferLike | undefined,
  sink: RecordSink,
): RecoveryOutcome {
  const sources = openSources(disk, directory, identity, ring);
  let outcome: RecoveryOutcome;
  try {
    outcome = recoverJournal(sources, sink);
  } finally {
    sources.close();
  }
  const last = outcome.segments.at(-1);
  if (last === undefined && outcome.position === 0) return outcome;
  const name = last?.name ?? segmentName(identity, 1);
  const path = join(directory, name);
  const file = disk.open(path, last === undefined ? 'create' : 'existing');
  try {
    if (outcome.cut !== undefined) keepCut(disk, file, `${path}.cut`, last!);
    if (last?.header === undefined) writeHeader(disk, file, identity, last, outcome.epoch);
    const startPosition = last?.startPosition ?? 0;
    if (ring !== undefined) writeRingTail(disk, file, ring, outcome.ringFrom, outcome.position, startPosition);
    disk.truncate(file, SegmentLayout.headerBytes + outcome.position - startPosition);
    disk.sync(file);
  } finally {
    disk.close(file);
  }
  disk.syncDirectory(directory);
  return outcome;
}

function writeHeader(
  disk: JournalDisk,
  file: number,
  identity: JournalIdentity,
  torn: RecoveredSegment | undefined,
  epoch: number,
): void {
  const bytes = encodeSegmentHeader({
    ...identity,
    epoch,
    index: torn?.index ?? 1,
    startPosition: torn?.startPosition ?? 0,
    boot: bootHash(),
    createdUtcSeconds: Math.floor(Date.now() / MS_PER_SECOND),
  });
  writeWhole(disk, file, bytes, 0, bytes.length, 0);
}

/** What is cut from a journal may matter to somebody who looks for the reason. */
function keepCut(disk: JournalDisk, file: number, path: string, last: RecoveredSegment): void {
  const from = SegmentLayout.headerBytes + last.endPosition - last.startPosition;
  const copy = disk.open(path, 'create');
  try {
    const bytes = new Uint8Array(Math.min(COPY_BYTES, last.restBytes));
    for (let done = 0; done < last.restBytes; ) {
      const count = disk.read(file, bytes, 0, Math.min(bytes.length, last.restBytes - done), from + done);
      if (count === 0) break;
      writeWhole(disk, copy, bytes, 0, count, done);
      done += count;
    }
  } finally {
    disk.close(copy);
  }
}

function writeRingTail(
  disk: JournalDisk,
  file: number,
  ring: ArrayBufferLike,
  from: number,
  to: number,
  startPosition: number,
): void {
  const bytes = new Uint8Array(ring);
  const capacityBytes = ring.byteLength - JournalRingLayout.headerBytes;
  for (let position = from; position < to; ) {
    const index = position % capacityBytes;
    const length = Math.min(to - position, capacityBytes - index);
    const at = SegmentLayout.headerBytes + position - startPosition;
    writeWhole(disk, file, bytes, JournalRingLayout.headerBytes + index, length, at);
    position += length;
  }
}
