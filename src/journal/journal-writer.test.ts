import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordStores } from '../ring/testing/store-log.ts';
import { JournalDayWriter, MAX_TEXT_BYTES } from './day-writer.ts';
import { Frame, frameBytes } from './frame.ts';
import { FrameState, frameLength, frameStateAt, frameType } from './frame-reader.ts';
import { journalSalt } from './identity.ts';
import { JournalRing } from './journal-ring.ts';
import { JournalWriter, MeasureCell } from './journal-writer.ts';
import { type DecodedRecord, decodeRecord } from './record-decoder.ts';
import { splitUtcOffset } from './record-time.ts';
import { COMMON_FIELDS, JournalRecord } from './record-types.ts';
import { formatJournalRing, JournalRingLayout, JournalState, readRingHeader } from './ring-layout.ts';
import { memoryRing, SMALLEST_RING, TEST_IDENTITY } from './testing/memory-ring.ts';

const SALT = journalSalt(TEST_IDENTITY);
const NOW_NS = 7_300_123_456_789;
const UTC_OFFSET_NS = 1_795_000_000_900_000_000;
const BEFORE_WRAPS = [2 ** 31 - 1024, 2 ** 32 - 1024, 2 ** 40 - 1024];

function writersOver(memory: ArrayBuffer) {
  const ring = new JournalRing(memory);
  const nowNs = Float64Array.of(NOW_NS);
  const utcOffset = new Float64Array(2);
  splitUtcOffset(UTC_OFFSET_NS, utcOffset);
  const writer = new JournalWriter(ring, nowNs, utcOffset);
  return { ring, writer, day: new JournalDayWriter(writer, ring), nowNs };
}

/** What is published from a position on. */
function publishedFrom(memory: ArrayBuffer, start: number): (DecodedRecord & { position: number })[] {
  const words = new Int32Array(memory);
  const view = new DataView(memory);
  const capacity = memory.byteLength - JournalRingLayout.headerBytes;
  const found = [];
  for (let position = start; ; ) {
    const offset = JournalRingLayout.headerBytes + (position % capacity);
    const state = frameStateAt(words, offset >> 2, words.length, position | 0, Math.floor(position / 2 ** 32), SALT);
    if (state === FrameState.none) return found;
    expect(state).toBe(FrameState.whole);
    const length = frameLength(words, offset >> 2);
    const type = frameType(words, offset >> 2);
    if (type !== Frame.paddingType) {
      found.push({ ...decodeRecord(type, view, offset + Frame.headerBytes, length), position });
    }
    position += frameBytes(length);
  }
}

/** Frees the ring up to its end, as the copier does. */
function free(memory: ArrayBuffer, ring: JournalRing): void {
  new Float64Array(memory, 0, 512)[JournalRingLayout.copiedPositionCell] = ring.position;
  new Int32Array(memory)[JournalRingLayout.copiedCell] = ring.endLow;
}

const COLUMNS = (record: (typeof JournalRecord)[keyof typeof JournalRecord]) =>
  record.fields.slice(COMMON_FIELDS.length).filter(({ name }) => name !== 'reserved');

describe('a journal writer', () => {
  it('writes every record so that every field is found again under its name', () => {
    const memory = memoryRing();
    const { writer, day } = writersOver(memory);
    const report = {
      kind: 3, ref: 4, previousRef: 5, side: 6, shares: 7, price4: 8, orderRefHi: 9, orderRefLo: 10, matchHi: 11,
      matchLo: 12, reason: 13, venueReason: 14, liquidity: 15, cells: Float64Array.of(17, 18),
    }; // biome-ignore format: one thought
    writer.measure[MeasureCell.value] = 1.5e15;
    writer.measure[MeasureCell.bound] = 2.25;
    const measure = { value: 1.5e15, bound: 2.25 };
    const written: [record: (typeof JournalRecord)[keyof typeof JournalRecord], ok: boolean, values?: object][] = [
      [JournalRecord.opened, day.opened(20261121, 3, true), { day: 20261121, epoch: 3, formatVersion: 1, restart: 1 }],
      [JournalRecord.instrument, day.instrument(1, 2, 'AAPL'), { instrument: 1, feed: 2, symbol: 'AAPL' }],
      [
        JournalRecord.position,
        day.position(1, 2, 3, -4, 5.25, -6.5),
        { account: 1, strategy: 2, instrument: 3, shares: -4, averagePrice4: 5.25, realised4: -6.5 },
      ],
      [JournalRecord.balance, day.balance(1, 2e13), { account: 1, cash4: 2e13 }],
      [JournalRecord.enterIntent, writer.enterIntent(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)],
      [JournalRecord.replaceIntent, writer.replaceIntent(1, 2, 3, 4, 5)],
      [JournalRecord.cancelIntent, writer.cancelIntent(1, 2, 3, 4, 5)],
      [JournalRecord.sendResult, writer.sendResult(1, 2, 3, 4, 5, 6)],
      [
        JournalRecord.refused,
        writer.refused(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        { strategy: 1, account: 2, instrument: 3, number: 4, request: 5, reason: 6, side: 7, shares: 8, price4: 9, scope: 10, ...measure },
      ], // biome-ignore format: one thought
      [JournalRecord.report, writer.report(1, 2, 16, report)],
      [JournalRecord.resolved, writer.resolved(1, 2, 3, 4, 5, 6)],
      [JournalRecord.evidence, writer.evidence(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)],
      [
        JournalRecord.session,
        writer.session(1, 2, 3, 4, 5, 6),
        { port: 1, session: 2, before: 3, after: 4, evidence: 5, errno: 6, ...measure },
      ],
      [JournalRecord.portLost, writer.portLost(1, 2, 3, 4, 5)],
      [JournalRecord.portRecovered, writer.portRecovered(1, 2, 3, 4)],
      [
        JournalRecord.routed,
        writer.routed(1, 2, 3, 4, 5),
        { group: 1, instrument: 2, fromSession: 3, toSession: 4, evidence: 5, ...measure },
      ],
      [JournalRecord.barrier, writer.barrier(1, 2, 3, 4)],
      [
        JournalRecord.login,
        day.login(1, 2, 'SESSION001', 9e9, 1),
        { port: 1, session: 2, name: 'SESSION0', nameTail: 0x20203130, gap: 1, expected: 9e9 },
      ],
      [JournalRecord.limit, day.limit(1, 2, 3, 4.5, 5.5), { limit: 1, scope: 2, index: 3, before: 4.5, after: 5.5 }],
      [JournalRecord.kill, day.kill(1, 2, true, false), { scope: 1, index: 2, on: 1, confirmed: 0 }],
      [JournalRecord.dayPhase, day.dayPhase(20261121, 2), { day: 20261121, phase: 2 }],
      [
        JournalRecord.operator,
        day.operator(1, 2, 3, 'Zoë: halted'),
        { action: 1, scope: 2, index: 3, textBytes: 12, text: 'Zoë: halted' },
      ],
      [JournalRecord.note, day.note(2, ''), { severity: 2, textBytes: 0, text: '' }],
      [JournalRecord.sealed, day.sealed(20261121, 1, 2, 3), { day: 20261121, reason: 1, orders: 2, fills: 3 }],
    ];
    expect(written.map(([, ok]) => ok)).toEqual(written.map(() => true));
    const found = publishedFrom(memory, 0);
    expect(found.map(({ name }) => name)).toEqual(written.map(([{ name }]) => name));
    for (const [index, [record, , values]] of written.entries()) {
      const counted = () => Object.fromEntries(COLUMNS(record).map(({ name }, i) => [name, i + 1]));
      const { monotonicNs, utcSeconds, utcNs, ...fields } = found[index].fields;
      expect({ [record.name]: fields }).toEqual({ [record.name]: values ?? counted() });
      expect([monotonicNs, utcSeconds, utcNs]).toEqual([NOW_NS, 1_795_007_301, 23_456_789]);
    }
    const byHand = ['sealed', 'lost'];
    const everyName = Object.keys(JournalRecord).filter((name) => !byHand.includes(name));
    expect(everyName.filter((name) => !found.some((record) => record.name === name))).toEqual([]);
  });

  it('cuts a text that is too long, between two characters', () => {
    const memory = memoryRing();
    const { day } = writersOver(memory);
    day.note(1, `${'x'.repeat(MAX_TEXT_BYTES - 1)}é`);
    expect(publishedFrom(memory, 0)[0].fields.text).toBe('x'.repeat(MAX_TEXT_BYTES - 1));
  });

  it('goes on past every wrap of ring and position', () => {
    for (const start of [0, ...BEFORE_WRAPS]) {
      const memory = memoryRing(start);
      const { ring, writer, day } = writersOver(memory);
      let from = start;
      let number = 0;
      while (ring.position < start + 3 * SMALLEST_RING) {
        const before = number;
        for (let i = 0; i < 20; i++) {
          expect(writer.sendResult(++number, 0, 0, 0, 0, 0)).toBe(true);
          expect(day.note(number, 'n'.repeat((number * 7) % 700))).toBe(true);
        }
        const found = publishedFrom(memory, from);
        expect(found.filter(({ name }) => name === 'sendResult').map(({ fields }) => fields.number)).toEqual(
          Array.from({ length: 20 }, (_, i) => before + i + 1),
        );
        from = ring.position;
        free(memory, ring);
      }
    }
  });

  it('refuses what opens risk while a quarter of the ring is left, and takes cancels and reports until it is full', () => {
    const memory = memoryRing();
    const { ring, writer } = writersOver(memory);
    let entered = 0;
    while (writer.enterIntent(entered + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) entered++;
    expect(entered * frameBytes(JournalRecord.enterIntent.bytes)).toBeGreaterThan(SMALLEST_RING * 0.74);
    expect(ring.refused).toBe(1);
    while (writer.replaceIntent(1, 0, 0, 0, 0)) entered++;
    expect(writer.refused(1, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe(false);
    let cancels = 0;
    while (writer.cancelIntent(cancels + 1, 0, 0, 0, 0)) cancels++;
    expect(cancels * frameBytes(JournalRecord.cancelIntent.bytes)).toBeGreaterThan(SMALLEST_RING * 0.24);
    expect(ring.lost).toBe(1);
    expect(publishedFrom(memory, 0)).toHaveLength(entered + cancels);
  });

  it('says in the journal itself how many facts found no room', () => {
    const memory = memoryRing();
    const { ring, writer } = writersOver(memory);
    while (writer.cancelIntent(1, 0, 0, 0, 0));
    for (let i = 0; i < 4; i++) expect(writer.sendResult(1, 0, 0, 0, 0, 0)).toBe(false);
    const from = ring.position;
    expect(writer.enterIntent(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe(false);
    free(memory, ring);
    expect(writer.enterIntent(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe(true);
    expect(publishedFrom(memory, from).map(({ name, fields }) => [name, fields.records, fields.firstType])).toEqual([
      ['lost', 5, JournalRecord.cancelIntent.type],
      ['enterIntent', undefined, undefined],
    ]);
  });

  it('refuses what opens risk while its copier says that the disk is full, and nothing else', () => {
    const memory = memoryRing();
    const { writer, ring } = writersOver(memory);
    new Int32Array(memory)[JournalRingLayout.stateCell] = JournalState.diskFull;
    expect(writer.enterIntent(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe(false);
    expect(writer.replaceIntent(1, 0, 0, 0, 0)).toBe(false);
    expect(writer.cancelIntent(1, 0, 0, 0, 0)).toBe(true);
    expect(ring.state).toBe(JournalState.diskFull);
    new Int32Array(memory)[JournalRingLayout.stateCell] = JournalState.ok;
    expect(writer.enterIntent(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe(true);
  });

  it('refuses and counts a record that is longer than any, or not of whole 8 bytes', () => {
    const memory = memoryRing();
    const ring = new JournalRing(memory);
    for (const length of [Frame.maxPayloadBytes + 8, 12, 0, -8]) expect(ring.claim(1, length)).toBe(-1);
    expect(new Int32Array(memory)[JournalRingLayout.oversizeCell]).toBe(4);
    expect(ring.claim(1, Frame.maxPayloadBytes)).toBeGreaterThan(0);
  });
});

describe('the order of stores', () => {
  it('shows the whole record or nothing of it after each store, wherever it stands in the ring', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2047 }), fc.constantFrom(0, ...BEFORE_WRAPS), (step, base) => {
        const start = base + step * Frame.alignmentBytes;
        const memory = memoryRing(start);
        // What the last lap left: nothing of it may be taken for a record.
        new Int32Array(memory, JournalRingLayout.headerBytes + 32).fill(0x01010108);
        formatJournalRing(memory, TEST_IDENTITY, 1, start, 0);
        const { ring, writer } = writersOver(memory);
        expect(writer.sendResult(1, 0, 0, 0, 0, 0)).toBe(true);
        const seen: number[] = [];
        const look = () => seen.push(publishedFrom(memory, start).length);
        recordStores(ring, () => recordStores(writer, () => writer.sendResult(2, 0, 0, 0, 0, 0), look), look);
        expect(seen.length).toBeGreaterThan(15);
        expect(seen).toEqual([...seen.slice(0, -1).map(() => 1), 2]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a ring', () => {
  it('is taken over behind the last published record by the writer that follows one whose thread died', () => {
    for (const start of [0, ...BEFORE_WRAPS]) {
      const memory = memoryRing(start);
      const first = writersOver(memory);
      first.writer.barrier(1, 0, 0, 0);
      first.writer.barrier(2, 0, 0, 0);
      expect(first.ring.claim(JournalRecord.barrier.type, JournalRecord.barrier.bytes)).toBeGreaterThan(0);
      const second = writersOver(memory);
      expect(second.ring.position).toBe(first.ring.position);
      second.writer.barrier(3, 0, 0, 0);
      expect(publishedFrom(memory, start).map(({ fields }) => fields.port)).toEqual([1, 2, 3]);
    }
  });

  it('holds no record of the day or venue before it', () => {
    const yesterday = { venue: 'nasdaq', day: 20261120 };
    const memory = memoryRing(0, SMALLEST_RING, yesterday);
    writersOver(memory).writer.barrier(1, 0, 0, 0);
    const words = new Int32Array(memory);
    const first = JournalRingLayout.headerBytes >> 2;
    expect(frameStateAt(words, first, words.length, 0, 0, journalSalt(yesterday))).toBe(FrameState.whole);
    expect(frameStateAt(words, first, words.length, 0, 0, SALT)).toBe(FrameState.badChecksum);
    expect(journalSalt({ ...yesterday, venue: 'nasdaq2' })).not.toBe(journalSalt(yesterday));
  });

  it('says of itself what it was made with, and of damage what is wrong', () => {
    const memory = memoryRing(2 ** 33);
    expect(readRingHeader(memory)).toMatchObject({ ...TEST_IDENTITY, epoch: 1, startPosition: 2 ** 33 });
    const words = new Int32Array(memory);
    const damaged = (cell: number): unknown => {
      const copy = memory.slice(0);
      new Int32Array(copy)[cell]! ^= 4;
      return readRingHeader(copy);
    };
    expect(damaged(JournalRingLayout.magicCell)).toBe('has no header of a journal ring');
    expect(damaged(JournalRingLayout.versionCell)).toBe('is of version 5, this program reads 1');
    expect(damaged(JournalRingLayout.dayCell)).toBe('has a damaged header');
    expect(readRingHeader(memory.slice(0, -8))).toMatch(/is 69624 bytes long, not the 69632 that its header says/);
    expect(readRingHeader(new ArrayBuffer(100))).toMatch(/too short/);
    expect(() => new JournalRing(new ArrayBuffer(8192))).toThrow("the journal's ring has no header");
    expect(words[JournalRingLayout.magicCell]).toBe(JournalRingLayout.magic[0]);
  });

  it('is no ring, or an empty one, wherever its making is interrupted', () => {
    const memory = memoryRing();
    writersOver(memory).writer.barrier(1, 0, 0, 0);
    formatJournalRing(memory, TEST_IDENTITY, 2, 64, 0);
    expect(publishedFrom(memory, 64)).toEqual([]);
    expect(writersOver(memory).ring.position).toBe(64);
    expect(() => formatJournalRing(memory, TEST_IDENTITY, 2, 65, 0)).toThrow(RangeError);
    expect(() => memoryRing(0, 100_000)).toThrow(RangeError);
    expect(() => memoryRing(0, SMALLEST_RING, { venue: 'a b', day: 1 })).toThrow(RangeError);
  });
});
