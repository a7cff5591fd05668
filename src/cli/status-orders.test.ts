import { describe, expect, it } from 'vitest';
import type { OrdersView } from '../status/status-model.ts';
import { frameText } from './status-frame.ts';
import { ordersBlock } from './status-orders.ts';

const orders: OrdersView = {
  day: 20261126,
  phase: 'trading',
  killed: false,
  paused: [],
  groups: [
    {
      name: 'main',
      policy: 'primary-backup',
      routes: ['P1'],
      switches: 0,
      lastEvidence: '',
      lastSwitchAgoNs: Number.NaN,
    },
  ],
  sessions: [],
  accounts: [],
  positions: [],
  entered: 12,
  enteredPerSecond: 3,
  open: 2,
  unknown: 0,
  blind: 0,
  fills: 4,
  rejected: 1,
  cancelled: 5,
  refusals: [],
  limits: [],
  failovers: 0,
  failover: { name: '', count: 0, p50Ns: 0, p90Ns: 0, p99Ns: 0, p999Ns: 0, maxNs: 0 },
  journal: { durability: 'process', records: 40, lagBytes: 0, trouble: '' },
};

const shown = (changes: Partial<OrdersView>) => frameText(ordersBlock({ ...orders, ...changes }, 120), false);

describe('the order half of the status view', () => {
  it('says in which phase the day is, drained and sealed ones too', () => {
    expect(shown({})).toMatch(/^orders {2}TRADING {2}day 20261126/);
    for (const phase of ['draining', 'drained', 'ended', 'sealed'] as const)
      expect(shown({ phase })).toMatch(new RegExp(`^orders {2}${phase.toUpperCase()} {2}day 20261126`));
    expect(shown({ phase: 'drained', killed: true })).toMatch(/^orders {2}KILLED/);
  });

  it('names the strategies that are paused', () => {
    expect(shown({ paused: ['mm', 'arb'] })).toMatch(/day 20261126 {2}PAUSED mm, arb/);
  });
});
