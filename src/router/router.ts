import type { WarmlineConfig } from '../config/schema.ts';
import { decodeEvent } from '../feed/event-record.ts';
import { FeedEvent } from '../feed/events.ts';
import type { RecordHandler } from '../ring/spsc-ring.ts';
import { AgentThread, type ThreadEnd } from '../runtime/thread.ts';
import type { ThreadSpec } from '../runtime/thread-spec.ts';
import { isIncident } from './incident.ts';
import { OperatorCommand, OperatorControl } from './operator-commands.ts';
import { decodeStrategyReport, ReportType, type StrategyReport } from './report-record.ts';
import { type RouterSetup, setUpRouter } from './router-setup.ts';

/** What happens on a router, told on the main thread. Every callback is optional. */
export interface RouterListener {
  /** A feed's event. `event` is reused: copy what you keep. */
  feedEvent?(feed: number, event: FeedEvent): void;
  /** An event after which the packets around it are worth keeping. */
  incident?(feed: number, event: FeedEvent): void;
  /** A strategy logged something or threw. */
  strategy?(report: StrategyReport): void;
  /** Something is not as configured, or a thread is in trouble; one sentence with its remedy. */
  warning?(text: string): void;
  /** A thread ended without having been asked to. */
  threadEnded?(name: string, end: ThreadEnd): void;
}

const REPORTS_PER_DRAIN = 10_000;

/**
 * A running router, as its owner on the main thread sees it: starts the threads that the config's layout asks for,
 * reads what they report, and stops them.
 */
export class Router implements RecordHandler {
  /** Plan, counters, books and everything else that was set up. */
  readonly setup: RouterSetup;
  private readonly listener: RouterListener;
  private readonly running = new Map<string, AgentThread>();
  private readonly control: OperatorControl;
  private readonly event = new FeedEvent();
  private stopping = false;

  private constructor(setup: RouterSetup, listener: RouterListener) {
    this.setup = setup;
    this.listener = listener;
    this.control = new OperatorControl(setup.commands);
  }

  /**
   * Starts a router and returns once its threads run and its sockets are open.
   * @throws {Error} naming what could not be opened or loaded, and the remedy; nothing is left running then
   */
  static async start(config: WarmlineConfig, listener: RouterListener = {}): Promise<Router> {
    const evented = new Set<string>();
    for (;;) {
      const router = new Router(setUpRouter(config, evented), listener);
      try {
        for (const spec of router.setup.threads) await router.startThread(spec);
        return router;
      } catch (error) {
        await router.stop();
        const strategy = strategyThatAwaits(error);
        if (strategy === undefined || evented.has(strategy)) throw error;
        evented.add(strategy);
        listener.warning?.(`${(error as Error).message}; it runs on an event loop of its own instead`);
      }
    }
  }

  /** Threads that run now. */
  get threads(): readonly AgentThread[] {
    return [...this.running.values()];
  }

  /** Reads what the threads have reported since the last call. Call it some ten times a second. */
  poll(): void {
    for (const thread of this.running.values()) thread.drainReports(this, REPORTS_PER_DRAIN);
  }

  onRecord(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (type === ReportType.feedEvent) {
      const feed = decodeEvent(view, offset, this.event);
      this.listener.feedEvent?.(feed, this.event);
      if (isIncident(this.event)) this.listener.incident?.(feed, this.event);
    } else if (type === ReportType.strategy) {
      this.listener.strategy?.(decodeStrategyReport(bytes, offset, length));
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

  /** Stops every thread; sockets are closed when it resolves. May be called twice. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.threads.map((thread) => thread.stop()));
    this.poll();
    this.running.clear();
  }

  private async startThread(spec: ThreadSpec): Promise<void> {
    const thread = await AgentThread.start(spec, {
      counters: this.setup.counters,
      listener: {
        warned: (_thread, warning) => this.listener.warning?.(warning),
        agentFailed: (failed, agent, error) =>
          this.listener.warning?.(`thread ${failed.name}: ${agent} failed and was closed: ${error.message}`),
        ended: (ended, end) => this.onEnded(ended, end),
      },
    });
    this.running.set(spec.name, thread);
  }

  private onEnded(thread: AgentThread, end: ThreadEnd): void {
    thread.drainReports(this, REPORTS_PER_DRAIN);
    if (!this.stopping) this.listener.threadEnded?.(thread.name, end);
  }
}

/** The strategy that could not run on a spinning thread, if that is why a start failed. */
function strategyThatAwaits(error: unknown): string | undefined {
  const cause = (error as { cause?: { name?: string; message?: string } } | null)?.cause;
  if (cause?.name !== 'NeedsEventLoopError') return undefined;
  return /^strategy (.+?): /.exec(cause.message ?? '')?.[1];
}
