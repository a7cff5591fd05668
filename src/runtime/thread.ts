import { access } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { type RecordHandler, SpscConsumer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { CounterRegistry } from './counters.ts';
import { siblingUrl } from './module-url.ts';
import { remedyFor } from './privileges.ts';
import { DUTY_CELL_NAMES, DutyCell, ThreadControl, ThreadState } from './thread-control.ts';
import type { ErrorReport, ThreadMessage, ThreadStart } from './thread-messages.ts';
import { errorReport } from './thread-messages.ts';
import { type ThreadSpec, threadSpecFault } from './thread-spec.ts';

const DEFAULT_REPORT_RING_BYTES = 1 << 16;
const DEFAULT_START_DEADLINE_MS = 30_000;
const DEFAULT_STOP_DEADLINE_MS = 2_000;

/** Why a thread ended. */
export type ThreadEndReason =
  /** It was asked to stop and did. */
  | 'stopped'
  /** It was asked to stop, did not within the deadline, and was terminated. */
  | 'terminated'
  /** Its duty cycle stood still and the supervisor terminated it. */
  | 'stalled'
  /** It used up its heap. */
  | 'outOfMemory'
  /** Its code called `process.exit`. */
  | 'exited'
  /** All its agents threw, one did and the policy is `stopThread`, an error escaped, or it did not start. */
  | 'failed';

export interface ThreadEnd {
  readonly reason: ThreadEndReason;
  readonly exitCode: number;
  /** The error that ended it, where one did. */
  readonly error?: ErrorReport;
}

/** News of a thread, on the main thread. */
export interface ThreadListener {
  /** An agent threw and was closed; `remaining` agents run on. */
  agentFailed?(thread: AgentThread, agent: string, error: ErrorReport, remaining: number): void;
  /** Something is not as configured (a refused privilege) and the thread runs without it. One sentence with its remedy. */
  warned?(thread: AgentThread, warning: string): void;
  /** The thread is gone. Called once, also after a stop. */
  ended?(thread: AgentThread, end: ThreadEnd): void;
}

export interface ThreadStartOptions {
  readonly counters: CounterRegistry;
  readonly listener?: ThreadListener;
  /** How long imports and constructors of agents may take. Default 30 s. */
  readonly startDeadlineMs?: number;
}

/** A thread that could not be started: which one, which agent, why. */
export class ThreadStartError extends Error {
  override readonly name = 'ThreadStartError';
  readonly thread: string;
  readonly agent: string | undefined;

  constructor(thread: string, agent: string | undefined, why: string, options?: ErrorOptions) {
    super(agent === undefined ? `thread ${thread}: ${why}` : `thread ${thread}: agent ${agent}: ${why}`, options);
    this.thread = thread;
    this.agent = agent;
  }
}

/**
 * A thread that runs agents, as the main thread sees it. It lives once: to run the same agents again, start another.
 */
export class AgentThread {
  readonly spec: ThreadSpec;
  /** The thread's duty cycle, see `DutyCell`. */
  readonly dutyCells: Float64Array;
  /** Resolves when the thread is gone; never rejects. */
  readonly ended: Promise<ThreadEnd>;
  /** Whether the thread has the addon. Valid once started. */
  native = false;

  private readonly words: Int32Array;
  private readonly worker: Worker;
  private readonly listener: ThreadListener;
  private readonly reportConsumer: SpscConsumer;
  private terminatedAs: ThreadEndReason | undefined = undefined;
  /** What ended the thread, and the last that an agent threw: the latter matters only if it left none. */
  private fatalError: ErrorReport | undefined = undefined;
  private agentError: ErrorReport | undefined = undefined;

  private constructor(spec: ThreadSpec, options: ThreadStartOptions, settle: StartSettlers) {
    this.spec = spec;
    this.listener = options.listener ?? {};
    const control = new SharedArrayBuffer(ThreadControl.byteLength);
    this.words = new Int32Array(control);
    const reportRing = createSpscRing(spec.reportRingBytes ?? DEFAULT_REPORT_RING_BYTES);
    this.reportConsumer = new SpscConsumer(reportRing);
    const duty = options.counters.allocate('thread', { thread: spec.name }, DUTY_CELL_NAMES);
    this.dutyCells = duty.cells;
    const start: ThreadStart = {
      spec,
      control,
      counterMemory: options.counters.memory,
      dutyCounters: duty.handle,
      reportRing,
    };
    this.worker = new Worker(siblingUrl(import.meta.url, './thread-entry'), {
      name: spec.name,
      workerData: start,
      env: threadEnvironment(),
      // None of the parent's flags: a debugger port or a loader of a test runner has no business in there.
      execArgv: [],
      ...(spec.maxHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: spec.maxHeapMb } }),
    });
    this.worker.on('message', (message: ThreadMessage) => this.onMessage(message, settle));
    this.worker.on('error', (error) => {
      this.fatalError = errorReport(error);
    });
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (exitCode) => {
        const end = this.describeEnd(exitCode);
        const state =
          end.reason === 'stopped' || end.reason === 'terminated' ? ThreadState.stopped : ThreadState.failed;
        Atomics.store(this.words, ThreadControl.stateCell, state);
        // a thread that is gone has no turn that does not end
        this.dutyCells[DutyCell.lastTurnNs] = 0;
        resolve(end);
        settle.failed(new ThreadStartError(spec.name, undefined, `ended while starting: ${describeThreadEnd(end)}`));
        this.listener.ended?.(this, end);
      });
    });
  }

  /**
   * Starts a thread and waits until its agents are made and its duty cycle runs.
   * @throws {ThreadStartError} if the spec is impossible, or an agent could not be made; the thread is gone then
   */
  static async start(spec: ThreadSpec, options: ThreadStartOptions): Promise<AgentThread> {
    const fault = threadSpecFault(spec);
    if (fault !== undefined) throw new ThreadStartError(spec.name, undefined, fault);
    // Makes libuv start its pool now, from here: pool threads inherit the core of whichever thread needs them first.
    await access('/');
    const deadlineMs = options.startDeadlineMs ?? DEFAULT_START_DEADLINE_MS;
    return new Promise((resolve, reject) => {
      let tooSlow: ThreadStartError | undefined;
      const thread = new AgentThread(spec, options, {
        running: () => {
          clearTimeout(timer);
          resolve(thread);
        },
        failed: (error) => {
          clearTimeout(timer);
          void thread.ended.then(() => reject(tooSlow ?? error));
        },
      });
      const timer = setTimeout(() => {
        const why = `did not start within ${deadlineMs} ms; it was terminated`;
        tooSlow = new ThreadStartError(spec.name, thread.currentAgent, why);
        void thread.terminate('failed');
      }, deadlineMs);
    });
  }

  get name(): string {
    return this.spec.name;
  }

  get state(): ThreadState {
    return Atomics.load(this.words, ThreadControl.stateCell) as ThreadState;
  }

  /** Name of the agent that had, or has, the last turn: the one to blame if the thread stands still. */
  get currentAgent(): string | undefined {
    return this.spec.agents[this.words[ThreadControl.currentAgentCell]!]?.name;
  }

  /** Hands the agents' reports to a handler. Call it now and then. @returns how many */
  drainReports(handler: RecordHandler, limit: number): number {
    return this.reportConsumer.drain(handler, limit);
  }

  /** Asks the thread to end after its turn, without waiting. */
  requestStop(): void {
    Atomics.store(this.words, ThreadControl.stopRequestCell, 1);
    Atomics.notify(this.words, ThreadControl.stopRequestCell);
  }

  /**
   * Asks the thread to close its agents and end; terminates it if it has not within the deadline (2 s by default),
   * and then its agents were not closed. May be called twice.
   */
  async stop(deadlineMs = DEFAULT_STOP_DEADLINE_MS): Promise<ThreadEnd> {
    this.requestStop();
    const timer = setTimeout(() => void this.terminate('terminated'), deadlineMs);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  /** Ends the thread where it stands; its agents are not closed. The last resort. */
  async terminate(reason: ThreadEndReason): Promise<ThreadEnd> {
    this.terminatedAs ??= reason;
    await this.worker.terminate();
    return this.ended;
  }

  private onMessage(message: ThreadMessage, settle: StartSettlers): void {
    switch (message.kind) {
      case 'running':
        this.native = message.native;
        for (const refused of message.refused) {
          const warning = remedyFor(refused, this.spec);
          if (warning !== undefined) this.listener.warned?.(this, warning);
        }
        settle.running();
        break;
      case 'startFailed':
        this.fatalError = message.error;
        settle.failed(
          new ThreadStartError(this.spec.name, message.agent, message.error.message, { cause: message.error }),
        );
        break;
      case 'agentFailed':
        this.agentError = message.error;
        this.listener.agentFailed?.(this, message.agent, message.error, message.remaining);
        break;
    }
  }

  private describeEnd(exitCode: number): ThreadEnd {
    const state = this.state;
    let error = this.fatalError;
    let reason: ThreadEndReason;
    if (state === ThreadState.stopped) reason = 'stopped';
    else if (error?.code === 'ERR_WORKER_OUT_OF_MEMORY') reason = 'outOfMemory';
    else if (this.terminatedAs !== undefined) reason = this.terminatedAs;
    else if (error !== undefined) reason = 'failed';
    else if (state === ThreadState.failed) {
      reason = 'failed';
      error = this.agentError;
    } else reason = 'exited';
    return { reason, exitCode, ...(error === undefined ? {} : { error }) };
  }
}

interface StartSettlers {
  running(): void;
  failed(error: ThreadStartError): void;
}

/** An end as a phrase for people. */
export function describeThreadEnd(end: ThreadEnd): string {
  const because = end.error === undefined ? '' : `: ${end.error.message}`;
  switch (end.reason) {
    case 'stopped':
      return 'stopped';
    case 'terminated':
      return 'terminated, for it did not stop in time; its agents were not closed';
    case 'stalled':
      return 'terminated, for its duty cycle stood still';
    case 'outOfMemory':
      return 'used up its heap (limit: maxHeapMb)';
    case 'exited':
      return `called process.exit (code ${end.exitCode})`;
    case 'failed':
      return `failed${because}`;
  }
}

/** What a thread's own code looks for in the environment. */
const OWN_VARIABLES = ['WARMLINE_IO', 'WARMLINE_ADDON'];

/** Threads see nothing of the environment but that: what else stands there (passwords) is none of a strategy's business. */
function threadEnvironment(): Record<string, string> {
  return Object.fromEntries(
    OWN_VARIABLES.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
}
