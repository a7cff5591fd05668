import type { FlightLine, FlightSource } from '../capture/flight-dump.ts';
import { FlightRing } from '../capture/flight-ring.ts';
import type { StrategyConfig, WarmlineConfig } from '../config/schema.ts';
import type { GatewayAgentOptions } from '../gateway/gateway-agent.ts';
import { type GatewaySetup, setUpGateway } from '../gateway/gateway-setup.ts';
import type { RemoteOrderOptions } from '../gateway/remote-setup.ts';
import { ioKind } from '../io/open.ts';
import { createBroadcastRing } from '../ring/broadcast-ring-descriptor.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { AgentSpec } from '../runtime/agent-context.ts';
import { CounterRegistry } from '../runtime/counters.ts';
import { histogramCellNames } from '../runtime/histogram.ts';
import { siblingUrl } from '../runtime/module-url.ts';
import type { ThreadSpec } from '../runtime/thread-spec.ts';
import { STRATEGY_CELLS, StrategyCell, type StrategySpec } from '../strategy/strategy-host.ts';
import { type FeedSetup, namesOf, setUpFeeds } from './feed-setup.ts';
import type { LineAgentOptions } from './line-agent.ts';
import { createCommandMemory } from './operator-commands.ts';
import { ROUTER_REPORT_RING_BYTES } from './report-record.ts';
import type { RouterAgentOptions } from './router-agent.ts';
import type { StrategyAgentOptions } from './strategy-agent.ts';
import { type PlannedThread, planThreads, type ThreadPlan } from './thread-plan.ts';

/** One strategy as the main thread sees it. */
export interface StrategyHandle {
  readonly config: StrategyConfig;
  readonly cells: Float64Array;
  /** Name of the thread that runs it. */
  readonly thread: string;
}

/** Everything a router consists of before a thread runs: shared memory, plan, and what each thread is given. */
export interface RouterSetup {
  readonly config: WarmlineConfig;
  readonly counters: CounterRegistry;
  readonly plan: ThreadPlan;
  readonly feeds: readonly FeedSetup[];
  readonly strategies: readonly StrategyHandle[];
  /** The order half, where the config has a section `orders`. */
  readonly gateway: GatewaySetup | undefined;
  /** Receive stamp to strategy returned, in ns (`runtime/histogram.ts`). */
  readonly latency: Float64Array;
  /** Flight rings of the threads that receive. */
  readonly flights: readonly FlightSource[];
  readonly commands: SharedArrayBuffer;
  /** Ring of delivered units and events, where anybody reads it. */
  readonly broadcast: SharedArrayBuffer | undefined;
  /** Rings, books, counters and flight rings: what must not be paged out. */
  readonly hotMemory: readonly ArrayBufferLike[];
  /** In the order in which they are to be started: readers before writers. */
  readonly threads: readonly ThreadSpec[];
}

/** Room for units between the router and strategy threads: a second or so of a busy feed. */
const BROADCAST_RING_BYTES = 1 << 24;
/** Room between a line's thread and the router's. */
const LINE_RING_BYTES = 1 << 22;
const BYTES_PER_MIB = 1024 * 1024;

/**
 * Allocates what the config asks for. Opens nothing.
 * @param evented strategies that need an event loop
 * @throws {Error} naming the key that can't be honoured on this host
 */
export function setUpRouter(config: WarmlineConfig, evented: ReadonlySet<string>): RouterSetup {
  const counters = new CounterRegistry();
  const feeds = setUpFeeds(config, counters);
  const lineNames = [...new Set(config.feeds.flatMap((feed) => feed.lines.map((line) => line.name)))];
  const plan = planThreads({
    threads: config.threads,
    io: ioKind(config.io.mode),
    lineNames,
    strategies: config.strategies.map((strategy) => strategy.name),
    trades: config.orders !== undefined,
    evented,
  });
  const remote = new Set(plan.strategies.flatMap(({ agents }) => agents));
  const gateway = config.orders === undefined ? undefined : setUpGateway(config, counters, remote);
  const latency = counters.allocate('latency', { from: 'receive', to: 'strategy' }, histogramCellNames()).cells;
  const commands = createCommandMemory(config.feeds.length);
  const heard = plan.strategies.length > 0 || (config.api.enabled && config.api.messages);
  const broadcast = heard ? createBroadcastRing(BROADCAST_RING_BYTES) : undefined;
  const cellNames = namesOf(StrategyCell, STRATEGY_CELLS);
  const strategies = config.strategies.map((strategy): StrategyHandle => {
    const own = plan.strategies.find((thread) => thread.agents.includes(strategy.name));
    const cells = counters.allocate('strategy', { strategy: strategy.name }, cellNames).cells;
    return { config: strategy, cells, thread: (own ?? plan.router).name };
  });
  const flights: FlightSource[] = [];
  const newFlight = (lines: readonly FlightLine[]): SharedArrayBuffer => {
    const memory = new SharedArrayBuffer(FlightRing.headerBytes + config.flightRecorder.sizeBytes);
    flights.push({ memory, lines });
    return memory;
  };

  const rings = new Map<string, SharedArrayBuffer>();
  const lineThreads = plan.lines.map((planned, index) => {
    const name = lineNames[index];
    const members = feeds.flatMap((feed) => {
      const line = feed.config.lines.findIndex((candidate) => candidate.name === name);
      return line < 0 ? [] : [{ feed, line }];
    });
    const options: LineAgentOptions = {
      name: planned.name,
      ioMode: plan.io,
      batch: config.io.batch,
      slotBytes: config.io.slotBytes,
      sockets: members.map(({ feed, line }) => {
        const ring = createSpscRing(LINE_RING_BYTES);
        rings.set(ringKey(feed, line), ring);
        return { socket: feed.sockets[line], ring };
      }),
      flight: newFlight(members.map(({ feed, line }) => flightLine(feed, line))),
    };
    return threadSpec(config, planned, [agent(planned.name, './line-agent', options)]);
  });

  const fused = plan.layout === 'fused';
  const inPlace = strategies.filter((strategy) => strategy.thread === plan.router.name);
  const routerOptions: RouterAgentOptions = {
    ioMode: plan.io,
    batch: config.io.batch,
    slotBytes: config.io.slotBytes,
    feeds: feeds.map((feed) => ({
      ...feed.options,
      sockets: fused ? feed.sockets : undefined,
      rings: fused ? undefined : feed.config.lines.map((_, line) => rings.get(ringKey(feed, line))!),
    })),
    strategies: inPlace.map((strategy) => ({
      spec: strategySpec(config, strategy.config),
      cells: strategy.cells,
      number: strategies.indexOf(strategy),
    })),
    gateway: plan.gateway === undefined ? gateway?.options : undefined,
    layout: plan.router.mode === 'evented' ? 'evented' : 'fused',
    broadcast,
    commands,
    warmUpNs: config.threads.warmUpNs,
    latency,
    flight: fused
      ? newFlight(feeds.flatMap((feed) => feed.config.lines.map((_, line) => flightLine(feed, line))))
      : undefined,
  };
  const routerThread = threadSpec(config, plan.router, [agent('router', './router-agent', routerOptions)]);
  const strategyThreads = plan.strategies.map((planned) => {
    const strategy = strategies.find((candidate) => candidate.thread === planned.name)!;
    const options: StrategyAgentOptions = {
      spec: strategySpec(config, strategy.config),
      cells: strategy.cells,
      layout: planned.mode === 'evented' ? 'evented' : 'dedicated',
      broadcast: broadcast!,
      orders: remoteOrders(gateway, strategies.indexOf(strategy)),
      feeds: feeds.map(({ options: { name, protocol, cells, books } }) => ({ name, protocol, cells, books })),
    };
    return {
      ...threadSpec(config, planned, [agent(strategy.config.name, './strategy-agent', options)]),
      onAgentFailure: 'stopThread' as const,
      maxHeapMb: Math.ceil(strategy.config.heapBytes / BYTES_PER_MIB),
    };
  });
  return {
    config,
    counters,
    plan,
    feeds,
    strategies,
    gateway,
    latency,
    flights,
    commands,
    broadcast,
    hotMemory: [
      counters.memory,
      ...feeds.flatMap(({ options }) => (options.books === undefined ? [] : [options.books.memory])),
      ...rings.values(),
      ...(broadcast === undefined ? [] : [broadcast]),
      ...flights.map((flight) => flight.memory),
      ...(gateway?.hotMemory ?? []),
    ],
    threads: [
      ...journalThread(gateway),
      ...gatewayThread(config, plan, gateway, feeds),
      ...strategyThreads,
      routerThread,
      ...lineThreads,
    ],
  };
}

/** What empties the journal's ring waits for the disk: it has a thread of its own, which sleeps where nothing waits for it. */
function journalThread(gateway: GatewaySetup | undefined): ThreadSpec[] {
  if (gateway?.journalAgent === undefined) return [];
  const idle = gateway.config.journal.durability === 'disk' ? 'yield' : 'park';
  return [{ name: 'journal', agents: [gateway.journalAgent], mode: 'spinning', idle: { kind: idle } }];
}

function gatewayThread(
  config: WarmlineConfig,
  plan: ThreadPlan,
  gateway: GatewaySetup | undefined,
  feeds: readonly FeedSetup[],
): ThreadSpec[] {
  if (plan.gateway === undefined || gateway === undefined) return [];
  const options: GatewayAgentOptions = {
    gateway: gateway.options,
    warmUpNs: config.threads.warmUpNs,
    feeds: feeds.map(({ options: { protocol, cells, books } }) => ({ protocol, cells, books })),
  };
  const url = siblingUrl(import.meta.url, '../gateway/gateway-agent').href;
  return [threadSpec(config, plan.gateway, [{ name: 'gateway', module: url, options }])];
}

/** What a trader on another thread than the gateway's needs to send orders. @param strategy its position among the traders */
export function remoteOrders(gateway: GatewaySetup | undefined, strategy: number): RemoteOrderOptions | undefined {
  const link = gateway?.options.links[strategy];
  if (gateway === undefined || link === undefined) return undefined;
  const { options, sessionNames } = gateway;
  const { account, lostRoute } = options.strategies[strategy];
  return {
    strategy,
    account,
    lostRoute: lostRoute as RemoteOrderOptions['lostRoute'],
    link,
    store: options.store,
    ledger: options.ledger,
    routes: options.routes,
    sessionNames,
    instruments: options.instruments,
    shape: options.risk.shape,
  };
}

function flightLine(feed: FeedSetup, line: number): FlightLine {
  const { name, group, address, port } = feed.config.lines[line];
  return { feed: feed.config.name, line: name, address: group ?? address ?? '0.0.0.0', port };
}

function ringKey(feed: FeedSetup, line: number): string {
  return `${feed.config.name}/${line}`;
}

function agent(name: string, module: string, options: unknown): AgentSpec {
  return { name, module: siblingUrl(import.meta.url, module).href, options };
}

function threadSpec(config: WarmlineConfig, planned: PlannedThread, agents: readonly AgentSpec[]): ThreadSpec {
  const { class: scheduling, priority } = config.threads.scheduling;
  return {
    name: planned.name,
    agents,
    mode: planned.mode,
    idle: { kind: planned.idle },
    core: planned.core,
    scheduling,
    priority,
    reportRingBytes: ROUTER_REPORT_RING_BYTES,
  };
}

function strategySpec(config: WarmlineConfig, strategy: StrategyConfig): StrategySpec {
  return {
    name: strategy.name,
    module: strategy.module,
    options: strategy.options,
    feeds: strategy.feeds.map((name) => config.feeds.findIndex((feed) => feed.name === name)),
  };
}
