import type { ClockSync } from '../runtime/clock-sync.ts';
import { standingSessions } from '../status/readiness.ts';
import type { OrdersView, StatusModel } from '../status/status-model.ts';
import type { MetricLabels, MetricType } from './metric-family.ts';
import type { ExtraMetric } from './metrics.ts';
import type { ApiCounts } from './server.ts';

/** What metrics are read from that stand in no counter block. */
export interface MetricState {
  readonly model: StatusModel;
  /** How long ago each agent thread's last turn began, in ns. */
  readonly turnsAgoNs: ReadonlyMap<string, number>;
  /** Why the process does not work, and why nobody should trade on it; none = it does, one may. */
  readonly alive: readonly string[];
  readonly ready: readonly string[];
  /** Undefined where nobody can tell. */
  readonly clock: ClockSync | undefined;
  readonly api: ApiCounts & { readonly connections: number };
}

/** A family that is worked out of the state at each look. */
export interface StateMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** Labels and value of each series; none: the family is left out. */
  samples(state: MetricState): readonly Sample[];
}

type Sample = readonly [labels: MetricLabels, value: number];
type Row = readonly [name: string, help: string, samples: (state: MetricState) => readonly Sample[]];

const SECONDS_PER_NS = 1e-9;

function of(type: MetricType, rows: readonly Row[]): StateMetric[] {
  return rows.map(([name, help, samples]) => ({ name, help, type, samples }));
}

/** One series without labels; where the value is not known, none. */
function one(value: number | undefined): readonly Sample[] {
  return value === undefined || Number.isNaN(value) ? [] : [[{}, value]];
}

function ofOrders(read: (orders: OrdersView) => readonly Sample[]): Row[2] {
  return ({ model: { orders } }) => (orders === undefined ? [] : read(orders));
}

function seconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns * SECONDS_PER_NS;
}

/** What is shown of the order half out of store, ledger, limits and journal. */
const ORDER_STATE = [
  ...of('gauge', [
    ['orders_open', 'Orders that are not done.', ofOrders(({ open }) => one(open))],
    [
      'orders_unknown',
      'Orders whose fate the venue has not told; their full risk is kept.',
      ofOrders(({ unknown }) => one(unknown)),
    ],
    [
      'orders_blind',
      'Orders that rest at a port which can not be reached; their full risk is kept.',
      ofOrders(({ blind }) => one(blind)),
    ],
    [
      'orders_oldest_unknown_seconds',
      'For how long the oldest unknown order has been so; 0 where there is none.',
      ofOrders(({ oldestUnknownNs }) => one(seconds(oldestUnknownNs))),
    ],
    [
      'orders_oldest_blind_seconds',
      'For how long the oldest blind order has been so; 0 where there is none.',
      ofOrders(({ oldestBlindNs }) => one(seconds(oldestBlindNs))),
    ],
    [
      'orders_killed',
      '1 while everything is killed: nothing new is sent, cancels pass.',
      ofOrders(({ killed }) => one(Number(killed))),
    ],
    [
      'orders_draining',
      '1 while an operator has the router drained: nobody opens risk, cancels pass.',
      ofOrders(({ phase }) => one(Number(phase === 'draining' || phase === 'drained'))),
    ],
    [
      'orders_drained',
      '1 once nothing is open or in doubt in a drain.',
      ofOrders(({ phase }) => one(Number(phase === 'drained'))),
    ],
    [
      'strategy_paused',
      '1 while an operator has paused the strategy: it opens no risk, cancels pass.',
      ({ model: { strategies, orders } }) =>
        orders === undefined
          ? []
          : [...new Set([...strategies.map(({ name }) => name), ...orders.paused])].map((strategy) => [
              { strategy },
              Number(orders.paused.includes(strategy)),
            ]),
    ],
    [
      'session_group_sessions',
      'Sessions of a group.',
      ofOrders((orders) => orders.groups.map(({ name }) => [{ group: name }, standingSessions(orders, name).all])),
    ],
    [
      'session_group_standing',
      'Of these, how many carry orders or stand ready to.',
      ofOrders((orders) => orders.groups.map(({ name }) => [{ group: name }, standingSessions(orders, name).standing])),
    ],
    [
      'session_group_routes',
      'Of these, how many carry new orders now.',
      ofOrders(({ groups }) => groups.map(({ name, routes }) => [{ group: name }, routes.length])),
    ],
    [
      'position_shares',
      'Shares held, by account and symbol; negative: short.',
      ofOrders(({ positions }) => positions.map(({ account, symbol, shares }) => [{ account, symbol }, shares])),
    ],
    [
      'account_realised',
      'Profit of what was closed today, in the currency of the account.',
      ofOrders(({ accounts }) => accounts.map(({ name, realised }) => [{ account: name }, realised])),
    ],
    [
      'account_unrealised',
      'Profit of what is held, at the present prices.',
      ofOrders(({ accounts }) => accounts.map(({ name, unrealised }) => [{ account: name }, unrealised])),
    ],
    [
      'account_margin_used',
      'Margin of positions and of orders that may still trade.',
      ofOrders(({ accounts }) => accounts.map(({ name, marginUsed }) => [{ account: name }, marginUsed])),
    ],
    [
      'account_margin_free',
      'What is left of it; negative: too little.',
      ofOrders(({ accounts }) => accounts.map(({ name, marginFree }) => [{ account: name }, marginFree])),
    ],
    [
      'account_gross_exposure',
      'Sum of what each position is worth.',
      ofOrders(({ accounts }) => accounts.map(({ name, gross }) => [{ account: name }, gross])),
    ],
    [
      'account_net_exposure',
      'The same with signs.',
      ofOrders(({ accounts }) => accounts.map(({ name, net }) => [{ account: name }, net])),
    ],
    [
      'limit_use_ratio',
      'How far limits are used, those nearest to their bounds: 1 = nothing more passes.',
      ofOrders(({ limits }) => limits.map(({ limit, scope, value, bound }) => [{ limit, scope }, value / bound])),
    ],
    [
      'journal_lag_bytes',
      'Bytes that were decided and are not on the disk yet.',
      ofOrders(({ journal }) => one(journal.lagBytes)),
    ],
    [
      'journal_trouble',
      '1 while the journal can not do what it promises: nothing that opens risk is sent.',
      ofOrders(({ journal }) => one(Number(journal.trouble !== ''))),
    ],
  ]),
];

/** Every family that is worked out of the state. */
export const STATE_METRICS: readonly StateMetric[] = [
  ...of('gauge', [
    [
      'info',
      'What runs: always 1.',
      ({ model: { venue, version, layout, idle, io } }) => [[{ venue, version, layout, idle, io }, 1]],
    ],
    ['uptime_seconds', 'Since the router was ready.', ({ model }) => one(seconds(model.upNs))],
    ['alive', '1 while every hot thread turns, as /healthz has it.', ({ alive }) => one(Number(alive.length === 0))],
    ['ready', '1 while one may trade on it, as /readyz has it.', ({ ready }) => one(Number(ready.length === 0))],
    [
      'thread_turn_age_seconds',
      'How long ago a thread began its last turn: a stalled one does not end it.',
      ({ turnsAgoNs }) => [...turnsAgoNs].map(([thread, ns]) => [{ thread }, ns * SECONDS_PER_NS]),
    ],
    [
      'clock_synchronised',
      "1 while the kernel's UTC is kept right by something.",
      ({ clock }) => one(clock && Number(clock.isSynchronised)),
    ],
    [
      'clock_offset_seconds',
      'Offset of UTC that the kernel still slews away; programs that steer the frequency leave it at 0.',
      ({ clock }) => one(seconds(clock?.offsetNs)),
    ],
    [
      'clock_max_error_seconds',
      'UTC is no more than this off, by the word of the program that keeps time.',
      ({ clock }) => one(seconds(clock?.maxErrorNs)),
    ],
    ['api_clients', 'WebSocket clients.', ({ api }) => one(api.connections)],
  ]),
  ...of('counter', [
    ['api_requests_total', 'Requests and upgrades.', ({ api }) => one(api.requests)],
    ['api_refused_requests_total', 'Of these, refused.', ({ api }) => one(api.refusedRequests)],
    ['api_auth_failures_total', 'Wrong tokens.', ({ api }) => one(api.failedLogins)],
    ['api_refused_connections_total', 'Connections beyond the limit.', ({ api }) => one(api.connectionsRefused)],
    ['api_slow_disconnects_total', 'Clients that took nothing for too long.', ({ api }) => one(api.slowDisconnects)],
  ]),
  ...ORDER_STATE,
];

/** The families that the state has something for. */
export function stateMetrics(state: MetricState): ExtraMetric[] {
  return STATE_METRICS.map(({ name, help, type, samples }) => ({
    name,
    help,
    type,
    samples: samples(state).map(([labels, value]) => ({ labels, value })),
  }));
}
