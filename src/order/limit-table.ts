import { RefusalReason } from './risk-reason.ts';
import { Scope } from './scope.ts';

/** What a limit counts; decides how it is written in a config and shown in a refusal. */
export type LimitUnit =
  | 'shares'
  /** price4 × shares. */
  | 'value4'
  /** Parts in ten thousand; percent for people. */
  | 'ratio4'
  | 'ticks'
  | 'count'
  | 'ns'
  /** 0 = checked, {@link NO_LIMIT} = not. */
  | 'switch';

/** A limit that never refuses. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

/** One limit. Lower always means less risk, so that "downwards" has one meaning. */
export interface LimitSpec {
  /** Column of the limit in every row of cells. */
  readonly id: number;
  /** Its name everywhere: config key, counters, refusals, journal. */
  readonly name: keyof typeof RefusalReason;
  readonly reason: RefusalReason;
  readonly unit: LimitUnit;
  /** Scopes at which it can be set. Of several that apply the tightest holds. */
  readonly scopes: readonly Scope[];
  /** Largest value it may have beside {@link NO_LIMIT}. */
  readonly most?: number;
  /** For people and for the config's reference. */
  readonly meaning: string;
}

const EVERYWHERE = [Scope.global, Scope.venue, Scope.account, Scope.strategy, Scope.instrument];
const TOTALS = [Scope.global, Scope.venue, Scope.account, Scope.strategy];
const ACCOUNTS = [Scope.global, Scope.account];

/** Messages of one scope whose times are kept: the message rate can be limited to this many a window at most. */
export const MOST_MESSAGES = 8192;
/** The duplicate window remembers so many orders. */
export const MOST_REMEMBERED_ORDERS = 8192;

/** Columns of the limits, by name. Part of the shared layout: only add. */
export const Limit = {
  maxOrderShares: 0,
  maxOrderNotional: 1,
  priceCollar: 2,
  fatFingerTicks: 3,
  tickSize: 4,
  maxPosition: 5,
  maxGrossExposure: 6,
  maxNetExposure: 7,
  buyingPower: 8,
  margin: 9,
  maxOpenOrders: 10,
  messageRate: 11,
  repeatedExecutions: 12,
  duplicateOrder: 13,
  restricted: 14,
  halted: 15,
  sideMarking: 16,
  selfTrade: 17,
  feedNotLive: 18,
  feedSilent: 19,
} as const;
export type Limit = (typeof Limit)[keyof typeof Limit];
export const LIMITS = 20;

function spec(
  name: keyof typeof Limit,
  unit: LimitUnit,
  scopes: readonly Scope[],
  meaning: string,
  most?: number,
): LimitSpec {
  return { id: Limit[name], name, reason: RefusalReason[name], unit, scopes, meaning, ...(most ? { most } : {}) };
}

/** Every limit, by column: one table that checks, config, counters and words share. */
export const LIMIT_TABLE: readonly LimitSpec[] = [
  spec('maxOrderShares', 'shares', EVERYWHERE, 'Shares that one order may still trade.'),
  spec('maxOrderNotional', 'value4', EVERYWHERE, 'What one order may be worth: shares × price.'),
  spec(
    'priceCollar',
    'ratio4',
    EVERYWHERE,
    'How far a price may go through the live book: above the best ask when buying, below the best bid when selling. Without a price in the book nothing is sent.',
  ),
  spec('fatFingerTicks', 'ticks', EVERYWHERE, "Ticks that a price may lie from its own side's best, either way."),
  spec('tickSize', 'switch', EVERYWHERE, "Prices must be whole multiples of the instrument's tick."),
  spec(
    'maxPosition',
    'shares',
    EVERYWHERE,
    'Shares of one instrument that may be held, long or short, with everything open, blind or unknown executed. Per account and per strategy its own position; global, venue and instrument: that of all accounts together.',
  ),
  spec(
    'maxGrossExposure',
    'value4',
    TOTALS,
    'Value of all positions, long and short added up, and of everything open. What only closes a position is let through.',
  ),
  spec(
    'maxNetExposure',
    'value4',
    TOTALS,
    'Value of long less short positions, either way, with everything open on that side executed. What only closes a position is let through.',
  ),
  spec(
    'buyingPower',
    'ratio4',
    ACCOUNTS,
    "Share of an account's cash that open purchases and uncovered sales may take: of a replace the larger leg.",
  ),
  spec('margin', 'ratio4', ACCOUNTS, "Share of an account's equity that its margin may take."),
  spec('maxOpenOrders', 'count', TOTALS, 'Orders that may be open at once.'),
  spec(
    'messageRate',
    'count',
    TOTALS,
    'Orders, replaces and cancels in any window of `windows.messages`. Cancels count and are never refused.',
    MOST_MESSAGES,
  ),
  spec(
    'repeatedExecutions',
    'count',
    EVERYWHERE,
    'Executions of one strategy in one instrument on one side: a bucket that holds so many and empties within `windows.executions`.',
  ),
  spec(
    'duplicateOrder',
    'count',
    [Scope.global, Scope.venue, Scope.account, Scope.strategy],
    'Orders of a strategy that may be alike (instrument, side, shares, price) in any window of `windows.duplicates`.',
    MOST_REMEMBERED_ORDERS,
  ),
  spec('restricted', 'switch', EVERYWHERE, 'Restricted: nothing is bought or sold.'),
  spec('halted', 'switch', EVERYWHERE, 'Instruments that do not trade now (halted, paused, unknown) take no orders.'),
  spec(
    'sideMarking',
    'switch',
    EVERYWHERE,
    'A sale marked long must be covered by the position of its account less its open sells.',
  ),
  spec(
    'selfTrade',
    'switch',
    EVERYWHERE,
    'A price that meets an open order of the same account, of whatever strategy and port, is refused.',
  ),
  spec(
    'feedNotLive',
    'ns',
    EVERYWHERE,
    'How long the feed may have been recovering. On a feed that is stale or down nothing is sent.',
  ),
  spec('feedSilent', 'ns', EVERYWHERE, 'How long the feed may have been silent.'),
];

/** The limit that a reason names, or undefined for a reason that is not a limit's. */
export function limitOfReason(reason: number): LimitSpec | undefined {
  return LIMIT_TABLE.find((limit) => limit.reason === reason);
}
