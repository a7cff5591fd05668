import type { VenueRules } from '../../src/order/order-protocol.ts';
import type { GroupOptions } from '../../src/order/session-group.ts';
import { LostRoutePolicy } from '../../src/order/terms.ts';
import { type StatedRules, withStatedRules } from '../../src/order/venue-rules.ts';
import type { PortOptions } from '../../src/sim/exchange/exchange-port.ts';
import { Random } from '../../src/sim/random.ts';
import { orderProtocol } from '../../src/venues/order-registry.ts';

export const DAY = 20261126;
export const SYMBOLS = ['WARM', 'LINE'];
export const FAIR4 = 1_000_000;
export const PASSWORD = 'secret';
export const COPY_HOST = 'copy';
/** The account of every port at the venue. Ours may be several: they span ports. */
export const VENUE_ACCOUNT = 'ours';

const MS = 1e6;
/** Fewest orders of a history. */
export const LEAST_ORDERS = 50;
const MORE_ORDERS = 30;
const LEAST_FAULTS = 2;
const MORE_FAULTS = 5;
/** Share of the histories that end with a port still dead. */
const DEAD_SHARE = 0.15;
/** Of those in which the venue breaks what it promises. */
const WILD_SHARE = 0.08;
/** Of those in which the venue's day ends. */
const DAY_END_SHARE = 0.05;
/** Of those in which a kill is set at the end, before a mended port can be reached. */
const KILL_END_SHARE = 0.1;

/** How a history ends: everything healed, or a port still dead. */
export type Ending = 'healed' | 'dead';

export interface PlannedPort {
  readonly name: string;
  readonly protocol: 'ouch50' | 'ouch42';
  /** Names of its hosts, by preference: one, or a host and its mirror. */
  readonly hosts: readonly string[];
  readonly rules: VenueRules;
  readonly resends: boolean;
}

/** What a history is about: drawn from its seed before anything happens. */
export interface HistoryPlan {
  readonly seed: number;
  readonly ports: readonly PlannedPort[];
  readonly group: GroupOptions;
  readonly strategies: readonly { readonly name: string; readonly account: number; readonly lostRoute: number }[];
  readonly accounts: number;
  readonly dropCopy: boolean;
  readonly venue: Pick<PortOptions, 'selfMatch' | 'unmarketable' | 'badReplace'>;
  readonly maxPosition: number;
  readonly maxOpenOrders: number;
  readonly selfTradeChecked: boolean;
  readonly startPositions: readonly number[];
  readonly ackDeadlineNs: number;
  readonly logons: number;
  readonly orders: number;
  readonly faults: number;
  /** Faults that break what the venue promises (sequence jumps, messages of other ports): few histories have them. */
  readonly wild: boolean;
  readonly dayEnds: boolean;
  readonly ending: Ending;
  /** A kill stands at the end: its orders must be gone. */
  readonly killEnds: boolean;
  /** Orders that end with the day end in silence. */
  readonly lapse: NonNullable<PortOptions['lapse']>;
}

/** Times are shortened: what takes a venue a second takes this one a tenth. */
export const PACE = {
  heartbeatIntervalNs: 100 * MS,
  silenceNs: 600 * MS,
  loginDeadlineNs: 2000 * MS,
  connectTimeoutNs: 200 * MS,
  loginTimeoutNs: 300 * MS,
  barrierTimeoutNs: 400 * MS,
  stalledWriteNs: 100 * MS,
  preferredWaitNs: 20 * MS,
  reconnectNs: 30 * MS,
  backoff: { firstNs: 10 * MS, maxNs: 160 * MS },
} as const;

/** The plan of a seed: always the same one. */
export function planHistory(seed: number): HistoryPlan {
  const random = new Random(seed, 1);
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)];
  const mixed = random.chance(0.15);
  const version = pick(['ouch50', 'ouch42'] as const);
  const shape = pick([[1, 1], [1, 1], [2], [2], [2, 1], [2, 2], [1, 1, 1]]);
  const stated: StatedRules = {
    secondLogin: pick(['displaces', 'refused'] as const),
    cancelOnDisconnect: pick(['off', 'off', 'port', 'order'] as const),
    cancelOnDisconnectDelayNs: pick([0, 5, 60, 400]) * MS,
    heartbeatIntervalNs: PACE.heartbeatIntervalNs,
    silenceNs: PACE.silenceNs,
    loginDeadlineNs: PACE.loginDeadlineNs,
  };
  const resends = random.chance(0.4);
  const ports = shape.map((hosts, index): PlannedPort => {
    const protocol = mixed ? pick(['ouch50', 'ouch42'] as const) : version;
    const name = `P${index}`;
    return {
      name,
      protocol,
      hosts: Array.from({ length: hosts }, (_, host) => `${name}.${host}`),
      rules: withStatedRules(orderProtocol(protocol).rules, stated),
      resends,
    };
  });
  const wild = random.chance(WILD_SHARE);
  const accounts = random.chance(0.3) ? 2 : 1;
  const policies = Object.values(LostRoutePolicy);
  const strategies = Array.from({ length: 2 + random.below(2) }, (_, index) => ({
    name: `s${index}`,
    account: index % accounts,
    lostRoute: index === 0 ? LostRoutePolicy.requote : pick(policies),
  }));
  return {
    seed,
    ports,
    group: {
      name: 'main',
      policy: pick(['primary-backup', 'hot-hot'] as const),
      failback: pick(['never', 'manual', { afterNs: 50 * MS }] as const),
    },
    strategies,
    accounts,
    dropCopy: random.chance(0.5),
    venue: {
      selfMatch: pick(['off', 'newest', 'oldest', 'both'] as const),
      unmarketable: pick(['dead', 'cancelled'] as const),
      badReplace: pick(['refused', 'cancels', 'dead'] as const),
    },
    maxPosition: pick([1500, 4000, 20_000]),
    maxOpenOrders: pick([8, 20, 200]),
    selfTradeChecked: random.chance(0.3),
    startPositions: Array.from({ length: accounts * SYMBOLS.length }, () => pick([0, 500, -300])),
    ackDeadlineNs: pick([3, 10, 20]) * MS,
    logons: random.chance(0.1) ? 12 : 60,
    orders: LEAST_ORDERS + random.below(MORE_ORDERS) + (wild ? MORE_ORDERS : 0),
    faults: LEAST_FAULTS + random.below(MORE_FAULTS) + (wild ? MORE_FAULTS : 0),
    wild,
    dayEnds: random.chance(DAY_END_SHARE),
    ending: random.chance(DEAD_SHARE) ? 'dead' : 'healed',
    killEnds: random.chance(KILL_END_SHARE),
    lapse: pick(['told', 'silent'] as const),
  };
}
