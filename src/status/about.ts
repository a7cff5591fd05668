import type { RiskShape } from '../order/risk-shape.ts';

/** What a reader of a router's counters can't learn from them: names and shape, said once when it was ready. JSON. */
export interface RouterAbout {
  readonly venue: string;
  readonly version: string;
  readonly layout: 'dedicated' | 'fused';
  readonly idle: string;
  readonly io: 'native' | 'portable';
  /** Why it runs like that, each in a few words. */
  readonly notes: readonly string[];
  /** Monotonic ns when it was ready. */
  readonly startedNs: number;
  readonly feeds: readonly FeedAbout[];
  readonly strategies: readonly { readonly name: string; readonly thread: string }[];
  readonly threads: readonly ThreadAbout[];
  /** The config file, where it came from one. */
  readonly config?: string;
  /** Socket on which `warmline ctl` reaches it; absent where there is none. */
  readonly control?: string;
  /** Address of its API; absent where there is none. */
  readonly api?: string;
  readonly orders?: OrdersAbout;
}

export interface FeedAbout {
  readonly name: string;
  readonly policy: 'first' | 'sticky';
  /** Names of the lines, by index. */
  readonly lines: readonly string[];
}

export interface ThreadAbout {
  readonly name: string;
  /** The core it is pinned to, or -1. */
  readonly core: number;
  /** It leaves its core when there is nothing to do, so that its time on the core is its work. */
  readonly sleeps: boolean;
}

/** The order half, as its config orders it. */
export interface OrdersAbout {
  /** Trading day as yyyymmdd. */
  readonly day: number;
  readonly durability: string;
  readonly killPath: string;
  /** File that the journal's ring is mapped from; absent where there is none. */
  readonly ringPath?: string;
  /** Who trades what; how the limits' cells are ordered. */
  readonly shape: RiskShape;
  readonly instruments: readonly string[];
  readonly groups: readonly { readonly name: string; readonly policy: string; readonly ports: readonly number[] }[];
  readonly ports: readonly {
    readonly name: string;
    readonly sessions: readonly { readonly name: string; readonly host: string }[];
  }[];
  /** Name of the drop copy; absent where there is none. */
  readonly dropCopy?: string;
}
