import { join } from 'node:path';
import type { JournalIdentity } from '../journal/identity.ts';
import type { JournalSources } from '../journal/recovery.ts';
import { readRingHeader } from '../journal/ring-layout.ts';
import { decodeSegmentHeader, SegmentLayout } from '../journal/segment-format.ts';
import type { SegmentSource } from '../journal/segment-scan.ts';
import { bootHash } from '../runtime/process-identity.ts';
import type { JournalDisk } from './journal-disk.ts';
import { segmentsOf } from './journal-files.ts';

/** A day's files and ring, opened for reading. */
export interface OpenSources extends JournalSources {
  close(): void;
}

/**
 * Opens what there is of a day's journal.
 * @param ring a copy of the ring's memory, if there is one
 */
export function openSources(
  disk: JournalDisk,
  directory: string,
  identity: JournalIdentity,
  ring: ArrayBufferLike | undefined,
): OpenSources {
  const files: number[] = [];
  const segments = segmentsOf(disk, directory, identity).map((name): SegmentSource => {
    const file = disk.open(join(directory, name), 'read');
    files.push(file);
    return {
      name,
      sizeBytes: disk.sizeOf(file),
      read: (into, offset, length, at) => disk.read(file, into, offset, length, at),
    };
  });
  return {
    identity,
    segments,
    ...(ring === undefined ? {} : { ring }),
    hostRestarted: wasHostRestarted(segments, ring),
    close: () => {
      for (const file of files.splice(0)) disk.close(file);
    },
  };
}

/** Whether this is another boot, or another host, than the journal was last written under. */
function wasHostRestarted(segments: readonly SegmentSource[], ring: ArrayBufferLike | undefined): boolean {
  const now = bootHash();
  const ringHeader = ring === undefined ? 'none' : readRingHeader(ring);
  if (typeof ringHeader !== 'string') return ringHeader.boot !== now;
  for (const source of [...segments].reverse()) {
    const bytes = new Uint8Array(SegmentLayout.headerBytes);
    const header = decodeSegmentHeader(bytes.subarray(0, source.read(bytes, 0, bytes.length, 0)));
    if (typeof header !== 'string') return header.boot !== now;
  }
  return true;
}
