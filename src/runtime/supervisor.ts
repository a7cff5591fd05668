import type { CounterRegistry } from './counters.ts';
import { RestartBudget, type RestartPolicy } from './restart-budget.ts';
import { StallDetector } from './stall-detector.ts';
import { AgentThread, describeThreadEnd, type ThreadEnd, type ThreadListener } from './thread.ts';
import { DutyCell, ThreadState } from './thread-control.ts';
import type { ThreadSpec } from './thread-spec.ts';

const DEFAULT_CHECK_INTERVAL_MS = 50;
const DEFAULT_STALL_REPORT_MS = 200;

/** How a thread is looked after. */
export interface Supervision {
  /** A duty cycle that stands still for so long is reported. Default 200 ms. */
  readonly stallReportMs?: number;
  /**
   * One that stands still for so long is terminated: right for a thread that holds nothing but a strategy, never for
   * one that holds the router. Default: never.
   */
  readonly stallDeadlineMs?: number;
  /** Whether a thread that ended without having been asked to is started again. Default: no. */
  readonly restart?: RestartPolicy;
}

/** A duty cycle that stands still. */
export interface Stall {
  /** The agent whose turn does not end. */
  readonly agent: string | undefined;
  readonly forMs: number;
  /** Core that the thread is pinned to. */
  readonly core: number | undefined;
}

/** News of supervised threads, on the main thread. */
export interface SupervisorListener extends ThreadListener {
  /** A duty cycle stands still; once per stall. */
  stalled?(thread: AgentThread, stall: Stall): void;
  /** It moves again. */
  resumed?(thread: AgentThread, stalledForMs: number): void;
  /** A thread that ended runs again, as `thread`. */
  restarted?(thread: AgentThread, previousEnd: ThreadEnd, restarts: number): void;
  /** A thread ended and stays down: no policy, budget used up, or it did not start again. `why` is a sentence. */
  down?(name: string, end: ThreadEnd, why: string): void;
}

export interface SupervisorOptions {
  readonly counters: CounterRegistry;
  readonly listener?: SupervisorListener;
  /** How often the threads are looked at. Default 50 ms. */
  readonly checkIntervalMs?: number;
}

interface Ward {
  readonly spec: ThreadSpec;
  readonly supervision: Supervision;
  readonly budget: RestartBudget;
  thread: AgentThread;
  detector: StallDetector;
  stalledForMs: number;
}

/**
 * Looks after the process's agent threads from the main thread: reports duty cycles that stand still, ends those that
 * may be ended, and starts again what its policy says. It only reads their counters; a thread pays nothing for it.
 */
export class Supervisor {
  private readonly counters: CounterRegistry;
  private readonly listener: SupervisorListener;
  private readonly checkIntervalMs: number;
  private readonly wards = new Map<string, Ward>();
  private readonly timer: NodeJS.Timeout;
  private readonly restarting = new Set<Promise<void>>();
  private stopping = false;

  constructor(options: SupervisorOptions) {
    this.counters = options.counters;
    this.listener = options.listener ?? {};
    this.checkIntervalMs = options.checkIntervalMs ?? DEFAULT_CHECK_INTERVAL_MS;
    this.timer = setInterval(() => this.check(performance.now()), this.checkIntervalMs);
    // Looking is no reason for the process to live.
    this.timer.unref();
  }

  /**
   * Starts a thread and looks after it from then on.
   * @throws {ThreadStartError} if it does not start; it is not tried again then
   */
  async start(spec: ThreadSpec, supervision: Supervision = {}): Promise<AgentThread> {
    if (this.wards.has(spec.name)) throw new Error(`thread ${spec.name} runs already`);
    const thread = await this.startThread(spec);
    this.wards.set(spec.name, {
      spec,
      supervision,
      budget: new RestartBudget(supervision.restart ?? { maxRestarts: 0, windowMs: 0 }),
      thread,
      detector: new StallDetector(this.checkIntervalMs),
      stalledForMs: 0,
    });
    this.watchEnd(thread);
    return thread;
  }

  /** The threads that run now, in the order in which they were started first. */
  get threads(): readonly AgentThread[] {
    return [...this.wards.values()].map((ward) => ward.thread);
  }

  /** The running thread of that name. A restart replaces it, so ask again rather than keep it. */
  thread(name: string): AgentThread | undefined {
    return this.wards.get(name)?.thread;
  }

  /** One look at every thread. Called by the supervisor's own timer. */
  check(nowMs: number): void {
    for (const ward of this.wards.values()) {
      if (ward.thread.state !== ThreadState.running) continue;
      const forMs = ward.detector.look(ward.thread.dutyCells[DutyCell.turns]!, nowMs);
      const reportMs = ward.supervision.stallReportMs ?? DEFAULT_STALL_REPORT_MS;
      if (forMs >= reportMs) {
        const isNew = ward.stalledForMs === 0;
        ward.stalledForMs = forMs;
        if (isNew) {
          const { thread, spec } = ward;
          this.listener.stalled?.(thread, { agent: thread.currentAgent, forMs, core: spec.core });
        }
      } else if (ward.stalledForMs > 0) {
        this.listener.resumed?.(ward.thread, ward.stalledForMs);
        ward.stalledForMs = 0;
      }
      const deadlineMs = ward.supervision.stallDeadlineMs;
      if (deadlineMs !== undefined && forMs >= deadlineMs) void ward.thread.terminate('stalled');
    }
  }

  /** Stops every thread (see `AgentThread.stop`) and ends the supervision. May be called twice. */
  async stop(deadlineMs?: number, last: readonly string[] = []): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    const isLast = (thread: AgentThread) => last.includes(thread.name);
    const { threads } = this;
    await Promise.all(threads.filter((thread) => !isLast(thread)).map((thread) => thread.stop(deadlineMs)));
    await Promise.all(threads.filter(isLast).map((thread) => thread.stop(deadlineMs)));
    await Promise.all(this.restarting);
    this.wards.clear();
  }

  private startThread(spec: ThreadSpec): Promise<AgentThread> {
    return AgentThread.start(spec, { counters: this.counters, listener: this.listener });
  }

  private watchEnd(thread: AgentThread): void {
    void thread.ended.then((end) => {
      const ward = this.wards.get(thread.name);
      if (this.stopping || ward?.thread !== thread) return;
      if (end.reason === 'stopped' || end.reason === 'terminated') {
        // Somebody asked for it.
        this.wards.delete(thread.name);
        return;
      }
      const restart = this.restart(ward, end);
      this.restarting.add(restart);
      void restart.finally(() => this.restarting.delete(restart));
    });
  }

  private async restart(ward: Ward, end: ThreadEnd): Promise<void> {
    const { name } = ward.spec;
    const giveUp = (why: string): void => {
      this.wards.delete(name);
      this.listener.down?.(name, end, `thread ${name} ${describeThreadEnd(end)} and stays down: ${why}`);
    };
    const policy = ward.supervision.restart;
    if (policy === undefined) return giveUp('its policy is not to restart it');
    if (!ward.budget.take(performance.now())) {
      return giveUp(`it was restarted ${policy.maxRestarts} times within ${policy.windowMs} ms`);
    }
    let thread: AgentThread;
    try {
      thread = await this.startThread(ward.spec);
    } catch (error) {
      return giveUp(`it did not start again: ${(error as Error).message}`);
    }
    if (this.stopping) {
      await thread.stop();
      return;
    }
    ward.thread = thread;
    ward.detector = new StallDetector(this.checkIntervalMs);
    ward.stalledForMs = 0;
    this.watchEnd(thread);
    this.listener.restarted?.(thread, end, ward.budget.used);
  }
}
