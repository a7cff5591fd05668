import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BroadcastReader, BroadcastWriter, LAPPED } from './broadcast-ring.ts';
import { BroadcastRing, broadcastGeometry, createBroadcastRing } from './broadcast-ring-descriptor.ts';
import { recordStores } from './testing/store-log.ts';

/** Small enough to be lapped by a few records: 4 segments of 64 bytes, payloads up to 48. */
const SMALL = { capacity: 256, segments: 4 };
const LARGEST_INT32 = 2 ** 31 - 1;

function smallRing(startSegment = 0): SharedArrayBuffer {
  return createBroadcastRing(SMALL.capacity, SMALL.segments, startSegment);
}

function payloadOf(length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => (seed * 31 + i * 7 + 1) & 0xff);
}

function write(writer: BroadcastWriter, type: number, payload: number[]): boolean {
  return writer.write(type, new DataView(Uint8Array.from([0, ...payload, 99]).buffer), 1, payload.length);
}

interface Received {
  type: number;
  payload: number[];
}

function poll(reader: BroadcastReader, limit: number): { result: number; records: Received[] } {
  const records: Received[] = [];
  const result = reader.poll(
    {
      onRecord(type, bytes, _view, offset, length) {
        records.push({ type, payload: [...bytes.subarray(offset, offset + length)] });
      },
    },
    limit,
  );
  return { result, records };
}

describe('a broadcast ring', () => {
  it('shows every record, whole and in order, to every reader that keeps up', () => {
    const memory = createBroadcastRing(8192);
    const writer = new BroadcastWriter(memory);
    const readers = [new BroadcastReader(memory), new BroadcastReader(memory)];
    for (let i = 0; i < 1000; i++) {
      const payload = payloadOf(i % 200, i);
      expect(write(writer, i, payload)).toBe(true);
      for (const reader of readers) {
        expect(poll(reader, 10)).toEqual({ result: 1, records: [{ type: i, payload }] });
      }
    }
    expect(readers.map((reader) => reader.lapped)).toEqual([0, 0]);
  });

  it('lets a reader fall behind by all segments but one', () => {
    const memory = smallRing();
    const writer = new BroadcastWriter(memory);
    const reader = new BroadcastReader(memory);
    for (let i = 0; i < SMALL.segments; i++) write(writer, i, payloadOf(48, i));
    expect(reader.segmentsBehind).toBe(SMALL.segments - 1);
    expect(poll(reader, 100).records.map((record) => record.type)).toEqual([0, 1, 2, 3]);
    expect(reader.segmentsBehind).toBe(0);
  });

  it('tells a lapped reader so until it resyncs, then goes on at a record boundary', () => {
    const memory = smallRing();
    const writer = new BroadcastWriter(memory);
    const reader = new BroadcastReader(memory);
    for (let i = 0; i <= SMALL.segments; i++) write(writer, i, payloadOf(48, i));
    expect(poll(reader, 10)).toEqual({ result: LAPPED, records: [] });
    expect(poll(reader, 10)).toEqual({ result: LAPPED, records: [] });
    expect(reader.lapped).toBe(1);
    reader.resync();
    expect(poll(reader, 10)).toEqual({ result: 1, records: [{ type: 4, payload: payloadOf(48, 4) }] });
    write(writer, 9, [1]);
    expect(poll(reader, 10).records.map((record) => record.type)).toEqual([9]);
  });

  it('is read from the current segment by one who comes late', () => {
    const memory = smallRing();
    const writer = new BroadcastWriter(memory);
    for (let i = 0; i < 5; i++) write(writer, i, payloadOf(20, i));
    const late = new BroadcastReader(memory);
    expect(poll(late, 10).records.map((record) => record.type)).toEqual([4]);
  });

  it('shows nothing of a claim before its commit, all claims of one commit at once, and none that was aborted', () => {
    const memory = createBroadcastRing(1024, 4);
    const writer = new BroadcastWriter(memory);
    const reader = new BroadcastReader(memory);
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 3; i++) {
        const at = writer.claim(i, 60);
        expect(at % 8).toBe(0);
        writer.int32[at >> 2] = round * 10 + i;
        expect(poll(reader, 10).result).toBe(0);
      }
      writer.commit();
      const seen: number[] = [];
      reader.poll({ onRecord: (_type, _bytes, view, offset) => seen.push(view.getInt32(offset, true)) }, 10);
      expect(seen).toEqual([0, 1, 2].map((i) => round * 10 + i));
      writer.claim(7, 60);
      writer.claim(7, 200);
      writer.abort();
      writer.commit();
      expect(poll(reader, 10).result).toBe(0);
    }
  });

  it.each(['abort', 'another writer'])('tells a reader whose records aborted claims overwrote, after %s', (how) => {
    const memory = smallRing();
    let writer = new BroadcastWriter(memory);
    const reader = new BroadcastReader(memory);
    for (let i = 0; i < 3; i++) write(writer, i, payloadOf(48, i));
    // Segments 0 to 2 are full. The claims overwrite segments 0 and 1, and are taken back.
    for (let i = 0; i < 3; i++) {
      const at = writer.claim(99, 48);
      writer.bytes.fill(99, at, at + 48);
    }
    if (how === 'abort') writer.abort();
    else writer = new BroadcastWriter(memory);
    write(writer, 3, payloadOf(48, 3));
    expect(poll(reader, 1).result).toBe(LAPPED);
  });

  it('refuses and counts a record longer than a segment holds', () => {
    const memory = smallRing();
    const writer = new BroadcastWriter(memory);
    expect(write(writer, 1, payloadOf(49, 1))).toBe(false);
    expect(new Int32Array(memory)[BroadcastRing.oversizeCell]).toBe(1);
    expect(write(writer, 1, payloadOf(48, 1))).toBe(true);
  });

  it('carries on when segment numbers turn negative and when they come round', () => {
    for (const start of [LARGEST_INT32 - 2, -3]) {
      const memory = smallRing(start);
      const writer = new BroadcastWriter(memory);
      const reader = new BroadcastReader(memory);
      const slow = new BroadcastReader(memory);
      for (let i = 0; i < 20; i++) {
        write(writer, i, payloadOf(40, i));
        expect(poll(reader, 10)).toEqual({ result: 1, records: [{ type: i, payload: payloadOf(40, i) }] });
      }
      expect(poll(slow, 10).result).toBe(LAPPED);
    }
  });

  it('goes on behind the last record when another writer takes over, whatever the last one had claimed', () => {
    const memory = createBroadcastRing(1024, 16);
    const reader = new BroadcastReader(memory);
    let expected: number[] = [];
    for (let i = 0; i < 40; i++) {
      const writer = new BroadcastWriter(memory);
      write(writer, i, payloadOf(i % 30, i));
      expected.push(i);
      writer.claim(99, 30);
      writer.claim(99, 30);
      if (i % 3 === 0) {
        expect(poll(reader, 10).records.map((record) => record.type)).toEqual(expected);
        expected = [];
      }
    }
  });

  it('shows to any reader, under any sequence of writes and polls, a gap-free run of records or a lap', () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('write' as const), length: fc.integer({ min: 0, max: 48 }) }),
      fc.record({ op: fc.constant('poll' as const), limit: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(fc.constantFrom(0, LARGEST_INT32, -1), fc.array(step, { maxLength: 300 }), (start, steps) => {
        const memory = smallRing(start);
        const writer = new BroadcastWriter(memory);
        const reader = new BroadcastReader(memory);
        const written: Received[] = [];
        let next = 0;
        for (const each of steps) {
          if (each.op === 'write') {
            const record = { type: written.length, payload: payloadOf(each.length, written.length) };
            write(writer, record.type, record.payload);
            written.push(record);
            continue;
          }
          const { result, records } = poll(reader, each.limit);
          if (result === LAPPED) {
            // Lapped only if more was written than the ring keeps for sure.
            const behind = written.slice(next).reduce((sum, { payload }) => sum + payload.length + 15, 0);
            expect(behind).toBeGreaterThan(SMALL.capacity - 3 * (SMALL.capacity / SMALL.segments));
            reader.resync();
            const first = poll(reader, 1);
            next = first.records[0]?.type ?? written.length;
            if (first.result === 1) expect(first.records[0]).toEqual(written[next++]);
          } else {
            expect(records).toEqual(written.slice(next, next + each.limit));
            next += records.length;
          }
        }
      }),
    );
  });
});

describe('the order of stores of a broadcast ring', () => {
  const FIRST = BroadcastRing.headerBytes >> 2;

  it('publishes a length after type, payload and the zero behind the record, by the one store that publishes', () => {
    const writer = new BroadcastWriter(smallRing());
    const stores = recordStores(writer, () => write(writer, 9, [1, 2, 3, 4]));
    expect(stores.map((store) => [store.cell - FIRST, store.value, store.publishes])).toEqual([
      [4, 0, false],
      [1, 9, false],
      [2, 0x04030201, false],
      [0, 12, true],
    ]);
  });

  it('announces a segment before the first store into it, and offers it for reading after the padding that leads there', () => {
    const memory = smallRing();
    const writer = new BroadcastWriter(memory);
    write(writer, 1, payloadOf(20, 1));
    const stores = recordStores(writer, () => write(writer, 2, payloadOf(24, 2)));
    const { segmentBytes } = broadcastGeometry(memory);
    const inSegment1 = (cell: number): boolean => cell >= FIRST + segmentBytes / 4;
    const announced = stores.findIndex(({ cell }) => cell === BroadcastRing.segmentCell);
    const firstInside = stores.findIndex(({ cell }) => inSegment1(cell));
    const padding = stores.findIndex(({ cell, value, publishes }) => publishes && cell === FIRST + 8 && value === 32);
    const ready = stores.findIndex(({ cell }) => cell === BroadcastRing.readySegmentCell);
    expect(announced).toBeLessThan(firstInside);
    expect(stores[announced]!.publishes).toBe(true);
    expect(padding).toBeGreaterThan(stores.findLastIndex(({ cell }) => inSegment1(cell)));
    expect(ready).toBe(padding + 1);
    expect(stores[ready]!.publishes).toBe(true);
  });

  it('never lets a reader, at any place in the ring, see anything but whole records after each single store', () => {
    const memory = smallRing();
    const writer = new BroadcastWriter(memory);
    const written = new Map<number, number[]>();
    // One reader for each distance: some keep up, some are about to be lapped, some are.
    const readers: BroadcastReader[] = [];
    for (let i = 0; i < 60; i++) {
      if (i % 4 === 0) readers.push(new BroadcastReader(memory));
      if (readers.length > 8) readers.shift();
      const payload = payloadOf((i * 11) % 49, i);
      written.set(i, payload);
      recordStores(
        writer,
        () => {
          if (i % 5 === 0) {
            writer.claim(99, 40);
            writer.abort();
          }
          write(writer, i, payload);
        },
        () => {
          for (const [index, reader] of readers.entries()) {
            if (i % (index + 1) !== 0) continue;
            const { result, records } = poll(reader, 100);
            for (const record of records) expect(record.payload).toEqual(written.get(record.type));
            if (result === LAPPED) reader.resync();
          }
        },
      );
    }
  });
});

describe('a reader that is overtaken while it copies', () => {
  it('never shows the torn copy, at whichever word it happens', () => {
    const wordsOfACopy = 2 + 40 / 4;
    for (let overtakenAt = 1; overtakenAt <= wordsOfACopy; overtakenAt++) {
      for (const records of [1, 3, 4, 5]) {
        const memory = smallRing();
        const writer = new BroadcastWriter(memory);
        const reader = new BroadcastReader(memory);
        write(writer, 0, payloadOf(40, 0));
        let loads = 0;
        const holder = reader as unknown as { words: Int32Array };
        const words = holder.words;
        holder.words = new Proxy(words, {
          get(_, property) {
            // The writer fills `records` segments between two loads of the reader.
            if (++loads === overtakenAt) for (let i = 1; i <= records; i++) write(writer, i, payloadOf(40, i));
            return Reflect.get(words, property, words) as unknown;
          },
        });
        const first = poll(reader, 1);
        if (loads < overtakenAt) continue;
        if (records < SMALL.segments) {
          expect(first).toEqual({ result: 1, records: [{ type: 0, payload: payloadOf(40, 0) }] });
        } else {
          expect(first).toEqual({ result: LAPPED, records: [] });
        }
      }
    }
  });
});

describe('a broadcast ring of another size', () => {
  it.each([
    [1000, 4],
    [1024, 3],
    [1024, 1],
    [128, 4],
  ])('%d bytes in %d segments is refused', (bytes, segments) => {
    expect(() => createBroadcastRing(bytes, segments)).toThrow(RangeError);
  });
});
