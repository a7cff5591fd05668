import { errnoName } from '../io/native.ts';
import type { RefusedPrivilege } from './thread-messages.ts';
import type { ThreadSpec } from './thread-spec.ts';

const told = new Set<string>();

/**
 * What to tell people about a privilege that the system refused: what it costs and how to get it. Once per process and
 * kind of refusal; undefined if it has been told.
 */
export function remedyFor(refused: RefusedPrivilege, spec: ThreadSpec): string | undefined {
  const key = `${refused.privilege}:${refused.errno}`;
  if (told.has(key)) return undefined;
  told.add(key);
  const why = errnoName(refused.errno);
  switch (refused.privilege) {
    case 'pin':
      return (
        `thread ${spec.name} could not be pinned to core ${spec.core} (${why}) and runs wherever the kernel puts it: ` +
        'name a core that this process may use (see Cpus_allowed_list in /proc/self/status; taskset, cpuset and ' +
        'CPUAffinity= of systemd narrow it)'
      );
    case 'scheduling':
      return (
        `thread ${spec.name} may not use scheduling class ${spec.scheduling} (${why}) and runs as other: ` +
        'give the process CAP_SYS_NICE, or a LimitRTPRIO= in its systemd unit (ulimit -r)'
      );
    case 'timerSlack':
      return `thread ${spec.name} keeps the default timer slack (${why}): its sleeps last 50 µs longer than asked`;
    case 'native':
      return (
        `thread ${spec.name} is neither pinned nor given a scheduling class, for the native addon is not there: ` +
        'build it with "node scripts/install-native.mjs" where there is a C compiler'
      );
  }
}

/** Forgets what has been told. For tests. */
export function forgetToldRemedies(): void {
  told.clear();
}
