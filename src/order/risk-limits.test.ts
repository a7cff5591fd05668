import { describe, expect, it } from 'vitest';
import { createLimitRequestMemory, LimitControl, LimitRequests } from './limit-requests.ts';
import { LIMIT_TABLE, LIMITS, Limit, MOST_MESSAGES, NO_LIMIT } from './limit-table.ts';
import { LIMIT_ROW_BITS, RiskLimits } from './risk-limits.ts';
import { RefusalReason } from './risk-reason.ts';
import { Scope } from './scope.ts';
import { RIG_SHAPE, RiskRig } from './testing/risk-rig.ts';

interface Change {
  readonly limit: string;
  readonly scope: Scope;
  readonly index: number;
  readonly before: number;
  readonly after: number;
  readonly operator: string;
  /** What the cell held when the listener was told. */
  readonly held: number;
}

function recorded(): { limits: RiskLimits; changes: Change[] } {
  const limits = new RiskLimits(RIG_SHAPE);
  const changes: Change[] = [];
  limits.listener = {
    limitChanged: (limit, scope, index, before, after, operator) => {
      const held = limits.value(limit.id, scope, index);
      changes.push({ limit: limit.name, scope, index, before, after, operator, held });
      return true;
    },
  };
  return { limits, changes };
}

const POSITION = { limit: Limit.maxPosition, scope: Scope.account, index: 0 };

describe('the table of limits', () => {
  it('has every limit once, in its column, under the name of its reason', () => {
    expect(LIMIT_TABLE.map(({ id }) => id)).toEqual([...LIMIT_TABLE.keys()]);
    expect(LIMIT_TABLE.length).toBe(LIMITS);
    expect(LIMITS).toBeLessThanOrEqual(1 << LIMIT_ROW_BITS);
    for (const { id, name, reason, meaning } of LIMIT_TABLE) {
      expect(RefusalReason[name]).toBe(reason);
      expect(Limit[name as keyof typeof Limit]).toBe(id);
      expect(meaning).not.toBe('');
    }
  });
});

describe('a limit', () => {
  it('goes down by a reload at once, and the journal is told before it is in force', () => {
    const { limits, changes } = recorded();
    limits.load([{ ...POSITION, value: 1000 }]);
    expect(changes).toEqual([]);
    expect(limits.reload([{ ...POSITION, value: 800 }])).toEqual([]);
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(800);
    const change = { limit: 'maxPosition', scope: Scope.account, index: 0, before: 1000, after: 800, operator: '' };
    expect(changes).toEqual([{ ...change, held: 1000 }]);
  });

  it('goes up by an operator with a name, and by nothing else', () => {
    const { limits, changes } = recorded();
    limits.load([{ ...POSITION, value: 1000 }]);
    expect(limits.reload([{ ...POSITION, value: 1200 }])).toEqual([
      'maxPosition of account main would go up from 1,000 to 1,200: only an operator may',
    ]);
    expect(limits.reload([{ ...POSITION, value: NO_LIMIT }])).toHaveLength(1);
    expect(limits.lower({ ...POSITION, value: 1200 }, 'ann')).toMatch(/only an operator/);
    expect(limits.raise({ ...POSITION, value: 1200 }, ' ')).toMatch(/must be named/);
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(1000);
    expect(changes).toEqual([]);
    expect(limits.raise({ ...POSITION, value: 1200 }, 'ann')).toBeUndefined();
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(1200);
    expect(changes).toMatchObject([{ before: 1000, after: 1200, operator: 'ann', held: 1000 }]);
  });

  it('that does not change is no news', () => {
    const { limits, changes } = recorded();
    limits.load([{ ...POSITION, value: 1000 }]);
    expect(limits.reload([{ ...POSITION, value: 1000 }])).toEqual([]);
    expect(limits.raise({ ...POSITION, value: 1000 }, 'ann')).toBeUndefined();
    expect(changes).toEqual([]);
  });

  it.each<[string, Parameters<RiskLimits['raise']>[0], RegExp]>([
    ['a number that is no limit', { ...POSITION, limit: LIMITS, value: 1 }, /no limit number/],
    [
      'a scope it has not',
      { limit: Limit.margin, scope: Scope.strategy, index: 0, value: 1 },
      /only per global, account/,
    ],
    ['an account that is not there', { ...POSITION, index: 2, value: 1 }, /no account number 2/],
    ['less than nothing', { ...POSITION, value: -1 }, /must not be -1/],
    ['no number', { ...POSITION, value: Number.NaN }, /must not be NaN/],
    ['half an order', { limit: Limit.maxOpenOrders, scope: Scope.global, index: 0, value: 1.5 }, /whole number/],
    ['half a switch', { limit: Limit.halted, scope: Scope.global, index: 0, value: 1 }, /is on or off/],
    [
      'more messages than are remembered',
      { limit: Limit.messageRate, scope: Scope.global, index: 0, value: MOST_MESSAGES + 1 },
      /at most/,
    ],
  ])('%s is refused in words', (_, setting, words) => {
    const { limits, changes } = recorded();
    expect(limits.raise(setting, 'ann')).toMatch(words);
    expect(limits.lower(setting)).toMatch(words);
    expect(changes).toEqual([]);
  });

  it('changed while trading holds for the next order', () => {
    const rig = new RiskRig();
    rig.limits.load([{ limit: Limit.maxOrderShares, scope: Scope.account, index: 0, value: 500 }]);
    expect(rig.check({ shares: 500 })).toBe(0);
    rig.limits.reload([{ limit: Limit.maxOrderShares, scope: Scope.account, index: 0, value: 100 }]);
    expect(rig.check({ shares: 101 })).toBe(RefusalReason.maxOrderShares);
    rig.limits.raise({ limit: Limit.maxOrderShares, scope: Scope.account, index: 0, value: 200 }, 'ann');
    expect(rig.check({ shares: 200 })).toBe(0);
    expect(rig.check({ shares: 201 })).toBe(RefusalReason.maxOrderShares);
  });
});

describe('a change that the journal does not take', () => {
  it('is not made where it would widen a limit, and made where it tightens one', () => {
    const limits = new RiskLimits(RIG_SHAPE);
    limits.load([{ ...POSITION, value: 1000 }]);
    limits.listener = { limitChanged: () => false };
    expect(limits.raise({ ...POSITION, value: 1001 }, 'ann')).toBe(
      'maxPosition of account main stays as it is: the journal takes no record of it',
    );
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(1000);
    expect(limits.lower({ ...POSITION, value: 999 })).toBeUndefined();
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(999);
  });
});

describe('a change of this day, recovered', () => {
  it('holds whatever the config says at the restart', () => {
    const limits = new RiskLimits(RIG_SHAPE);
    limits.load([{ ...POSITION, value: 1000 }]);
    limits.recovered(RefusalReason.maxPosition, Scope.account, 0, 700);
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(700);
    // Records of another shape, or of no limit, change nothing.
    limits.recovered(RefusalReason.maxPosition, Scope.account, 9, 1);
    limits.recovered(RefusalReason.killed, Scope.account, 0, 1);
    limits.recovered(RefusalReason.margin, Scope.strategy, 0, 1);
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(700);
  });
});

describe('requests to the thread that writes the limits', () => {
  function ends() {
    const { limits, changes } = recorded();
    limits.load([{ ...POSITION, value: 1000 }]);
    const memory = createLimitRequestMemory();
    return { limits, changes, control: new LimitControl(memory), requests: new LimitRequests(memory) };
  }

  it('are carried out at its turn, one at a time, and answered', () => {
    const { limits, changes, control, requests } = ends();
    expect(control.answer).toBe('');
    expect(requests.poll(limits)).toBe(0);
    expect(control.raise({ ...POSITION, value: 1500.5 }, 'Ann Ö.')).toBe(true);
    expect(control.answer).toBeUndefined();
    expect(control.lower({ ...POSITION, value: 1 })).toBe(false);
    expect(limits.value(Limit.maxPosition, Scope.account, 0)).toBe(1000);
    expect(requests.poll(limits)).toBe(1);
    expect(control.answer).toBe('');
    expect(changes).toMatchObject([{ before: 1000, after: 1500.5, operator: 'Ann Ö.' }]);
    expect(requests.poll(limits)).toBe(0);
  });

  it('that can not be met are answered in words', () => {
    const { limits, control, requests } = ends();
    control.lower({ ...POSITION, value: 2000 });
    requests.poll(limits);
    expect(control.answer).toMatch(/^maxPosition of account main would go up/);
    control.raise({ ...POSITION, index: 7, value: 2000 }, 'ann');
    requests.poll(limits);
    expect(control.answer).toBe('maxPosition: there is no account number 7');
  });

  it('cut a name that is too long at a whole character', () => {
    const { limits, changes, control, requests } = ends();
    control.raise({ ...POSITION, value: 1 }, `x${'ö'.repeat(40)}`);
    requests.poll(limits);
    expect(changes[0].operator).toBe(`x${'ö'.repeat(31)}`);
  });
});

describe('the cells', () => {
  it('can be read by another thread through their description', () => {
    const { limits } = recorded();
    limits.load([{ ...POSITION, value: 1000 }]);
    const { rows, limits: columns, cellsPerRow } = limits.describe();
    const row = rows.findIndex(({ scope, name }) => scope === 'account' && name === 'main');
    const column = columns.findIndex(({ name }) => name === 'maxPosition');
    expect(new Float64Array(limits.memory)[row * cellsPerRow + column]).toBe(1000);
    expect(new RiskLimits(RIG_SHAPE, limits.memory, true).value(Limit.maxPosition, Scope.account, 0)).toBe(1000);
  });
});
