/**
 * The words through which the main thread and one agent thread know of each other: a few int32 in shared memory. A
 * spinning thread never enters its event loop, so a message to it would never arrive; these are the only way in.
 */
export const ThreadControl = {
  byteLength: 256,
  /** Set to 1 by the main thread: leave the duty cycle, close the agents, end. Read once per turn; alone on its line. */
  stopRequestCell: 0,
  /** {@link ThreadState}; written by the thread, and by the main thread once the thread is gone. */
  stateCell: 32,
  /** Index of the agent whose `doWork` was entered last: the one to blame when a turn does not end. */
  currentAgentCell: 33,
  /** How many of the thread's agents have been closed because they threw. */
  failedAgentsCell: 34,
} as const;

export const ThreadState = {
  starting: 0,
  running: 1,
  stopping: 2,
  stopped: 3,
  failed: 4,
} as const;
export type ThreadState = (typeof ThreadState)[keyof typeof ThreadState];

/** Name of a state, for people. */
export function threadStateName(state: number): string {
  return Object.entries(ThreadState).find(([, value]) => value === state)?.[0] ?? `state ${state}`;
}

/**
 * Cells of a thread's counter block (`thread`, labelled by its name), all written by the thread itself. They are its
 * heartbeat: `turns` stands still only if a turn does not end.
 */
export const DutyCell = {
  /** Turns made. */
  turns: 0,
  /** Sum of what the agents' `doWork` returned. */
  work: 1,
  /** Monotonic ns at the start of the last turn. */
  lastTurnNs: 2,
  /** The longest turn so far, in ns: agents, collector pauses and preemption together, idling apart. */
  maxTurnNs: 3,
  /** Turns longer than {@link LONG_TURN_NS}. */
  longTurns: 4,
  /** Exceptions that agents let out of `doWork`. */
  agentFailures: 5,
  /** The kernel's number of the thread, under /proc/PID/task; 0 where it is not known. Written once, at its start. */
  kernelThread: 6,
} as const;
export const DUTY_CELL_NAMES = [
  'turns',
  'work',
  'lastTurnNs',
  'maxTurnNs',
  'longTurns',
  'agentFailures',
  'kernelThread',
] as const;

/** A turn longer than this is counted: no venue's packet should wait for one. */
export const LONG_TURN_NS = 1_000_000;
