import { isStopped } from '../runtime/kernel-thread.ts';
import { STUCK_NS } from './readiness.ts';
import type { RouterFile } from './router-files.ts';

/** How a router does as another process sees it. */
export interface RouterHealth {
  /** Its process is there. */
  readonly alive: boolean;
  /** Stopped by a signal or a debugger: it is there, and no thread of it moves. */
  readonly stopped: boolean;
  /** How old its counters are; NaN where there are none yet. */
  readonly ageNs: number;
  /** For how long its main thread has not moved, as of its counters; 0 while it moves. */
  readonly mainHungNs: number;
  /** Threads whose turn has not ended for too long, as of its counters, and for how long in ns. */
  readonly stuck: ReadonlyMap<string, number>;
}

/** The main thread carries no tick and no order: it may pause, but not for so long. */
const MAIN_HANGS_NS = 2e9;
/** The mirror writes many times a second. */
const OLD_NS = 1e9;

/** @param nowNs monotonic ns @param mainBeatAgoNs see `StatusReader` */
export function routerHealth(
  file: RouterFile,
  nowNs: number,
  mainBeatAgoNs: number,
  turnsAgoNs: ReadonlyMap<string, number>,
): RouterHealth {
  return {
    alive: file.alive,
    stopped: file.alive && isStopped(file.pid),
    ageNs: file.atNs === 0 ? Number.NaN : Math.max(0, nowNs - file.atNs),
    mainHungNs: mainBeatAgoNs > MAIN_HANGS_NS ? mainBeatAgoNs : 0,
    stuck: new Map([...turnsAgoNs].filter(([, ago]) => ago > STUCK_NS)),
  };
}

/** What is wrong with it, a sentence each; none = nothing. */
export function healthTroubles(
  { pid }: RouterFile,
  { alive, stopped, ageNs, mainHungNs, stuck }: RouterHealth,
): string[] {
  const seconds = (ns: number) => `${(ns / 1e9).toFixed(1)} s`;
  if (!alive) return [`process ${pid} is gone and did not say goodbye: this is how it stood`];
  const troubles: string[] = [];
  if (stopped) troubles.push(`process ${pid} is stopped by a signal or a debugger: kill -CONT ${pid} lets it go on`);
  if (Number.isNaN(ageNs)) troubles.push('it has not shown its counters yet');
  else if (stopped || ageNs > OLD_NS) troubles.push(`these counters are ${seconds(ageNs)} old`);
  if (mainHungNs > 0) {
    troubles.push(`its main thread hangs since ${seconds(mainHungNs)}: no API, no log; what is routed goes on`);
  }
  for (const [thread, ns] of stuck) troubles.push(`thread ${thread}: its turn has not ended for ${seconds(ns)}`);
  return troubles;
}
