import type { ThreadsConfig } from '../config/schema.ts';
import type { IoKind } from '../io/abilities.ts';
import type { ThreadMode } from '../runtime/agent-context.ts';
import {
  allowedCores,
  decideLayout,
  describePlacement,
  type LayoutKind,
  type PlacedThread,
  placeThreads,
  type ThreadToPlace,
} from '../runtime/layout.ts';

/** One thread of a plan. */
export interface PlannedThread extends PlacedThread {
  readonly mode: ThreadMode;
}

/** Which threads there are, where they run, and why. */
export interface ThreadPlan {
  readonly layout: LayoutKind;
  readonly io: IoKind;
  /** Fused layout: the one hot thread. Dedicated layout: the router's. */
  readonly router: PlannedThread;
  /** Dedicated layout: a thread per line name; its sockets are those of that name in all feeds. */
  readonly lines: readonly PlannedThread[];
  /** Dedicated layout, where something is traded: the gateway's. Fused: it runs on the hot thread. */
  readonly gateway: PlannedThread | undefined;
  /** Strategies on threads of their own: all in the dedicated layout, those that await something in the fused one. */
  readonly strategies: readonly PlannedThread[];
  /** What was decided and why, and what each thread runs: a sentence each. */
  readonly notes: readonly string[];
  /** What is odd about it, with its remedy. */
  readonly warnings: readonly string[];
}

/** What a plan is made from. */
export interface ThreadPlanInput {
  readonly threads: ThreadsConfig;
  readonly io: IoKind;
  readonly lineNames: readonly string[];
  readonly strategies: readonly string[];
  /** Something is traded. */
  readonly trades?: boolean;
  /** Strategies with an async callback. */
  readonly evented: ReadonlySet<string>;
  /** Cores the process may use; default: its affinity mask. */
  readonly cores?: readonly number[];
}

/** Decides which threads run, on which cores, under which idle strategy. */
export function planThreads(input: ThreadPlanInput): ThreadPlan {
  const { threads, io, lineNames, strategies, evented, trades = false } = input;
  const cores = input.cores ?? allowedCores();
  const dedicatedThreads = lineNames.length + 1 + strategies.length + (trades ? 1 : 0);
  const { layout, reason } = decideLayout({ layout: threads.layout, dedicatedThreads, cores });
  const fused = layout === 'fused';
  const notes = [reason];
  const inPlace = strategies.filter((name) => fused && !evented.has(name));
  const own = strategies.filter((name) => !inPlace.includes(name));
  if (inPlace.length > 0) {
    notes.push(
      'fused layout isolates exceptions only: a strategy that loops, exits or exhausts its heap takes the router with it',
    );
  }
  const wanted = (name: string, agents: readonly string[], core: number | undefined): ThreadToPlace => ({
    name,
    agents,
    core,
    idle: threads.idle,
  });
  const lineAgents = lineNames.map((name) => `line ${name}`);
  const toPlace = [
    fused
      ? wanted('hot', [...lineAgents, 'router', ...inPlace, ...(trades ? ['gateway'] : [])], threads.cores.hot)
      : wanted('router', ['router'], threads.cores.router),
    ...(fused ? [] : lineNames.map((name, i) => wanted(`line-${name}`, [lineAgents[i]], threads.cores.lines?.[i]))),
    ...(trades && !fused ? [wanted('gateway', ['gateway'], threads.cores.gateway)] : []),
    ...own.map((name) => wanted(`strategy-${name}`, [name], threads.cores.strategies?.[strategies.indexOf(name)])),
  ];
  const placement = placeThreads(toPlace, cores);
  // portable sockets deliver through the event loop, so the thread that owns some must have one
  const socketMode: ThreadMode = io === 'native' ? 'spinning' : 'evented';
  const planned = placement.threads.map((thread): PlannedThread => {
    const strategy = own.find((name) => thread.name === `strategy-${name}`);
    const mode = strategy === undefined ? socketMode : evented.has(strategy) ? 'evented' : 'spinning';
    return { ...thread, mode, core: pinned(thread, io, cores.length) };
  });
  const lineCount = fused ? 0 : lineNames.length;
  const gateways = trades && !fused ? 1 : 0;
  return {
    layout,
    io,
    router: planned[0],
    lines: planned.slice(1, 1 + lineCount),
    gateway: gateways === 0 ? undefined : planned[1 + lineCount],
    strategies: planned.slice(1 + lineCount + gateways),
    notes: [...notes, ...describePlacement({ ...placement, threads: planned })],
    warnings: io === 'native' ? placement.warnings : [],
  };
}

/** Two cores are too few to pin anything that was not asked for: the kernel balances better. */
const MIN_CORES_FOR_PINNING = 4;

function pinned(thread: PlacedThread, io: IoKind, coreCount: number): number | undefined {
  if (io !== 'native') return undefined;
  return coreCount >= MIN_CORES_FOR_PINNING || thread.idle === 'spin' ? thread.core : undefined;
}
