import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { hostDisk } from '../gateway/journal-disk.ts';
import { journalHolder } from '../gateway/journal-lock.ts';
import { readRingFile } from '../gateway/journal-ring-file.ts';
import { openSources } from '../gateway/journal-sources.ts';
import { loadNative } from '../io/native.ts';
import { FRAME_STATE_WORDS } from '../journal/frame-reader.ts';
import { type JournalIdentity, journalSalt } from '../journal/identity.ts';
import { DAMAGE_REMEDY, JournalDamage } from '../journal/journal-damage.ts';
import { JournalRecord } from '../journal/record-types.ts';
import { type RecoveryOutcome, recoverJournal } from '../journal/recovery.ts';
import { decodeSegmentHeader, parseSegmentName, SegmentLayout } from '../journal/segment-format.ts';
import { RecordBuffer, type RecordSink, readMemory, SegmentScan, type SegmentSource } from '../journal/segment-scan.ts';
import { UserError } from './errors.ts';

/** What was read, for people. */
export interface ReadJournal {
  readonly identity: JournalIdentity;
  /** A line for each file, and for the ring. */
  readonly parts: readonly string[];
  readonly records: number;
  readonly sealed: boolean;
  /** A process writes it now. */
  readonly live: boolean;
  /** What was found at its end that is no record, in words. */
  readonly torn?: string;
}

/** Which day of a directory. */
export interface JournalChoice {
  readonly venue?: string;
  /** yyyymmdd; by default the last one. */
  readonly day?: number;
}

/**
 * Hands the records of a journal to a sink: of one file, or of a day's files and ring in a directory.
 * @throws {UserError} if there is none, or it is damaged; what stands before the damage has been handed over
 */
export function readJournal(path: string, choice: JournalChoice, sink: RecordSink): ReadJournal {
  if (!existsSync(path))
    throw new UserError(`there is no ${path}`, 'name a journal file, or the directory of a journal');
  try {
    return statSync(path).isDirectory() ? readDirectory(path, choice, sink) : readFile(path, sink);
  } catch (error) {
    if (!(error instanceof JournalDamage)) throw error;
    throw new UserError(`the journal is damaged: ${error.message}`, DAMAGE_REMEDY, { cause: error });
  }
}

function readDirectory(directory: string, choice: JournalChoice, sink: RecordSink): ReadJournal {
  const identity = chooseDay(directory, choice);
  const live = journalHolder(directory, loadNative()) !== undefined;
  // The ring first: what its writer frees meanwhile is in the files that are read after it.
  const ring = readRingFile(directory);
  const sources = openSources(hostDisk, directory, identity, ring);
  try {
    const outcome = recoverJournal(sources, sink);
    const { records, sealed } = outcome;
    // The end of a file that is being written may be half a record.
    const torn = live ? undefined : outcome.cut;
    return { identity, parts: partsOf(outcome), records, sealed, live, ...(torn === undefined ? {} : { torn }) };
  } finally {
    sources.close();
  }
}

function partsOf({ segments, ringRecords, ringFault }: RecoveryOutcome): string[] {
  const parts = segments.map(
    ({ name, records, startPosition, endPosition, headerFault }) =>
      `${name}: ${count(records, 'record')}, positions ${startPosition} to ${endPosition}${headerFault === undefined ? '' : ` (it ${headerFault})`}`,
  );
  if (ringFault !== undefined) parts.push(`ring: left out, it ${ringFault}`);
  else if (ringRecords > 0) parts.push(`ring: ${count(ringRecords, 'record')} that no file holds yet`);
  return parts;
}

function chooseDay(directory: string, { venue, day }: JournalChoice): JournalIdentity {
  const days = hostDisk
    .list(directory)
    .map(parseSegmentName)
    .filter((name) => name !== undefined)
    .sort((a, b) => a.day - b.day);
  const venues = [...new Set(days.map((name) => name.venue))];
  if (days.length === 0) throw new UserError(`${directory} holds no journal files`, 'name the directory of a journal');
  if (venue === undefined && venues.length > 1) {
    throw new UserError(`${directory} holds the journals of ${venues.join(', ')}`, 'say which with --venue');
  }
  const chosen = days.filter((name) => (venue ?? name.venue) === name.venue && (day ?? name.day) === name.day).at(-1);
  if (chosen === undefined) {
    const there = [...new Set(days.map((name) => `${name.venue} ${name.day}`))].join(', ');
    throw new UserError(`${directory} has no journal of that venue and day`, `there are: ${there}`);
  }
  return { venue: chosen.venue, day: chosen.day };
}

/** One file by itself: its header says where it begins. */
function readFile(path: string, sink: RecordSink): ReadJournal {
  const file = hostDisk.open(path, 'read');
  try {
    const source: SegmentSource = {
      name: basename(path),
      sizeBytes: hostDisk.sizeOf(file),
      read: (into, offset, length, at) => hostDisk.read(file, into, offset, length, at),
    };
    const bytes = new Uint8Array(SegmentLayout.headerBytes);
    const header = decodeSegmentHeader(bytes.subarray(0, source.read(bytes, 0, bytes.length, 0)));
    if (typeof header === 'string') {
      throw new UserError(`${path} ${header}`, `read the whole journal: name its directory, ${dirname(path)}`);
    }
    const { startPosition } = header;
    const types = new LastType(sink);
    const buffer = new RecordBuffer(readMemory(source.sizeBytes));
    const end = new SegmentScan(source, startPosition, journalSalt(header), buffer).read(types);
    if (end.wholeBeyond > 0 && end.provenSynced > end.endPosition) {
      const what = `has ${FRAME_STATE_WORDS[end.state]} at position ${end.endPosition}, and whole records behind it`;
      throw new JournalDamage(source.name, end.endPosition, what);
    }
    const torn = `${FRAME_STATE_WORDS[end.state]} at position ${end.endPosition}; ${end.restBytes} bytes from there on are no record`;
    return {
      identity: header,
      parts: [
        `${source.name}: ${count(end.records, 'record')}, positions ${startPosition} to ${end.endPosition}, of start ${header.epoch}`,
      ],
      records: end.records,
      sealed: types.sealed,
      live: false,
      ...(end.restBytes === 0 ? {} : { torn }),
    };
  } finally {
    hostDisk.close(file);
  }
}

const SEALED_TYPE = JournalRecord.sealed.type;

class LastType implements RecordSink {
  sealed = false;
  private readonly sink: RecordSink;

  constructor(sink: RecordSink) {
    this.sink = sink;
  }

  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    this.sealed = type === SEALED_TYPE;
    this.sink.onRecord(type, buffer, offset, length);
  }
}

/** `1 record`, `12,000 records` */
export function count(n: number, one: string): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : `${one}s`}`;
}
