import { formatDurationNs, parseDurationNs } from '../config/units.ts';
import {
  EXCHANGE,
  FAULT_KINDS,
  type FaultKind,
  type FaultPlace,
  FaultValue,
  isFaultKind,
  type KindRule,
  ORDER_SIDE,
} from './fault-kinds.ts';

/**
 * How faults are written, on the command line, in the config's `sim.faults` and over the control channel:
 *
 * ```
 * [FEED/]TARGET:KIND[=VALUE][,OPTION=VALUE…]      A:drop=0.01,seed=7    B:silence=5s,after=10s    *:reorder=0.05,by=3
 * orders/HOST:KIND[=VALUE][,OPTION=VALUE…]        orders/primary:freeze=5s    orders/exchange:halt=AAPL
 * ```
 *
 * `orders` in place of a feed means the venue's order side: a host of an order port, `*` for all of them, or `exchange`.
 */

/** A fault as asked for. Durations in ns. */
export interface FaultSpec {
  /** Feed name, `*` for every feed, or {@link ORDER_SIDE}. */
  readonly feed: string;
  /** Line name, `*` for every line, `retransmit` or `snapshot`; of the order side a host, `*`, or {@link EXCHANGE}. */
  readonly target: string;
  readonly kind: FaultKind;
  /** Share of the packets, 0…1. */
  readonly rate?: number;
  /** How many: packets of a burst, messages per packet, messages before a cut; which match. */
  readonly count?: number;
  /** How long: of a delay, of a jitter at most. */
  readonly durationNs?: number;
  readonly word?: string;
  readonly by?: number;
  readonly bits?: number;
  /** Seed of the fault's own randomness. */
  readonly seed?: number;
  /** Begins so long after it was asked for. */
  readonly afterNs?: number;
  /** Ends by itself so long after it began. */
  readonly forNs?: number;
}

const COMMON_OPTIONS = ['seed', 'after', 'for'];

/** Thrown for a spec that cannot be read; the message says what would be right. */
export class FaultSpecError extends Error {
  override name = 'FaultSpecError';
}

/** Reads one spec. @throws {FaultSpecError} */
export function parseFaultSpec(text: string): FaultSpec {
  const match = /^\s*(?:([^/:\s]+)\/)?([^/:\s]+):(.+)$/.exec(text);
  if (match === null) throw new FaultSpecError(`'${text}' is no fault: expected TARGET:KIND[=VALUE], like A:drop=0.01`);
  const words = match[3].trim().split(/[\s,]+/);
  const head = words.shift()!;
  const equals = head.indexOf('=');
  return faultSpec(
    match[1] ?? '*',
    match[2],
    equals < 0 ? head : head.slice(0, equals),
    equals < 0 ? undefined : head.slice(equals + 1),
    words,
  );
}

/**
 * Makes a spec of its parts, as the command line has them.
 * @param options words like `seed=7`
 * @throws {FaultSpecError}
 */
export function faultSpec(
  feed: string,
  target: string,
  kindText: string,
  value: string | undefined,
  options: readonly string[],
): FaultSpec {
  if (!isFaultKind(kindText)) {
    throw new FaultSpecError(`'${kindText}' is no kind of fault: ${Object.keys(FAULT_KINDS).join(', ')}`);
  }
  const kind = kindText;
  const rule: KindRule = FAULT_KINDS[kind];
  const place = placeOf(feed, target);
  if (!rule.at.includes(place))
    throw new FaultSpecError(`${kind} is a fault of ${rule.at.join(' and ')}, not of ${place}`);
  const spec: { -readonly [K in keyof FaultSpec]: FaultSpec[K] } = { feed, target, kind };
  if (value === undefined || value === '') {
    if (!rule.optional)
      throw new FaultSpecError(`${kind} needs a ${rule.value}: ${target}:${kind}=${example(rule.value)}`);
  } else if (rule.value === FaultValue.rate) spec.rate = rate(kind, value);
  else if (rule.value === FaultValue.count) spec.count = count(kind, value);
  else if (rule.value === FaultValue.word) spec.word = wordOf(kind, rule, value);
  else if (rule.value === FaultValue.none) throw new FaultSpecError(`${kind} takes no value`);
  else if (rule.lasts === true) spec.forNs = duration(kind, value);
  else spec.durationNs = duration(kind, value);
  for (const option of options) {
    const equals = option.indexOf('=');
    const name = equals < 0 ? option : option.slice(0, equals);
    const text = equals < 0 ? '' : option.slice(equals + 1);
    if (!rule.options.includes(name) && !COMMON_OPTIONS.includes(name)) {
      throw new FaultSpecError(
        `'${name}' is no option of ${kind}: ${[...rule.options, ...COMMON_OPTIONS].map((o) => `${o}=`).join(', ')}`,
      );
    }
    if (name === 'rate') spec.rate = rate(name, text);
    else if (name === 'by') spec.by = count(name, text);
    else if (name === 'bits') spec.bits = count(name, text);
    else if (name === 'delay') spec.durationNs = duration(name, text);
    else if (name === 'after') spec.afterNs = duration(name, text);
    else if (name === 'for') spec.forNs = duration(name, text);
    else spec.seed = seed(text);
  }
  return spec;
}

/** The spec as one would type it. */
export function formatFaultSpec(spec: FaultSpec): string {
  const rule: KindRule = FAULT_KINDS[spec.kind];
  const words: string[] = [];
  let head: string = spec.kind;
  if (rule.value === FaultValue.rate) head += `=${spec.rate}`;
  else if (rule.value === FaultValue.count && spec.count !== undefined) head += `=${spec.count}`;
  else if (rule.value === FaultValue.word && spec.word !== undefined) head += `=${spec.word}`;
  else if (rule.value === FaultValue.duration && spec.durationNs !== undefined)
    head += `=${formatDurationNs(spec.durationNs)}`;
  words.push(head);
  if (rule.value !== FaultValue.rate && spec.rate !== undefined) words.push(`rate=${spec.rate}`);
  if (spec.by !== undefined) words.push(`by=${spec.by}`);
  if (spec.bits !== undefined) words.push(`bits=${spec.bits}`);
  if (spec.kind === 'duplicate' && spec.durationNs !== undefined)
    words.push(`delay=${formatDurationNs(spec.durationNs)}`);
  if (spec.seed !== undefined) words.push(`seed=${spec.seed}`);
  if (spec.afterNs !== undefined) words.push(`after=${formatDurationNs(spec.afterNs)}`);
  if (spec.forNs !== undefined) words.push(`for=${formatDurationNs(spec.forNs)}`);
  return `${spec.feed === '*' ? '' : `${spec.feed}/`}${spec.target}:${words.join(',')}`;
}

/** The grammar and every kind, for `--help`. */
export function faultHelp(): string {
  const lines = [
    'Faults are written [FEED/]TARGET:KIND[=VALUE][,OPTION=VALUE…]',
    '  TARGET   a line name, * for every line, retransmit or snapshot',
    `  ${ORDER_SIDE}/  in place of a feed: the order side. TARGET is then a host of an order port, * or ${EXCHANGE}`,
    '  VALUE    a rate 0…1, a count, a word, or a duration (100ns, 20us, 5ms, 2s)',
    '  OPTION   seed=N, after=DURATION (begins later), for=DURATION (ends by itself), and by kind:',
  ];
  for (const [kind, rule] of Object.entries(FAULT_KINDS) as [FaultKind, KindRule][]) {
    const word = rule.words?.join('|') ?? 'WORD';
    const value = rule.value === FaultValue.none ? '' : `=${rule.value === 'word' ? word : rule.value.toUpperCase()}`;
    const head = `${kind}${rule.optional && value !== '' ? `[${value}]` : value}`;
    lines.push(`  ${head.padEnd(22)} ${rule.help}${rule.at[0] === 'line' ? '' : ` (${rule.at.join(', ')})`}`);
  }
  lines.push('Examples: A:drop=0.01,seed=7   B:silence=5s,after=10s   *:reorder=0.05,by=3   retransmit:drop=0.5');
  lines.push(`          ${ORDER_SIDE}/primary:kill   ${ORDER_SIDE}/*:freeze=5s   ${ORDER_SIDE}/${EXCHANGE}:halt=AAPL`);
  return lines.join('\n');
}

function example(value: FaultValue): string {
  if (value === FaultValue.rate) return '0.01';
  if (value === FaultValue.word) return 'AAPL';
  return value === FaultValue.count ? '10' : '5ms';
}

function rate(name: string, text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text === '' || !(value >= 0 && value <= 1))
    throw new FaultSpecError(`${name}=${text}: expected a rate from 0 to 1`);
  return value;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new FaultSpecError(`${name}=${text}: expected a whole number from 1`);
  return value;
}

function duration(name: string, text: string): number {
  const ns = parseDurationNs(text);
  if (typeof ns === 'string') throw new FaultSpecError(`${name}=${text} ${ns}`);
  return ns;
}

function seed(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value)) throw new FaultSpecError(`seed=${text}: expected a whole number`);
  return value;
}

function wordOf(kind: string, rule: KindRule, text: string): string {
  if (rule.words !== undefined && !rule.words.includes(text)) {
    throw new FaultSpecError(`${kind}=${text}: expected ${rule.words.join(' or ')}`);
  }
  return text;
}

function placeOf(feed: string, target: string): FaultPlace {
  if (feed === ORDER_SIDE) return target === EXCHANGE ? 'exchange' : 'host';
  return target === 'retransmit' || target === 'snapshot' ? target : 'line';
}
