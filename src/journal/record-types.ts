/**
 * The records of the journal, as data: one table that writers, readers, `warmline journal dump` and tests share. A record
 * is fixed in size unless it ends in text. Every record begins with the {@link COMMON_FIELDS}. Numbers are part of the
 * format: never renumber or move a field, only add records, or fields at the end of one.
 *
 * All records are facts or intents in the order in which the gateway took them in; folding them over an empty state gives
 * the gateway's state, bit for bit.
 */

export type FieldType = 'int32' | 'float64' | 'ascii8' | 'text';

export interface RecordField {
  readonly name: string;
  readonly type: FieldType;
  /** From the record's first byte. */
  readonly offset: number;
  /** Table of words that the int32's values stand for, by its export's name in `src/order`; absent = a number. */
  readonly words?: string;
}

export interface RecordType {
  readonly type: number;
  readonly name: string;
  /** Bytes without a trailing text; a multiple of 8. */
  readonly bytes: number;
  readonly fields: readonly RecordField[];
}

/** Monotonic ns, and UTC as seconds since 1970 and the ns within them (a double can't hold UTC ns exactly). */
export const COMMON_FIELDS: readonly RecordField[] = [
  { name: 'monotonicNs', type: 'float64', offset: 0 },
  { name: 'utcSeconds', type: 'int32', offset: 8 },
  { name: 'utcNs', type: 'int32', offset: 12 },
];
export const FIRST_FIELD = 16;

const SIZES: Readonly<Record<FieldType, number>> = { int32: 4, float64: 8, ascii8: 8, text: 0 };
const RECORD_ALIGNMENT = 8;

type Column = readonly [name: string, type?: FieldType, words?: string];

function record(type: number, name: string, columns: readonly Column[]): RecordType {
  let offset = FIRST_FIELD;
  const fields = columns.map(([field, kind = 'int32', words]): RecordField => {
    const size = SIZES[kind];
    if (size === 8) offset = Math.ceil(offset / 8) * 8;
    const placed = { name: field, type: kind, offset, ...(words === undefined ? {} : { words }) };
    offset += size;
    return placed;
  });
  const bytes = Math.ceil(offset / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
  return { type, name, bytes, fields: [...COMMON_FIELDS, ...fields] };
}

export const JournalRecord = {
  /** A gateway begins to write: a start of the day, or a restart within it. `epoch` rises with every start. */
  opened: record(1, 'opened', [['day'], ['epoch'], ['formatVersion'], ['restart']]),
  /** The day is over: nothing follows in this file. */
  sealed: record(2, 'sealed', [['day'], ['reason'], ['orders'], ['fills']]),
  instrument: record(3, 'instrument', [['instrument'], ['feed'], ['symbol', 'ascii8']]),
  /** Start of day, or an operator's correction. `shares` are signed. */
  position: record(4, 'position', [
    ['account'],
    ['strategy'],
    ['instrument'],
    ['shares'],
    ['averagePrice4', 'float64'],
    ['realised4', 'float64'],
  ]),
  /** Cash or margin an account begins the day with. */
  balance: record(5, 'balance', [['account'], ['reserved'], ['cash4', 'float64']]),

  /** Written before `send`. */
  enterIntent: record(10, 'enterIntent', [
    ['number'],
    ['strategy'],
    ['account'],
    ['port'],
    ['session'],
    ['instrument'],
    ['ref'],
    ['side', 'int32', 'Side'],
    ['marking', 'int32', 'Marking'],
    ['timeInForce', 'int32', 'TimeInForce'],
    ['shares'],
    ['price4'],
    ['tag'],
    ['clientHash'],
  ]),
  replaceIntent: record(11, 'replaceIntent', [['number'], ['session'], ['ref'], ['shares'], ['price4']]),
  /** `cause`: 0 strategy, 1 cancel-all, 2 end of day, 3 kill, 4 operator. */
  cancelIntent: record(12, 'cancelIntent', [['number'], ['session'], ['ref'], ['shares'], ['cause']]),
  /** After `send`. `intent`: the intent's record type. `result`: 0 handed to the kernel whole, 1 queued behind back-pressure, 2 withdrawn by the last check. */
  sendResult: record(13, 'sendResult', [
    ['number'],
    ['intent'],
    ['session'],
    ['result'],
    ['reason', 'int32', 'RefusalReason'],
    ['bytes'],
  ]),
  /** Refused by risk before anything was sent. */
  refused: record(14, 'refused', [
    ['strategy'],
    ['account'],
    ['instrument'],
    ['number'],
    ['request'],
    ['reason', 'int32', 'RefusalReason'],
    ['side', 'int32', 'Side'],
    ['shares'],
    ['price4'],
    ['scope'],
    ['value', 'float64'],
    ['bound', 'float64'],
  ]),

  /** A venue's report as it was decoded. */
  report: record(20, 'report', [
    ['port'],
    ['session'],
    ['kind', 'int32', 'ReportKind'],
    ['ref'],
    ['previousRef'],
    ['side'],
    ['shares'],
    ['price4'],
    ['orderRefHi'],
    ['orderRefLo'],
    ['matchHi'],
    ['matchLo'],
    ['reason', 'int32', 'ReportReason'],
    ['venueReason'],
    ['liquidity'],
    ['number'],
    ['sequence', 'float64'],
    ['venueNs', 'float64'],
  ]),
  /** An order's fate was concluded from evidence: row of the resolution table, state before and after. */
  resolved: record(21, 'resolved', [
    ['number'],
    ['row'],
    ['before', 'int32', 'OrderState'],
    ['after', 'int32', 'OrderState'],
    ['port'],
    ['nextRef'],
  ]),
  /** Execution learned from a drop copy or another source than the port itself. */
  evidence: record(22, 'evidence', [
    ['source'],
    ['port'],
    ['kind', 'int32', 'ReportKind'],
    ['ref'],
    ['shares'],
    ['price4'],
    ['matchHi'],
    ['matchLo'],
    ['number'],
    ['side'],
  ]),

  /** A session changed its state. `value` and `bound` are the evidence's measure (ns of silence, age of the oldest order…). */
  session: record(30, 'session', [
    ['port'],
    ['session'],
    ['before', 'int32', 'SessionState'],
    ['after', 'int32', 'SessionState'],
    ['evidence', 'int32', 'Evidence'],
    ['errno'],
    ['value', 'float64'],
    ['bound', 'float64'],
  ]),
  /** A port's orders were declared unknown or blind, all at once, or are reachable again. */
  portLost: record(31, 'portLost', [['port'], ['session'], ['unknown'], ['blind'], ['evidence', 'int32', 'Evidence']]),
  portRecovered: record(32, 'portRecovered', [['port'], ['session'], ['stillUnknown'], ['nextRef']]),
  /** New orders take another way. */
  routed: record(33, 'routed', [
    ['group'],
    ['instrument'],
    ['fromSession'],
    ['toSession'],
    ['evidence', 'int32', 'Evidence'],
    ['reserved'],
    ['value', 'float64'],
    ['bound', 'float64'],
  ]),
  barrier: record(34, 'barrier', [['port'], ['session'], ['ref'], ['number']]),
  /** Login accepted: session name, the next sequenced number, and what is missing before it (`Gap`). */
  login: record(35, 'login', [
    ['port'],
    ['session'],
    ['name', 'ascii8'],
    ['nameTail'],
    ['gap'],
    ['expected', 'float64'],
  ]),

  /** `limit` is a {@link RefusalReason}; scope 0 global, 1 venue, 2 account, 3 strategy, 4 instrument. */
  limit: record(40, 'limit', [
    ['limit', 'int32', 'RefusalReason'],
    ['scope'],
    ['index'],
    ['reserved'],
    ['before', 'float64'],
    ['after', 'float64'],
  ]),
  /** scope as above; `on` 1 = killed. */
  kill: record(41, 'kill', [['scope'], ['index'], ['on'], ['confirmed']]),
  dayPhase: record(42, 'dayPhase', [['day'], ['phase']]),
  /** A person's action: who, and why. */
  operator: record(43, 'operator', [['action'], ['scope'], ['index'], ['textBytes'], ['text', 'text']]),
  note: record(44, 'note', [['severity'], ['textBytes'], ['text', 'text']]),
  /** Facts found no room in the journal (its disk was full for too long): what follows stands on an incomplete past. */
  lost: record(45, 'lost', [['records'], ['firstType']]),
} as const satisfies Readonly<Record<string, RecordType>>;

/** `action` of the record {@link JournalRecord.operator}. */
export const OperatorAction = {
  /** Stands before the `limit` record of a limit that a person has set. */
  setsLimit: 16,
  /** Anything else: the text says what, who and why. */
  acts: 17,
} as const;

/** Offsets of a record's fields by name, for writers and readers that address them directly. */
export function offsetsOf(type: RecordType): Readonly<Record<string, number>> {
  return Object.fromEntries(type.fields.map((field) => [field.name, field.offset]));
}

/** Int32 index of a record's fields within its payload, by name; a float64 field's index is half of it. */
export function cellsOf(type: RecordType): Readonly<Record<string, number>> {
  return Object.fromEntries(type.fields.map((field) => [field.name, field.offset >> 2]));
}

const BY_TYPE: ReadonlyMap<number, RecordType> = new Map(Object.values(JournalRecord).map((type) => [type.type, type]));

/** The record type of a number, or undefined for one that this version doesn't know. */
export function recordType(type: number): RecordType | undefined {
  return BY_TYPE.get(type);
}
