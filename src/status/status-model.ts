/**
 * What the status view shows: a plain object, filled from counters by the running command, drawn by `status-view.ts`.
 * Times are nanoseconds, rates per second; `NaN` stands for "not known" and is drawn as `-`.
 */
export interface StatusModel {
  readonly venue: string;
  readonly version: string;
  readonly layout: 'dedicated' | 'fused';
  readonly idle: string;
  readonly io: 'native' | 'portable';
  /** Why it runs like that, each in a few words: no compiler, a privilege refused, two cores. */
  readonly notes: readonly string[];
  /** What is wrong with the router's process or threads, a sentence each; absent where nobody looked from outside. */
  readonly troubles?: readonly string[];
  /** How long it has run. */
  readonly upNs: number;
  readonly feeds: readonly FeedView[];
  readonly latencies: readonly LatencyView[];
  readonly strategies: readonly StrategyView[];
  /** The order half; absent where nothing is traded. */
  readonly orders?: OrdersView;
  readonly threads: readonly ThreadView[];
  /** Oldest first. */
  readonly events: readonly EventView[];
  /** What the keys do, for example `a: cut line A`; empty where there are none. */
  readonly keys: readonly KeyHint[];
}

export interface FeedView {
  readonly name: string;
  readonly status: 'down' | 'live' | 'recovering' | 'stale';
  /** Why it has that status, in words; empty for live. */
  readonly reason: string;
  /** For how long it has had it; `NaN` where it had it before the first look. */
  readonly sinceNs: number;
  readonly policy: 'first' | 'sticky';
  /** Policy `sticky`: the line that leads. */
  readonly activeLine?: string;
  readonly deliveredPerSecond: number;
  readonly delivered: number;
  /** Number of the last unit delivered. */
  readonly lastId: number;
  readonly openGaps: number;
  readonly openGapUnits: number;
  readonly gaps: number;
  /** Units that filled gaps, by means. */
  readonly filled: { readonly otherLine: number; readonly retransmit: number; readonly snapshot: number };
  /** Units declared lost. */
  readonly lost: number;
  readonly switches: number;
  readonly disagreements: number;
  /** Packets refused: foreign session, unconfirmed jump or restart. */
  readonly refused: number;
  readonly lines: readonly LineView[];
  /** A few symbols. */
  readonly books: readonly BookView[];
}

export interface LineView {
  readonly name: string;
  readonly health: 'silent' | 'live' | 'stale' | 'lagging' | 'failed';
  /** Expected live, and not heard. */
  readonly redundancyLost: boolean;
  /** Units a second. */
  readonly perSecond: number;
  /** Share of the delivered copies that came from this line: 0 to 1. */
  readonly wonShare: number;
  /** By how much its copies came before any other line's. */
  readonly wonByP50Ns: number;
  readonly wonByP99Ns: number;
  /** How many copies came first by how much: entry b counts margins from 2^(b-1) to 2^b - 1 ns, entry 0 those of 0 ns. */
  readonly wonBy: readonly number[];
  /** Copies of units that had been declared lost. */
  readonly late: number;
  readonly duplicates: number;
  /** Numbers that it never brought. */
  readonly lost: number;
  readonly malformed: number;
  readonly kernelDrops: number;
  /** How long ago it was heard. */
  readonly heardAgoNs: number;
}

export interface BookView {
  readonly symbol: string;
  /** Prices in the instrument's currency; `NaN` where that side is empty. */
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

export interface LatencyView {
  /** From where to where, for example `wire → strategy`. */
  readonly name: string;
  readonly count: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
}

export interface StrategyView {
  readonly name: string;
  /** `running`, `stalled`, `restarting`, `down`… */
  readonly state: string;
  readonly messages: number;
  readonly perSecond: number;
  /** Times that it was overtaken by the router and went on from the books as they stood. */
  readonly lapped: number;
  readonly restarts: number;
}

export interface ThreadView {
  readonly name: string;
  /** The core it is pinned to, or -1. */
  readonly core: number;
  /** Share of its time spent working: 0 to 1. */
  readonly busy: number;
  /** It never leaves its core, so that nobody can tell its work from its waiting. */
  readonly spins?: boolean;
  /** Longest turn of its duty cycle. */
  readonly longestTurnNs: number;
  readonly stalls: number;
  /** Garbage collections since it was warm; `NaN` for a hot thread, which has no event loop to hear of them. */
  readonly collections: number;
}

/** How an event is coloured. */
export type Tone = 'good' | 'plain' | 'warning' | 'bad';

export interface EventView {
  readonly utcMs: number;
  readonly feed: string;
  /** One word: switch, gap, filled, lost, status, line, session… */
  readonly what: string;
  /** From, to, and the evidence. */
  readonly text: string;
  readonly tone: Tone;
  /** How long the deciding condition had lasted: the detection window. `NaN` where there is none. */
  readonly windowNs: number;
  /** From the decision to the first unit after it. `NaN` where it is not known (yet). */
  readonly tookNs: number;
}

export interface KeyHint {
  readonly key: string;
  readonly does: string;
}

/** The order half at one moment. */
export interface OrdersView {
  /** Trading day as yyyymmdd, and its phase in a word. `drained`: nobody opens risk, and nothing is open. */
  readonly day: number;
  readonly phase: 'trading' | 'draining' | 'drained' | 'ended' | 'sealed';
  /** New orders are refused, cancels pass. */
  readonly killed: boolean;
  /** Names of the strategies that an operator has paused: as for killed. */
  readonly paused: readonly string[];
  readonly groups: readonly GroupView[];
  readonly sessions: readonly SessionView[];
  /** Absent where the config has none. */
  readonly dropCopy?: DropCopyView;
  readonly accounts: readonly AccountView[];
  readonly positions: readonly PositionView[];
  /** Orders of the day, those that are not done, and those in doubt. */
  readonly entered: number;
  readonly enteredPerSecond: number;
  readonly open: number;
  readonly unknown: number;
  readonly blind: number;
  /** For how long the oldest of each has been so; 0 where there is none. */
  readonly oldestUnknownNs?: number;
  readonly oldestBlindNs?: number;
  readonly fills: number;
  readonly rejected: number;
  readonly cancelled: number;
  /** Refusals before sending, by the limit's name; only those that happened. */
  readonly refusals: readonly { readonly reason: string; readonly count: number }[];
  /** Use of the limits that are nearest to their bounds, nearest first: share of 1. */
  readonly limits: readonly {
    readonly limit: string;
    readonly scope: string;
    readonly value: number;
    readonly bound: number;
  }[];
  /** Evidence read → first order sent on the peer. */
  readonly failovers: number;
  readonly failover: LatencyView;
  readonly journal: {
    readonly durability: string;
    readonly records: number;
    /** Bytes published that are not on the disk yet. */
    readonly lagBytes: number;
    /** Empty while all is well. */
    readonly trouble: string;
  };
}

export interface GroupView {
  readonly name: string;
  readonly policy: string;
  /** Name of the session that carries new orders now; several under `hot-hot`; empty where there is none. */
  readonly routes: readonly string[];
  readonly switches: number;
  /** Why it switched last, and how long ago; NaN for never. */
  readonly lastEvidence: string;
  readonly lastSwitchAgoNs: number;
}

export interface SessionView {
  readonly name: string;
  readonly group: string;
  readonly port: string;
  /** Address and port of the host. */
  readonly host: string;
  readonly state:
    | 'down'
    | 'connecting'
    | 'primed'
    | 'loggingOn'
    | 'replaying'
    | 'warm'
    | 'active'
    | 'suspect'
    | 'ended';
  /** Why it is in doubt or was lost last; empty for never. */
  readonly evidence: string;
  readonly heardAgoNs: number;
  /** Kernel's round trip, and the venue's time to answer (p99.9). */
  readonly roundTripNs: number;
  readonly answerP999Ns: number;
  readonly ackDeadlineNs: number;
  readonly unanswered: number;
  readonly losses: number;
  readonly logins: number;
}

/** A way of its own by which the venue tells executions again. */
export interface DropCopyView {
  readonly name: string;
  readonly state: 'down' | 'connecting' | 'loggingIn' | 'live' | 'ended';
  readonly heardAgoNs: number;
  /** What it told of our orders, and executions among that. */
  readonly records: number;
  readonly executions: number;
  readonly logins: number;
}

export interface AccountView {
  readonly name: string;
  readonly realised: number;
  readonly unrealised: number;
  readonly marginUsed: number;
  readonly marginFree: number;
  readonly gross: number;
  readonly net: number;
}

export interface PositionView {
  readonly account: string;
  readonly symbol: string;
  readonly shares: number;
  readonly averagePrice: number;
  readonly openBuy: number;
  readonly openSell: number;
  readonly realised: number;
  readonly unrealised: number;
}
