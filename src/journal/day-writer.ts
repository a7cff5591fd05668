import { JOURNAL_VERSION } from './identity.ts';
import type { JournalOutput } from './journal-ring.ts';
import type { JournalWriter } from './journal-writer.ts';
import { cellsOf, JournalRecord, type RecordType } from './record-types.ts';

const OPENED = cellsOf(JournalRecord.opened);
const SEALED = cellsOf(JournalRecord.sealed);
const INSTRUMENT = cellsOf(JournalRecord.instrument);
const POSITION = cellsOf(JournalRecord.position);
const BALANCE = cellsOf(JournalRecord.balance);
const LOGIN = cellsOf(JournalRecord.login);
const LIMIT = cellsOf(JournalRecord.limit);
const KILL = cellsOf(JournalRecord.kill);
const DAY_PHASE = cellsOf(JournalRecord.dayPhase);
const OPERATOR = cellsOf(JournalRecord.operator);
const NOTE = cellsOf(JournalRecord.note);

/** Longer texts are cut. */
export const MAX_TEXT_BYTES = 1024;
const NAME_BYTES = 8;
const TAIL_BYTES = 4;
const BLANK = 0x20;

/**
 * The records that are not written in the path of an order: start and end of the day, its positions and limits, logins,
 * what persons did. They may allocate. Each returns whether the record is in the journal.
 */
export class JournalDayWriter {
  private readonly writer: JournalWriter;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly bytes: Uint8Array;

  constructor(writer: JournalWriter, output: JournalOutput) {
    this.writer = writer;
    this.words = output.int32;
    this.doubles = output.float64;
    this.bytes = output.bytes;
  }

  opened(day: number, epoch: number, restart: boolean): boolean {
    const at = this.begin(JournalRecord.opened);
    if (at < 0) return false;
    this.words[at + OPENED.day] = day;
    this.words[at + OPENED.epoch] = epoch;
    this.words[at + OPENED.formatVersion] = JOURNAL_VERSION;
    this.words[at + OPENED.restart] = restart ? 1 : 0;
    return this.writer.commit();
  }

  /** Nothing may follow it: the journal's agent closes the day's file behind it. */
  sealed(day: number, reason: number, orders: number, fills: number): boolean {
    const at = this.begin(JournalRecord.sealed);
    if (at < 0) return false;
    this.words[at + SEALED.day] = day;
    this.words[at + SEALED.reason] = reason;
    this.words[at + SEALED.orders] = orders;
    this.words[at + SEALED.fills] = fills;
    return this.writer.commit();
  }

  instrument(instrument: number, feed: number, symbol: string): boolean {
    const at = this.begin(JournalRecord.instrument);
    if (at < 0) return false;
    this.words[at + INSTRUMENT.instrument] = instrument;
    this.words[at + INSTRUMENT.feed] = feed;
    this.putAscii((at + INSTRUMENT.symbol) << 2, NAME_BYTES, symbol, 0);
    return this.writer.commit();
  }

  position(
    account: number,
    strategy: number,
    instrument: number,
    shares: number,
    averagePrice4: number,
    realised4: number,
  ): boolean {
    const at = this.begin(JournalRecord.position);
    if (at < 0) return false;
    this.words[at + POSITION.account] = account;
    this.words[at + POSITION.strategy] = strategy;
    this.words[at + POSITION.instrument] = instrument;
    this.words[at + POSITION.shares] = shares;
    this.doubles[(at + POSITION.averagePrice4) >> 1] = averagePrice4;
    this.doubles[(at + POSITION.realised4) >> 1] = realised4;
    return this.writer.commit();
  }

  balance(account: number, cash4: number): boolean {
    const at = this.begin(JournalRecord.balance);
    if (at < 0) return false;
    this.words[at + BALANCE.account] = account;
    this.words[at + BALANCE.reserved] = 0;
    this.doubles[(at + BALANCE.cash4) >> 1] = cash4;
    return this.writer.commit();
  }

  /** @param expected number of the next sequenced message @param gap `Gap`: what is missing before it */
  login(port: number, session: number, name: string, expected: number, gap: number): boolean {
    const at = this.begin(JournalRecord.login);
    if (at < 0) return false;
    this.words[at + LOGIN.port] = port;
    this.words[at + LOGIN.session] = session;
    this.putAscii((at + LOGIN.name) << 2, NAME_BYTES, name, 0);
    this.putAscii((at + LOGIN.nameTail) << 2, TAIL_BYTES, name, NAME_BYTES);
    this.words[at + LOGIN.gap] = gap;
    this.doubles[(at + LOGIN.expected) >> 1] = expected;
    return this.writer.commit();
  }

  limit(limit: number, scope: number, index: number, before: number, after: number): boolean {
    const at = this.begin(JournalRecord.limit);
    if (at < 0) return false;
    this.words[at + LIMIT.limit] = limit;
    this.words[at + LIMIT.scope] = scope;
    this.words[at + LIMIT.index] = index;
    this.words[at + LIMIT.reserved] = 0;
    this.doubles[(at + LIMIT.before) >> 1] = before;
    this.doubles[(at + LIMIT.after) >> 1] = after;
    return this.writer.commit();
  }

  kill(scope: number, index: number, on: boolean, confirmed: boolean): boolean {
    const at = this.begin(JournalRecord.kill);
    if (at < 0) return false;
    this.words[at + KILL.scope] = scope;
    this.words[at + KILL.index] = index;
    this.words[at + KILL.on] = on ? 1 : 0;
    this.words[at + KILL.confirmed] = confirmed ? 1 : 0;
    return this.writer.commit();
  }

  dayPhase(day: number, phase: number): boolean {
    const at = this.begin(JournalRecord.dayPhase);
    if (at < 0) return false;
    this.words[at + DAY_PHASE.day] = day;
    this.words[at + DAY_PHASE.phase] = phase;
    return this.writer.commit();
  }

  /** @param text who, and why; cut at {@link MAX_TEXT_BYTES} */
  operator(action: number, scope: number, index: number, text: string): boolean {
    const encoded = encodeText(text);
    const at = this.begin(JournalRecord.operator, encoded.length);
    if (at < 0) return false;
    this.words[at + OPERATOR.action] = action;
    this.words[at + OPERATOR.scope] = scope;
    this.words[at + OPERATOR.index] = index;
    this.words[at + OPERATOR.textBytes] = encoded.length;
    this.putBytes((at + OPERATOR.text) << 2, encoded, paddedTo8(JournalRecord.operator, encoded.length));
    return this.writer.commit();
  }

  note(severity: number, text: string): boolean {
    const encoded = encodeText(text);
    const at = this.begin(JournalRecord.note, encoded.length);
    if (at < 0) return false;
    this.words[at + NOTE.severity] = severity;
    this.words[at + NOTE.textBytes] = encoded.length;
    this.putBytes((at + NOTE.text) << 2, encoded, paddedTo8(JournalRecord.note, encoded.length));
    return this.writer.commit();
  }

  private begin(record: RecordType, textBytes = 0): number {
    return this.writer.begin(
      record.type,
      textBytes === 0 ? record.bytes : textStart(record) + paddedTo8(record, textBytes),
    );
  }

  private putAscii(offset: number, room: number, text: string, from: number): void {
    for (let i = 0; i < room; i++) {
      const code = from + i < text.length ? text.charCodeAt(from + i) : BLANK;
      this.bytes[offset + i] = code > 0x7e ? 0x3f : code;
    }
  }

  private putBytes(offset: number, text: Uint8Array, room: number): void {
    for (let i = 0; i < room; i++) this.bytes[offset + i] = i < text.length ? text[i]! : 0;
  }
}

function textStart(record: RecordType): number {
  return record.fields.at(-1)!.offset;
}

/** Room for a text, so that the record ends on a multiple of 8. */
function paddedTo8(record: RecordType, textBytes: number): number {
  const start = textStart(record);
  return Math.max(record.bytes, Math.ceil((start + textBytes) / 8) * 8) - start;
}

function encodeText(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= MAX_TEXT_BYTES) return encoded;
  let end = MAX_TEXT_BYTES;
  // Not within a character: its further bytes begin with the bits 10.
  while ((encoded[end]! & 0xc0) === 0x80) end--;
  return encoded.subarray(0, end);
}
