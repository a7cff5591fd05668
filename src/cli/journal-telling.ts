import { formatDurationNs } from '../config/units.ts';
import { OperatorAction } from '../journal/record-types.ts';
import { CancelCause, Intent, SendResult } from '../order/intents.ts';
import { RequestKind } from '../order/refusal.ts';
import { RESOLUTIONS } from '../order/resolution-table.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { SCOPE_NAMES } from '../order/scope.ts';
import { Evidence, Marking, TimeInForce } from '../order/terms.ts';
import { ReportKind } from '../order/venue-report.ts';
import { doneWord, type JournalStory, type RecordFields } from './journal-story.ts';
import { priceText, spelled } from './journal-words.ts';

type Fields = Readonly<Record<string, number>>;
type Teller = (f: Fields, story: JournalStory, texts: RecordFields) => string;

const TWO_32 = 2 ** 32;
/** Evidence whose measure is a time. */
const TIMED: readonly number[] = [
  Evidence.missedHeartbeats,
  Evidence.stalledWrites,
  Evidence.ackDeadline,
  Evidence.kernelUserTimeout,
];
const NO_INSTRUMENT = -1;

/** A record in words. `fields` by `decodeRecord` without words. */
export function tellRecord(name: string, fields: RecordFields, story: JournalStory): string {
  const teller = TELLERS[name];
  return teller === undefined ? `a record of a later version (${name})` : teller(fields as Fields, story, fields);
}

const wide = (hi: number, lo: number): number => (hi >>> 0) * TWO_32 + (lo >>> 0);
const orders = (n: number): string => `${n} ${n === 1 ? 'order' : 'orders'}`;

function request(number: number, kind: number): string {
  if (kind === Intent.cancel || kind === Intent.replace)
    return `${kind === Intent.cancel ? 'cancel' : 'replace'} of order ${number}`;
  return `order ${number}`;
}

/** `: ack deadline (12ms, bound 10ms)` */
function because(evidence: number, value = 0, bound = 0): string {
  if (evidence === Evidence.none) return '';
  const show = (n: number): string => (TIMED.includes(evidence) ? formatDurationNs(n) : String(n));
  const measure = value === 0 && bound === 0 ? '' : ` (${show(value)}, bound ${show(bound)})`;
  return `: ${spelled('Evidence', evidence)}${measure}`;
}

function scopeText(scope: number, index: number): string {
  return scope === 0 ? 'everything' : `${SCOPE_NAMES[scope] ?? `scope ${scope}`} ${index}`;
}

const TELLERS: Readonly<Record<string, Teller>> = {
  opened: (f) => `gateway start ${f.epoch} on ${f.day}${f.restart === 0 ? '' : ', a restart within the day'}`,
  sealed: (f) => `the day ${f.day} is over and sealed: ${orders(f.orders)}, ${f.fills} fills`,
  instrument: (f, _, texts) => `instrument ${f.instrument} is ${texts.symbol}`,
  position: (f, story) =>
    `position of account ${f.account}, strategy ${f.strategy}: ${f.shares} ${story.symbol(f.instrument)} at ${priceText(f.averagePrice4)}`,
  balance: (f) => `cash of account ${f.account}: ${priceText(f.cash4)}`,
  enterIntent: (f, story) => {
    const marking = f.marking === Marking.long ? '' : ` ${spelled('Marking', f.marking)}`;
    const terms = f.timeInForce === TimeInForce.immediateOrCancel ? ', immediate or cancel' : '';
    return `order ${f.number}: ${spelled('Side', f.side)}${marking} ${f.shares} ${story.symbol(f.instrument)} at ${priceText(f.price4)}${terms}, for strategy ${f.strategy}, account ${f.account}, over session ${f.session} (port ${f.port}, ref ${f.ref})`;
  },
  replaceIntent: (f) =>
    `order ${f.number}: replace asked, ${f.shares} at ${priceText(f.price4)}, over session ${f.session} (ref ${f.ref})`,
  cancelIntent: (f) => {
    const cause = Object.entries(CancelCause).find(([, code]) => code === f.cause)?.[0] ?? `cause ${f.cause}`;
    const rest = f.shares === 0 ? '' : ` down to ${f.shares}`;
    return `order ${f.number}: cancel asked${rest} by ${cause}, over session ${f.session}`;
  },
  sendResult: (f) => {
    const what = request(f.number, f.intent);
    if (f.result === SendResult.withdrawn)
      return `${what}: taken back before it was sent, ${spelled('RefusalReason', f.reason)}`;
    const how = f.result === SendResult.queued ? 'queued behind back-pressure' : 'sent';
    return `${what}: ${how}, ${f.bytes} bytes over session ${f.session}`;
  },
  refused: (f, story) => {
    const kind = Object.entries(RequestKind).find(([, code]) => code === f.request)?.[0] ?? 'request';
    const what = f.number === 0 ? `new order` : `${kind} of order ${f.number}`;
    const name = Object.entries(RefusalReason).find(([, code]) => code === f.reason)?.[0] ?? `reason ${f.reason}`;
    return `refused: ${what}, ${spelled('Side', f.side)} ${f.shares} ${story.symbol(f.instrument)} at ${priceText(f.price4)} of strategy ${f.strategy}: ${name} of ${SCOPE_NAMES[f.scope] ?? `scope ${f.scope}`}, value ${f.value}, bound ${f.bound}`;
  },
  report: tellReport,
  resolved: (f) => {
    const row = RESOLUTIONS[f.row];
    const why = row === undefined ? `row ${f.row}` : `${row.result} (${row.reason}; row ${f.row})`;
    return `order ${f.number}: resolved from ${spelled('OrderState', f.before)} to ${spelled('OrderState', f.after)}: ${why}`;
  },
  evidence: (f) =>
    `drop copy ${f.source}: ${spelled('ReportKind', f.kind)} ${f.shares} at ${priceText(f.price4)}, match ${wide(f.matchHi, f.matchLo)}, of ${f.number === 0 ? `port ${f.port}, ref ${f.ref}` : `order ${f.number}`}`,
  session: (f) =>
    `session ${f.session} (port ${f.port}): ${spelled('SessionState', f.before)} → ${spelled('SessionState', f.after)}${because(f.evidence, f.value, f.bound)}${f.errno === 0 ? '' : `, errno ${f.errno}`}`,
  portLost: (f) =>
    `port ${f.port} lost with session ${f.session}: ${orders(f.unknown)} unknown, ${orders(f.blind)} blind${because(f.evidence)}`,
  portRecovered: (f) =>
    `port ${f.port} answers again over session ${f.session}: ${orders(f.stillUnknown)} still unknown, next ref ${f.nextRef}`,
  routed: (f, story) => {
    const what = f.instrument === NO_INSTRUMENT ? 'new orders' : `new orders of ${story.symbol(f.instrument)}`;
    return `${what} of group ${f.group} go over session ${f.toSession}, no longer ${f.fromSession}${because(f.evidence, f.value, f.bound)}`;
  },
  barrier: (f) => `port ${f.port}: asked for proof of what the venue has processed, ref ${f.ref}, session ${f.session}`,
  login: (f, _, texts) =>
    `session ${f.session} (port ${f.port}) logged in: ${`${texts.name}${tailText(f.nameTail)}`.trim()}, next sequenced message ${f.expected}`,
  limit: (f) =>
    `limit ${spelled('RefusalReason', f.limit)} of ${scopeText(f.scope, f.index)}: ${f.before} → ${f.after}`,
  kill: (f) =>
    `kill switch of ${scopeText(f.scope, f.index)} ${f.on === 0 ? 'cleared' : 'on'}${f.confirmed === 0 ? '' : ', confirmed'}`,
  dayPhase: (f) => `trading day ${f.day}: phase ${f.phase}`,
  operator: (f, _, texts) =>
    f.action === OperatorAction.acts
      ? `operator ${texts.text}`
      : `operator: ${texts.text} (action ${f.action} on ${scopeText(f.scope, f.index)})`,
  note: (_f, _story, texts) => `note: ${texts.text}`,
  lost: (f) => `${f.records} facts found no room in the journal and are missing here, the first of type ${f.firstType}`,
};

function tellReport(f: Fields, story: JournalStory): string {
  const order = f.number === 0 ? undefined : story.order(f.number);
  const who = f.number === 0 ? `port ${f.port}` : `order ${f.number}`;
  const kind = spelled('ReportKind', f.kind);
  const heard = f.sequence === 0 ? '' : ` (message ${f.sequence} of session ${f.session})`;
  const match = `match ${wide(f.matchHi, f.matchLo)}`;
  switch (f.kind) {
    case ReportKind.executed: {
      const total =
        order === undefined
          ? ''
          : `: ${order.executed} of ${order.shares} ${story.symbol(order.instrument)} ${doneWord(order.side)}`;
      return `${who}: executed ${f.shares} at ${priceText(f.price4)}${total}, ${match}${heard}`;
    }
    case ReportKind.broken:
    case ReportKind.corrected:
      return `${who}: execution ${kind}, ${match}, ${f.shares} at ${priceText(f.price4)}${heard}`;
    case ReportKind.accepted:
    case ReportKind.acceptedDead:
    case ReportKind.replaced:
    case ReportKind.replacedDead:
      return `${who}: ${kind}, ${f.shares} open at ${priceText(f.price4)}, the venue's number ${wide(f.orderRefHi, f.orderRefLo)}${heard}`;
    case ReportKind.nextRef:
      return `${who}: the venue proves that it expects ref ${f.ref} next${heard}`;
    default: {
      const shares = f.shares === 0 ? '' : ` ${f.shares}`;
      const reason = f.reason === 0 ? '' : `: ${spelled('ReportReason', f.reason)}`;
      const unknown = f.number === 0 && f.ref !== 0 ? ` of an unknown ref ${f.ref}` : '';
      return `${who}: ${kind}${shares}${unknown}${reason}${heard}`;
    }
  }
}

/** The last characters of a session's name, as their bytes lie in an int32. */
function tailText(bytes: number): string {
  const codes = [bytes, bytes >>> 8, bytes >>> 16, bytes >>> 24].map((byte) => byte & 0xff);
  return String.fromCharCode(...codes.map((code) => (code < 0x20 || code > 0x7e ? 0x20 : code)));
}
