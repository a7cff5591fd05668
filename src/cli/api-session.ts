import { readFileSync } from 'node:fs';
import type { WarmlineConfig } from '../config/schema.ts';
import { loadNative } from '../io/native.ts';
import type { Router } from '../router/router.ts';
import { readClockSync } from '../runtime/clock-sync.ts';
import { type Action, type ActionRecorder, actionOperations } from '../server/actions.ts';
import { dashboardAssets } from '../server/dashboard-assets.ts';
import { type ChannelFinder, Hub } from '../server/hub.ts';
import { type ApiFeed, MarketData } from '../server/market-data.ts';
import { renderMetrics } from '../server/metrics.ts';
import type { Tokens } from '../server/security.ts';
import { ApiServer } from '../server/server.ts';
import { StateChannel } from '../server/state-channel.ts';
import { type MetricState, stateMetrics } from '../server/state-metrics.ts';
import { readTokens } from '../server/token-file.ts';
import { livenessTroubles, readinessTroubles } from '../status/readiness.ts';
import type { StatusModel } from '../status/status-model.ts';
import { type ApiTrading, openApiTrading } from './api-trading.ts';

/** What a session lends to its API. */
export interface ApiSessionOptions {
  readonly config: WarmlineConfig;
  readonly router: Router;
  readonly actions: readonly Action[];
  readonly record: ActionRecorder;
  status(): StatusModel;
  /** How long ago each agent thread's last turn began, in ns. */
  turnsAgoNs(): ReadonlyMap<string, number>;
}

/** The API of a running router. */
export class ApiSession {
  readonly server: ApiServer;
  private readonly trading: ApiTrading | undefined;
  private readonly options: ApiSessionOptions;

  private tokens: Tokens;

  private constructor(options: ApiSessionOptions, server: ApiServer, trading: ApiTrading | undefined, tokens: Tokens) {
    this.options = options;
    this.server = server;
    this.trading = trading;
    this.tokens = tokens;
  }

  /**
   * Starts it, where the config wants one.
   * @returns it, or in words why there is none: the router goes on without
   * @param say told of a token file that was written
   */
  static async start(options: ApiSessionOptions, say: (text: string) => void): Promise<ApiSession | string> {
    const { api } = options.config;
    if (!api.enabled) return 'the config switches it off';
    const tokens = readTokens(api.tokens, say);
    if (typeof tokens === 'string') return tokens;
    const status = new StateChannel('status', options.status);
    const market = new MarketData(apiFeeds(options.router), options.router.setup.broadcast);
    const trading = tradingOf(options.router);
    if (typeof trading === 'string') return trading;
    const find: ChannelFinder = (name, { identity }) => {
      if (name === 'orders' && trading !== undefined) {
        return { role: 'trade', channel: trading.desk.channel(identity.name), key: `orders of ${identity.name}` };
      }
      const channel = name === 'status' ? status : market.find(name);
      return channel === undefined ? undefined : { role: 'view', channel };
    };
    const operations = new Map([
      ...actionOperations(options.actions, options.record),
      ...(trading?.desk.operations() ?? []),
    ]);
    const hub: Hub = new Hub(find, operations, {
      beforeTick: () => market.poll(),
      opened: ({ identity }) => trading?.desk.onConnect(identity.name),
      closed: ({ identity }) => {
        if (hub.connectionsOf(identity.name) === 0) trading?.desk.onDisconnect(identity.name);
      },
    });
    let session: ApiSession | undefined;
    const content = {
      hub,
      assets: dashboardAssets(),
      metrics: () => session?.metrics() ?? '',
      health: () => session?.health() ?? { alive: [], ready: ['starting'] },
    };
    const server = await ApiServer.start(api, content, tokens);
    if (typeof server === 'string') {
      trading?.close();
      return server;
    }
    session = new ApiSession(options, server, trading, tokens);
    return session;
  }

  /** The dashboard's address, logged in to operate. Whoever sees it may. */
  get operatorUrl(): string {
    const line = readFileSync(this.options.config.api.tokens, 'utf8')
      .split('\n')
      .find((text) => / operate /.test(text));
    return `${this.server.url}#token=${line?.split(/\s+/)[2] ?? ''}`;
  }

  /**
   * Takes over limits, and reads the token file again.
   * @returns why the tokens stay as they were, in words; undefined: they were read
   */
  adopt({ api }: WarmlineConfig): string | undefined {
    const tokens = readTokens(api.tokens, () => {});
    if (typeof tokens !== 'string') this.tokens = tokens;
    this.server.adopt(api, this.tokens);
    return typeof tokens === 'string' ? tokens : undefined;
  }

  close(): void {
    this.server.close();
    this.trading?.close();
  }

  private health() {
    const alive = livenessTroubles(this.options.turnsAgoNs());
    return { alive, ready: [...alive, ...readinessTroubles(this.options.status())] };
  }

  private metrics(): string {
    const { counters } = this.options.router.setup;
    return renderMetrics(counters.describe(), counters.memory, stateMetrics(this.state()));
  }

  private state(): MetricState {
    const { counts, connections } = this.server;
    return {
      model: this.options.status(),
      turnsAgoNs: this.options.turnsAgoNs(),
      ...this.health(),
      clock: readClockSync(loadNative()),
      api: { ...counts, connections },
    };
  }
}

/** @returns why programs can't trade: then there is no API, since what it was sent before could not be told apart */
function tradingOf(router: Router): ApiTrading | undefined | string {
  try {
    return openApiTrading(router);
  } catch (error) {
    return `the orders of programs can't be known: ${(error as Error).message}`;
  }
}

/** The router's feeds, each with a handler of our own that reads its books. */
function apiFeeds(router: Router): ApiFeed[] {
  return router.setup.feeds.map(({ config, protocol, options: { cells, books } }) => ({
    name: config.name,
    cells,
    handler: books === undefined ? undefined : protocol.createHandler?.({ ...books, readOnly: true }),
  }));
}
