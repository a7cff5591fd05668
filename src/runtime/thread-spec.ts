import type { AgentSpec, ThreadMode } from './agent-context.ts';
import { type IdleOptions, parksWhenIdle } from './idle.ts';

/** Scheduling class of a thread. */
export type Scheduling = 'other' | 'batch' | 'fifo';

/** What happens on a thread when one of its agents throws. The agent itself is closed in any case. */
export type AgentFailurePolicy = 'continue' | 'stopThread';

/** A thread to be started: made by the layout, read by `AgentThread`. */
export interface ThreadSpec {
  /** Unique among the process's threads; labels its counters. */
  readonly name: string;
  /** Agents in the order in which they take their turns. */
  readonly agents: readonly AgentSpec[];
  readonly mode: ThreadMode;
  /** Evented threads: `spin` and `yield` run turns from `setImmediate` without pause, `backoff` and `park` use timers. */
  readonly idle: IdleOptions;
  /** Core to pin to; not pinned if absent. */
  readonly core?: number;
  /** Default `other`. `fifo` only for threads that park. */
  readonly scheduling?: Scheduling;
  /** Priority for `fifo`, 1 (low) to 99. Default 1: enough to run before everything that is not real-time. */
  readonly priority?: number;
  /** Default `continue`. */
  readonly onAgentFailure?: AgentFailurePolicy;
  /** Heap limit for old objects, in MiB: past it the thread ends, the process does not. Default: V8's. */
  readonly maxHeapMb?: number;
  /** Room for records to the main thread, in bytes; a power of two. Default 64 KiB. */
  readonly reportRingBytes?: number;
}

const MAX_PRIORITY = 99;

/**
 * What is wrong with a spec, in words, or undefined.
 */
export function threadSpecFault(spec: ThreadSpec): string | undefined {
  if (spec.agents.length === 0) return `thread ${spec.name} has no agents`;
  if (spec.scheduling === 'fifo') {
    if (!parksWhenIdle(spec.idle.kind)) {
      return (
        `thread ${spec.name}: scheduling fifo with idle ${spec.idle.kind} would take its core from everything else, ` +
        'the kernel included, for ever: use idle park or backoff, or scheduling other on an isolated core'
      );
    }
    const priority = spec.priority ?? 1;
    if (!Number.isInteger(priority) || priority < 1 || priority > MAX_PRIORITY) {
      return `thread ${spec.name}: priority must be an integer from 1 to ${MAX_PRIORITY}, not ${priority}`;
    }
  }
  if (spec.core !== undefined && (!Number.isInteger(spec.core) || spec.core < 0)) {
    return `thread ${spec.name}: core must be an integer from 0, not ${spec.core}`;
  }
  return undefined;
}
