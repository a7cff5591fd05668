import { setTimeout as delay } from 'node:timers/promises';
import type { StrategyConfig, WarmlineConfig } from '../config/schema.ts';
import { decodeEvent } from '../feed/event-record.ts';
import { FeedEvent } from '../feed/events.ts';
import type { LiveSettings } from '../feed/live-settings.ts';
import { decodeGatewayReport, GATEWAY_REPORT_TYPE, type GatewayReport } from '../gateway/gateway-report.ts';
import { KillWatchdog } from '../gateway/kill-watchdog.ts';
import { SocketTable } from '../gateway/socket-table.ts';
import { loadNative } from '../io/native.ts';
import type { RecordHandler } from '../ring/spsc-ring.ts';
import { widenInlining } from '../runtime/compiler.ts';
import { helperThreads, pinMainThread } from '../runtime/main-thread.ts';
import { type Supervision, Supervisor } from '../runtime/supervisor.ts';
import { type AgentThread, describeThreadEnd } from '../runtime/thread.ts';
import type { ThreadSpec } from '../runtime/thread-spec.ts';
import { sizeYoungGeneration } from '../runtime/young-generation.ts';
import { isIncident } from './incident.ts';
import { lockMemory } from './lock-memory.ts';
import { CommandResult, OperatorCommand, OperatorControl } from './operator-commands.ts';
import { type AgentReport, decodeAgentReport, ReportType } from './report-record.ts';
import { type RouterSetup, setUpRouter } from './router-setup.ts';

/** What happens on a router, told on the main thread. Every callback is optional. */
export interface RouterListener {
  /** A feed's event. `event` is reused: copy what you keep. */
  feedEvent?(feed: number, event: FeedEvent): void;
  /** An event after which the packets around it are worth keeping. */
  incident?(feed: number, event: FeedEvent): void;
  /** A strategy logged something or threw. */
  strategy?(report: Exclude<AgentReport, { kind: 'warning' }>): void;
  /** Something is not as configured, or a thread is in trouble; one sentence with its remedy. */
  warning?(text: string): void;
  /** Something happened in the order half. */
  gateway?(report: GatewayReport): void;
  /** The thread that routes has ended by itself: nothing is delivered any more. `why` is a sentence. */
  failed?(why: string): void;
}

/** A turn takes microseconds; a thread that has stood still for so long hangs. */
const ADOPT_DEADLINE_MS = 2000;
const REPORTS_PER_DRAIN = 10_000;
const NS_PER_MS = 1e6;

/**
 * A running router, as its owner on the main thread sees it: starts the threads that the config's layout asks for,
 * looks after them, reads what they report, and stops them.
 */
export class Router implements RecordHandler {
  /** Plan, counters, books and everything else that was set up. */
  readonly setup: RouterSetup;
  private readonly listener: RouterListener;
  private readonly supervisor: Supervisor;
  private readonly control: OperatorControl;
  private readonly event = new FeedEvent();
  /** Restarts of strategies' threads, by thread. */
  private readonly restartCounts = new Map<string, number>();
  private watchdog: KillWatchdog | undefined = undefined;

  private constructor(setup: RouterSetup, listener: RouterListener) {
    this.setup = setup;
    this.listener = listener;
    this.control = new OperatorControl(setup.commands);
    const core = (thread: AgentThread) => (thread.spec.core === undefined ? '' : ` on core ${thread.spec.core}`);
    this.supervisor = new Supervisor({
      counters: setup.counters,
      listener: {
        warned: (_thread, warning) => listener.warning?.(warning),
        agentFailed: (thread, agent, error) =>
          listener.warning?.(`thread ${thread.name}: ${agent} threw and was closed: ${error.message}`),
        stalled: (thread, { agent, forMs }) =>
          listener.warning?.(
            `thread ${thread.name}${core(thread)}: ${agent} has stood still for ${Math.round(forMs)} ms`,
          ),
        resumed: (thread, forMs) =>
          listener.warning?.(`thread ${thread.name} moves again after ${Math.round(forMs)} ms`),
        restarted: (thread, end, restarts) => {
          this.restartCounts.set(thread.name, restarts);
          listener.warning?.(
            `thread ${thread.name} ${describeThreadEnd(end)}; it was started again from the books as they stand`,
          );
        },
        down: (_name, _end, why) => listener.warning?.(why),
        ended: (thread) => this.onEnded(thread),
      },
    });
  }

  /**
   * Starts a router and returns once its threads run and its sockets are open.
   * @throws {Error} naming what could not be opened or loaded, and the remedy; nothing is left running then
   */
  static async start(config: WarmlineConfig, listener: RouterListener = {}): Promise<Router> {
    const evented = new Set<string>();
    const { main } = config.threads.cores;
    const helpers = main === undefined ? [] : helperThreads();
    for (;;) {
      widenInlining();
      // a margin for what a strategy allocates; Warmline's own hot path does not need it
      sizeYoungGeneration(config.threads.youngGenerationBytes);
      const router = new Router(setUpRouter(config, evented), listener);
      if (config.threads.lockMemory) lockMemory(router.setup, (warning) => listener.warning?.(warning));
      try {
        for (const spec of router.setup.threads) await router.supervisor.start(spec, router.supervisionOf(spec));
        for (const warning of router.setup.plan.warnings) listener.warning?.(warning);
        router.watchKill();
        if (main !== undefined) router.pinMain(main, helpers);
        return router;
      } catch (error) {
        await router.stop();
        const strategy = strategyThatAwaits(error);
        if (strategy === undefined || evented.has(strategy)) throw error;
        evented.add(strategy);
        listener.warning?.(`${(error as { cause: Error }).cause.message}: it runs on an event loop of its own instead`);
      }
    }
  }

  /** Threads that run now. */
  get threads(): readonly AgentThread[] {
    return this.supervisor.threads;
  }

  /** How often a thread was started again. */
  restartsOf(thread: string): number {
    return this.restartCounts.get(thread) ?? 0;
  }

  /** Reads what the threads have reported since the last call. Call it some ten times a second. */
  poll(): void {
    for (const thread of this.threads) thread.drainReports(this, REPORTS_PER_DRAIN);
  }

  onRecord(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (type === ReportType.feedEvent) {
      const feed = decodeEvent(view, offset, this.event);
      this.listener.feedEvent?.(feed, this.event);
      if (isIncident(this.event)) this.listener.incident?.(feed, this.event);
    } else if (type === ReportType.text) {
      const report = decodeAgentReport(bytes, offset, length);
      if (report.kind === 'warning') this.listener.warning?.(report.message);
      else this.listener.strategy?.(report);
    } else if (type === GATEWAY_REPORT_TYPE) {
      this.listener.gateway?.(decodeGatewayReport(bytes, offset, length));
    }
  }

  /**
   * Policy `sticky`: makes a line the active one.
   * @returns false if the last command has not been carried out yet
   */
  switchTo(feed: number, line: number): boolean {
    return this.control.send(OperatorCommand.switchTo, feed, line);
  }

  /** Policy `sticky`: returns to the preferred line. @returns as {@link switchTo} */
  failback(feed: number): boolean {
    return this.control.send(OperatorCommand.failback, feed, -1);
  }

  /**
   * Makes all feeds take over thresholds, in one turn of the router's thread.
   * @param settings by feed
   * @returns why they are not in force, in words; undefined: they are
   */
  async adopt(settings: readonly LiveSettings[], deadlineMs = ADOPT_DEADLINE_MS): Promise<string | undefined> {
    const { control } = this;
    const giveUpMs = performance.now() + deadlineMs;
    const waits = async (done: () => boolean): Promise<boolean> => {
      while (!done()) {
        if (performance.now() > giveUpMs) return false;
        await delay(1);
      }
      return true;
    };
    // another command may be under way
    const answered =
      (await waits(() => control.adopt(settings))) && (await waits(() => control.result !== CommandResult.underWay));
    if (!answered) return `the router's thread has not answered within ${deadlineMs} ms`;
    return control.result === CommandResult.refused ? 'the router found settings that make no sense' : undefined;
  }

  /** Stops every thread; sockets are closed when it resolves. May be called twice. */
  async stop(): Promise<void> {
    const { threads } = this;
    this.watchdog?.close();
    // what the gateway writes down at its end still has to reach the disk
    await this.supervisor.stop(undefined, ['journal']);
    for (const thread of threads) thread.drainReports(this, REPORTS_PER_DRAIN);
    this.setup.gateway?.close();
  }

  private pinMain(core: number, helpers: readonly number[]): void {
    const warning = pinMainThread(core, loadNative(), helpers);
    if (warning !== undefined) this.listener.warning?.(warning);
  }

  /** Where a kill is not carried out in time, the gateway's connections are ended whatever its thread is doing. */
  private watchKill(): void {
    const { gateway } = this.setup;
    if (gateway === undefined) return;
    const sockets = new SocketTable(gateway.options.sockets);
    this.watchdog = new KillWatchdog({
      path: gateway.killPath,
      confirmWithinMs: gateway.config.risk.killConfirmNs / NS_PER_MS,
      listener: {
        unconfirmed: (_command, forMs) => {
          const ended = sockets.abortAll();
          this.listener.warning?.(
            `the gateway has not confirmed a kill within ${Math.round(forMs)} ms: its ${ended} connections were ended`,
          );
        },
        unreadable: (why) => this.listener.warning?.(why),
      },
    });
  }

  /** A thread that holds nothing but a strategy may be ended and started again; the router's and the lines' never. */
  private supervisionOf(spec: ThreadSpec): Supervision {
    const strategy = this.setup.strategies.find(({ thread }) => thread === spec.name)?.config;
    if (strategy === undefined || spec.name === this.setup.plan.router.name) {
      return { stallReportMs: shortestStall(this.setup.config.strategies) };
    }
    const stallMs = strategy.stallDeadlineNs / NS_PER_MS;
    const { attempts, withinNs } = strategy.restart;
    return {
      stallReportMs: stallMs,
      stallDeadlineMs: stallMs,
      restart: { maxRestarts: attempts, windowMs: withinNs / NS_PER_MS },
    };
  }

  private onEnded(thread: AgentThread): void {
    thread.drainReports(this, REPORTS_PER_DRAIN);
    void thread.ended.then((end) => {
      const asked = end.reason === 'stopped' || end.reason === 'terminated';
      const { plan } = this.setup;
      const routes =
        thread.name === plan.router.name ||
        thread.name === plan.gateway?.name ||
        plan.lines.some((line) => line.name === thread.name);
      if (!asked && routes) this.listener.failed?.(`thread ${thread.name} ${describeThreadEnd(end)}`);
    });
  }
}

/** In place, a strategy's stall is the router's: the strictest strategy decides when it is reported. */
function shortestStall(strategies: readonly StrategyConfig[]): number | undefined {
  if (strategies.length === 0) return undefined;
  return Math.min(...strategies.map((strategy) => strategy.stallDeadlineNs)) / NS_PER_MS;
}

/** The strategy that could not run on a spinning thread, if that is why a start failed. */
function strategyThatAwaits(error: unknown): string | undefined {
  const cause = (error as { cause?: { name?: string; message?: string } } | null)?.cause;
  if (cause?.name !== 'NeedsEventLoopError') return undefined;
  return /^strategy (.+?): /.exec(cause.message ?? '')?.[1];
}
