/** The config of a router that trades on the bench's venue: two lines, two ports, every limit at every scope. */
import { LIMIT_TABLE } from '../../src/order/limit-table.ts';
import { Scope } from '../../src/order/scope.ts';

export const TRADED_SYMBOLS = Array.from({ length: 16 }, (_, i) => `W${i}`);
export const PASSWORD_ENV = 'WARMLINE_BENCH_PASSWORD';
const LOCAL = '127.0.0.1';
const CASH = 1e10;
/** The order half's memory is set aside for this many. */
const MOST_ORDERS = 500_000;

/** Bounds that nothing reaches, so that every check is made to its end. `restricted` refuses everything where it is on. */
const BOUNDS: Readonly<Record<string, string | number | boolean>> = {
  maxOrderShares: 100_000,
  maxOrderNotional: 1e9,
  priceCollar: '5%',
  fatFingerTicks: 100,
  tickSize: 'check',
  maxPosition: 10_000_000,
  maxGrossExposure: 1e11,
  maxNetExposure: 1e11,
  buyingPower: '100%',
  margin: '100%',
  maxOpenOrders: 100_000,
  messageRate: 8192,
  repeatedExecutions: 1000,
  duplicateOrder: 3,
  restricted: false,
  halted: 'check',
  sideMarking: 'check',
  selfTrade: 'check',
  feedNotLive: '100ms',
  feedSilent: '1s',
};

/** Every limit that a scope has. */
function limitsOf(scope: Scope): Record<string, string | number | boolean> {
  return Object.fromEntries(
    LIMIT_TABLE.filter(({ scopes }) => scopes.includes(scope)).map(({ name }) => [name, BOUNDS[name]!]),
  );
}

export interface TradingConfigOptions {
  readonly name: string;
  /** UDP ports of lines A and B, TCP ports of the venue. */
  readonly lines: readonly number[];
  readonly venue: readonly number[];
  /** How the names of the users begin. */
  readonly user: string;
  readonly strategy: { readonly module: string; readonly options: object };
  readonly core: number;
  /** Where the journal lies, and where its ring does. */
  readonly directory: string;
  readonly ringDirectory: string;
  readonly flightDirectory: string;
}

/** As `warmline run` would read it. */
export function tradingConfig(options: TradingConfigOptions): object {
  const { lines, venue, user, strategy, core } = options;
  return {
    // names the journal's ring
    venue: options.name,
    protocol: 'nasdaq',
    feeds: [
      {
        name: 'itch',
        policy: 'first',
        heartbeat: '1500ms',
        staleAfter: '3s',
        // A generator that lost its core for a while must not end a gap: the hold-off is not what is measured.
        holdOff: { count: 60_000, time: '500ms' },
        lines: lines.map((port, i) => ({ name: 'AB'[i], address: LOCAL, port })),
      },
    ],
    strategies: [{ name: 'trigger', ...strategy, orders: { account: 'main', group: 'main', lostRoute: 'requote' } }],
    orders: {
      protocol: 'ouch50',
      directory: options.directory,
      journal: { durability: 'process', ringDirectory: options.ringDirectory },
      accounts: [{ name: 'main', cash: CASH }],
      instruments: TRADED_SYMBOLS,
      maxOrders: MOST_ORDERS,
      // between samples the process is stopped, for longer than any venue's silence should be
      sessions: { silence: '10min' },
      groups: [
        {
          name: 'main',
          ports: venue.map((port, i) => ({
            name: `P${i + 1}`,
            username: `${user}${i}`,
            passwordEnv: PASSWORD_ENV,
            hosts: [{ address: LOCAL, port }],
          })),
        },
      ],
      risk: {
        global: limitsOf(Scope.global),
        venue: limitsOf(Scope.venue),
        accounts: { main: limitsOf(Scope.account) },
        strategies: { trigger: limitsOf(Scope.strategy) },
        instruments: Object.fromEntries(TRADED_SYMBOLS.map((symbol) => [symbol, limitsOf(Scope.instrument)])),
        windows: { messages: '100ms', executions: '1s', duplicates: '1ms' },
      },
    },
    threads: { layout: 'fused', idle: 'spin', cores: { hot: core } },
    flightRecorder: { directory: options.flightDirectory, onIncident: false },
  };
}
