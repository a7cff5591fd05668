import { wordsChecksum } from './checksum.ts';
import { joinPosition, positionHigh, positionLow } from './frame.ts';
import { JOURNAL_VERSION, type JournalIdentity, journalSalt, readVenue, writeVenue } from './identity.ts';

/**
 * A file of the journal: a header, then frames exactly as they stood in the ring, so that the record at position p stands
 * at `p - startPosition + headerBytes`. A file is preallocated with zeroes; a length of zero ends its records. The day's
 * files together are its journal: each begins where the one before ends, the last record of the last one seals it.
 */
export const SegmentLayout = {
  headerBytes: 256,
  /** `WRMLJRNL` */
  magic: [0x4c4d5257, 0x4c4e524a],
  magicCell: 0,
  versionCell: 2,
  dayCell: 3,
  epochCell: 4,
  /** Counts the day's files from 1. */
  indexCell: 5,
  startCell: 6,
  bootCell: 8,
  createdCell: 9,
  venueCell: 10,
  checksumCell: 18,
  /** Cells under the checksum, from `versionCell` on. */
  checkedCells: 16,
} as const;

export interface SegmentHeader extends JournalIdentity {
  readonly epoch: number;
  readonly index: number;
  readonly startPosition: number;
  /** Hash of the boot id of the host that made it. */
  readonly boot: number;
  readonly createdUtcSeconds: number;
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const layout = SegmentLayout;
  const bytes = new Uint8Array(layout.headerBytes);
  const cells = new Int32Array(bytes.buffer);
  cells[layout.magicCell] = layout.magic[0];
  cells[layout.magicCell + 1] = layout.magic[1];
  cells[layout.versionCell] = JOURNAL_VERSION;
  cells[layout.dayCell] = header.day;
  cells[layout.epochCell] = header.epoch;
  cells[layout.indexCell] = header.index;
  cells[layout.startCell] = positionLow(header.startPosition);
  cells[layout.startCell + 1] = positionHigh(header.startPosition);
  cells[layout.bootCell] = header.boot;
  cells[layout.createdCell] = header.createdUtcSeconds;
  writeVenue(bytes, layout.venueCell << 2, header.venue);
  cells[layout.checksumCell] = checksum(cells, header);
  return bytes;
}

/** @param bytes aligned to 8; at least a header long, or it is said to be cut. @returns the header, or what is wrong with it */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | string {
  const layout = SegmentLayout;
  if (bytes.length < layout.headerBytes) return `ends after ${bytes.length} bytes, within its header`;
  const cells = new Int32Array(bytes.buffer, bytes.byteOffset, layout.headerBytes >> 2);
  if (cells[layout.magicCell] !== layout.magic[0] || cells[layout.magicCell + 1] !== layout.magic[1]) {
    return 'does not begin as a journal file does';
  }
  const version = cells[layout.versionCell]!;
  if (version !== JOURNAL_VERSION) return `is of version ${version}, this program reads ${JOURNAL_VERSION}`;
  const header: SegmentHeader = {
    venue: readVenue(bytes, layout.venueCell << 2),
    day: cells[layout.dayCell]!,
    epoch: cells[layout.epochCell]!,
    index: cells[layout.indexCell]!,
    startPosition: joinPosition(cells[layout.startCell]!, cells[layout.startCell + 1]!),
    boot: cells[layout.bootCell]!,
    createdUtcSeconds: cells[layout.createdCell]!,
  };
  if (!/^[\x21-\x7e]+$/.test(header.venue) || cells[layout.checksumCell] !== checksum(cells, header)) {
    return 'has a damaged header';
  }
  return header;
}

/** The version that a file says it is of, where that is not ours; undefined where it is, or where nothing can be said. */
export function foreignVersion(bytes: Uint8Array): number | undefined {
  const layout = SegmentLayout;
  if (bytes.length < layout.headerBytes) return undefined;
  const cells = new Int32Array(bytes.buffer, bytes.byteOffset, layout.headerBytes >> 2);
  if (cells[layout.magicCell] !== layout.magic[0] || cells[layout.magicCell + 1] !== layout.magic[1]) return undefined;
  return cells[layout.versionCell] === JOURNAL_VERSION ? undefined : cells[layout.versionCell];
}

function checksum(cells: Int32Array, identity: JournalIdentity): number {
  return wordsChecksum(cells, SegmentLayout.versionCell, SegmentLayout.checkedCells, journalSalt(identity));
}

const NAME = /^(.+)-(\d{8})-(\d{4,})\.journal$/;
const INDEX_DIGITS = 4;

/** `nasdaq-20261121-0001.journal` */
export function segmentName(identity: JournalIdentity, index: number): string {
  return `${identity.venue}-${identity.day}-${String(index).padStart(INDEX_DIGITS, '0')}.journal`;
}

/** What a file's name says, or undefined if it is no journal file's name. */
export function parseSegmentName(name: string): (JournalIdentity & { readonly index: number }) | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { venue: match[1]!, day: Number(match[2]), index: Number(match[3]) };
}
