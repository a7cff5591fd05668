/** Every kind of fault that a simulated venue can have: what may be asked for, where, and what it does. */

/** What the value after `KIND=` is. */
export const FaultValue = { none: 'none', rate: 'rate', count: 'count', duration: 'duration', word: 'word' } as const;
export type FaultValue = (typeof FaultValue)[keyof typeof FaultValue];

export interface KindRule {
  readonly value: FaultValue;
  /** The value may be left out. */
  readonly optional: boolean;
  readonly options: readonly string[];
  /** Where the fault can be: on lines, at the servers of a feed, at hosts of order ports, at the exchange itself. */
  readonly at: readonly FaultPlace[];
  readonly help: string;
  /** The duration that is its value is how long it lasts. */
  readonly lasts?: boolean;
  /** The words that its value may be; undefined = any. */
  readonly words?: readonly string[];
}

export type FaultPlace = 'line' | 'retransmit' | 'snapshot' | 'host' | 'exchange';

/** What stands in place of a feed's name for faults of the order side, and for the exchange itself there. */
export const ORDER_SIDE = 'orders';
export const EXCHANGE = 'exchange';

const PACKETS: readonly FaultPlace[] = ['line', 'retransmit'];
const HOST: readonly FaultPlace[] = ['host'];
const MATCHING: readonly FaultPlace[] = ['exchange'];

/** Every kind of fault, with its grammar: parser, help and README read this one table. */
export const FAULT_KINDS = {
  drop: { value: 'rate', optional: false, options: [], at: PACKETS, help: 'lose this share of the packets' },
  burst: {
    value: 'count',
    optional: false,
    options: ['rate'],
    at: PACKETS,
    help: 'lose this many packets in a row: once, now; with rate=R a burst starts at that share of the packets',
  },
  delay: {
    value: 'duration',
    optional: false,
    options: ['rate'],
    at: [...PACKETS, 'host'],
    help: 'hold packets back by this long; at a host: its answers',
  },
  jitter: {
    value: 'duration',
    optional: false,
    options: ['rate'],
    at: PACKETS,
    help: 'hold each packet back by 0 to this long, at random: packets may overtake each other',
  },
  reorder: {
    value: 'rate',
    optional: false,
    options: ['by'],
    at: PACKETS,
    help: 'send this share of the packets behind the next by=N packets (1)',
  },
  duplicate: {
    value: 'rate',
    optional: false,
    options: ['delay'],
    at: [...PACKETS, 'host'],
    help: 'send this share of the packets twice, the second delay=D later (0); at a host: report executions twice',
  },
  corrupt: {
    value: 'rate',
    optional: false,
    options: ['bits'],
    at: PACKETS,
    help: 'flip bits=N bits (1) in this share of the packets',
  },
  truncate: { value: 'rate', optional: false, options: [], at: PACKETS, help: 'cut this share of the packets short' },
  silence: {
    value: 'duration',
    optional: true,
    options: [],
    at: PACKETS,
    lasts: true,
    help: 'send nothing at all, for this long or until cleared: the line is cut',
  },
  repacketise: {
    value: 'count',
    optional: false,
    options: [],
    at: ['line'],
    help: 'split the messages into packets of 1 to this many, unlike the other lines',
  },
  restart: {
    value: 'word',
    optional: true,
    options: [],
    at: ['line'],
    words: ['new', 'same'],
    help: 'the sequence starts again from 1: =new (default) in a new session, =same under the same session name',
  },
  end: {
    value: 'none',
    optional: true,
    options: [],
    at: ['line', 'host', 'exchange'],
    help: 'end of session instead of data and heartbeats; at a host: once, too early; at the exchange: the day ends',
  },
  refuse: {
    value: 'none',
    optional: true,
    options: [],
    at: ['retransmit', 'snapshot'],
    help: 'answer no request; refuse every login',
  },
  cut: {
    value: 'count',
    optional: false,
    options: [],
    at: ['snapshot'],
    help: 'close the connection after this many snapshot messages',
  },
  stall: {
    value: 'count',
    optional: false,
    options: [],
    at: ['snapshot'],
    help: 'stop sending after this many snapshot messages and keep the connection open',
  },
  kill: {
    value: 'duration',
    optional: true,
    options: [],
    at: HOST,
    lasts: true,
    help: 'the host is gone: its connections are reset and it listens no more, for this long or until cleared',
  },
  reset: { value: 'none', optional: true, options: [], at: HOST, help: 'reset its connections once; it still listens' },
  close: { value: 'none', optional: true, options: [], at: HOST, help: 'close its connections once, in order' },
  freeze: {
    value: 'duration',
    optional: true,
    options: [],
    at: HOST,
    lasts: true,
    help: 'read, write and answer nothing, as a stopped process: the kernel still acknowledges; then go on',
  },
  blackhole: {
    value: 'duration',
    optional: true,
    options: [],
    at: HOST,
    lasts: true,
    help: 'what comes in and goes out is lost; when it ends the connections are reset',
  },
  unread: {
    value: 'duration',
    optional: true,
    options: [],
    at: HOST,
    lasts: true,
    help: 'read nothing, so that what clients send piles up; heartbeats and answers still go out',
  },
  withhold: {
    value: 'duration',
    optional: true,
    options: [],
    at: HOST,
    lasts: true,
    help: 'process everything and send heartbeats, but no message: it is to be had by a new login, or when this ends',
  },
  slow: { value: 'duration', optional: false, options: [], at: HOST, help: 'process each request this much later' },
  lose: {
    value: 'count',
    optional: true,
    options: [],
    at: HOST,
    help: 'the next N requests (1) vanish before they are processed',
  },
  foreign: {
    value: 'count',
    optional: true,
    options: [],
    at: HOST,
    help: 'say N executions (1) of orders that nobody entered',
  },
  misdirect: {
    value: 'count',
    optional: true,
    options: [],
    at: HOST,
    help: 'the next N messages (1) to other ports are said here too',
  },
  late: {
    value: 'count',
    optional: true,
    options: [],
    at: HOST,
    help: 'the next N cancels (1) come too late for a few shares: they trade after the confirmation',
  },
  pend: {
    value: 'duration',
    optional: false,
    options: [],
    at: HOST,
    help: 'answer cancels with Cancel Pending, and carry them out this much later',
  },
  deny: {
    value: 'count',
    optional: true,
    options: [],
    at: HOST,
    help: 'answer the next N cancels (1) with Cancel Reject: the orders stay',
  },
  garbage: { value: 'count', optional: true, options: [], at: HOST, help: 'send N bytes (64) that mean nothing, once' },
  half: {
    value: 'none',
    optional: true,
    options: [],
    at: HOST,
    help: 'send half of the next message, then close the connection',
  },
  jump: {
    value: 'count',
    optional: true,
    options: [],
    at: HOST,
    help: 'the next login is told a number N (1) beyond the one that it asked for',
  },
  reject: {
    value: 'word',
    optional: true,
    options: [],
    at: HOST,
    words: ['A', 'S'],
    help: 'reject every login: =A not authorised (default), =S session not available',
  },
  blackout: {
    value: 'duration',
    optional: true,
    options: [],
    at: HOST,
    lasts: true,
    help: 'answer no login, for this long or until cleared',
  },
  halt: { value: 'word', optional: false, options: [], at: MATCHING, help: 'halt this symbol until cleared' },
  bust: {
    value: 'count',
    optional: true,
    options: [],
    at: MATCHING,
    help: "break the trade with this match number (a member's latest)",
  },
  correct: {
    value: 'count',
    optional: true,
    options: [],
    at: MATCHING,
    help: "correct the price of the trade with this match number (a member's latest) by a cent",
  },
} as const satisfies Record<string, KindRule>;

export type FaultKind = keyof typeof FAULT_KINDS;

/** True if the kind exists. */
export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}
