import { describe, expect, it } from 'vitest';
import { TotalExposure } from './exposure.ts';
import { LIMIT_TABLE, Limit, MOST_MESSAGES, NO_LIMIT } from './limit-table.ts';
import { FeedStateCell, FeedTrust, Trading } from './market-state.ts';
import { SlotField } from './order-layout.ts';
import { REFUSAL_COLUMN_BITS, RefusalCell, Refusals, RequestKind } from './refusal.ts';
import { ANY_STRATEGY } from './risk.ts';
import { RefusalReason } from './risk-reason.ts';
import { Scope } from './scope.ts';
import { MARKET_PRICE4, Marking, OrderFlag, OrderState, Side } from './terms.ts';
import { type RigOrder, RiskRig } from './testing/risk-rig.ts';

const R = RefusalReason;
const { buy, sell } = Side;
const AAPL = 0;
const PENY = 2;
const MAIN = 0;
const MM = 0;
const ARB = 1;
const SOLO = 2;
/** A member of each scope that strategy `mm` trading AAPL falls under. */
const MEMBER = {
  [Scope.global]: 0,
  [Scope.venue]: 0,
  [Scope.account]: MAIN,
  [Scope.strategy]: MM,
  [Scope.instrument]: AAPL,
};
/** An order that falls under none of these members but the global one. */
const ELSEWHERE: RigOrder = { strategy: SOLO, instrument: PENY };

function allScopes(limit: number): Scope[] {
  return [...LIMIT_TABLE[limit].scopes];
}

/** The refusal's value, bound, scope and member. */
function refusal({ risk }: RiskRig): number[] {
  return [RefusalCell.value, RefusalCell.bound, RefusalCell.scope, RefusalCell.index].map((cell) => risk.refusal[cell]);
}

describe('with no limit set', () => {
  it('an order passes and is counted', () => {
    const rig = new RiskRig();
    expect(rig.check({ shares: 1_000_000_000 })).toBe(0);
    expect(rig.refusals.counters[rig.limits.rows.firstStrategy << REFUSAL_COLUMN_BITS]).toBe(1);
    expect(rig.words).toBe('nothing was refused');
  });

  it.each<[string, RigOrder]>([
    ['no shares', { shares: 0 }],
    ['negative shares', { shares: -100 }],
    ['shares beyond an int32, which would wrap to 100', { shares: 2 ** 32 + 100 }],
    ['a fraction of a share', { shares: 100.5 }],
    ['a price of 0', { price4: 0 }],
    ['NaN for a price', { price4: Number.NaN }],
    ['a strategy that is not there', { strategy: 3 }],
    ['an instrument that is not there', { instrument: 3 }],
    ['instrument -1', { instrument: -1 }],
    ['a side that is none', { side: 2 as Side }],
    ['a purchase marked short', { marking: Marking.short }],
    ['a marking that is none', { side: sell, marking: 3 as Marking }],
  ])('%s is a bad request', (_, order) => {
    const rig = new RiskRig();
    expect(rig.check(order)).toBe(R.badRequest);
    expect(rig.words).toMatch(/^badRequest: /);
  });

  it("another account's number is a bad request", () => {
    const { risk } = new RiskRig();
    expect(risk.checkNew(MM, 1, AAPL, buy, Marking.long, 100, 1_000_000, 0)).toBe(R.badRequest);
  });
});

describe('limits of one order', () => {
  const cases: [string, number, number, RigOrder, RigOrder, number[]][] = [
    ['maxOrderShares', Limit.maxOrderShares, 500, { shares: 500 }, { shares: 501 }, [501, 500]],
    ['maxOrderNotional', Limit.maxOrderNotional, 50_000e4, { shares: 500 }, { shares: 501 }, [50_100e4, 50_000e4]],
    [
      'priceCollar, buying',
      Limit.priceCollar,
      200,
      { price4: 1_020_100 },
      { price4: 1_020_200 },
      [1_020_200, 1_020_102],
    ],
    [
      'priceCollar, selling',
      Limit.priceCollar,
      200,
      { side: sell, price4: 980_000 },
      { side: sell, price4: 979_900 },
      [979_900, 980_000],
    ],
    ['fatFingerTicks, above', Limit.fatFingerTicks, 5, { price4: 1_000_500 }, { price4: 1_000_600 }, [6, 5]],
    ['fatFingerTicks, below', Limit.fatFingerTicks, 5, { price4: 999_500 }, { price4: 999_400 }, [6, 5]],
    ['tickSize', Limit.tickSize, 0, { price4: 1_000_000 }, { price4: 1_000_001 }, [1_000_001, 100]],
    ['tickSize below 1.00', Limit.tickSize, 0, { price4: 9_999 }, { price4: 10_001 }, [10_001, 100]],
  ];
  it.each(cases)(
    '%s: at the bound it passes, one beyond it is refused, at every scope',
    (_, limit, value, at, beyond, told) => {
      for (const scope of allScopes(limit)) {
        const rig = new RiskRig();
        rig.limit(limit, scope, MEMBER[scope], value);
        expect(rig.check(at)).toBe(0);
        expect(rig.check(beyond)).toBe(LIMIT_TABLE[limit].reason);
        expect(refusal(rig)).toEqual([...told, scope, MEMBER[scope]]);
        if (scope !== Scope.global) expect(rig.check({ ...beyond, ...ELSEWHERE })).toBe(0);
        expect(rig.words).toContain(LIMIT_TABLE[limit].name);
      }
    },
  );

  it('of several the tightest holds, and it is the one that is named', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxOrderShares, Scope.global, 0, 400);
    rig.limit(Limit.maxOrderShares, Scope.strategy, MM, 300);
    rig.limit(Limit.maxOrderShares, Scope.instrument, AAPL, 350);
    expect(rig.check({ shares: 301 })).toBe(R.maxOrderShares);
    expect(rig.words).toBe('maxOrderShares of strategy mm: 301 shares are more than 300');
    expect(rig.check({ strategy: ARB, shares: 351 })).toBe(R.maxOrderShares);
    expect(rig.words).toBe('maxOrderShares of instrument AAPL: 351 shares are more than 350');
    expect(rig.check({ strategy: SOLO, instrument: PENY, shares: 401 })).toBe(R.maxOrderShares);
    expect(rig.words).toBe('maxOrderShares of everything: 401 shares are more than 400');
  });

  it('a sale far below the market is worth what the bid says', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxOrderNotional, Scope.global, 0, 10_000e4);
    expect(rig.check({ side: sell, marking: Marking.short, shares: 100, price4: 100 })).toBe(0);
    expect(rig.check({ side: sell, marking: Marking.short, shares: 101, price4: 100 })).toBe(R.maxOrderNotional);
  });
});

describe('price against the book', () => {
  it('no price in the book: refused where a collar or a tick distance is set', () => {
    for (const limit of [Limit.priceCollar, Limit.fatFingerTicks]) {
      const rig = new RiskRig();
      rig.market.bids4[AAPL] = 0;
      rig.market.asks4[AAPL] = 0;
      expect(rig.check()).toBe(0);
      rig.limit(limit, Scope.account, MAIN, 100);
      expect(rig.check()).toBe(R.noReferencePrice);
      expect(rig.words).toBe('noReferencePrice: the book of AAPL has no price to judge an order at 100.00 by');
    }
  });

  it('a book with one side is judged by that side', () => {
    const rig = new RiskRig();
    rig.limit(Limit.priceCollar, Scope.global, 0, 100);
    rig.market.asks4[AAPL] = 0;
    expect(rig.check({ price4: 1_010_000 })).toBe(0);
    expect(rig.check({ price4: 1_010_100 })).toBe(R.priceCollar);
    expect(rig.words).toBe('priceCollar of everything: buying at 101.01 goes beyond 101.00');
    rig.market.bids4[AAPL] = 0;
    rig.market.asks4[AAPL] = 1_000_000;
    expect(rig.check({ side: sell, price4: 990_000 })).toBe(0);
    expect(rig.check({ side: sell, price4: 989_900 })).toBe(R.priceCollar);
  });

  it('an order at the market is sent at the collar, on a tick', () => {
    const rig = new RiskRig();
    rig.limit(Limit.priceCollar, Scope.global, 0, 133);
    expect(rig.check({ price4: MARKET_PRICE4 })).toBe(0);
    expect(rig.risk.price4).toBe(1_013_400); // 100.01 × 1.0133 = 101.3401…
    expect(rig.check({ side: sell, price4: MARKET_PRICE4 })).toBe(0);
    expect(rig.risk.price4).toBe(986_700);
    rig.limit(Limit.maxOrderNotional, Scope.global, 0, 10_134e4);
    expect(rig.check({ shares: 100, price4: MARKET_PRICE4 })).toBe(0);
    expect(rig.check({ shares: 101, price4: MARKET_PRICE4 })).toBe(R.maxOrderNotional);
  });

  it('an order at the market without a collar is refused, and without a book', () => {
    const rig = new RiskRig();
    expect(rig.check({ price4: MARKET_PRICE4 })).toBe(R.priceCollar);
    expect(rig.words).toContain('an order at the market needs a collar');
    rig.market.bids4[AAPL] = 0;
    rig.market.asks4[AAPL] = 0;
    expect(rig.check({ price4: MARKET_PRICE4 })).toBe(R.noReferencePrice);
    expect(rig.words).toContain('an order at the market');
  });
});

describe('the market', () => {
  it('a restricted instrument, account, strategy or venue takes nothing', () => {
    for (const scope of allScopes(Limit.restricted)) {
      const rig = new RiskRig();
      rig.limit(Limit.restricted, scope, MEMBER[scope], 0);
      expect(rig.check()).toBe(R.restricted);
      expect(rig.words).toMatch(/^restricted of .*: nothing may be bought or sold$/);
      if (scope !== Scope.global) expect(rig.check(ELSEWHERE)).toBe(0);
    }
  });

  it('only an instrument that trades takes orders', () => {
    const rig = new RiskRig();
    rig.limit(Limit.halted, Scope.global, 0, 0);
    expect(rig.check()).toBe(0);
    for (const [word, state] of Object.entries(Trading)) {
      rig.market.states[AAPL] = state;
      expect(rig.check()).toBe(state === Trading.trading ? 0 : R.halted);
      if (state !== Trading.trading) expect(rig.words).toContain(`not trading (${word})`);
    }
    rig.limit(Limit.halted, Scope.global, 0);
    expect(rig.check()).toBe(0);
  });

  it('a feed may be recovering for so long, and is never traded on when stale or down', () => {
    const rig = new RiskRig();
    const { feedCells } = rig.market;
    rig.limit(Limit.feedNotLive, Scope.strategy, MM, 5e6);
    feedCells[FeedStateCell.status] = FeedTrust.recovering;
    feedCells[FeedStateCell.sinceNs] = rig.nowNs[0] - 5e6;
    expect(rig.check()).toBe(0);
    rig.nowNs[0] += 1;
    expect(rig.check()).toBe(R.feedNotLive);
    expect(rig.words).toBe('feedNotLive of strategy mm: the feed has been recovering for 5 ms, 5 ms are allowed');
    expect(rig.check({ strategy: ARB })).toBe(0);
    for (const status of [FeedTrust.stale, FeedTrust.down]) {
      feedCells[FeedStateCell.status] = status;
      feedCells[FeedStateCell.sinceNs] = rig.nowNs[0];
      expect(rig.check()).toBe(R.feedNotLive);
    }
    expect(rig.words).toBe('feedNotLive of strategy mm: the feed is down');
  });

  it('a feed that is silent for longer than its limit is not traded on', () => {
    const rig = new RiskRig();
    rig.limit(Limit.feedSilent, Scope.global, 0, 3e9);
    rig.market.feedCells[FeedStateCell.heardNs] = rig.nowNs[0] - 3e9;
    expect(rig.check()).toBe(0);
    rig.nowNs[0] += 1;
    expect(rig.check()).toBe(R.feedSilent);
    expect(rig.words).toMatch(/silent for 3,000 ms/);
  });
});

describe('positions', () => {
  it.each<[string, Scope, number]>([
    ['its strategy', Scope.strategy, MM],
    ['its account', Scope.account, MAIN],
    ['its venue', Scope.venue, 0],
    ['everything', Scope.global, 0],
    ['its instrument', Scope.instrument, AAPL],
  ])('of %s: what is held, open and asked for together, either way', (_, scope, index) => {
    const rig = new RiskRig();
    rig.limit(Limit.maxPosition, scope, index, 1000);
    rig.hold(MM, AAPL, 300);
    rig.place({ shares: 500 });
    expect(rig.check({ shares: 200 })).toBe(0);
    expect(rig.check({ shares: 201 })).toBe(R.maxPosition);
    expect(refusal(rig)).toEqual([1001, 1000, scope, index]);
    rig.place({ side: sell, shares: 800 });
    expect(rig.check({ side: sell, shares: 500 })).toBe(0);
    expect(rig.check({ side: sell, shares: 501 })).toBe(R.maxPosition);
    expect(rig.words).toContain('1,001 shares short would exceed 1,000');
  });

  it('are of one instrument: another one starts at nothing', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxPosition, Scope.account, MAIN, 1000);
    rig.hold(MM, AAPL, 1000);
    expect(rig.check({ shares: 1 })).toBe(R.maxPosition);
    expect(rig.words).toBe('maxPosition of account main: 1,001 shares would exceed 1,000');
    expect(rig.check({ instrument: 1, shares: 1000 })).toBe(0);
  });

  it("an account's holds its strategies together, a strategy's its own alone", () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxPosition, Scope.account, MAIN, 1000);
    rig.limit(Limit.maxPosition, Scope.strategy, ARB, 700);
    rig.hold(MM, AAPL, 600);
    expect(rig.check({ strategy: ARB, shares: 400 })).toBe(0);
    expect(rig.check({ strategy: ARB, shares: 401 })).toBe(R.maxPosition);
    rig.hold(MM, AAPL, -600);
    expect(rig.check({ strategy: ARB, shares: 701 })).toBe(R.maxPosition);
    expect(rig.words).toBe('maxPosition of strategy arb: 701 shares would exceed 700');
  });

  it('beyond the limit can be made smaller', () => {
    const rig = new RiskRig();
    rig.hold(MM, AAPL, 5000);
    rig.limit(Limit.maxPosition, Scope.account, MAIN, 1000);
    expect(rig.check({ side: sell, shares: 5000 })).toBe(0);
    expect(rig.check({ shares: 1 })).toBe(R.maxPosition);
  });

  it('unknown and blind orders count in full', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxPosition, Scope.account, MAIN, 1000);
    const slot = rig.place({ shares: 900 });
    for (const flag of [OrderFlag.unknown, OrderFlag.blind]) {
      rig.change(slot, OrderState.sent, flag);
      expect(rig.check({ shares: 101 })).toBe(R.maxPosition);
    }
    rig.change(slot, OrderState.cancelled);
    expect(rig.check({ shares: 1000 })).toBe(0);
  });
});

describe('exposure', () => {
  const scopes = [Scope.global, Scope.venue, Scope.account, Scope.strategy] as const;

  it.each(scopes)('gross, at scope %s: positions either way and everything open', (scope) => {
    const rig = new RiskRig();
    rig.limit(Limit.maxGrossExposure, scope, MEMBER[scope], 100_000e4);
    rig.hold(MM, AAPL, 300); // 30,000
    rig.hold(MM, 1, -200); // 20,000
    rig.place({ shares: 100 }); // 10,000
    rig.place({ instrument: 1, side: sell, marking: Marking.short, shares: 100 }); // 10,000
    expect(rig.check({ shares: 300 })).toBe(0);
    expect(rig.check({ shares: 301 })).toBe(R.maxGrossExposure);
    expect(refusal(rig)).toEqual([100_100e4, 100_000e4, scope, MEMBER[scope]]);
    expect(rig.words).toContain('100,100.00 would exceed 100,000.00');
    expect(rig.check({ side: sell, shares: 300 })).toBe(0); // closes
    expect(rig.check({ side: sell, shares: 301 })).toBe(R.maxGrossExposure);
  });

  it.each(scopes)('net, at scope %s: the side that grows', (scope) => {
    const rig = new RiskRig();
    rig.limit(Limit.maxNetExposure, scope, MEMBER[scope], 100_000e4);
    rig.hold(MM, AAPL, 300);
    rig.hold(MM, 1, -200);
    rig.place({ shares: 400 });
    expect(rig.check({ shares: 500 })).toBe(0); // 10,000 + 40,000 + 50,000
    expect(rig.check({ shares: 501 })).toBe(R.maxNetExposure);
    expect(refusal(rig)).toEqual([100_100e4, 100_000e4, scope, MEMBER[scope]]);
    expect(rig.check({ instrument: 1, side: sell, marking: Marking.short, shares: 1100 })).toBe(0); // -10,000 + 110,000
    expect(rig.check({ instrument: 1, side: sell, marking: Marking.short, shares: 1101 })).toBe(R.maxNetExposure);
    expect(rig.words).toContain('short would exceed');
  });

  it.each(scopes)('open orders, at scope %s', (scope) => {
    const rig = new RiskRig();
    rig.limit(Limit.maxOpenOrders, scope, MEMBER[scope], 2);
    const first = rig.place();
    expect(rig.check()).toBe(0);
    rig.place();
    expect(rig.check()).toBe(R.maxOpenOrders);
    expect(refusal(rig)).toEqual([3, 2, scope, MEMBER[scope]]);
    expect(rig.risk.checkReplace(MM, first, 200, 1_000_000)).toBe(0);
    rig.change(first, OrderState.cancelled);
    expect(rig.check()).toBe(0);
  });

  it('buying power: open purchases and uncovered sales against cash', () => {
    const rig = new RiskRig();
    rig.exposure.cash4[MAIN] = 100_000e4;
    rig.limit(Limit.buyingPower, Scope.account, MAIN, 5000); // half of it
    rig.place({ shares: 200 }); // 20,000
    expect(rig.check({ shares: 300 })).toBe(0);
    expect(rig.check({ shares: 301 })).toBe(R.buyingPower);
    expect(rig.words).toBe('buyingPower of account main: 50,100.00 would be open, 50,000.00 may be spent');
    expect(rig.check({ side: sell, marking: Marking.short, shares: 301 })).toBe(R.buyingPower);
    rig.hold(MM, AAPL, 301);
    expect(rig.check({ side: sell, shares: 301 })).toBe(0); // covered
  });

  it('buying power without cash is none', () => {
    const rig = new RiskRig();
    rig.limit(Limit.buyingPower, Scope.global, 0, 10_000);
    expect(rig.check({ shares: 1 })).toBe(R.buyingPower);
  });

  it('margin: as the model says, against the equity', () => {
    const rig = new RiskRig();
    rig.exposure.cash4[MAIN] = 10_000e4;
    rig.settle();
    rig.limit(Limit.margin, Scope.account, MAIN, 10_000);
    expect(rig.check({ shares: 1000 })).toBe(0); // a tenth of 100,000
    expect(rig.check({ shares: 1001 })).toBe(R.margin);
    expect(rig.words).toBe('margin of account main: margin of 10,010.00 would exceed 10,000.00');
  });
});

describe('a replace', () => {
  it('counts as the larger leg: what it adds to what may trade already', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxPosition, Scope.account, MAIN, 1000);
    const slot = rig.place({ shares: 600 });
    expect(rig.risk.checkReplace(MM, slot, 1000, 1_000_000)).toBe(0);
    expect(rig.risk.checkReplace(MM, slot, 1001, 1_000_000)).toBe(R.maxPosition);
    rig.askReplace(slot, 1000, 1_000_000);
    expect(rig.check({ shares: 1 })).toBe(R.maxPosition);
    rig.replaced(slot);
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_000)).toBe(0);
    rig.askReplace(slot, 100, 1_000_000);
    expect(rig.check({ shares: 1 })).toBe(R.maxPosition); // the venue has not said that it is smaller now
    rig.replaced(slot);
    expect(rig.check({ shares: 900 })).toBe(0);
  });

  it('takes buying power for its larger leg: fewer shares at a higher price add what they are worth more', () => {
    const rig = new RiskRig();
    rig.exposure.cash4[MAIN] = 10_000e4;
    rig.limit(Limit.buyingPower, Scope.account, MAIN, 10_000);
    const slot = rig.place({ shares: 100, price4: 500_000 }); // 5,000
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_000)).toBe(0); // 10,000
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_100)).toBe(R.buyingPower);
    expect(rig.risk.checkReplace(MM, slot, 50, 2_000_100)).toBe(R.buyingPower);
    expect(rig.risk.checkReplace(MM, slot, 50, 1_000_000)).toBe(0); // 5,000: no more than now
    rig.askReplace(slot, 100, 1_000_000);
    expect(rig.check({ shares: 1, price4: 10_000 })).toBe(R.buyingPower);
    expect(rig.risk.checkReplace(MM, slot, 50, 500_000)).toBe(R.replacePending);
    expect(rig.words).toMatch(/^replacePending/);
  });

  it('leaves executed shares out of its size, and must leave something to trade', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxOrderShares, Scope.global, 0, 100);
    const slot = rig.place({ shares: 100 });
    rig.execute(slot, 60);
    expect(rig.risk.checkReplace(MM, slot, 160, 1_000_000)).toBe(0);
    expect(rig.risk.checkReplace(MM, slot, 161, 1_000_000)).toBe(R.maxOrderShares);
    expect(rig.risk.checkReplace(MM, slot, 60, 1_000_000)).toBe(R.badRequest);
    expect(rig.risk.checkReplace(MM, slot, 2 ** 32 + 100, 1_000_000)).toBe(R.badRequest);
  });

  it('is judged by price, market, self-trade and rate like a new order', () => {
    const rig = new RiskRig({ messagesNs: 1e9 });
    const slot = rig.place({ price4: 999_900 });
    rig.limit(Limit.priceCollar, Scope.global, 0, 100);
    expect(rig.risk.checkReplace(MM, slot, 100, 1_100_000)).toBe(R.priceCollar);
    rig.limit(Limit.selfTrade, Scope.global, 0, 0);
    rig.place({ side: sell, strategy: ARB, marking: Marking.short, price4: 1_000_200 });
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_100)).toBe(0);
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_200)).toBe(R.selfTrade);
    rig.limit(Limit.messageRate, Scope.strategy, MM, 1);
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_000)).toBe(R.messageRate);
    rig.limit(Limit.halted, Scope.global, 0, 0);
    rig.market.states[AAPL] = Trading.halted;
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_000)).toBe(R.halted);
    expect(rig.risk.checkCancel(MM, slot)).toBe(0);
  });

  it('of an order that is done, or not there', () => {
    const rig = new RiskRig();
    const slot = rig.place();
    rig.change(slot, OrderState.filled);
    expect(rig.risk.checkReplace(MM, slot, 200, 1_000_000)).toBe(R.alreadyDone);
    expect(rig.risk.checkCancel(MM, slot)).toBe(R.alreadyDone);
    for (const absent of [-1, 1, 256]) expect(rig.risk.checkReplace(MM, absent, 200, 1_000_000)).toBe(R.unknownOrder);
  });
});

describe('message rate', () => {
  it.each([Scope.global, Scope.venue, Scope.account, Scope.strategy] as const)(
    'at scope %s: so many in any window, to the nanosecond',
    (scope) => {
      const rig = new RiskRig({ messagesNs: 1000 });
      rig.limit(Limit.messageRate, scope, MEMBER[scope], 3);
      const slot = rig.place(); // at 0
      rig.nowNs[0] += 400;
      rig.risk.onSent(slot, RequestKind.replace);
      rig.nowNs[0] += 300;
      expect(rig.check()).toBe(0);
      rig.risk.onSent(slot, RequestKind.cancel);
      expect(rig.check()).toBe(R.messageRate);
      expect(refusal(rig)).toEqual([4, 3, scope, MEMBER[scope]]);
      expect(rig.risk.checkCancel(MM, slot)).toBe(0); // never refused
      if (scope !== Scope.global) expect(rig.check(ELSEWHERE)).toBe(0);
      rig.nowNs[0] += 299; // at 999
      expect(rig.check()).toBe(R.messageRate);
      rig.nowNs[0] += 1; // the first one is 1000 ns old
      expect(rig.check()).toBe(0);
      rig.place();
      expect(rig.check()).toBe(R.messageRate);
    },
  );

  it('none at all may be allowed, and as many as are remembered', () => {
    const rig = new RiskRig({ messagesNs: 1e9 });
    rig.limit(Limit.messageRate, Scope.global, 0, 0);
    expect(rig.check()).toBe(R.messageRate);
    rig.limit(Limit.messageRate, Scope.global, 0, MOST_MESSAGES);
    const slot = rig.place();
    for (let sent = 1; sent < MOST_MESSAGES; sent++) rig.risk.onSent(slot, RequestKind.cancel);
    expect(rig.check()).toBe(R.messageRate);
    rig.nowNs[0] += 1e9;
    expect(rig.check()).toBe(0);
  });
});

describe('repeated executions', () => {
  it.each(allScopes(Limit.repeatedExecutions))('at scope %s: a bucket that empties within the window', (scope) => {
    const rig = new RiskRig({ executionsNs: 1000 });
    rig.limit(Limit.repeatedExecutions, scope, MEMBER[scope], 4);
    const slot = rig.place({ shares: 1000 });
    for (let i = 0; i < 3; i++) rig.execute(slot, 1);
    expect(rig.check()).toBe(0);
    rig.execute(slot, 1);
    expect(rig.check()).toBe(R.repeatedExecutions);
    expect(refusal(rig)).toEqual([5, 4, scope, MEMBER[scope]]);
    expect(rig.check({ side: sell })).toBe(0); // the other side
    expect(rig.check({ instrument: 1 })).toBe(0);
    rig.nowNs[0] += 249;
    expect(rig.check()).toBe(R.repeatedExecutions);
    rig.nowNs[0] += 1;
    expect(rig.check()).toBe(0);
  });

  it("are a strategy's own, though accounts set the limit", () => {
    const rig = new RiskRig();
    rig.limit(Limit.repeatedExecutions, Scope.account, MAIN, 1);
    rig.execute(rig.place({ shares: 2 }), 1);
    expect(rig.check()).toBe(R.repeatedExecutions);
    expect(rig.check({ strategy: ARB })).toBe(0);
  });
});

describe('duplicate orders', () => {
  it('so many may be alike in any window, to the nanosecond', () => {
    const rig = new RiskRig({ duplicatesNs: 1000 });
    rig.limit(Limit.duplicateOrder, Scope.strategy, MM, 2);
    rig.place();
    rig.nowNs[0] += 500;
    expect(rig.check()).toBe(0);
    rig.place();
    expect(rig.check()).toBe(R.duplicateOrder);
    expect(rig.words).toBe(
      'duplicateOrder of strategy mm: order 3 of the same terms within its window, 2 may be alike',
    );
    for (const other of [
      { shares: 101 },
      { price4: 1_000_100 },
      { side: sell },
      { instrument: 1 },
      { strategy: ARB },
    ]) {
      expect(rig.check(other)).toBe(0);
    }
    rig.nowNs[0] += 499;
    expect(rig.check()).toBe(R.duplicateOrder);
    rig.nowNs[0] += 1;
    expect(rig.check()).toBe(0);
  });

  it('are found again after the memory of orders has gone round', () => {
    const rig = new RiskRig({ duplicatesNs: 1000 }, 20_000);
    rig.limit(Limit.duplicateOrder, Scope.global, 0, 1);
    for (let i = 0; i < 17_000; i++) {
      rig.nowNs[0] += 10;
      const slot = rig.slots.count++;
      for (const [field, value] of [
        [SlotField.state, OrderState.filled],
        [SlotField.shares, 1 + (i % 150)],
        [SlotField.price4, 1_000_000],
      ]) {
        rig.slots.set(slot, field, value);
      }
      const expected = i % 150; // entered 1500 ns before, if at all
      expect(rig.check({ shares: 1 + expected })).toBe(0);
      rig.risk.onSent(slot, RequestKind.enter);
      expect(rig.check({ shares: 1 + expected })).toBe(R.duplicateOrder);
    }
  });

  it('cannot be told apart where more orders than are remembered lie within the window: nothing is sent', () => {
    const rig = new RiskRig({ duplicatesNs: 1e9 });
    rig.limit(Limit.duplicateOrder, Scope.global, 0, 1);
    const slot = rig.place();
    for (let i = 1; i < 8192; i++) rig.risk.onSent(slot, RequestKind.enter);
    expect(rig.check({ shares: 7 })).toBe(R.duplicateOrder);
    rig.nowNs[0] += 1e9;
    expect(rig.check({ shares: 7 })).toBe(0);
  });
});

describe('side marking', () => {
  it('a sale marked long is covered by the position less open sells', () => {
    const rig = new RiskRig();
    rig.limit(Limit.sideMarking, Scope.account, MAIN, 0);
    expect(rig.check({ side: sell, shares: 1 })).toBe(R.sideMarking);
    expect(rig.words).toBe('sideMarking of account main: a long sale of 1 shares is covered for 0 only');
    rig.hold(MM, AAPL, 300);
    rig.place({ side: sell, shares: 100 });
    expect(rig.check({ side: sell, shares: 200 })).toBe(0);
    expect(rig.check({ strategy: ARB, side: sell, shares: 200 })).toBe(0); // the account's, not the strategy's
    expect(rig.check({ side: sell, shares: 201 })).toBe(R.sideMarking);
    for (const marking of [Marking.short, Marking.shortExempt])
      expect(rig.check({ side: sell, shares: 201, marking })).toBe(0);
    rig.place({ side: buy, shares: 100 }); // open purchases are no cover
    expect(rig.check({ side: sell, shares: 201 })).toBe(R.sideMarking);
  });

  it('a replace of a long sale needs cover for what it adds', () => {
    const rig = new RiskRig();
    rig.limit(Limit.sideMarking, Scope.global, 0, 0);
    rig.hold(MM, AAPL, 300);
    const slot = rig.enter({ side: sell, shares: 100 });
    expect(rig.risk.checkReplace(MM, slot, 300, 1_000_000)).toBe(0);
    expect(rig.risk.checkReplace(MM, slot, 301, 1_000_000)).toBe(R.sideMarking);
    expect(rig.risk.checkReplace(MM, slot, 50, 999_000)).toBe(0);
  });
});

describe('self-trade', () => {
  it('meets open orders of the account, of any strategy, at every scope', () => {
    for (const scope of allScopes(Limit.selfTrade)) {
      const rig = new RiskRig();
      rig.limit(Limit.selfTrade, scope, MEMBER[scope], 0);
      rig.place({ strategy: ARB, side: sell, price4: 1_000_200 });
      rig.place({ strategy: ARB, price4: 999_900 });
      expect(rig.check({ price4: 1_000_100 })).toBe(0);
      expect(rig.check({ price4: 1_000_200 })).toBe(R.selfTrade);
      expect(refusal(rig)).toEqual([1_000_200, 1_000_200, scope, MEMBER[scope]]);
      expect(rig.check({ side: sell, price4: 1_000_000 })).toBe(0);
      expect(rig.check({ side: sell, price4: 999_900 })).toBe(R.selfTrade);
      expect(rig.check({ strategy: SOLO, price4: 1_000_200 })).toBe(0);
      expect(rig.check({ instrument: 1, price4: 1_000_200 })).toBe(0);
    }
  });

  it('is exact under cancels and replaces, the further leg of a replace counting', () => {
    const rig = new RiskRig();
    rig.limit(Limit.selfTrade, Scope.global, 0, 0);
    const near = rig.place({ side: sell, price4: 1_000_200 });
    const far = rig.place({ side: sell, price4: 1_000_500 });
    rig.change(near, OrderState.cancelled);
    expect(rig.check({ price4: 1_000_400 })).toBe(0);
    expect(rig.check({ price4: 1_000_500 })).toBe(R.selfTrade);
    rig.askReplace(far, 100, 1_000_300);
    expect(rig.check({ price4: 1_000_300 })).toBe(R.selfTrade);
    rig.replaced(far);
    rig.askReplace(far, 100, 1_000_900);
    expect(rig.check({ price4: 1_000_300 })).toBe(R.selfTrade); // not replaced yet
    rig.replaced(far);
    expect(rig.check({ price4: 1_000_800 })).toBe(0);
    rig.change(far, OrderState.sent, OrderFlag.unknown);
    expect(rig.check({ price4: 1_000_900 })).toBe(R.selfTrade);
    rig.change(far, OrderState.rejected);
    expect(rig.check({ price4: 1_000_900 })).toBe(0);
  });
});

describe('reduce only', () => {
  it('lets through what makes the position of the strategy smaller', () => {
    const rig = new RiskRig();
    rig.risk.setReduceOnly(MM, true);
    expect(rig.check({ shares: 1 })).toBe(R.reduceOnly);
    rig.hold(MM, AAPL, 300);
    rig.hold(ARB, AAPL, 300);
    expect(rig.check({ shares: 1 })).toBe(R.reduceOnly);
    expect(rig.check({ side: sell, shares: 300 })).toBe(0);
    expect(rig.check({ side: sell, shares: 301 })).toBe(R.reduceOnly);
    expect(rig.words).toBe('reduceOnly of strategy mm: 301 shares, 300 make its position smaller');
    expect(rig.check({ strategy: ARB, shares: 1000 })).toBe(0);
    rig.risk.setReduceOnly(MM, false);
    expect(rig.check({ shares: 1 })).toBe(0);
  });

  it('counts blind and unknown orders on the same side in full', () => {
    const rig = new RiskRig();
    rig.hold(MM, AAPL, 300);
    const slot = rig.place({ side: sell, shares: 200 });
    rig.change(slot, OrderState.live, OrderFlag.blind);
    rig.risk.setReduceOnly(MM, true);
    expect(rig.check({ side: sell, shares: 100 })).toBe(0);
    expect(rig.check({ side: sell, shares: 101 })).toBe(R.reduceOnly);
  });

  it('lets a replace make an order smaller or dearer, not larger', () => {
    const rig = new RiskRig();
    const slot = rig.place({ shares: 200 });
    rig.risk.setReduceOnly(MM, true);
    expect(rig.risk.checkReplace(MM, slot, 100, 1_000_100)).toBe(0);
    expect(rig.risk.checkReplace(MM, slot, 201, 1_000_000)).toBe(R.reduceOnly);
  });
});

describe('whose order it is', () => {
  it('only the strategy that entered it may replace or cancel it (hummingbot #366, Krypto #863: cancel-all kills orders of others)', () => {
    const rig = new RiskRig();
    const slot = rig.place();
    expect(rig.risk.checkCancel(ARB, slot)).toBe(R.unknownOrder);
    expect(rig.words).toBe('unknownOrder: there is no such order of this strategy');
    expect(rig.risk.checkReplace(ARB, slot, 200, 1_000_000)).toBe(R.unknownOrder);
    expect(rig.risk.checkCancel(MM, slot)).toBe(0);
    expect(rig.risk.checkCancel(ANY_STRATEGY, slot)).toBe(0);
  });
});

describe('counters and cells', () => {
  it('count each refusal at the scope whose bound it broke', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxOrderShares, Scope.account, MAIN, 10);
    rig.limit(Limit.maxOrderShares, Scope.instrument, PENY, 10);
    rig.check();
    rig.check();
    rig.check(ELSEWHERE);
    const names = Refusals.counterNames(rig.limits);
    const counted = Object.fromEntries(
      [...rig.refusals.counters].map((count, cell) => [names[cell], count] as const).filter(([, count]) => count > 0),
    );
    expect(counted).toEqual({ 'account.main.maxOrderShares': 2, 'instrument.maxOrderShares': 1 });
    expect(names.length).toBe(rig.refusals.counters.length);
  });

  it('hold what the journal writes of a refusal', () => {
    const rig = new RiskRig();
    rig.limit(Limit.maxOrderShares, Scope.strategy, ARB, 10);
    rig.check({ strategy: ARB, instrument: 1, side: sell, shares: 11, price4: 999_000 });
    const cells = Object.fromEntries(
      Object.entries(RefusalCell)
        .filter(([name]) => name !== 'cells')
        .map(([name, cell]) => [name, rig.risk.refusal[cell]]),
    );
    expect(cells).toEqual({
      value: 11,
      bound: 10,
      scope: Scope.strategy,
      index: ARB,
      reason: R.maxOrderShares,
      strategy: ARB,
      account: MAIN,
      instrument: 1,
      side: sell,
      shares: 11,
      price4: 999_000,
      number: 0,
      request: RequestKind.enter,
    });
    const slot = rig.place({ strategy: ARB, shares: 5 });
    rig.risk.checkReplace(ARB, slot, 12, 1_000_000);
    expect(rig.risk.refusal[RefusalCell.number]).toBe(slot + 1);
    expect(rig.risk.refusal[RefusalCell.request]).toBe(RequestKind.replace);
  });

  it('checks change nothing: the same request gives the same answer', () => {
    const rig = new RiskRig();
    for (const { id, scopes } of LIMIT_TABLE) rig.limit(id, scopes[0], 0, id === Limit.tickSize ? 0 : NO_LIMIT);
    rig.limit(Limit.messageRate, Scope.global, 0, 1);
    rig.limit(Limit.duplicateOrder, Scope.global, 0, 1);
    rig.limit(Limit.maxOpenOrders, Scope.global, 0, 1);
    for (let i = 0; i < 5; i++) expect(rig.check()).toBe(0);
    expect(rig.exposure.cells[rig.exposure.total(Scope.global, 0) + TotalExposure.openOrders]).toBe(0);
  });
});
