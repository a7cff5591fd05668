import type { Check } from '../finding.ts';

const CPU = 'sys/devices/system/cpu';
/** Idle states that take longer than this to leave are felt in a first packet after silence. */
const SLOW_EXIT_US = 2;

const cpus = (names: readonly string[]) => names.filter((name) => /^cpu\d+$/.test(name));

/** The frequency governor decides how fast a core is when work arrives. */
export const governor: Check = ({ host }) => {
  const check = 'cpu-governor';
  const found = new Map<string, number>();
  for (const cpu of cpus(host.list(CPU))) {
    const name = host.read(`${CPU}/${cpu}/cpufreq/scaling_governor`);
    if (name !== undefined) found.set(name, (found.get(name) ?? 0) + 1);
  }
  if (found.size === 0)
    return { check, verdict: 'unknown', found: 'no frequency scaling is shown (usual in a virtual machine)' };
  if (found.size === 1 && found.has('performance'))
    return { check, verdict: 'ok', found: 'governor performance on every core' };
  return {
    check,
    verdict: 'advice',
    found: [...found].map(([name, count]) => `${name} on ${count}`).join(', '),
    why: 'a core that slowed down takes tens of µs to speed up again',
    fix: ['cpupower frequency-set -g performance', 'or the tuned profile of deploy/tuning'],
  };
};

/** Sleep states of idle cores. */
export const idleStates: Check = ({ host }) => {
  const check = 'cpu-idle-states';
  let slowest = 0;
  let name = '';
  let seen = 0;
  for (const cpu of cpus(host.list(CPU))) {
    for (const state of host.list(`${CPU}/${cpu}/cpuidle`)) {
      const at = `${CPU}/${cpu}/cpuidle/${state}`;
      const exitUs = Number(host.read(`${at}/latency`));
      if (!Number.isFinite(exitUs)) continue;
      seen++;
      if (host.read(`${at}/disable`) === '0' && exitUs > slowest) {
        slowest = exitUs;
        name = host.read(`${at}/name`) ?? state;
      }
    }
  }
  if (seen === 0) return { check, verdict: 'unknown', found: 'no idle states are shown (usual in a virtual machine)' };
  if (slowest <= SLOW_EXIT_US)
    return { check, verdict: 'ok', found: `no idle state takes longer than ${SLOW_EXIT_US} µs to leave` };
  return {
    check,
    verdict: 'advice',
    found: `idle state ${name} takes ${slowest} µs to leave`,
    why: 'threads that park wake up that much later; threads that spin are not concerned',
    fix: [
      'kernel command line: intel_idle.max_cstate=1 processor.max_cstate=1',
      'or hold /dev/cpu_dma_latency open at 0 (deploy/tuning does)',
    ],
  };
};

/** The kernel's clock, which stamps everything. */
export const clockSource: Check = ({ host }) => {
  const check = 'clock-source';
  const at = 'sys/devices/system/clocksource/clocksource0';
  const current = host.read(`${at}/current_clocksource`);
  if (current === undefined) return { check, verdict: 'unknown', found: 'the clock source is not shown' };
  if (current === 'tsc' || current === 'arch_sys_counter' || current === 'kvm-clock') {
    return { check, verdict: 'ok', found: `clock source ${current}, read without a system call` };
  }
  return {
    check,
    verdict: 'bad',
    found: `clock source ${current} (available: ${host.read(`${at}/available_clocksource`) ?? '?'})`,
    why: 'each look at the clock is a system call of about 1 µs, several per packet',
    fix: [`echo tsc > /${at}/current_clocksource`, 'kernel command line: clocksource=tsc tsc=reliable'],
  };
};
