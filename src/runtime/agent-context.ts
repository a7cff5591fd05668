import type { Native } from '../io/native.ts';
import type { SpscProducer } from '../ring/spsc-ring.ts';
import type { Agent } from './agent.ts';
import type { CounterHandle } from './counters.ts';

/** What a thread offers the agents that it makes. */
export interface AgentContext {
  readonly threadName: string;
  /** `spinning`: no event loop, no promise, no timer after construction. `evented`: turns run from the event loop. */
  readonly mode: ThreadMode;
  /** Cell 0: monotonic ns at the start of the turn. */
  readonly nowNs: Float64Array;
  /** The addon, or undefined where it is not there or `WARMLINE_IO=portable` is set. */
  readonly native: Native | undefined;
  /**
   * Records for the main thread: types from 0 up are the agents' own to define. Shared by the thread's agents, so
   * commit what you claim before `doWork` returns. When the main thread lags the ring fills, refuses, and counts.
   */
  readonly reports: SpscProducer;
  /** The cells of a counter block that the main thread allocated and named in the agent's options. */
  counters(handle: CounterHandle): Float64Array;
  /**
   * This agent writes the monotonic time to `cell[0]` in every `doWork` (a datagram poller does): the thread takes it
   * from there and saves a clock read per turn. One agent per thread; the last call wins.
   */
  keepTime(cell: Float64Array): void;
  /** Evented threads: there is work, don't sleep on. For event handlers; nothing to do on a spinning thread. */
  wake(): void;
}

export type ThreadMode = 'spinning' | 'evented';

/** What a module named in an {@link AgentSpec} exports. It may await whatever it needs: the duty cycle has not begun. */
export interface AgentModule {
  createAgent(options: unknown, context: AgentContext): Agent | Promise<Agent>;
}

/** An agent to be made on a thread. */
export interface AgentSpec {
  /** Used in messages until the agent is there and names itself. */
  readonly name: string;
  /** URL of a module that is an {@link AgentModule}. */
  readonly module: string;
  /** Handed to `createAgent`; structured-cloneable, shared memory included. */
  readonly options?: unknown;
}
