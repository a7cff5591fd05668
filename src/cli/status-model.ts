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
  /** How long it has run. */
  readonly upNs: number;
  readonly feeds: readonly FeedView[];
  readonly latencies: readonly LatencyView[];
  readonly strategies: readonly StrategyView[];
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
  /** For how long it has had it. */
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
  /** Longest turn of its duty cycle. */
  readonly longestTurnNs: number;
  readonly stalls: number;
  /** Garbage collections since it was warm. */
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
