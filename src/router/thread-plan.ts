import { availableParallelism } from 'node:os';
import type { ThreadsConfig } from '../config/schema.ts';
import type { IoKind } from '../io/abilities.ts';
import type { ThreadMode } from '../runtime/agent-context.ts';
import type { IdleKind } from '../runtime/idle.ts';

/** One thread of a plan. */
export interface PlannedThread {
  readonly name: string;
  readonly mode: ThreadMode;
  readonly idle: IdleKind;
  readonly core: number | undefined;
  /** What runs on it, for people. */
  readonly agents: readonly string[];
}

/** Which threads there are, where they run, and why. */
export interface ThreadPlan {
  readonly layout: 'fused' | 'dedicated';
  readonly io: IoKind;
  /** Fused: the one hot thread. Dedicated: the router's. */
  readonly router: PlannedThread;
  /** Dedicated layout: a thread per line name; its sockets are those of that name in all feeds. */
  readonly lines: readonly PlannedThread[];
  /** Strategies on threads of their own: all in the dedicated layout, those that await something in the fused one. */
  readonly strategies: readonly PlannedThread[];
  /** What was decided and why, a sentence each. */
  readonly notes: readonly string[];
}

/** What a plan is made from. */
export interface ThreadPlanInput {
  readonly threads: ThreadsConfig;
  readonly io: IoKind;
  readonly lineNames: readonly string[];
  readonly strategies: readonly string[];
  /** Strategies with an async callback. */
  readonly evented: ReadonlySet<string>;
  /** Cores the process may use. */
  readonly cores?: number;
}

/** With fewer cores than this, `auto` is fused: lines, router, strategy, main thread and the kernel want one each. */
const CORES_FOR_DEDICATED = 6;
/** With fewer cores than this a hot thread does not spin unless told to: it would take half the machine. */
const CORES_FOR_SPIN = 4;

/** Decides which threads run, on which cores, under which idle strategy. */
export function planThreads(input: ThreadPlanInput): ThreadPlan {
  const { threads, io } = input;
  const cores = input.cores ?? availableParallelism();
  const notes: string[] = [];
  const wantedCores = input.lineNames.length + input.strategies.length + 2;
  const enough = cores >= Math.max(CORES_FOR_DEDICATED, wantedCores);
  const layout = threads.layout === 'auto' ? (enough ? 'dedicated' : 'fused') : threads.layout;
  if (threads.layout === 'auto') {
    const needed = Math.max(CORES_FOR_DEDICATED, wantedCores);
    notes.push(`layout ${layout}: ${cores} cores, dedicated wants ${needed}`);
  }
  const idle: IdleKind = threads.idle === 'auto' ? (cores >= CORES_FOR_SPIN ? 'spin' : 'backoff') : threads.idle;
  if (threads.idle === 'auto') notes.push(`idle ${idle}: ${cores} cores`);
  if (layout === 'fused' && input.strategies.length > 0) {
    notes.push(
      'fused layout isolates exceptions only: a strategy that loops, exits or exhausts its heap takes the router with it',
    );
  }
  // portable sockets deliver through the event loop, so whoever owns some must have one
  const socketMode: ThreadMode = io === 'native' ? 'spinning' : 'evented';
  const planned = (
    name: string,
    mode: ThreadMode,
    core: number | undefined,
    agents: readonly string[],
  ): PlannedThread => ({
    name,
    mode,
    idle,
    core: io === 'native' ? core : undefined,
    agents,
  });
  const own = input.strategies.filter((name) => layout === 'dedicated' || input.evented.has(name));
  const inPlace = input.strategies.filter((name) => !own.includes(name));
  const lineAgents = input.lineNames.map((name) => `line ${name}`);
  return {
    layout,
    io,
    router:
      layout === 'fused'
        ? planned('hot', socketMode, threads.cores.hot, [...lineAgents, 'router', ...inPlace])
        : planned('router', socketMode, threads.cores.router, ['router']),
    lines:
      layout === 'fused'
        ? []
        : input.lineNames.map((name, index) =>
            planned(`line-${name}`, socketMode, threads.cores.lines?.[index], [`line ${name}`]),
          ),
    strategies: own.map((name) => {
      const index = input.strategies.indexOf(name);
      const mode: ThreadMode = input.evented.has(name) ? 'evented' : 'spinning';
      return planned(`strategy-${name}`, mode, threads.cores.strategies?.[index], [name]);
    }),
    notes,
  };
}
