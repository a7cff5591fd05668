import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { IdleKind } from './idle.ts';

/** `dedicated`: a core per line, router, strategy, gateway. `fused`: all of them on one thread. */
export type LayoutKind = 'dedicated' | 'fused';

/** With fewer cores than this `auto` is fused: two lines, router, strategy, the main thread and the kernel want one each. */
const MIN_CORES_FOR_DEDICATED = 6;
/** With fewer cores than this a hot thread does not spin unless told to: it would take half the machine or more. */
const MIN_CORES_FOR_SPIN = 4;

/** What a layout is made for. */
export interface LayoutRequest {
  readonly layout: LayoutKind | 'auto';
  /** Hot threads that a dedicated layout would have. */
  readonly dedicatedThreads: number;
  /** Cores the process may use, see {@link allowedCores}. */
  readonly cores: readonly number[];
}

export interface LayoutDecision {
  readonly layout: LayoutKind;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** A hot thread that wants a place. */
export interface ThreadToPlace {
  readonly name: string;
  /** Names of its agents, for people. */
  readonly agents: readonly string[];
  /** Core given in the config. */
  readonly core?: number;
  readonly idle: IdleKind | 'auto';
}

/** A hot thread in its place. */
export interface PlacedThread {
  readonly name: string;
  readonly agents: readonly string[];
  /** Undefined: not pinned. */
  readonly core: number | undefined;
  /** No other hot thread is on its core. */
  readonly ownCore: boolean;
  readonly idle: IdleKind;
}

export interface Placement {
  readonly threads: readonly PlacedThread[];
  /** What is odd about it, a sentence each with its remedy. */
  readonly warnings: readonly string[];
}

/**
 * The cores that this process may run on (its affinity mask, so that `taskset`, cpusets and systemd's `CPUAffinity=`
 * are right), ascending.
 *
 * @param status content of `/proc/self/status`
 */
export function allowedCores(status: string = readStatus()): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  // No such file or line (a container that hides it): as many as Node counts, from 0.
  if (list === undefined) return Array.from({ length: availableParallelism() }, (_, core) => core);
  return parseCoreList(list);
}

/** `0-2,5` as 0, 1, 2, 5. @throws {Error} on anything else */
export function parseCoreList(list: string): number[] {
  const cores = new Set<number>();
  for (const part of list.split(',')) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (range === null) throw new Error(`not a list of cores (as 0-3,6): ${list}`);
    const last = Number(range[2] ?? range[1]);
    for (let core = Number(range[1]); core <= last; core++) cores.add(core);
  }
  return [...cores].sort((a, b) => a - b);
}

/** Dedicated or fused. */
export function decideLayout(request: LayoutRequest): LayoutDecision {
  if (request.layout !== 'auto') {
    return { layout: request.layout, reason: `layout ${request.layout}: configured` };
  }
  // One more for the main thread, one for the kernel and whatever else runs.
  const wanted = Math.max(MIN_CORES_FOR_DEDICATED, request.dedicatedThreads + 2);
  const layout = request.cores.length >= wanted ? 'dedicated' : 'fused';
  return { layout, reason: `layout ${layout}: ${request.cores.length} cores, dedicated wants ${wanted}` };
}

/** Idle strategy of a hot thread whose config leaves it open. */
export function decideIdle(ownCore: boolean, coreCount: number): IdleKind {
  return ownCore && coreCount >= MIN_CORES_FOR_SPIN ? 'spin' : 'backoff';
}

/**
 * Gives each hot thread its core: the one in its config, else a free one from the top (the first cores serve the
 * kernel's interrupts and the main thread), else none. The first allowed core is never given away unasked.
 */
export function placeThreads(threads: readonly ThreadToPlace[], cores: readonly number[]): Placement {
  const warnings: string[] = [];
  const users = new Map<number, string[]>();
  for (const { core, name } of threads) {
    if (core === undefined) continue;
    users.set(core, [...(users.get(core) ?? []), name]);
    if (!cores.includes(core)) {
      warnings.push(
        `thread ${name}: core ${core} is not among those that this process may use (${cores.join(', ')}): ` +
          'choose another, or widen its affinity (taskset, cpuset, CPUAffinity=)',
      );
    }
  }
  for (const [core, names] of users) {
    if (names.length > 1) warnings.push(`core ${core} is shared by ${names.join(' and ')}: each waits for the other`);
  }
  const free = cores.slice(1).filter((core) => !users.has(core));
  const placed = threads.map((thread): PlacedThread => {
    const core = thread.core ?? free.pop();
    const ownCore = core !== undefined && (users.get(core)?.length ?? 1) === 1;
    const idle = thread.idle === 'auto' ? decideIdle(ownCore, cores.length) : thread.idle;
    if (idle === 'spin' && !ownCore) {
      warnings.push(`thread ${thread.name} spins without a core of its own: other threads there wait for it`);
    }
    return { name: thread.name, agents: thread.agents, core, ownCore, idle };
  });
  return { threads: placed, warnings };
}

/** A placement for people: one line per thread. */
export function describePlacement(placement: Placement): string[] {
  const width = Math.max(0, ...placement.threads.map(({ name }) => name.length));
  return placement.threads.map(({ name, agents, core, idle }) => {
    const where = core === undefined ? 'any core' : `core ${core}`;
    return `${name.padEnd(width)}  ${where}, ${idle}: ${agents.join(', ')}`;
  });
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
