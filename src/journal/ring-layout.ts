import { storeBeforeStores, storeRelease } from '../ring/memory-order.ts';
import { wordsChecksum } from './checksum.ts';
import { Frame, joinPosition, positionHigh, positionLow } from './frame.ts';
import { JOURNAL_VERSION, type JournalIdentity, journalSalt, readVenue, writeVenue } from './identity.ts';

/**
 * Layout of the journal's ring: a file mapping that outlives the process, written by the gateway alone and emptied into
 * files by the journal's agent.
 *
 * ```
 *  0          256        384      512                 4096                              4096 + capacity
 *  | identity | producer | copier |                   | frame | frame | … | padding |
 * ```
 * Frames ({@link Frame}) never wrap. A frame's length word publishes it, by the one store that makes it valid: it is zero
 * until the whole frame has been written, and the length word that will follow is zeroed before. A process that is killed
 * at any instruction therefore leaves whole records, then a zero.
 *
 * Positions are compared as int32 (their low halves): differences never exceed the capacity by much and are exact.
 */
export const JournalRingLayout = {
  headerBytes: 4096,
  /** The reader's first look: a ring whose first two cells are not these is none, or was being made when its maker died. */
  magic: [0x4d4c524a, 0x474e4952],
  magicCell: 0,
  versionCell: 2,
  capacityCell: 3,
  dayCell: 4,
  /** Which start of the gateway wrote it. */
  epochCell: 5,
  /** Position of its first record, low and high half. */
  startCell: 6,
  /** Hash of the boot id: another one means that the host was restarted since. */
  bootCell: 8,
  /** How often the memory was made a ring: a copier that sees it change begins anew. */
  generationCell: 9,
  venueCell: 10,
  /** Of the cells from `versionCell` on. */
  checksumCell: 18,
  identityCells: 16,

  /** Float64 cell: the producer's position after its last commit. For observers; recovery reads the frames. */
  positionCell: 32,
  /** Int32 cells: claims refused: of records that open risk, of others (facts that the journal lacks), of oversize ones. */
  refusedCell: 66,
  lostCell: 67,
  oversizeCell: 68,

  /** Int32 cells, written by the copier: low halves of the positions up to which the ring is free, and is on the disk. */
  copiedCell: 96,
  syncedCell: 97,
  /** {@link JournalState} */
  stateCell: 98,
  errnoCell: 99,
  /** Turns of the copier: one that stands still is dead or stuck in the disk. */
  heartbeatCell: 100,
  /** 1 once the `sealed` record is on the disk and the file closed. */
  sealedCell: 101,
  /** Float64 cells: the same positions whole, for observers. */
  copiedPositionCell: 51,
  syncedPositionCell: 52,

  minimumCapacityBytes: 64 * 1024,
  maximumCapacityBytes: 2 ** 30,
} as const;

/** What the copier can do; anything but `ok` refuses records that open risk. */
export const JournalState = {
  ok: 0,
  /** No room on the disk: what opens risk is refused, cancels and reports go on in the room kept for them. */
  diskFull: 1,
  /** The disk fails to write; retried. */
  ioError: 2,
  /** The disk failed to sync, or the ring holds what nobody wrote: nothing promised of it can be kept until a restart. */
  failed: 3,
} as const;
export type JournalState = (typeof JournalState)[keyof typeof JournalState];

/** Identity line of a ring. */
export interface JournalRingHeader extends JournalIdentity {
  readonly version: number;
  readonly capacityBytes: number;
  readonly epoch: number;
  readonly startPosition: number;
  readonly boot: number;
}

/** Bytes of the memory of a ring. @throws {RangeError} on a capacity that is no power of two from 64 KiB to 1 GiB */
export function journalRingBytes(capacityBytes: number): number {
  const { minimumCapacityBytes, maximumCapacityBytes, headerBytes } = JournalRingLayout;
  const isPowerOfTwo = Number.isInteger(Math.log2(capacityBytes));
  if (!isPowerOfTwo || capacityBytes < minimumCapacityBytes || capacityBytes > maximumCapacityBytes) {
    throw new RangeError(
      `a journal ring's capacity must be a power of two from ${minimumCapacityBytes} to ${maximumCapacityBytes} bytes, not ${capacityBytes}`,
    );
  }
  return headerBytes + capacityBytes;
}

/**
 * Makes memory an empty ring. Whatever it held is gone, so nothing may stand in it that is not in a file. Killed at any
 * instruction, it leaves an empty ring or memory whose magic says that it is none.
 *
 * @param memory of `journalRingBytes(capacity)` bytes
 * @param startPosition where the journal goes on: its first record's position, a multiple of 32
 * @param boot hash of the host's boot id
 */
export function formatJournalRing(
  memory: ArrayBufferLike,
  identity: JournalIdentity,
  epoch: number,
  startPosition: number,
  boot: number,
): void {
  const layout = JournalRingLayout;
  const capacityBytes = memory.byteLength - layout.headerBytes;
  journalRingBytes(capacityBytes);
  if (!Number.isSafeInteger(startPosition) || startPosition < 0 || startPosition % Frame.alignmentBytes !== 0) {
    throw new RangeError(`a journal position is a multiple of ${Frame.alignmentBytes} from 0, not ${startPosition}`);
  }
  const cells = new Int32Array(memory);
  const generation = (cells[layout.generationCell]! + 1) | 0;
  storeBeforeStores(cells, layout.magicCell, 0);
  cells.fill(0, layout.magicCell, layout.headerBytes >> 2);
  cells[(layout.headerBytes + (startPosition & (capacityBytes - 1))) >> 2] = 0;
  cells[layout.versionCell] = JOURNAL_VERSION;
  cells[layout.capacityCell] = capacityBytes;
  cells[layout.dayCell] = identity.day;
  cells[layout.epochCell] = epoch;
  cells[layout.startCell] = positionLow(startPosition);
  cells[layout.startCell + 1] = positionHigh(startPosition);
  cells[layout.bootCell] = boot;
  cells[layout.generationCell] = generation;
  writeVenue(new Uint8Array(memory), layout.venueCell << 2, identity.venue);
  cells[layout.checksumCell] = headerChecksum(cells, identity);
  cells[layout.copiedCell] = positionLow(startPosition);
  cells[layout.syncedCell] = positionLow(startPosition);
  const doubles = new Float64Array(memory, 0, layout.headerBytes >> 3);
  doubles[layout.positionCell] = startPosition;
  doubles[layout.copiedPositionCell] = startPosition;
  doubles[layout.syncedPositionCell] = startPosition;
  cells[layout.magicCell + 1] = layout.magic[1];
  storeRelease(cells, layout.magicCell, layout.magic[0]);
}

/** What a ring says of itself, or why it can't be believed, in words. */
export function readRingHeader(memory: ArrayBufferLike): JournalRingHeader | string {
  const layout = JournalRingLayout;
  if (memory.byteLength <= layout.headerBytes) return `is ${memory.byteLength} bytes long, too short for a ring`;
  const cells = new Int32Array(memory, 0, layout.headerBytes >> 2);
  if (cells[layout.magicCell] !== layout.magic[0] || cells[layout.magicCell + 1] !== layout.magic[1]) {
    return 'has no header of a journal ring';
  }
  const header: JournalRingHeader = {
    venue: readVenue(new Uint8Array(memory), layout.venueCell << 2),
    day: cells[layout.dayCell]!,
    version: cells[layout.versionCell]!,
    capacityBytes: cells[layout.capacityCell]!,
    epoch: cells[layout.epochCell]!,
    startPosition: joinPosition(cells[layout.startCell]!, cells[layout.startCell + 1]!),
    boot: cells[layout.bootCell]!,
  };
  if (header.version !== JOURNAL_VERSION)
    return `is of version ${header.version}, this program reads ${JOURNAL_VERSION}`;
  if (!/^[\x21-\x7e]+$/.test(header.venue) || cells[layout.checksumCell] !== headerChecksum(cells, header)) {
    return 'has a damaged header';
  }
  if (header.capacityBytes !== memory.byteLength - layout.headerBytes) {
    return `is ${memory.byteLength} bytes long, not the ${layout.headerBytes + header.capacityBytes} that its header says`;
  }
  return header;
}

function headerChecksum(cells: Int32Array, identity: JournalIdentity): number {
  const { versionCell, identityCells } = JournalRingLayout;
  return wordsChecksum(cells, versionCell, identityCells, journalSalt(identity));
}
