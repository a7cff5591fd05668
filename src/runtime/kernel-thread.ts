import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** The kernel cuts a thread's name there. */
const LONGEST_NAME = 15;
/** Fields of /proc/PID/stat after the command, which may hold anything, blanks and brackets included. */
const STATE_FIELD = 0;
const STOPPED = /^[Tt]$/;

/**
 * Gives the calling thread a name for `top -H`, `perf` and core dumps.
 * @returns its number in the kernel, under /proc/PID/task; 0 where that is not known
 */
export function nameKernelThread(name: string): number {
  try {
    writeFileSync('/proc/thread-self/comm', name.slice(0, LONGEST_NAME));
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}

/** How long a thread has been on a core since it began, in ns; NaN where the kernel does not tell. */
export function coreTimeNs(pid: number, thread: number): number {
  if (thread <= 0) return Number.NaN;
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  } catch {
    return Number.NaN;
  }
}

/** Whether a process is stopped (SIGSTOP, a debugger): it is there, and none of its threads moves. */
export function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return STOPPED.test(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STATE_FIELD]!);
  } catch {
    return false;
  }
}
