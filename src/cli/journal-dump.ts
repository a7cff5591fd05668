import { type DecodedRecord, decodeRecord } from '../journal/record-decoder.ts';
import type { RecordBuffer, RecordSink } from '../journal/segment-scan.ts';
import { journalWord, utcText } from './journal-words.ts';
import type { LineOutput } from './line-output.ts';

const HEX = 16;
const POSITION_WIDTH = 12;

/** Prints every record with every field, a line each: as text, or as JSON. */
export class DumpSink implements RecordSink {
  private readonly output: LineOutput;
  private readonly json: boolean;

  constructor(output: LineOutput, json: boolean) {
    this.output = output;
    this.json = json;
  }

  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    const record = decodeRecord(type, buffer.view, offset, length, journalWord);
    const bytes = record.name === 'unknown' ? hex(buffer.bytes, offset, length) : undefined;
    const position = buffer.position[0]!;
    this.output.line(this.json ? jsonLine(position, record, bytes) : textLine(position, record, bytes));
  }
}

function jsonLine(position: number, { type, name, fields }: DecodedRecord, bytes: string | undefined): string {
  // Not `name`: a login record has a field of that name.
  return JSON.stringify({ position, type, record: name, ...fields, ...(bytes === undefined ? {} : { bytes }) });
}

function textLine(position: number, { type, name, fields }: DecodedRecord, bytes: string | undefined): string {
  const { monotonicNs, utcSeconds, utcNs, ...rest } = fields;
  const values = Object.entries(rest).map(([field, value]) => `${field}=${quoted(value)}`);
  if (bytes !== undefined) values.push(`type=${type}`, `bytes=${bytes}`);
  const time = utcText(Number(utcSeconds), Number(utcNs));
  return `${String(position).padStart(POSITION_WIDTH)}  ${time}  ${name.padEnd('portRecovered'.length)}  ${values.join(' ')} at=${monotonicNs}`;
}

function quoted(value: number | string): string {
  return typeof value === 'string' && !/^[\w.-]+$/.test(value) ? JSON.stringify(value) : String(value);
}

function hex(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += bytes[offset + i]!.toString(HEX).padStart(2, '0');
  return text;
}
