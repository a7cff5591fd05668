import { readFileSync, readlinkSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the kernel's ticks since boot. */
  readonly startTicks: string;
  readonly bootId: string;
  /** Processes of another pid namespace (a container) have other numbers. */
  readonly pidNamespace: string;
}

/** Fields of /proc/PID/stat after the command, which may hold anything, blanks and brackets included. */
const START_TIME_FIELD = 19;

function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD];
  } catch {
    return undefined;
  }
}

/** Id of the host's current boot; '' where the host tells none. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

/** The boot id as a number, for headers. */
export function bootHash(): number {
  return Number.parseInt(bootId().replaceAll('-', '').slice(0, 8) || '0', 16) | 0;
}

export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return { pid, startTicks: startTicksOf(pid) ?? '', bootId: bootId(), pidNamespace: pidNamespace() };
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Whether that very process still runs, as far as this one can see. */
export function isAlive(other: ProcessIdentity): boolean {
  if (other.bootId !== bootId()) return false;
  // Nothing can be said of another namespace's processes: better refuse than write beside a live one.
  if (other.pidNamespace !== pidNamespace()) return true;
  return startTicksOf(other.pid) === other.startTicks;
}
