import { type RecordField, type RecordType, recordType } from './record-types.ts';

/** A record as an object, for people and tests: not for recovery, which reads cells. */
export interface DecodedRecord {
  readonly type: number;
  /** `unknown` where this version knows no such type; then there are no fields but the times. */
  readonly name: string;
  /** By the record's table. Records of an older version may lack fields at the end. */
  readonly fields: Readonly<Record<string, number | string>>;
}

/** Fields that are there for alignment. */
const FILLER = 'reserved';

/**
 * Decodes a record's payload by the table of record types. Never throws, never reads outside `offset..offset + length`.
 *
 * @param words for an int32 with words, gives the word of a value, or undefined
 */
export function decodeRecord(
  type: number,
  view: DataView,
  offset: number,
  length: number,
  words: (table: string, value: number) => string | undefined = () => undefined,
): DecodedRecord {
  const known = recordType(type);
  const fields: Record<string, number | string> = {};
  for (const field of known?.fields ?? []) {
    const value = field.name === FILLER ? undefined : fieldValue(field, known!, view, offset, length);
    if (value === undefined) continue;
    const word = field.words === undefined ? undefined : words(field.words, value as number);
    fields[field.name] = word ?? value;
  }
  return { type, name: known?.name ?? 'unknown', fields };
}

function fieldValue(
  field: RecordField,
  record: RecordType,
  view: DataView,
  offset: number,
  length: number,
): number | string | undefined {
  const at = offset + field.offset;
  const left = length - field.offset;
  switch (field.type) {
    case 'int32':
      return left < 4 ? undefined : view.getInt32(at, true);
    case 'float64':
      return left < 8 ? undefined : view.getFloat64(at, true);
    case 'ascii8':
      return left < 8 ? undefined : asciiAt(view, at, 8).trimEnd();
    case 'text': {
      const countAt = record.fields.find(({ name }) => name === 'textBytes')!.offset;
      if (left < 0 || length < countAt + 4) return undefined;
      return textAt(view, at, Math.max(0, Math.min(left, view.getInt32(offset + countAt, true))));
    }
  }
}

function asciiAt(view: DataView, at: number, bytes: number): string {
  let text = '';
  for (let i = 0; i < bytes; i++) {
    const code = view.getUint8(at + i);
    text += code < 0x20 || code > 0x7e ? '?' : String.fromCharCode(code);
  }
  return text;
}

function textAt(view: DataView, at: number, bytes: number): string {
  // A copy: TextDecoder takes no shared memory.
  const copy = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) copy[i] = view.getUint8(at + i);
  return new TextDecoder().decode(copy);
}
