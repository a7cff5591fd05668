import { FRAME_STATE_WORDS, FrameState } from './frame-reader.ts';
import { JOURNAL_VERSION, type JournalIdentity, journalSalt } from './identity.ts';
import { JournalDamage } from './journal-damage.ts';
import { JournalRecord } from './record-types.ts';
import { JournalRingLayout, readRingHeader } from './ring-layout.ts';
import { readRingTail } from './ring-tail.ts';
import {
  decodeSegmentHeader,
  foreignVersion,
  parseSegmentName,
  type SegmentHeader,
  SegmentLayout,
  segmentName,
} from './segment-format.ts';
import {
  RecordBuffer,
  type RecordSink,
  readMemory,
  type SegmentEnd,
  SegmentScan,
  type SegmentSource,
} from './segment-scan.ts';

/** What there is of a day's journal. */
export interface JournalSources {
  readonly identity: JournalIdentity;
  /** The day's files, in any order. */
  readonly segments: readonly SegmentSource[];
  /** A copy of the ring's memory, if there is one. */
  readonly ring?: ArrayBufferLike;
  /**
   * The host was restarted since the journal was last written, so that what was not synced may be lost, in any order. Where
   * it was not, every record that was written must be there.
   */
  readonly hostRestarted: boolean;
}

/** One file as it was found. */
export interface RecoveredSegment extends SegmentEnd {
  readonly name: string;
  readonly index: number;
  readonly startPosition: number;
  readonly header: SegmentHeader | undefined;
  /** Why the header can't be believed; its content follows from the name and the file before. */
  readonly headerFault?: string;
}

export interface RecoveryOutcome {
  readonly segments: readonly RecoveredSegment[];
  /** Position behind the last record. */
  readonly position: number;
  readonly records: number;
  /** Records that stood in the ring alone, and where they begin. */
  readonly ringRecords: number;
  readonly ringFrom: number;
  /** Why the ring was left out, in words. */
  readonly ringFault?: string;
  /** The last record seals the day. */
  readonly sealed: boolean;
  /** Epoch of the last `opened` record, 0 if there is none. */
  readonly epoch: number;
  /** What was cut from the end of the last file, in words; undefined if it ended in order. */
  readonly cut?: string;
}

/**
 * Reads a day's journal from its files, then the ring's tail, and hands every record to the sink, in order, once. Memory is
 * bounded by one buffer.
 *
 * A torn tail, as a dying process or host leaves it, is cut and told. Anything else that is missing or altered is damage:
 * going on over a hole would be guessing about money.
 *
 * @throws {JournalDamage} that names the file and the position
 */
export function recoverJournal(sources: JournalSources, sink: RecordSink): RecoveryOutcome {
  return new Recovery(sources, sink).run();
}

class Recovery {
  private readonly sources: JournalSources;
  private readonly salt: number;
  private readonly buffer: RecordBuffer;
  private readonly counting: CountingSink;
  private readonly found: RecoveredSegment[] = [];

  constructor(sources: JournalSources, sink: RecordSink) {
    this.sources = sources;
    this.salt = journalSalt(sources.identity);
    this.buffer = new RecordBuffer(readMemory(Math.max(0, ...sources.segments.map(({ sizeBytes }) => sizeBytes))));
    this.counting = new CountingSink(sink);
  }

  run(): RecoveryOutcome {
    const segments = inOrder(this.sources);
    for (const source of segments) checkIdentity(source.name, readHeader(source, this.buffer), this.sources.identity);
    let position = 0;
    for (const [i, source] of segments.entries()) {
      position = this.readSegment(source, i === segments.length - 1 ? undefined : segments[i + 1]!, position);
    }
    const ringFrom = position;
    const before = this.counting.records;
    const ringFault = this.ringFault();
    if (ringFault === undefined) {
      position = readRingTail(this.sources.ring!, position, this.salt, this.counting);
    }
    const cut = this.judgeTail(position);
    return {
      segments: this.found,
      position,
      records: this.counting.records,
      ringRecords: this.counting.records - before,
      ringFrom,
      ...(ringFault === undefined || this.sources.ring === undefined ? {} : { ringFault }),
      sealed: this.counting.sealed,
      epoch: this.counting.epoch,
      ...(cut === undefined ? {} : { cut }),
    };
  }

  private readSegment(source: SegmentSource, next: SegmentSource | undefined, expected: number): number {
    const index = parseSegmentName(source.name)!.index;
    const header = readHeader(source, this.buffer);
    if (typeof header !== 'string') checkStart(source.name, header.startPosition, expected);
    const end = new SegmentScan(source, expected, this.salt, this.buffer).read(this.counting);
    this.found.push({
      name: source.name,
      index,
      startPosition: expected,
      header: typeof header === 'string' ? undefined : header,
      ...(typeof header === 'string' ? { headerFault: header } : {}),
      ...end,
    });
    if (next !== undefined) this.checkJoint(source.name, end, next);
    return end.endPosition;
  }

  /** A file that another one follows ends in order, and where that one begins. */
  private checkJoint(name: string, end: SegmentEnd, next: SegmentSource): void {
    const nextHeader = readHeader(next, this.buffer);
    const nextStart = typeof nextHeader === 'string' ? end.endPosition : nextHeader.startPosition;
    if (nextStart > end.endPosition || end.wholeBeyond > 0) {
      throw new JournalDamage(
        name,
        end.endPosition,
        `has ${FRAME_STATE_WORDS[end.state]} at position ${end.endPosition}, and the journal goes on at ${Math.max(nextStart, end.endPosition)} in ${next.name}`,
      );
    }
    if (nextStart < end.endPosition) {
      throw new JournalDamage(
        next.name,
        nextStart,
        `begins at position ${nextStart}, which ${name} holds already: two gateways wrote this journal`,
      );
    }
  }

  /** Why there is nothing to read from the ring; undefined if there may be. */
  private ringFault(): string | undefined {
    const { ring, identity } = this.sources;
    if (ring === undefined) return 'there is none';
    const header = readRingHeader(ring);
    // A damaged header hides nothing: each record proves itself. Only another journal's ring is left alone.
    if (typeof header === 'string') return ring.byteLength > JournalRingLayout.headerBytes ? undefined : header;
    if (header.venue !== identity.venue) return `is of venue ${header.venue}`;
    if (header.day !== identity.day) return `is of day ${header.day}`;
    return undefined;
  }

  /** What the last file holds behind the last record that could be read: cut it, or call it damage. */
  private judgeTail(position: number): string | undefined {
    const last = this.found.at(-1);
    const inRing = this.ringPromise();
    if (inRing > position) {
      throw new JournalDamage(
        last?.name ?? segmentName(this.sources.identity, 1),
        position,
        `ends at position ${position}, but everything up to ${inRing} had been ${this.sources.hostRestarted ? 'synced' : 'written'}`,
      );
    }
    if (last === undefined) return undefined;
    const promised = this.sources.hostRestarted ? last.provenSynced : last.lastWholeEnd;
    if (promised > position) {
      const why = this.sources.hostRestarted ? 'had been synced' : 'are whole, and this host has not been restarted';
      throw new JournalDamage(
        last.name,
        position,
        `has ${FRAME_STATE_WORDS[last.state]} at position ${position}; records behind it, up to position ${promised}, ${why}`,
      );
    }
    if (last.endPosition < position || last.restBytes === 0) return undefined;
    const lost = last.wholeBeyond === 0 ? '' : `, ${last.wholeBeyond} whole records that were never synced among them`;
    return `${last.name}: ${FRAME_STATE_WORDS[last.state === FrameState.none ? FrameState.cut : last.state]} at position ${position}; ${last.restBytes} bytes from there on were cut${lost}`;
  }

  /** Position up to which the ring's header says that files hold the journal. */
  private ringPromise(): number {
    const { ring, identity, hostRestarted } = this.sources;
    if (ring === undefined) return 0;
    const header = readRingHeader(ring);
    if (typeof header === 'string' || header.venue !== identity.venue || header.day !== identity.day) return 0;
    const doubles = new Float64Array(ring, 0, JournalRingLayout.headerBytes >> 3);
    return doubles[hostRestarted ? JournalRingLayout.syncedPositionCell : JournalRingLayout.copiedPositionCell]!;
  }
}

/** Passes records on, and keeps what recovery itself needs of them. */
class CountingSink implements RecordSink {
  records = 0;
  sealed = false;
  epoch = 0;
  private readonly sink: RecordSink;

  constructor(sink: RecordSink) {
    this.sink = sink;
  }

  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    this.records++;
    this.sealed = type === JournalRecord.sealed.type;
    if (type === JournalRecord.opened.type) this.epoch = buffer.int32[(offset >> 2) + EPOCH_CELL]!;
    this.sink.onRecord(type, buffer, offset, length);
  }
}

const EPOCH_CELL = JournalRecord.opened.fields.find(({ name }) => name === 'epoch')!.offset >> 2;

function readHeader(source: SegmentSource, buffer: RecordBuffer): SegmentHeader | string {
  const count = source.read(buffer.bytes, 0, SegmentLayout.headerBytes, 0);
  const bytes = buffer.bytes.subarray(0, count);
  const version = foreignVersion(bytes);
  if (version !== undefined) {
    // Its records would all look damaged, and the file would be cut to nothing.
    throw new JournalDamage(source.name, 0, `is of version ${version}, this program reads ${JOURNAL_VERSION}`);
  }
  return decodeSegmentHeader(bytes);
}

function checkIdentity(name: string, header: SegmentHeader | string, { venue, day }: JournalIdentity): void {
  if (typeof header === 'string') return;
  const { index } = parseSegmentName(name)!;
  if (header.venue === venue && header.day === day && header.index === index) return;
  const own = segmentName(header, header.index);
  throw new JournalDamage(name, header.startPosition, `says of itself that it is ${own}: files were renamed`);
}

function checkStart(name: string, startPosition: number, expected: number): void {
  if (startPosition === expected) return;
  throw new JournalDamage(name, expected, `begins at position ${startPosition}, not at ${expected}`);
}

/** The day's files by their number. @throws {JournalDamage} where one is missing */
function inOrder({ identity, segments }: JournalSources): SegmentSource[] {
  const byIndex = segments
    .map((source) => ({ source, name: parseSegmentName(source.name) }))
    .filter(({ name }) => name !== undefined && name.venue === identity.venue && name.day === identity.day)
    .sort((a, b) => a.name!.index - b.name!.index);
  for (const [i, { name }] of byIndex.entries()) {
    if (name!.index === i + 1) continue;
    throw new JournalDamage(
      segmentName(identity, i + 1),
      0,
      `is missing; the journal goes on in ${segmentName(identity, name!.index)}`,
    );
  }
  return byIndex.map(({ source }) => source);
}
