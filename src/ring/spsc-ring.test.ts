import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpscConsumer, SpscObserver, SpscProducer } from './spsc-ring.ts';
import { createSpscRing, SpscRing } from './spsc-ring-descriptor.ts';
import { recordStores } from './testing/store-log.ts';

const LARGEST_INT32 = 2 ** 31 - 1;
/** Positions just before int32 turns negative, and just before it comes back to zero: 2^31 and 2^32 bytes on. */
const BEFORE_WRAPS = [(LARGEST_INT32 & ~7) - 64, -72];

interface Received {
  type: number;
  payload: number[];
}

/** Collects what it is handed. */
function collector(): { records: Received[]; onRecord: (...record: HandlerArguments) => void } {
  const records: Received[] = [];
  return {
    records,
    onRecord(type, bytes, _view, offset, length) {
      records.push({ type, payload: [...bytes.subarray(offset, offset + length)] });
    },
  };
}
type HandlerArguments = [type: number, bytes: Uint8Array, view: DataView, offset: number, length: number];

function payloadOf(length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => (seed * 31 + i * 7 + 1) & 0xff);
}

function write(producer: SpscProducer, type: number, payload: number[]): boolean {
  // Odd offset on purpose: the source need not be aligned.
  return producer.write(type, new DataView(Uint8Array.from([0, 0, 0, ...payload, 99]).buffer), 3, payload.length);
}

describe('an SPSC ring', () => {
  it('delivers records of every length in order, with type and bytes intact', () => {
    const memory = createSpscRing(4096);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    for (let length = 0; length <= 200; length++) {
      expect(write(producer, length + 5, payloadOf(length, length))).toBe(true);
      const got = collector();
      expect(consumer.drain(got, 10)).toBe(1);
      expect(got.records).toEqual([{ type: length + 5, payload: payloadOf(length, length) }]);
    }
  });

  it('shows nothing of a claim before its commit, and all claims of one commit at once', () => {
    const memory = createSpscRing(1024);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    for (let i = 0; i < 3; i++) {
      const at = producer.claim(i, 4);
      expect(at % 8).toBe(0);
      producer.int32[at >> 2] = i * 100;
      expect(consumer.drain(collector(), 10)).toBe(0);
    }
    producer.commit();
    const seen: number[] = [];
    consumer.drain({ onRecord: (_type, _bytes, view, offset) => seen.push(view.getInt32(offset, true)) }, 10);
    expect(seen).toEqual([0, 100, 200]);
  });

  it('forgets aborted claims, also those that went past the end of the ring', () => {
    const memory = createSpscRing(128);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    write(producer, 1, payloadOf(40, 1));
    consumer.drain(collector(), 1);
    producer.claim(2, 40);
    producer.claim(3, 20);
    producer.abort();
    producer.commit();
    expect(consumer.drain(collector(), 10)).toBe(0);
    write(producer, 4, payloadOf(32, 4));
    write(producer, 5, payloadOf(16, 5));
    const got = collector();
    consumer.drain(got, 10);
    expect(got.records).toEqual([
      { type: 4, payload: payloadOf(32, 4) },
      { type: 5, payload: payloadOf(16, 5) },
    ]);
  });

  it('refuses and counts when full, loses nothing that it took, and takes records again after a drain', () => {
    const memory = createSpscRing(256);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    let taken = 0;
    while (write(producer, taken, payloadOf(24, taken))) taken++;
    expect(write(producer, 99, payloadOf(24, 0))).toBe(false);
    expect(producer.refused).toBe(2);
    expect(taken).toBe(7);
    const got = collector();
    consumer.drain(got, 100);
    expect(got.records.map((record) => record.type)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(write(producer, 99, payloadOf(24, 0))).toBe(true);
  });

  it('refuses and counts a record longer than it can ever take, and takes the longest wherever its positions stand', () => {
    for (let start = 0; start < 256; start += 8) {
      const memory = createSpscRing(256, start);
      const producer = new SpscProducer(memory);
      const consumer = new SpscConsumer(memory);
      const longest = payloadOf(producer.maxPayloadBytes, start);
      expect(write(producer, 1, [...longest, 0])).toBe(false);
      expect(new SpscObserver(memory).oversize).toBe(1);
      expect(write(producer, 2, longest)).toBe(true);
      const got = collector();
      consumer.drain(got, 10);
      expect(got.records).toEqual([{ type: 2, payload: longest }]);
    }
  });

  it('carries on past 2^31 and 2^32 bytes', () => {
    for (const start of BEFORE_WRAPS) {
      const memory = createSpscRing(128, start);
      const producer = new SpscProducer(memory);
      const consumer = new SpscConsumer(memory);
      const observer = new SpscObserver(memory);
      for (let i = 0; i < 50; i++) {
        expect(write(producer, i, payloadOf(i % 33, i))).toBe(true);
        expect(observer.backlogBytes).toBeGreaterThan(0);
        const got = collector();
        expect(consumer.drain(got, 10)).toBe(1);
        expect(got.records).toEqual([{ type: i, payload: payloadOf(i % 33, i) }]);
        expect(observer.backlogBytes).toBe(0);
      }
      let taken = 0;
      while (write(producer, 1, payloadOf(8, 0))) taken++;
      expect(taken).toBeGreaterThan(4);
      expect(consumer.drain(collector(), 100)).toBe(taken);
    }
  });

  it('behaves as a bounded queue under any sequence of claims, commits, aborts and drains', () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('claim' as const), length: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ op: fc.constant('commit' as const) }),
      fc.record({ op: fc.constant('abort' as const) }),
      fc.record({ op: fc.constant('drain' as const), limit: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ op: fc.constant('replaceConsumer' as const) }),
      fc.record({ op: fc.constant('replaceProducer' as const) }),
    );
    const start = fc.constantFrom(0, 8, 120, ...BEFORE_WRAPS);
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 200 }), (startPosition, steps) => {
        const memory = createSpscRing(256, startPosition);
        let producer = new SpscProducer(memory);
        let consumer = new SpscConsumer(memory);
        let published: Received[] = [];
        let claimed: Received[] = [];
        let number = 0;
        for (const each of steps) {
          if (each.op === 'claim') {
            const payload = payloadOf(each.length, ++number);
            const at = producer.claim(number, each.length);
            if (at >= 0) {
              producer.bytes.set(payload, at);
              claimed.push({ type: number, payload });
            } else expect(published.length + claimed.length).toBeGreaterThan(0);
          } else if (each.op === 'commit') {
            producer.commit();
            published = published.concat(claimed);
            claimed = [];
          } else if (each.op === 'abort') {
            producer.abort();
            claimed = [];
          } else if (each.op === 'drain') {
            const got = collector();
            consumer.drain(got, each.limit);
            expect(got.records).toEqual(published.splice(0, each.limit));
          } else if (each.op === 'replaceConsumer') {
            consumer = new SpscConsumer(memory);
          } else {
            producer = new SpscProducer(memory);
            claimed = [];
          }
        }
      }),
    );
  });
});

describe('a consumer', () => {
  it('goes on behind the record on which its handler threw', () => {
    const memory = createSpscRing(256);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    for (let i = 1; i <= 3; i++) write(producer, i, []);
    const throwing = {
      onRecord(type: number): void {
        if (type === 2) throw new Error('bad record');
      },
    };
    expect(() => consumer.drain(throwing, 10)).toThrow('bad record');
    const got = collector();
    consumer.drain(got, 10);
    expect(got.records.map((record) => record.type)).toEqual([3]);
  });

  it('that is dead shows: its heartbeat stands still over a backlog, and the producer counts instead of waiting', () => {
    const memory = createSpscRing(256);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    const observer = new SpscObserver(memory);
    const beat = observer.heartbeat;
    consumer.drain(collector(), 1);
    expect(observer.heartbeat).not.toBe(beat);
    const lastBeat = observer.heartbeat;
    for (let i = 0; i < 100; i++) write(producer, i, payloadOf(8, i));
    expect(observer.heartbeat).toBe(lastBeat);
    expect(observer.backlogBytes).toBeGreaterThan(200);
    expect(observer.refused).toBeGreaterThan(80);
  });

  it('that takes over gets the backlog, or throws it away', () => {
    const memory = createSpscRing(256);
    const producer = new SpscProducer(memory);
    for (let i = 1; i <= 3; i++) write(producer, i, []);
    new SpscConsumer(memory).next();
    const got = collector();
    new SpscConsumer(memory).drain(got, 1);
    expect(got.records.map((record) => record.type)).toEqual([1]);
    const fresh = new SpscConsumer(memory);
    expect(fresh.skipToNewest()).toBe(2);
    write(producer, 4, []);
    expect(fresh.next()).toBeGreaterThan(0);
    expect(fresh.recordType).toBe(4);
  });

  it('reads records in place, whose bytes stand until it releases them', () => {
    const memory = createSpscRing(64);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    write(producer, 1, payloadOf(24, 1));
    const at = consumer.next();
    expect(write(producer, 2, payloadOf(24, 2))).toBe(false);
    expect([...consumer.bytes.subarray(at, at + consumer.recordLength)]).toEqual(payloadOf(24, 1));
    consumer.release();
    expect(write(producer, 2, payloadOf(24, 2))).toBe(true);
  });
});

describe('the order of stores', () => {
  const wordsOf = (memory: SharedArrayBuffer): Int32Array => new Int32Array(memory);
  const FIRST_RECORD = SpscRing.headerBytes >> 2;

  it('publishes a length after the type, the payload and the zero behind the record, by the one store that publishes', () => {
    const memory = createSpscRing(256);
    wordsOf(memory).fill(-1, FIRST_RECORD + 1);
    const producer = new SpscProducer(memory);
    const stores = recordStores(producer, () => write(producer, 9, [1, 2, 3, 4, 5, 6, 7, 8]));
    expect(stores.map((store) => [store.cell - FIRST_RECORD, store.value, store.publishes])).toEqual([
      [4, 0, false], // header behind the record
      [1, 9, false], // type
      [2, 0x04030201, false],
      [3, 0x08070605, false],
      [SpscRing.producerPositionCell - FIRST_RECORD, 16, false], // for observers
      [0, 16, true], // length: the record is there
    ]);
  });

  it('publishes a batch by the length of its first record alone, last of all', () => {
    const memory = createSpscRing(256);
    const producer = new SpscProducer(memory);
    const stores = recordStores(producer, () => {
      for (let i = 0; i < 3; i++) producer.claim(i, 8);
      producer.commit();
    });
    expect(stores.filter((store) => store.publishes)).toEqual([{ cell: FIRST_RECORD, value: 16, publishes: true }]);
    expect(stores.at(-1)!.publishes).toBe(true);
  });

  it('frees room only after the handler has seen every record of the drain, once', () => {
    const memory = createSpscRing(256);
    const producer = new SpscProducer(memory);
    const consumer = new SpscConsumer(memory);
    for (let i = 0; i < 3; i++) write(producer, i, []);
    let seen = 0;
    const stores = recordStores(
      consumer,
      () => consumer.drain({ onRecord: () => void seen++ }, 10),
      () => expect(seen).toBe(3),
    );
    expect(stores.filter((store) => store.publishes)).toEqual([
      { cell: SpscRing.consumerPositionCell, value: 24, publishes: true },
    ]);
  });

  it('never lets a consumer see anything but whole records, after each single store, over stale bytes, at the wrap', () => {
    for (const start of [0, 56, 104, 120]) {
      const memory = createSpscRing(128, start);
      const words = wordsOf(memory);
      // As after laps of records: every word but the header at the producer's position looks like a length.
      words.fill(16, FIRST_RECORD);
      words[FIRST_RECORD + (start >> 2)] = 0;
      const producer = new SpscProducer(memory);
      const consumer = new SpscConsumer(memory);
      const expected: number[] = [];
      let received = 0;
      for (let i = 1; i <= 40; i++) {
        const payload = payloadOf((i * 5) % 30, i);
        expected.push(i);
        recordStores(
          producer,
          () => {
            if (i % 3 === 0) {
              producer.claim(i, 4);
              producer.abort();
            }
            expect(write(producer, i, payload)).toBe(true);
          },
          () => {
            const got = collector();
            for (let at = consumer.next(); at >= 0; at = consumer.next()) {
              got.onRecord(consumer.recordType, consumer.bytes, consumer.view, at, consumer.recordLength);
            }
            for (const record of got.records) {
              received++;
              expect(record).toEqual({ type: i, payload });
            }
          },
        );
        expect(received).toBe(i);
        consumer.release();
      }
    }
  });
});

describe('a ring of another size', () => {
  it.each([0, 63, 100, 2 ** 31])('%d bytes is refused', (bytes) => {
    expect(() => createSpscRing(bytes)).toThrow(RangeError);
  });
});
