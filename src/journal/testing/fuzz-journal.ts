import { JournalDayWriter } from '../day-writer.ts';
import { Frame, frameBytes } from '../frame.ts';
import { FrameState, frameLength, frameStateAt, frameType } from '../frame-reader.ts';
import { journalSalt } from '../identity.ts';
import { JournalDamage } from '../journal-damage.ts';
import { JournalRing } from '../journal-ring.ts';
import { JournalWriter } from '../journal-writer.ts';
import { decodeRecord } from '../record-decoder.ts';
import { recoverJournal } from '../recovery.ts';
import { JournalRingLayout } from '../ring-layout.ts';
import { encodeSegmentHeader, SegmentLayout, segmentName } from '../segment-format.ts';
import type { RecordBuffer } from '../segment-scan.ts';
import { memoryRing, TEST_IDENTITY } from './memory-ring.ts';

/**
 * Fuzz target: a day's only file, and the same bytes as a ring. Whatever the bytes are, nothing is thrown but damage that
 * names its place, nothing outside them is read, and every record that comes out is, byte for byte, one that was written at
 * that position.
 */

const NAME = segmentName(TEST_IDENTITY, 1);
const TAIL_BYTES = 96;
const written = new Set<string>();

/** A file's bytes with `records` records of kinds that follow from `variant`; sealed or with an empty tail. */
function seed(records: number, variant: number): Uint8Array {
  const memory = memoryRing();
  const ring = new JournalRing(memory);
  const writer = new JournalWriter(ring, Float64Array.of(1e9 + variant), Float64Array.of(1.7e9, 1));
  const day = new JournalDayWriter(writer, ring);
  for (let i = 0; i < records; i++) {
    const kind = (i * 7 + variant) % 4;
    if (kind === 0) writer.enterIntent(i, 1, 2, 3, 4, 5, 6, 0, 0, 0, 100, 10_000, variant, 7);
    if (kind === 1) writer.sendResult(i, 10, 4, 0, 0, 47);
    if (kind === 2) day.note(i, 'n'.repeat((i * 31 + variant) % 90));
    if (kind === 3) writer.session(0, i, 5, 7, 7, 0);
  }
  if (variant % 2 === 0) day.sealed(TEST_IDENTITY.day, 0, records, 0);
  remember(memory, ring.position);
  const bytes = new Uint8Array(SegmentLayout.headerBytes + ring.position + (variant % 2) * TAIL_BYTES);
  const header = { ...TEST_IDENTITY, epoch: 1, index: 1, startPosition: 0, boot: 1, createdUtcSeconds: 1 };
  bytes.set(encodeSegmentHeader(header));
  bytes.set(new Uint8Array(memory, JournalRingLayout.headerBytes, ring.position), SegmentLayout.headerBytes);
  return bytes;
}

function remember(memory: ArrayBuffer, end: number): void {
  const words = new Int32Array(memory);
  const bytes = new Uint8Array(memory);
  for (let position = 0; position < end; ) {
    const offset = JournalRingLayout.headerBytes + position;
    const state = frameStateAt(words, offset >> 2, words.length, position, 0, journalSalt(TEST_IDENTITY));
    if (state !== FrameState.whole) throw new Error(`a seed is broken at ${position}`);
    const length = frameLength(words, offset >> 2);
    written.add(identityOf(frameType(words, offset >> 2), position, bytes, offset + Frame.headerBytes, length));
    position += frameBytes(length);
  }
}

function identityOf(type: number, position: number, bytes: Uint8Array, offset: number, length: number): string {
  return `${type}@${position}:${Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1')}`;
}

/** Checks each record, and decodes it as `dump` does. */
const sink = {
  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    if (!written.has(identityOf(type, buffer.position[0]!, buffer.bytes, offset, length))) {
      throw new Error(`a record of type ${type} at ${buffer.position[0]} that nobody wrote`);
    }
    decodeRecord(type, buffer.view, offset, length);
  },
};

function run(input: Uint8Array): void {
  // The end of the source is the end of the input: reading further gives nothing.
  const source = {
    name: NAME,
    sizeBytes: input.length,
    read(into: Uint8Array, offset: number, length: number, at: number): number {
      const part = input.subarray(at, at + length);
      into.set(part, offset);
      return part.length;
    },
  };
  const ring = new ArrayBuffer(JournalRingLayout.headerBytes + (input.length & ~7));
  new Uint8Array(ring).set(
    input.subarray(0, ring.byteLength - JournalRingLayout.headerBytes),
    JournalRingLayout.headerBytes,
  );
  for (const hostRestarted of [false, true]) {
    attempt(() => recoverJournal({ identity: TEST_IDENTITY, segments: [source], hostRestarted }, sink));
  }
  attempt(() => recoverJournal({ identity: TEST_IDENTITY, segments: [source], ring, hostRestarted: false }, sink));
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  for (let type = 0; type < 50; type++) decodeRecord(type, view, 0, Math.min(input.length, (type * 8) % 200));
}

function attempt(recover: () => unknown): void {
  try {
    recover();
  } catch (error) {
    if (!(error instanceof JournalDamage)) throw error;
  }
}

export const target = {
  name: 'journal',
  seeds: [seed(1, 0), seed(4, 1), seed(12, 2), seed(30, 3)],
  run,
};
