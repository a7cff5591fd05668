import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** The machine that a run was made on, named in its results. */
export interface Machine {
  readonly cpu: string;
  readonly cores: readonly number[];
  readonly virtual: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly v8: string;
  readonly compiler: string;
  readonly commit: string;
  readonly date: string;
  /** The core of the system under test. */
  readonly core: number;
  /** The core of generators and of the other thread of a pair. */
  readonly peerCore: number;
  readonly loadAverage: string;
}

/** The cores this process may use, from the kernel's list (`0-1,4`). */
function allowedCores(): number[] {
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function output(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

export function describeMachine(root: string): Machine {
  const cores = allowedCores();
  if (cores.length < 2)
    throw new Error('the bench needs two cores: one for the system under test, one for its generator');
  const changed =
    output('git', ['-C', root, 'status', '--porcelain', '--', 'src', 'native', 'bench', ':!bench/RESULTS.md']) !== '';
  const commit = output('git', ['-C', root, 'rev-parse', '--short=12', 'HEAD']) || 'not a git checkout';
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores,
    virtual: / hypervisor/.test(readFileSync('/proc/cpuinfo', 'utf8')) ? 'virtual machine' : 'bare metal',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    v8: process.versions.v8,
    compiler: output('cc', ['--version']).split('\n')[0] ?? '',
    commit: changed ? `${commit} with local changes` : commit,
    date: new Date().toISOString(),
    // The last two: core 0 takes most interrupts, and on two cores there is no choice.
    core: cores[cores.length - 1]!,
    peerCore: cores[cores.length - 2]!,
    loadAverage: readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' '),
  };
}
