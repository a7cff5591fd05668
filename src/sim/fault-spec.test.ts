import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from './fault-kinds.ts';
import { FaultSpecError, faultHelp, formatFaultSpec, parseFaultSpec } from './fault-spec.ts';

describe('a fault spec', () => {
  it.each([
    ['A:drop=0.01,seed=7', { feed: '*', target: 'A', kind: 'drop', rate: 0.01, seed: 7 }],
    ['itch/B:burst=50', { feed: 'itch', target: 'B', kind: 'burst', count: 50 }],
    ['*:burst=5,rate=0.001', { feed: '*', target: '*', kind: 'burst', count: 5, rate: 0.001 }],
    [
      'A:delay=2ms,after=1s,for=500ms',
      { feed: '*', target: 'A', kind: 'delay', durationNs: 2e6, afterNs: 1e9, forNs: 5e8 },
    ],
    ['A:silence', { feed: '*', target: 'A', kind: 'silence' }],
    ['A:silence=5s', { feed: '*', target: 'A', kind: 'silence', forNs: 5e9 }],
    ['A:reorder=0.05,by=3', { feed: '*', target: 'A', kind: 'reorder', rate: 0.05, by: 3 }],
    ['A:duplicate=1%,delay=1ms', { feed: '*', target: 'A', kind: 'duplicate', rate: 0.01, durationNs: 1e6 }],
    ['*:restart', { feed: '*', target: '*', kind: 'restart' }],
    ['*:restart=same', { feed: '*', target: '*', kind: 'restart', word: 'same' }],
    ['retransmit:refuse', { feed: '*', target: 'retransmit', kind: 'refuse' }],
    ['orders/primary:kill', { feed: 'orders', target: 'primary', kind: 'kill' }],
    ['orders/*:freeze=5s,after=1s', { feed: 'orders', target: '*', kind: 'freeze', forNs: 5e9, afterNs: 1e9 }],
    ['orders/p1:lose', { feed: 'orders', target: 'p1', kind: 'lose' }],
    ['orders/p1:lose=3', { feed: 'orders', target: 'p1', kind: 'lose', count: 3 }],
    ['orders/p1:delay=5ms', { feed: 'orders', target: 'p1', kind: 'delay', durationNs: 5e6 }],
    ['orders/p1:reject=S', { feed: 'orders', target: 'p1', kind: 'reject', word: 'S' }],
    ['orders/exchange:halt=AAPL', { feed: 'orders', target: 'exchange', kind: 'halt', word: 'AAPL' }],
    ['orders/exchange:bust=17', { feed: 'orders', target: 'exchange', kind: 'bust', count: 17 }],
    ['snapshot:cut=100', { feed: '*', target: 'snapshot', kind: 'cut', count: 100 }],
  ])('%s is understood, and written the same way again', (text, spec) => {
    expect(parseFaultSpec(text)).toEqual(spec);
    expect(parseFaultSpec(formatFaultSpec(parseFaultSpec(text)))).toEqual(spec);
  });

  it.each([
    ['drop=0.1', /TARGET:KIND/],
    ['A:loose=0.1', /loose.*no kind of fault.*drop/],
    ['A:drop', /needs a rate/],
    ['A:drop=2', /rate from 0 to 1/],
    ['A:drop=', /needs a rate/],
    ['A:burst=0', /whole number from 1/],
    ['A:delay=5', /needs a unit/],
    ['A:drop=0.1,by=3', /'by' is no option of drop/],
    ['A:drop=0.1,seed=x', /whole number/],
    ['A:restart=again', /new or same/],
    ['A:end=1', /takes no value/],
    ['A:cut=3', /fault of snapshot/],
    ['snapshot:drop=0.1', /fault of line and retransmit/],
    ['A:freeze', /freeze is a fault of host, not of line/],
    ['orders/p1:halt=AAPL', /halt is a fault of exchange, not of host/],
    ['orders/p1:reject=Q', /reject=Q: expected A or S/],
    ['orders/exchange:halt', /halt needs a word: exchange:halt=AAPL/],
  ])('%s is refused with what would be right', (text, message) => {
    expect(() => parseFaultSpec(text)).toThrow(FaultSpecError);
    expect(() => parseFaultSpec(text)).toThrow(message);
  });

  it('has every kind in its help', () => {
    for (const kind of Object.keys(FAULT_KINDS)) expect(faultHelp()).toContain(`  ${kind}`);
  });
});
