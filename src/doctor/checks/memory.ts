import { formatSizeBytes } from '../../config/units.ts';
import type { Check } from '../finding.ts';
import { Capability, hasCapability } from '../kernel-files.ts';

/** Limits of this process: soft value by name, `Infinity` = unlimited. */
function limits(text: string | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of (text ?? '').split('\n')) {
    const parts = /^(Max [a-z -]+?)\s{2,}(\S+)\s+(\S+)/.exec(line);
    if (parts !== null) found.set(parts[1], parts[2] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(parts[2]));
  }
  return found;
}

/** Rings, books and counters of a usual config. */
const USUAL_LOCKED_BYTES = 512 * 1024 ** 2;

export const memlock: Check = ({ host, config }) => {
  const check = 'memlock';
  const bytes = limits(host.read('proc/self/limits')).get('Max locked memory');
  const wanted = config?.threads.lockMemory === true;
  if (hasCapability(host, Capability.ipcLock) || bytes === Number.POSITIVE_INFINITY) {
    return { check, verdict: 'ok', found: 'memory may be locked without limit' };
  }
  if (bytes === undefined) return { check, verdict: 'unknown', found: 'the limit is not shown' };
  if (bytes >= USUAL_LOCKED_BYTES) return { check, verdict: 'ok', found: `${formatSizeBytes(bytes)} may be locked` };
  return {
    check,
    verdict: wanted ? 'bad' : 'advice',
    found: `only ${formatSizeBytes(bytes)} may be locked${wanted ? ', and the config asks for lockMemory' : ''}`,
    why: 'rings and books can be paged out; the first touch after that takes milliseconds',
    fix: ['LimitMEMLOCK=infinity in the unit', 'or memlock unlimited in /etc/security/limits.d'],
  };
};

export const rtprio: Check = ({ host, config }) => {
  const check = 'rtprio';
  const allowed = limits(host.read('proc/self/limits')).get('Max realtime priority') ?? 0;
  const { class: scheduling, priority } = config?.threads.scheduling ?? { class: 'other', priority: 0 };
  if (scheduling !== 'fifo')
    return { check, verdict: 'ok', found: `scheduling class ${scheduling}: no real-time priority is needed` };
  if (hasCapability(host, Capability.sysNice) || allowed >= priority) {
    return { check, verdict: 'ok', found: `real-time priority ${priority} is allowed` };
  }
  return {
    check,
    verdict: 'bad',
    found: `the config asks for fifo ${priority}, allowed is ${allowed}`,
    why: 'the threads will run in the ordinary class',
    fix: ['LimitRTPRIO=99 in the unit, or AmbientCapabilities=CAP_SYS_NICE', 'or rtprio 99 in /etc/security/limits.d'],
  };
};

export const hugePages: Check = ({ host }) => {
  const check = 'transparent-huge-pages';
  const at = 'sys/kernel/mm/transparent_hugepage';
  const mode = /\[(\w+)\]/.exec(host.read(`${at}/enabled`) ?? '')?.[1];
  const defrag = /\[([\w+]+)\]/.exec(host.read(`${at}/defrag`) ?? '')?.[1];
  if (mode === undefined) return { check, verdict: 'ok', found: 'the kernel has none' };
  if (mode !== 'always') return { check, verdict: 'ok', found: `mode ${mode}` };
  return {
    check,
    verdict: 'advice',
    found: `mode always, defrag ${defrag ?? '?'}`,
    why: 'the kernel compacts memory behind a running thread: stalls of up to milliseconds',
    fix: [`echo madvise > /${at}/enabled`],
  };
};

export const swap: Check = ({ host }) => {
  const check = 'swap';
  const areas = (host.read('proc/swaps') ?? '').split('\n').slice(1).filter(Boolean);
  if (areas.length === 0) return { check, verdict: 'ok', found: 'no swap' };
  return {
    check,
    verdict: 'advice',
    found: `${areas.length} swap area${areas.length === 1 ? '' : 's'}`,
    why: 'what is swapped out comes back in milliseconds',
    fix: ['swapoff -a, or MemorySwapMax=0 in the unit'],
  };
};

export const timerSlack: Check = ({ host, config }) => {
  const check = 'timer-slack';
  const ns = Number(host.read('proc/self/timerslack_ns') ?? Number.NaN);
  if (!Number.isFinite(ns)) return { check, verdict: 'unknown', found: 'the timer slack is not shown' };
  const parks = config !== undefined && (config.threads.idle === 'park' || config.threads.idle === 'backoff');
  // Warmline's own threads lower theirs; what counts is that nothing forbids it.
  return {
    check,
    verdict: 'ok',
    found: `${ns} ns for this process${parks ? '; threads that park lower theirs themselves' : ''}`,
  };
};
