import type { WarmlineConfig } from '../config/schema.ts';
import { allowedCores } from '../runtime/layout.ts';
import { coreMap, interrupts, isolatedCores, quota, siblings, tickless } from './checks/cores.ts';
import { hugePages, memlock, rtprio, swap, timerSlack } from './checks/memory.ts';
import { bypass, interfaces, memberships, nicSettings, reversePath, socketBuffers } from './checks/network.ts';
import { clockSource, governor, idleStates } from './checks/power.ts';
import { addon, kernel } from './checks/program.ts';
import { timeSync } from './checks/time.ts';
import type { Check, Examination, Finding } from './finding.ts';
import type { Host } from './host.ts';

/** All checks, in the order in which they are told. */
export const CHECKS: readonly Check[] = [
  kernel,
  addon,
  coreMap,
  quota,
  isolatedCores,
  tickless,
  siblings,
  interrupts,
  governor,
  idleStates,
  clockSource,
  timeSync,
  timerSlack,
  hugePages,
  swap,
  memlock,
  rtprio,
  socketBuffers,
  interfaces,
  nicSettings,
  reversePath,
  memberships,
  bypass,
];

/** Looks at a host with the eyes of a config, or for itself. */
export function examineHost(host: Host, config?: WarmlineConfig): Finding[] {
  const examination: Examination = {
    host,
    config,
    allowedCores: allowedCores(host.read('proc/self/status') ?? ''),
    hotCores: pinnedCores(config),
    interfaces: interfacesOf(config),
  };
  return CHECKS.flatMap((check) => check(examination));
}

/** A host is fit where nothing is bad. */
export function isFit(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.verdict !== 'bad');
}

function pinnedCores(config: WarmlineConfig | undefined): number[] {
  if (config === undefined) return [];
  const { hot, router, lines, strategies } = config.threads.cores;
  const cores = [hot, router, ...(lines ?? []), ...(strategies ?? [])];
  return [...new Set(cores.filter((core) => core !== undefined))].sort((a, b) => a - b);
}

function interfacesOf(config: WarmlineConfig | undefined): string[] {
  const names = config?.feeds.flatMap((feed) => feed.lines.map((line) => line.interface)) ?? [];
  // Interfaces given by address have no entry in sysfs under that name.
  return [...new Set(names.filter((name) => name !== undefined && !/^\d+\./.test(name)))] as string[];
}
