import { Arbiter } from '../arbiter.ts';
import { type ArbiterConfig, defaultArbiterConfig } from '../arbiter-config.ts';
import { type FeedEvent, FeedEventKind } from '../events.ts';
import { FeedCell, lineCell } from '../feed-counters.ts';
import type { Framer } from '../framer.ts';
import { type FeedSink, TimeCell, UnitCell } from '../sink.ts';
import { BlockFramer, blockPacket, endPacket } from './block-framer.ts';

/** An event as a test wants to read it. */
export interface RecordedEvent {
  readonly kind: FeedEventKind;
  readonly line: number;
  readonly otherLine: number;
  readonly detail: number;
  readonly reason: number;
  readonly from: number;
  readonly to: number;
  readonly atNs: number;
  readonly windowNs: number;
}

/** A unit as it was delivered. */
export interface RecordedUnit {
  readonly id: number;
  readonly rxNs: number;
  readonly source: number;
  readonly body: string;
}

const NAMES = 'ABCDEFGH';

/** Body of a unit in the true stream: what every honest copy of that number carries. */
export function bodyOf(id: number, epoch = 0): Uint8Array {
  const length = 1 + ((id * 7 + epoch) % 23);
  const body = new Uint8Array(length);
  for (let i = 0; i < length; i++) body[i] = (id * 31 + i * 17 + epoch * 101) & 0xff;
  return body;
}

/** An arbiter with a sink that writes everything down, and short words for what happens to it. */
export class FeedRig implements FeedSink {
  readonly arbiter: Arbiter;
  readonly units: RecordedUnit[] = [];
  readonly events: RecordedEvent[] = [];
  /** Units and events as they followed each other. */
  readonly story: (RecordedUnit | RecordedEvent)[] = [];
  /** Called within `onUnit`, after the unit was written down. */
  duringUnit: (unit: RecordedUnit) => void = () => {};
  now = 1_000_000_000;

  constructor(config: Partial<ArbiterConfig> & { lineCount?: number } = {}, framer: Framer = new BlockFramer()) {
    const { lineCount, ...rest } = config;
    const lines = Array.from({ length: lineCount ?? 2 }, (_, i) => ({ name: NAMES[i], expect: 'live' as const }));
    this.arbiter = new Arbiter({ ...defaultArbiterConfig, lines, ...rest }, framer, this);
  }

  onUnit(bytes: Uint8Array, _view: DataView, offset: number, length: number, source: number): void {
    const { unit } = this.arbiter;
    const body = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('hex');
    const recorded = { id: unit[UnitCell.id], rxNs: unit[UnitCell.rxNs], source, body };
    this.units.push(recorded);
    this.story.push(recorded);
    this.duringUnit(recorded);
  }

  onEvent(event: FeedEvent): void {
    const [from, to, atNs, windowNs] = event.numbers;
    const { kind, line, otherLine, detail, reason } = event;
    const recorded = { kind, line, otherLine, detail, reason, from, to, atNs, windowNs };
    this.events.push(recorded);
    this.story.push(recorded);
  }

  /** Time goes on by so many ns; what is due happens. */
  pass(ns: number): this {
    this.now += ns;
    this.arbiter.time[TimeCell.nowNs] = this.now;
    this.arbiter.onTime();
    return this;
  }

  /** A packet arrives now. */
  packet(source: number, bytes: Uint8Array): this {
    this.pass(0);
    this.arbiter.time[TimeCell.rxNs] = this.now;
    this.arbiter.onPacket(source, bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
    return this;
  }

  /** Units `first`..`last` of the true stream arrive in one packet. */
  bring(source: number, first: number, last = first, session = 1): this {
    return this.packet(source, truePacket(first, last, session));
  }

  heartbeat(source: number, next: number, session = 1): this {
    return this.packet(source, blockPacket(next, [], session));
  }

  endOfSession(source: number, next: number, session = 1): this {
    return this.packet(source, endPacket(next, session));
  }

  get ids(): number[] {
    return this.units.map((unit) => unit.id);
  }

  of(kind: FeedEventKind): RecordedEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  /** Ranges of the events of a kind, as [from, to]. */
  ranges(kind: FeedEventKind): [number, number][] {
    return this.of(kind).map((event) => [event.from, event.to]);
  }

  /** Ranges declared lost. */
  get lost(): [number, number][] {
    return this.ranges(FeedEventKind.gapLost);
  }

  feed(cell: keyof typeof FeedCell): number {
    return this.arbiter.cells[FeedCell[cell]];
  }

  line(line: number, cell: number): number {
    return this.arbiter.cells[lineCell(line, cell)];
  }
}

/** A packet of the true stream. */
export function truePacket(first: number, last = first, session = 1): Uint8Array {
  const bodies: Uint8Array[] = [];
  for (let id = first; id <= last; id++) bodies.push(bodyOf(id, session));
  return blockPacket(first, bodies, session);
}

/** The numbers from..to. */
export function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
