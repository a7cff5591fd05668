import { describe, expect, it } from 'vitest';
import { model as healthy } from '../cli/testing/status-fixture.ts';
import type { OrdersView } from '../status/status-model.ts';
import { METRICS } from './metric-table.ts';
import { type MetricState, STATE_METRICS, stateMetrics } from './state-metrics.ts';

const session = {
  group: 'main',
  port: 'P1',
  host: '10.0.0.1:26482',
  evidence: '',
  heardAgoNs: 1e6,
  roundTripNs: 40_000,
  answerP999Ns: 90_000,
  ackDeadlineNs: 1e6,
  unanswered: 0,
  losses: 0,
  logins: 1,
} as const;

const orders: OrdersView = {
  day: 20_261_121,
  phase: 'trading',
  killed: true,
  paused: ['mm'],
  groups: [
    { name: 'main', policy: 'primary-backup', routes: ['P1'], switches: 0, lastEvidence: '', lastSwitchAgoNs: NaN },
  ],
  sessions: [
    { ...session, name: 'P1', state: 'active' },
    { ...session, name: 'P2', state: 'down' },
  ],
  accounts: [{ name: 'main', realised: -3, unrealised: 2, marginUsed: 100, marginFree: -5, gross: 50, net: 40 }],
  positions: [
    {
      account: 'main',
      symbol: 'ABCD',
      shares: -300,
      averagePrice: 10,
      openBuy: 0,
      openSell: 0,
      realised: 0,
      unrealised: 0,
    },
  ],
  entered: 12,
  enteredPerSecond: 1,
  open: 4,
  unknown: 1,
  blind: 2,
  oldestUnknownNs: 2.5e9,
  oldestBlindNs: 3e9,
  fills: 1,
  rejected: 0,
  cancelled: 0,
  refusals: [],
  limits: [{ limit: 'maxOpenOrders', scope: 'global', value: 4, bound: 10 }],
  failovers: 0,
  failover: { name: 'x', count: 0, p50Ns: NaN, p90Ns: NaN, p99Ns: NaN, p999Ns: NaN, maxNs: NaN },
  journal: { durability: 'process', records: 10, lagBytes: 4096, trouble: 'disk full' },
};

const state: MetricState = {
  model: healthy,
  turnsAgoNs: new Map([['hot', 2.5e9]]),
  alive: ['thread hot: its turn has not ended for 2.5 s'],
  ready: [],
  clock: { isSynchronised: false, offsetNs: -2e6, maxErrorNs: 16e9, estimatedErrorNs: 1 },
  api: {
    requests: 5,
    refusedRequests: 3,
    failedLogins: 2,
    connectionsRefused: 0,
    slowDisconnects: 0,
    connections: 1,
  },
};

function samples(from: MetricState) {
  const found = new Map<string, number>();
  for (const { name, samples: series } of stateMetrics(from)) {
    for (const { labels, value } of series) found.set(name + JSON.stringify(labels), value);
  }
  return found;
}

describe('metrics of the state', () => {
  it('say what runs, whether it works, and how right its clock is', () => {
    const found = samples(state);
    expect(found.get('alive{}')).toBe(0);
    expect(found.get('ready{}')).toBe(1);
    expect(found.get('thread_turn_age_seconds{"thread":"hot"}')).toBeCloseTo(2.5);
    expect(found.get('clock_synchronised{}')).toBe(0);
    expect(found.get('clock_max_error_seconds{}')).toBeCloseTo(16);
    expect(found.get('api_auth_failures_total{}')).toBe(2);
    expect([...found].find(([name]) => name.startsWith('info'))).toEqual([
      'info{"venue":"nasdaq-sim","version":"0.1.0","layout":"fused","idle":"spin","io":"native"}',
      1,
    ]);
  });

  it('show orders in doubt with their ages, redundancy by group, money and limits', () => {
    const found = samples({ ...state, model: { ...healthy, orders } });
    expect(found.get('orders_unknown{}')).toBe(1);
    expect(found.get('orders_oldest_unknown_seconds{}')).toBeCloseTo(2.5);
    expect(found.get('orders_oldest_blind_seconds{}')).toBeCloseTo(3);
    expect(found.get('session_group_sessions{"group":"main"}')).toBe(2);
    expect(found.get('session_group_standing{"group":"main"}')).toBe(1);
    expect(found.get('session_group_routes{"group":"main"}')).toBe(1);
    expect(found.get('position_shares{"account":"main","symbol":"ABCD"}')).toBe(-300);
    expect(found.get('account_margin_free{"account":"main"}')).toBe(-5);
    expect(found.get('limit_use_ratio{"limit":"maxOpenOrders","scope":"global"}')).toBeCloseTo(0.4);
    expect(found.get('journal_trouble{}')).toBe(1);
    expect(found.get('orders_killed{}')).toBe(1);
  });

  it('leave out what is not known, and the order half where nothing is traded', () => {
    const found = samples({ ...state, clock: undefined });
    expect([...found.keys()].filter((name) => /^(clock|order|session|journal|account)/.test(name))).toEqual([]);
    const unknownLag = { ...orders, journal: { ...orders.journal, lagBytes: Number.NaN } };
    expect(samples({ ...state, model: { ...healthy, orders: unknownLag } }).has('journal_lag_bytes{}')).toBe(false);
  });

  it('are named by the conventions, and no name is one of a counter’s', () => {
    const all = [...METRICS, ...STATE_METRICS].map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
    for (const { name, type } of STATE_METRICS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });
});
