/** The order half as the order figures run it: shape, limits and positions, the same as in `c/order_risk.h`. */
import { JournalDayWriter } from '../../src/journal/day-writer.ts';
import type { JournalOutput } from '../../src/journal/journal-ring.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { FillTable } from '../../src/order/fill-table.ts';
import { buildGateway, type GatewaySpec, type PortSpec } from '../../src/order/gateway-build.ts';
import type { GatewayLoop } from '../../src/order/gateway-loop.ts';
import type { GatewayVoice } from '../../src/order/gateway-voice.ts';
import type { LastCheck } from '../../src/order/last-check.ts';
import { Ledger } from '../../src/order/ledger.ts';
import { LIMIT_TABLE, Limit, NO_LIMIT } from '../../src/order/limit-table.ts';
import { LinearMargin } from '../../src/order/linear-margin.ts';
import { FeedStateCell, FeedTrust, type MarketState, Trading } from '../../src/order/market-state.ts';
import { OrderStore } from '../../src/order/order-store.ts';
import { Refusals } from '../../src/order/refusal.ts';
import { Risk } from '../../src/order/risk.ts';
import { type LimitSetting, RiskLimits } from '../../src/order/risk-limits.ts';
import type { RiskShape } from '../../src/order/risk-shape.ts';
import type { Scope } from '../../src/order/scope.ts';
import { DEFAULT_SESSION_OPTIONS, type SessionOptions } from '../../src/order/session-options.ts';
import type { Dialler, TimeSource } from '../../src/order/session-stream.ts';
import { LostRoutePolicy, Side } from '../../src/order/terms.ts';
import { orderProtocol } from '../../src/venues/order-registry.ts';

export const ORDER_DAY = 20260105;
export const ORDER_INSTRUMENTS = 512;
export const ORDER_STRATEGIES = 4;
const ACCOUNTS = ['main', 'other'];
const HELD_SHARES = 100_000;
const CASH4 = 1e14;
const MARGIN_RATE_BP = 2500;
const FIRST_BID4 = 1_000_000;
const PRICE_STEP4 = 1000;
const TICK4 = 100;
const FOREVER_NS = 1e18;

/** Nothing in the bench reaches these bounds, so that every check is made to its end. Switches are on. */
const BOUNDS: Readonly<Record<number, number>> = {
  [Limit.maxOrderShares]: 100_000,
  [Limit.maxOrderNotional]: 1e13,
  [Limit.priceCollar]: 500,
  [Limit.fatFingerTicks]: 100,
  [Limit.maxPosition]: 10_000_000,
  [Limit.maxGrossExposure]: 1e15,
  [Limit.maxNetExposure]: 1e15,
  [Limit.buyingPower]: 10_000,
  [Limit.margin]: 10_000,
  [Limit.maxOpenOrders]: 100_000,
  [Limit.messageRate]: 8192,
  [Limit.repeatedExecutions]: 1000,
  [Limit.duplicateOrder]: 3,
  // One that is on refuses everything.
  [Limit.restricted]: NO_LIMIT,
  [Limit.feedNotLive]: 100e6,
  [Limit.feedSilent]: 1e9,
};
const SWITCH_ON = 0;
const WINDOWS = { messagesNs: 100e6, executionsNs: 1e9, duplicatesNs: 1e6 };

const SHAPE: RiskShape = {
  venues: ['venue'],
  accounts: ACCOUNTS,
  strategies: Array.from({ length: ORDER_STRATEGIES }, (_, i) => ({ name: `s${i}`, account: i >> 1 })),
  instruments: Array.from({ length: ORDER_INSTRUMENTS }, (_, i) => ({
    symbol: `W${i}`,
    venue: 0,
    tick4: TICK4,
    lowTick4: 1,
    lowTickBelow4: 10_000,
  })),
};

/** Best prices that stand still. */
export class StillMarket implements MarketState {
  readonly feedCells = new Float64Array(FeedStateCell.cells);
  private readonly bids4 = Int32Array.from({ length: ORDER_INSTRUMENTS }, (_, i) => FIRST_BID4 + i * PRICE_STEP4);

  constructor() {
    this.feedCells[FeedStateCell.status] = FeedTrust.live;
  }
  bid4(instrument: number): number {
    return this.bids4[instrument]!;
  }
  ask4(instrument: number): number {
    return (this.bids4[instrument]! + TICK4) | 0;
  }
  trading(_instrument: number): number {
    return Trading.trading;
  }
  feedOf(_instrument: number): number {
    return 0;
  }
}

/** Every limit at every scope that it has. */
function allLimits(limits: RiskLimits): LimitSetting[] {
  return LIMIT_TABLE.flatMap(({ id, scopes }) =>
    scopes.flatMap((scope: Scope) =>
      Array.from({ length: limits.rows.size(scope) }, (_, index) => ({
        limit: id,
        scope,
        index,
        value: BOUNDS[id] ?? SWITCH_ON,
      })),
    ),
  );
}

export interface OrderSetup {
  readonly maxOrders: number;
  /** Hosts of each port: `[1, 1]` is two ports, `[2]` one port with a mirror host. */
  readonly shape: readonly number[];
  readonly clock: TimeSource;
  readonly journal: JournalOutput;
  readonly utcOffset: Float64Array;
  readonly lastCheck: LastCheck;
  readonly voice?: Partial<GatewayVoice>;
  readonly session?: Partial<SessionOptions>;
  /** Window of the limit on the rate of messages; by default 100 ms. */
  readonly messagesNs?: number;
  /** By port; default: `port0`, `port1`… */
  readonly username?: (port: number) => string;
  dialler(port: number, host: number): Dialler;
}

const QUIET: GatewayVoice = {
  sessionChanged() {},
  portLost() {},
  portRecovered() {},
  routed() {},
  resolved() {},
  incident() {},
  dayEnded() {},
};

function specOf({ shape, session, username = (port) => `port${port}` }: OrderSetup): GatewaySpec {
  const protocol = orderProtocol('ouch50');
  return {
    strategies: SHAPE.strategies.map(({ name, account }) => ({
      name,
      account,
      group: 0,
      lostRoute: LostRoutePolicy.requote,
    })),
    instruments: SHAPE.instruments,
    ports: shape.map(
      (hosts, port): PortSpec => ({
        name: `P${port}`,
        protocol,
        rules: protocol.rules,
        session: {
          ...DEFAULT_SESSION_OPTIONS,
          // the bench's venues send no heartbeats
          connection: {
            username: username(port),
            password: 'bench',
            session: '',
            day: ORDER_DAY,
            silenceNs: FOREVER_NS,
          },
          ...session,
        },
        port: { logonBudget: { logons: 100_000, perNs: 1 }, preferredWaitNs: 0, barrierTimeoutNs: 5e9 },
        hosts: Array.from({ length: hosts }, (_, host) => `P${port}.${host}`),
        resends: false,
      }),
    ),
    groups: [
      {
        options: { name: 'main', policy: 'primary-backup', failback: 'never' },
        ports: shape.map((_, port) => port),
      },
    ],
    seed: 1,
  };
}

/** A day's orders: memory that {@link OrderDay.begin} makes new again, and a gateway over it. */
export class OrderDay {
  readonly market = new StillMarket();
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly risk: Risk;
  readonly loop: GatewayLoop;
  private readonly memories: readonly { readonly memory: ArrayBufferLike; readonly pristine: Uint8Array }[];

  constructor(setup: OrderSetup) {
    const ports = setup.shape.length;
    const sizes = { strategies: ORDER_STRATEGIES, instruments: ORDER_INSTRUMENTS };
    const store = { ...sizes, ports, maxOrders: setup.maxOrders };
    const shape = { ...sizes, venues: 1, accounts: ACCOUNTS.length };
    const margin = new LinearMargin(new Array<number>(ORDER_INSTRUMENTS).fill(MARGIN_RATE_BP));
    this.store = new OrderStore(OrderStore.memoryFor(store));
    const fills = new FillTable(FillTable.memoryFor(setup.maxOrders));
    this.ledger = new Ledger(Ledger.memoryFor(shape, margin), this.store, fills, {
      venueOfPort: new Array<number>(ports).fill(0),
      margin,
    });
    this.memories = [this.store.memory, this.ledger.memory].map((memory) => ({
      memory,
      pristine: new Uint8Array(memory).slice(0, HEAD_BYTES),
    }));
    const limits = new RiskLimits(SHAPE);
    limits.load(allLimits(limits));
    this.risk = new Risk({
      limits,
      refusals: new Refusals(limits),
      exposure: this.ledger,
      market: this.market,
      slots: this.store,
      nowNs: new Float64Array(1),
      windows: { ...WINDOWS, messagesNs: setup.messagesNs ?? WINDOWS.messagesNs },
    });
    const journal = new JournalWriter(setup.journal, setup.clock.nowNs, setup.utcOffset);
    this.loop = buildGateway(specOf(setup), {
      store: this.store,
      ledger: this.ledger,
      fills,
      risk: this.risk,
      journal,
      dayJournal: new JournalDayWriter(journal, setup.journal),
      lastCheck: setup.lastCheck,
      clock: setup.clock,
      voice: { ...QUIET, ...setup.voice },
      dialler: (port, host) => setup.dialler(port, host),
    });
    this.fund();
  }

  /** Empties store and ledger; no order may be open. Whoever holds views of them sees the new day. */
  begin(): void {
    for (const { memory, pristine } of this.memories) {
      const bytes = new Uint8Array(memory);
      bytes.fill(0);
      bytes.set(pristine);
    }
    this.fund();
  }

  /** Positions that sales marked long are covered by, and cash. */
  private fund(): void {
    const { facts } = this.loop.parts;
    for (let account = 0; account < ACCOUNTS.length; account++) facts.balance(account, CASH4);
    for (let i = 0; i < ORDER_INSTRUMENTS; i++) {
      const price4 = this.market.bid4(i);
      for (const [strategy, { account }] of SHAPE.strategies.entries()) {
        facts.position(account, strategy, i, HELD_SHARES, price4, 0);
      }
      for (let account = 0; account < ACCOUNTS.length; account++) {
        const holders = SHAPE.strategies.filter((one) => one.account === account).length;
        facts.position(account, -1, i, holders * HELD_SHARES, price4, 0);
      }
    }
  }
}

/** Headers of store and ledger, and the ports' blocks: all else of a new day is zero. */
const HEAD_BYTES = 1024;

/** Order `i` of the workload: the same as the twins'. */
export const Workload = {
  strategy: (i: number): number => i & (ORDER_STRATEGIES - 1),
  instrument: (i: number): number => Math.imul(i, 37) & (ORDER_INSTRUMENTS - 1),
  side: (i: number): Side => ((i >> 2) & 1) as Side,
  shares: (i: number): number => 100 + (i % 9) * 100,
  price4: (market: StillMarket, instrument: number, side: Side, i: number): number => {
    const away4 = (i & 15) * TICK4;
    return side === Side.buy ? (market.bid4(instrument) - away4) | 0 : (market.ask4(instrument) + away4) | 0;
  },
} as const;
