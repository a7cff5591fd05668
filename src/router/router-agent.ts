import type { ArbiterConfig } from '../feed/arbiter-config.ts';
import { FeedStatus } from '../feed/events.ts';
import type { FeedHandler, FeedProtocol } from '../feed/protocol.ts';
import { TimeCell as SharedTimeCell, Source } from '../feed/sink.ts';
import type { GatewayOptions } from '../gateway/gateway-options.ts';
import { GatewayRunner } from '../gateway/gateway-runner.ts';
import { warmUpOrders } from '../gateway/order-warm-up.ts';
import type { DatagramPoller, DatagramSocketOptions } from '../io/datagram.ts';
import { connectStream, createDatagramPoller } from '../io/open.ts';
import { BroadcastWriter } from '../ring/broadcast-ring.ts';
import type { Agent } from '../runtime/agent.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import { createClock } from '../runtime/clock.ts';
import { withUsualInlining } from '../runtime/compiler.ts';
import { StrategyHost, type StrategySpec } from '../strategy/strategy-host.ts';
import { feedProtocol } from '../venues/registry.ts';
import { FeedAudit } from './feed-audit.ts';
import { FeedRouter } from './feed-router.ts';
import { OperatorCommands } from './operator-commands.ts';
import { type PacketInput, RingInput, SocketInput, type SocketRoute } from './packet-input.ts';
import { FeedRecovery, type RecoveryConfig } from './recovery.ts';
import { RingReporter } from './report-record.ts';
import type { Connect } from './snapshot-conversation.ts';
import { TurnClock } from './turn-clock.ts';
import { warmUp } from './warm-up.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const TimeCell = Object.freeze({ ...SharedTimeCell });

/** One feed as the router's thread is told of it. Structured-cloneable. */
export interface RouterFeedOptions {
  readonly name: string;
  readonly protocol: string;
  readonly arbiter: ArbiterConfig;
  readonly recovery: RecoveryConfig;
  /** Memory and size of its books; undefined where the protocol is not decoded. */
  readonly books:
    | { readonly memory: SharedArrayBuffer; readonly maxOrders: number; readonly maxInstruments: number }
    | undefined;
  readonly cells: Float64Array;
  readonly recoveryCells: Float64Array;
  /** Where the thresholds in force are shown, see `LiveCell`. */
  readonly settings: Float64Array;
  /** Fused layout: the lines' sockets. Dedicated layout: the rings of the lines' threads. One of both, by line. */
  readonly sockets: readonly DatagramSocketOptions[] | undefined;
  readonly rings: readonly SharedArrayBuffer[] | undefined;
}

/** What the router's thread is given. Structured-cloneable. */
export interface RouterAgentOptions {
  readonly ioMode: 'native' | 'portable';
  readonly batch: number;
  readonly slotBytes: number;
  readonly feeds: readonly RouterFeedOptions[];
  /** Strategies called in place. */
  readonly strategies: readonly {
    readonly spec: StrategySpec;
    readonly cells: Float64Array;
    /** Its number among all strategies. */
    readonly number: number;
  }[];
  /** The order half, where it runs on this thread. */
  readonly gateway: GatewayOptions | undefined;
  readonly layout: 'fused' | 'dedicated' | 'evented';
  /** Ring to strategies on their own threads. */
  readonly broadcast: SharedArrayBuffer | undefined;
  readonly commands: SharedArrayBuffer;
  /** How long the code is exercised before the first turn. */
  readonly warmUpNs: number;
  readonly latency: Float64Array;
  readonly flight: SharedArrayBuffer | undefined;
}

/** In a quiet spell, turns between looks at the sockets' drop and error counts. */
const QUIET_TURNS_PER_REPORT = 4096;

/**
 * The router: arbiters, recovery and books of all feeds, and in the fused layout the lines' sockets and the strategies
 * as well. One turn: ask the sockets, let deadlines pass, hand on the packets, carry recovery forward, fire timers.
 */
export class RouterAgent implements Agent {
  readonly name = 'router';
  private readonly poller: DatagramPoller;
  private readonly sockets: SocketInput;
  private readonly rings: readonly PacketInput[];
  private readonly feeds: readonly FeedRouter[];
  private readonly hosts: readonly StrategyHost[];
  private readonly clock: TurnClock;
  private readonly commands: OperatorCommands;
  private readonly gateway: GatewayRunner | undefined;
  private quietTurns = 0;
  private busyTurns = 0;
  /** One poll serves one socket: after so many, all have been asked. */
  private readonly busyTurnsPerLook: number;

  private constructor(
    poller: DatagramPoller,
    sockets: SocketInput,
    rings: readonly PacketInput[],
    feeds: readonly FeedRouter[],
    hosts: readonly StrategyHost[],
    clock: TurnClock,
    commands: OperatorCommands,
    gateway: GatewayRunner | undefined,
  ) {
    this.poller = poller;
    this.sockets = sockets;
    this.rings = rings;
    this.feeds = feeds;
    this.hosts = hosts;
    this.clock = clock;
    this.commands = commands;
    this.gateway = gateway;
    this.busyTurnsPerLook = Math.max(1, sockets.count);
  }

  /** Opens everything and loads the strategies. @throws {Error} naming the venue's line, or the strategy, and the remedy */
  static async create(options: RouterAgentOptions, context: AgentContext): Promise<RouterAgent> {
    const lineSockets = options.feeds.reduce((sum, feed) => sum + (feed.sockets?.length ?? 0), 0);
    const poller = createDatagramPoller(options.ioMode, {
      batch: options.batch,
      slotBytes: options.slotBytes,
      maxSockets: lineSockets + options.feeds.length,
      flight: options.flight,
    });
    const opened: { gateway?: GatewayRunner } = {};
    try {
      return await RouterAgent.assemble(options, context, poller, opened);
    } catch (error) {
      opened.gateway?.close();
      poller.close();
      throw error;
    }
  }

  private static async assemble(
    options: RouterAgentOptions,
    context: AgentContext,
    poller: DatagramPoller,
    opened: { gateway?: GatewayRunner },
  ): Promise<RouterAgent> {
    const monotonic = createClock(context.native);
    const clock = new TurnClock(monotonic, options.latency);
    const reporter = new RingReporter(context.reports);
    const protocols = options.feeds.map((feed) => feedProtocol(feed.protocol));
    const handlers = options.feeds.map((feed, number) => createHandler(protocols[number], feed));
    const named = options.feeds.map((feed, number) => ({ name: feed.name, handler: handlers[number] }));
    const gateway = options.gateway === undefined ? undefined : openGateway(options, context, handlers);
    opened.gateway = gateway;
    const hosts = options.strategies.map(({ spec, cells, number }) => {
      const orders = gateway?.ordersOf(number, spec.feeds, clock.now);
      const host = new StrategyHost(spec, options.layout, named, clock.now, cells, reporter, orders);
      gateway?.attach(number, host);
      return host;
    });
    clock.begin(monotonic.nowNs, false);
    for (const host of hosts) await host.load();
    // before a socket is open: what comes meanwhile would wait, or be dropped
    // Orders first: what the feeds' code keeps the compiler busy with for seconds is run by every packet, that of orders seldom.
    if (options.gateway !== undefined) {
      const { native } = context;
      const input = { gateway: options.gateway, native, createClock: () => createClock(native), hosts };
      withUsualInlining(() => warmUpOrders(input, options.warmUpNs));
    }
    warmUp({
      feeds: options.feeds.map((feed, number) => ({ protocol: protocols[number], arbiter: feed.arbiter })),
      hosts,
      broadcasts: options.broadcast !== undefined,
      clock: monotonic,
      budgetNs: options.warmUpNs,
    });
    const outputs = {
      hosts,
      broadcast: options.broadcast === undefined ? undefined : new BroadcastWriter(options.broadcast),
      reports: context.reports,
      clock,
    };
    const routes: SocketRoute[] = [];
    const rings: PacketInput[] = [];
    const feeds = options.feeds.map((feed, number) => {
      const router = new FeedRouter(
        number,
        feed.name,
        protocols[number],
        feed.arbiter,
        handlers[number],
        feed.cells,
        outputs,
      );
      feed.sockets?.forEach((socket, line) => {
        poller.open(socket);
        routes.push({ feed: router, source: line });
      });
      feed.rings?.forEach((memory, line) => {
        rings.push(new RingInput(memory, router, line));
      });
      return router;
    });
    const connect: Connect = (stream) => connectStream(options.ioMode, stream);
    options.feeds.forEach((feed, number) => {
      const router = feeds[number];
      const recovery = new FeedRecovery(
        protocols[number],
        feed.recovery,
        router.arbiter,
        router.handler,
        poller,
        connect,
        feed.recoveryCells,
        (text) => reporter.warn(`feed ${feed.name}: ${text}`),
      );
      router.recovery = recovery;
      router.settings = feed.settings;
      router.showSettings();
      router.audit = createAudit(protocols[number], feed, router, connect, reporter);
      if (recovery.socket >= 0) routes.push({ feed: router, source: Source.retransmit });
    });
    for (const warning of poller.warnings ?? []) reporter.warn(warning);
    context.keepTime(poller.nowNs);
    const commands = new OperatorCommands(options.commands);
    const sockets = new SocketInput(poller, routes);
    return new RouterAgent(poller, sockets, rings, feeds, hosts, clock, commands, gateway);
  }

  doWork(): number {
    const received = this.sockets.receive();
    const nowNs = this.poller.nowNs;
    const feeds = this.feeds;
    this.clock.begin(nowNs, received > 0 || this.rings.length > 0);
    let work = this.sockets.poll();
    for (let i = 0; i < this.rings.length; i++) work += this.rings[i].poll();
    this.clock.endUnits();
    // Time after packets: when this thread itself was held up, what the lines brought meanwhile waits in the sockets,
    // and a deadline that looked at the clock first would blame a line for our own stall. So deadlines are looked at
    // once no socket has anything more, or after every socket has been asked.
    if (received === 0 || ++this.busyTurns >= this.busyTurnsPerLook) {
      this.busyTurns = 0;
      for (let i = 0; i < feeds.length; i++) {
        const arbiter = feeds[i].arbiter;
        arbiter.time[TimeCell.nowNs] = nowNs[0];
        arbiter.onTime();
      }
    }
    for (let i = 0; i < feeds.length; i++) {
      const recovery = feeds[i].recovery;
      if (recovery !== undefined) work += recovery.doWork(nowNs);
      const audit = feeds[i].audit;
      if (audit !== undefined) work += audit.doWork(nowNs, feeds[i].arbiter.status === FeedStatus.live);
    }
    for (let i = 0; i < this.hosts.length; i++) work += this.hosts[i].onTurn();
    if (this.gateway !== undefined) work += this.gateway.doWork(work === 0 ? nowNs : undefined);
    if (work === 0 && ++this.quietTurns >= QUIET_TURNS_PER_REPORT) {
      this.quietTurns = 0;
      this.sockets.reportSockets();
    }
    if (this.commands.pending) this.commands.carryOut(feeds);
    return work;
  }

  close(): void {
    for (const host of this.hosts) host.close();
    this.gateway?.close();
    for (const feed of this.feeds) {
      feed.recovery?.close();
      feed.audit?.close();
    }
    this.sockets.close();
  }
}

function createHandler(protocol: FeedProtocol, feed: RouterFeedOptions): FeedHandler | undefined {
  if (feed.books === undefined) return undefined;
  return protocol.createHandler?.(feed.books);
}

function openGateway(
  options: RouterAgentOptions,
  context: AgentContext,
  handlers: readonly (FeedHandler | undefined)[],
): GatewayRunner {
  return new GatewayRunner(
    options.gateway!,
    context,
    handlers.map((handler) => handler?.books),
    options.feeds.map(({ books }) => books?.maxInstruments ?? 0),
    options.feeds.map(({ cells }) => cells),
  );
}

function createAudit(
  protocol: FeedProtocol,
  feed: RouterFeedOptions,
  router: FeedRouter,
  connect: Connect,
  reporter: RingReporter,
): FeedAudit | undefined {
  const { snapshot, auditEveryNs } = feed.recovery;
  const { handler } = router;
  if (auditEveryNs === undefined || snapshot === undefined || handler === undefined) return undefined;
  const shadow = protocol.createHandler!({ ...feed.books!, memory: undefined });
  const warn = (text: string) => reporter.warn(`feed ${feed.name}: ${text}`);
  return new FeedAudit(protocol, snapshot, connect, handler, shadow, auditEveryNs, feed.recoveryCells, warn);
}

/** Entry of the router's thread. */
export function createAgent(options: RouterAgentOptions, context: AgentContext): Promise<Agent> {
  return RouterAgent.create(options, context);
}
