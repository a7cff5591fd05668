import { createFenceMemory, FenceControl } from '../order/fence.ts';
import { FillTable } from '../order/fill-table.ts';
import { GATEWAY_CELLS, RouteCell } from '../order/gateway-parts.ts';
import { Ledger } from '../order/ledger.ts';
import { createLimitRequestMemory } from '../order/limit-requests.ts';
import { LIMIT_TABLE, Limit, type LimitUnit } from '../order/limit-table.ts';
import { LinearMargin } from '../order/linear-margin.ts';
import { OrderStore } from '../order/order-store.ts';
import { Refusals } from '../order/refusal.ts';
import { RESOLUTIONS } from '../order/resolution-table.ts';
import { type LimitSetting, RiskLimits } from '../order/risk-limits.ts';
import type { RiskShape } from '../order/risk-shape.ts';
import { SESSION_CELLS } from '../order/session-cells.ts';
import type { GroupOptions } from '../order/session-group.ts';
import { SOURCE_CELLS } from '../order/source-cells.ts';
import { LostRoutePolicy } from '../order/terms.ts';
import { HISTOGRAM_CELLS } from '../runtime/histogram.ts';
import type { DropCopySetup } from './drop-copy.ts';
import { createGatewayCommandMemory } from './gateway-commands.ts';
import type { GatewayHistograms, GatewayOptions, GatewayPortOptions } from './gateway-options.ts';
import { createNoteMemory } from './operator-notes.ts';
import { createOrderLink } from './order-link.ts';
import { createSocketTableMemory } from './socket-table.ts';

/** Orders of one rehearsal: afterwards all is thrown away. */
export const REHEARSED_ORDERS = 768;
/** Replaces take references, and probes do. */
const REFERENCES = 4 * REHEARSED_ORDERS;
export const REHEARSED_INSTRUMENTS = 8;
export const REHEARSED_PORTS = 2;
export const REHEARSED_BID4 = 1_000_000;
export const REHEARSED_TICK4 = 100;
const HELD_SHARES = 1_000_000;
const HELD_INSTRUMENTS = 4;
const CASH4 = 1e14;
const MARGIN_RATE_BP = 2500;
const DAY = 20260105;
const EPOCH = 1;
const WINDOWS = { messagesNs: 1e6, executionsNs: 1e6, duplicatesNs: 1e3 };
/** One strategy per policy that it may have for orders in doubt. */
const POLICIES = [LostRoutePolicy.requote, LostRoutePolicy.reduceOnly, LostRoutePolicy.pause];

/** Bounds that nothing of it reaches, so that each check is made to its end. */
const BOUNDS: Readonly<Record<LimitUnit, number>> = {
  shares: 1e9,
  value4: 1e15,
  ratio4: 10_000,
  ticks: 1e6,
  count: 1000,
  ns: 1e15,
  switch: 0,
};

/** How one rehearsal differs from another. */
export interface RehearsalTake {
  /** Which of the configured ports, by number. */
  readonly port: number;
  /** With every limit at every scope, or with none: both ways are taken by some config. */
  readonly limited: boolean;
  /** Which shape is the first to stand for what only the real thing has, see `rehearsal-disguise.ts`. */
  readonly disguise: number;
}

/** Between two heartbeats, and two questions to the kernel: so rare in a day that V8 would not compile them for minutes. */
const OFTEN_NS = 20_000;

/**
 * What a made-up gateway is given that has the configured port twice, the second standing by, over memory of its own.
 *
 * It is the real gateway's options with other contents, cloned as they were on their way to this thread: to V8 objects are
 * alike whose fields came in the same order by the same means, and only code that was compiled for such objects is kept
 * when the real ones come.
 */
export function rehearsalOptions(real: GatewayOptions, take: RehearsalTake): GatewayOptions {
  const kinds = [real.links.some((link) => link === undefined), real.links.some((link) => link !== undefined)];
  const remote = kinds.flatMap((is, kind) => (is ? POLICIES.map(() => kind === 1) : []));
  const strategies = remote.map((_, i) => ({
    name: `rehearsal-${i}`,
    account: 0,
    group: 0,
    lostRoute: POLICIES[i % POLICIES.length],
  }));
  const shape: RiskShape = {
    venues: ['rehearsal'],
    accounts: ['rehearsal'],
    strategies: strategies.map(({ name, account }) => ({ name, account })),
    instruments: Array.from({ length: REHEARSED_INSTRUMENTS }, (_, i) => ({
      symbol: `REH${i}`,
      venue: 0,
      tick4: REHEARSED_TICK4,
      lowTick4: 1,
      lowTickBelow4: 10_000,
    })),
  };
  const instruments = shape.instruments.map(({ symbol }) => ({ symbol, feed: 0 }));
  const ports = Array.from({ length: REHEARSED_PORTS }, (_, i) => portOf(real.ports[take.port], i));
  const sizes = { strategies: strategies.length, instruments: instruments.length };
  const store = new OrderStore(
    OrderStore.memoryFor({ ...sizes, ports: ports.length, maxOrders: 2 * REHEARSED_ORDERS, maxRefs: REFERENCES }),
  );
  const marginRatesBp = new Array<number>(instruments.length).fill(MARGIN_RATE_BP);
  const limits = new RiskLimits(shape);
  if (take.limited) limits.load(everyLimit(limits));
  const fence = createFenceMemory();
  new FenceControl(new Int32Array(fence)).grant(EPOCH);
  const routes = new SharedArrayBuffer(strategies.length * RouteCell.words * Int32Array.BYTES_PER_ELEMENT);
  return structuredClone<GatewayOptions>({
    ...real,
    day: DAY,
    epoch: EPOCH,
    restart: false,
    start: startOf(strategies.length),
    tradingDay: { ...real.tradingDay, day: DAY, startPath: undefined, closeUtcNs: Number.POSITIVE_INFINITY },
    dayEnded: false,
    strategies,
    instruments,
    ports,
    groups: [
      {
        options: groupOf(real.groups[0].options, take.disguise),
        ports: ports.map((_, i) => i),
      },
    ],
    dropCopy: real.dropCopy === undefined ? undefined : dropCopyOf(real.dropCopy),
    risk: { shape, windows: WINDOWS },
    marginRatesBp,
    store: store.memory,
    fills: new FillTable(FillTable.memoryFor(REHEARSED_ORDERS)).memory as SharedArrayBuffer,
    ledger: Ledger.memoryFor(
      { ...sizes, venues: 1, accounts: 1 },
      new LinearMargin(marginRatesBp),
    ) as SharedArrayBuffer,
    limits: limits.memory as SharedArrayBuffer,
    limitRequests: createLimitRequestMemory(),
    refusals: new Float64Array(Refusals.counterNames(limits).length),
    kill: { path: '', accounts: [0], strategies: strategies.map((_, place) => place) },
    fence,
    sockets: createSocketTableMemory(ports.length),
    cells: new Float64Array(GATEWAY_CELLS),
    rows: new Float64Array(RESOLUTIONS.length),
    routes: new Int32Array(routes),
    histograms: histograms(),
    commands: createGatewayCommandMemory(),
    operatorNotes: createNoteMemory(),
    links: remote.map((is) => (is ? createOrderLink() : undefined)),
    logOutAtStop: true,
    cancelAtStop: false,
  });
}

/** The port as configured, but that it may log on as often as it likes, without a pause. */
function portOf(port: GatewayPortOptions, index: number): GatewayPortOptions {
  const name = `rehearsal-${index}`;
  return {
    ...port,
    name,
    session: {
      ...port.session,
      connection: {
        ...port.session.connection,
        username: 'rehearsal',
        password: 'rehearsal',
        session: '',
        day: DAY,
        heartbeatIntervalNs: OFTEN_NS,
      },
      infoEveryNs: OFTEN_NS,
      backoff: { firstNs: 1, maxNs: 1 },
    },
    port: { ...port.port, logonBudget: { logons: 1000, perNs: 1 } },
    hosts: [{ ...port.hosts[0], name, cells: new Float64Array(SESSION_CELLS) }],
    sessionName: '',
  };
}

/** The group as configured, but that a port stands by, and that in every other rehearsal the flow goes back at once. */
function groupOf(real: GroupOptions, disguise: number): GroupOptions {
  const atOnce = typeof real.failback === 'string' ? { afterNs: 0 } : { ...real.failback, afterNs: 0 };
  return {
    ...real,
    name: 'rehearsal',
    policy: 'primary-backup',
    failback: disguise % 2 === 0 ? atOnce : real.failback,
  };
}

/** Nothing is told over it: it is connected and heard, as on a quiet day. */
function dropCopyOf(real: DropCopySetup): DropCopySetup {
  return {
    ...real,
    options: {
      ...real.options,
      username: 'rehearsal',
      password: 'rehearsal',
      heartbeatIntervalNs: OFTEN_NS,
      lookEveryNs: 1,
      cells: new Float64Array(SOURCE_CELLS),
    },
  };
}

/** Positions and cash, so that sells are covered and buys can be paid. */
function startOf(strategies: number): GatewayOptions['start'] {
  const positions = Array.from({ length: REHEARSED_INSTRUMENTS }, (_, instrument) =>
    Array.from({ length: strategies + 1 }, (__, i) => ({
      account: 0,
      strategy: i - 1,
      instrument,
      // what is not held is sold short
      shares: instrument < HELD_INSTRUMENTS ? HELD_SHARES : 0,
      averagePrice4: REHEARSED_BID4,
    })),
  ).flat();
  return { day: DAY, balances: [{ account: 0, cash4: CASH4 }], positions, limits: [] };
}

function histograms(): GatewayHistograms {
  const one = () => new Float64Array(HISTOGRAM_CELLS);
  return { wireToSent: one(), risk: one(), toSend: one(), send: one(), switch: one(), answer: one() };
}

function everyLimit(limits: RiskLimits): LimitSetting[] {
  const usual = LIMIT_TABLE.filter(({ id }) => id !== Limit.restricted); // one that is on refuses everything
  return usual.flatMap(({ id, unit, scopes }) =>
    scopes.flatMap((scope) =>
      Array.from({ length: limits.rows.size(scope) }, (_, index) => ({ limit: id, scope, index, value: BOUNDS[unit] })),
    ),
  );
}
