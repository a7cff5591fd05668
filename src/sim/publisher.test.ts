import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame, FrameId, PacketKind } from '../feed/framer.ts';
import { MoldUdp64Framer, moldSessionName } from '../venues/nasdaq/moldudp64.ts';
import { parseFaultSpec } from './fault-spec.ts';
import { LinePublisher } from './line-publisher.ts';
import { nextSessionName, Publisher } from './publisher.ts';
import { UnitStore } from './unit-store.ts';

const HEARTBEAT_NS = 1e9;
const NO_SKEW = { meanNs: 0, deviationNs: 0 };

interface Sent {
  readonly line: string;
  readonly kind: PacketKind;
  readonly session: string;
  readonly first: number;
  readonly units: string[];
}

class Venue {
  readonly sent: Sent[] = [];
  readonly store: UnitStore;
  readonly lines: LinePublisher[];
  readonly publisher: Publisher;
  nowNs = 1e9;

  constructor({
    session = 'DAY01',
    firstUnit = 1,
    messagesPerPacket = 4,
    maxPacketBytes = 1472,
    skews = [NO_SKEW, NO_SKEW],
  } = {}) {
    this.store = new UnitStore(session, { firstUnit });
    this.lines = skews.map((skew, i) => {
      const name = 'ABC'[i];
      return new LinePublisher(name, i, 1, skew, (bytes, offset, length) => this.#receive(name, bytes, offset, length));
    });
    this.publisher = new Publisher(this.store, this.lines, {
      seed: 1,
      messagesPerPacket,
      maxPacketBytes,
      heartbeatNs: HEARTBEAT_NS,
      // Each look at the clock takes a microsecond, so that what waits for it comes to an end.
      now: () => (this.nowNs += 1000),
    });
  }

  append(...units: string[]): this {
    for (const unit of units) this.store.append(Buffer.from(unit), 0, Buffer.byteLength(unit));
    return this;
  }

  numbered(count: number): this {
    for (let i = 0; i < count; i++) this.append(`unit ${this.store.next}`);
    return this;
  }

  fault(line: number, spec: string): void {
    this.lines[line].faults.add(parseFaultSpec(spec), this.nowNs);
  }

  of(line: string): Sent[] {
    return this.sent.filter((packet) => packet.line === line);
  }

  /** Units of a line's packets, in the order in which they were sent. */
  unitsOf(line: string): string[] {
    return this.of(line).flatMap((packet) => packet.units);
  }

  #receive(line: string, bytes: Uint8Array, offset: number, length: number): number {
    const frame = new Frame();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const kind = new MoldUdp64Framer().frame(bytes, view, offset, length, frame);
    const units: string[] = [];
    for (let i = 0; i < frame.count; i++) {
      units.push(Buffer.from(bytes).toString('latin1', frame.unitOffset[i], frame.unitOffset[i] + frame.unitLength[i]));
    }
    this.sent.push({
      line,
      kind,
      session: moldSessionName(frame.session).trim(),
      first: frame.ids[FrameId.first],
      units,
    });
    return 0;
  }
}

const names = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `unit ${from + i}`);

describe('Publisher', () => {
  it('sends every unit once on every line, in order, packets numbered by their first unit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 60, max: 400 }),
        (turns, messagesPerPacket, maxPacketBytes) => {
          const venue = new Venue({ messagesPerPacket, maxPacketBytes });
          for (const units of turns) {
            venue.numbered(units);
            venue.publisher.publish();
          }
          const total = turns.reduce((sum, units) => sum + units, 0);
          for (const line of ['A', 'B']) {
            expect(venue.unitsOf(line)).toEqual(names(1, total));
            for (const packet of venue.of(line).filter(({ kind }) => kind === PacketKind.units)) {
              expect(packet.units[0]).toBe(`unit ${packet.first}`);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cuts lines alike, and a backlog into packets as full as a datagram', () => {
    const venue = new Venue({ messagesPerPacket: 4, maxPacketBytes: 200 });
    venue.numbered(20);
    venue.publisher.publish();
    expect(Math.max(...venue.of('A').map(({ units }) => units.length))).toBeLessThanOrEqual(4);
    venue.sent.length = 0;
    venue.numbered(500);
    venue.publisher.publish();
    expect(venue.of('A')[0].units.length).toBe(Math.floor((200 - 20) / (2 + 'unit 21'.length)));
    expect(venue.of('A').map(({ units }) => units)).toEqual(venue.of('B').map(({ units }) => units));
  });

  it('sends a unit that is longer than a packet should be, alone', () => {
    const venue = new Venue({ maxPacketBytes: 128 });
    venue.append('short', 'x'.repeat(3000), 'short');
    venue.publisher.publish();
    expect(venue.unitsOf('A')).toEqual(['short', 'x'.repeat(3000), 'short']);
  });

  it('splits differently on a line with repacketise', () => {
    const venue = new Venue({ messagesPerPacket: 8 });
    venue.fault(1, 'B:repacketise=2');
    venue.numbered(300);
    venue.publisher.publish();
    expect(venue.unitsOf('B')).toEqual(names(1, 300));
    expect(Math.max(...venue.of('B').map(({ units }) => units.length))).toBe(2);
    expect(venue.of('A').length).toBeLessThan(venue.of('B').length);
  });

  it('sends a heartbeat with the next number on each line that has been quiet, and only on it', () => {
    const venue = new Venue();
    venue.numbered(3);
    venue.publisher.publish();
    venue.sent.length = 0;
    venue.nowNs += HEARTBEAT_NS / 2;
    venue.publisher.publish();
    expect(venue.sent).toEqual([]);
    venue.nowNs += HEARTBEAT_NS;
    venue.publisher.publish();
    expect(venue.sent).toEqual(
      ['A', 'B'].map((line) => ({ line, kind: PacketKind.heartbeat, session: 'DAY01', first: 4, units: [] })),
    );
  });

  it('says end of session at once, and again in place of heartbeats', () => {
    const venue = new Venue();
    venue.numbered(2);
    venue.publisher.publish();
    venue.sent.length = 0;
    venue.publisher.sendEndOfSession();
    venue.nowNs += HEARTBEAT_NS;
    venue.publisher.publish();
    expect(venue.sent.map(({ line, kind, first }) => [line, kind, first])).toEqual(
      ['A', 'B', 'A', 'B'].map((line) => [line, PacketKind.endOfSession, 3]),
    );
  });

  it('ends one line by a fault while the other goes on', () => {
    const venue = new Venue();
    venue.fault(0, 'A:end');
    venue.numbered(10);
    venue.publisher.publish();
    expect(venue.of('A').map(({ kind }) => kind)).toEqual([PacketKind.endOfSession]);
    expect(venue.unitsOf('B')).toEqual(names(1, 10));
  });

  it.each([
    ['A:restart', 'DAY02'],
    ['A:restart=same', 'DAY01'],
  ])('counts one line from 1 again by %s, until that is cleared', (spec, session) => {
    const venue = new Venue();
    venue.numbered(10);
    venue.publisher.publish();
    venue.fault(0, spec);
    venue.sent.length = 0;
    venue.append('after');
    venue.publisher.publish();
    expect(venue.of('A')).toMatchObject([{ session, first: 1, units: ['after'] }]);
    expect(venue.of('B')).toMatchObject([{ session: 'DAY01', first: 11, units: ['after'] }]);
    venue.sent.length = 0;
    venue.nowNs += HEARTBEAT_NS * 2;
    venue.publisher.publish();
    expect(venue.of('A')).toMatchObject([{ session, first: 2, kind: PacketKind.heartbeat }]);
    venue.lines[0].faults.clear('restart');
    venue.sent.length = 0;
    venue.append('cleared');
    venue.publisher.publish();
    expect(venue.of('A')).toMatchObject([{ session: 'DAY01', first: 12, units: ['cleared'] }]);
  });

  it('goes on with another session', () => {
    const venue = new Venue();
    venue.numbered(3);
    venue.publisher.publish();
    const store = new UnitStore('DAY02');
    venue.publisher.startSession(store);
    store.append(Buffer.from('new'), 0, 3);
    venue.sent.length = 0;
    venue.publisher.publish();
    expect(venue.of('B')).toMatchObject([{ session: 'DAY02', first: 1, units: ['new'] }]);
  });

  it('steps over the holes of a recorded source', () => {
    const venue = new Venue({ firstUnit: 7 });
    venue.append('seven');
    venue.store.skipTo(10);
    venue.append('ten');
    venue.publisher.publish();
    expect(venue.of('A').map(({ first, units }) => [first, units])).toEqual([
      [7, ['seven']],
      [10, ['ten']],
    ]);
  });

  it('numbers beyond 2^32 exactly', () => {
    const venue = new Venue({ firstUnit: 2 ** 40 + 1 });
    venue.append('far');
    venue.publisher.publish();
    expect(venue.of('A')[0].first).toBe(2 ** 40 + 1);
  });

  it('brings a line later by its skew, and lets no line overtake itself by it', () => {
    const skews = [
      { meanNs: 0, deviationNs: 0 },
      { meanNs: 500, deviationNs: 3000 },
    ];
    const venue = new Venue({ skews, messagesPerPacket: 1 });
    for (let turn = 0; turn < 50; turn++) {
      venue.numbered(4);
      venue.publisher.publish();
    }
    venue.nowNs += 1e6;
    venue.publisher.drain();
    expect(venue.unitsOf('A')).toEqual(names(1, 200));
    expect(venue.unitsOf('B')).toEqual(names(1, 200));
    const bFirst = venue.sent.filter(
      ({ line }, i) => line === 'B' && venue.sent.findIndex((p) => p.first === venue.sent[i].first) === i,
    );
    expect(bFirst.length).toBeGreaterThan(10);
    expect(bFirst.length).toBeLessThan(190);
  });

  it('holds a delayed packet until it is due, and sends all of them at the end', () => {
    const venue = new Venue();
    venue.fault(0, 'A:delay=50ms');
    venue.numbered(1);
    venue.publisher.publish();
    expect(venue.unitsOf('A')).toEqual([]);
    expect(venue.publisher.nextDueNs).toBeGreaterThan(venue.nowNs);
    venue.nowNs += 50e6;
    venue.publisher.drain();
    expect(venue.unitsOf('A')).toEqual(['unit 1']);
    venue.numbered(1);
    venue.publisher.publish();
    venue.publisher.flush();
    expect(venue.unitsOf('A')).toEqual(['unit 1', 'unit 2']);
  });
});

describe('nextSessionName', () => {
  it('counts the number in the name, or puts one behind', () => {
    expect(nextSessionName('S000000042')).toBe('S000000043');
    expect(nextSessionName('000010059B')).toBe('000010060B');
    expect(nextSessionName('DAY9')).toBe('DAY0');
    expect(nextSessionName('TODAY')).toBe('TODAY02');
  });
});
