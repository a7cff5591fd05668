import type { Check, Finding } from '../finding.ts';
import { coresIn } from '../kernel-files.ts';

const CPU = 'sys/devices/system/cpu';

const listed = (cores: readonly number[]) => cores.join(',') || 'none';

/** Hot threads belong on cores that the scheduler keeps free of everything else. */
export const isolatedCores: Check = ({ host, hotCores }) => {
  const check = 'isolated-cores';
  const isolated = coresIn(host, `${CPU}/isolated`);
  const exposed = hotCores.filter((core) => !isolated.includes(core));
  if (hotCores.length === 0) {
    if (isolated.length === 0) return { check, verdict: 'ok', found: 'no core is isolated, and no thread is pinned' };
    return {
      check,
      verdict: 'advice',
      found: `cores ${listed(isolated)} are isolated, and no thread is pinned to them`,
      why: 'isolated cores idle unless a thread is pinned to them',
      fix: ['set threads.cores in the config'],
    };
  }
  if (exposed.length === 0)
    return { check, verdict: 'ok', found: `hot threads run on isolated cores ${listed(hotCores)}` };
  return {
    check,
    verdict: 'advice',
    found: `hot threads are pinned to ${listed(hotCores)}, isolated cores are ${listed(isolated)}`,
    why: `other processes are scheduled onto ${listed(exposed)}: each time costs milliseconds`,
    fix: [
      `kernel command line: isolcpus=managed_irq,domain,${listed(hotCores)}`,
      'or a systemd slice with AllowedCPUs= for everything else',
    ],
  };
};

/** A core whose only thread runs needs no clock tick, no RCU callbacks. */
export const tickless: Check = ({ host, hotCores }) => {
  const check = 'tickless-cores';
  if (hotCores.length === 0) return { check, verdict: 'ok', found: 'no thread is pinned' };
  const nohz = coresIn(host, `${CPU}/nohz_full`);
  const command = host.read('proc/cmdline') ?? '';
  const missing = hotCores.filter((core) => !nohz.includes(core));
  const rcu = /\brcu_nocbs=/.test(command);
  if (missing.length === 0 && rcu)
    return { check, verdict: 'ok', found: `no tick on ${listed(hotCores)}, RCU callbacks elsewhere` };
  return {
    check,
    verdict: 'advice',
    found: missing.length > 0 ? `the clock ticks on ${listed(missing)}` : 'RCU callbacks run on the hot cores',
    why: 'each interrupt takes a few µs from the thread that spins there',
    fix: [`kernel command line: nohz_full=${listed(hotCores)} rcu_nocbs=${listed(hotCores)}`],
  };
};

/** Two hot threads on the two halves of one physical core slow each other down. */
export const siblings: Check = ({ host, hotCores }) => {
  const check = 'core-siblings';
  const clashes: string[] = [];
  let known = false;
  for (const core of hotCores) {
    const shared = coresIn(host, `${CPU}/cpu${core}/topology/thread_siblings_list`);
    known ||= shared.length > 0;
    const other = shared.find((sibling) => sibling !== core && sibling > core && hotCores.includes(sibling));
    if (other !== undefined) clashes.push(`${core} and ${other}`);
  }
  if (hotCores.length === 0) return { check, verdict: 'ok', found: 'no thread is pinned' };
  if (!known) return { check, verdict: 'unknown', found: 'the topology of the cores is not shown' };
  if (clashes.length === 0) return { check, verdict: 'ok', found: 'hot threads have a physical core each' };
  return {
    check,
    verdict: 'bad',
    found: `hot threads share physical cores: ${clashes.join('; ')}`,
    why: 'two threads that spin on one physical core run at about half speed each',
    fix: ['choose other numbers in threads.cores', 'or switch off SMT: echo off > /sys/devices/system/cpu/smt/control'],
  };
};

/** What the config pins must exist and be allowed. */
export const coreMap: Check = ({ host, allowedCores, hotCores, config }) => {
  const check = 'core-map';
  const online = coresIn(host, `${CPU}/online`);
  const absent = hotCores.filter((core) => online.length > 0 && !online.includes(core));
  if (absent.length > 0) {
    return {
      check,
      verdict: 'bad',
      found: `the config pins threads to cores that are not there: ${listed(absent)}`,
      why: `this host has cores ${listed(online)}; those threads will not be pinned`,
      fix: ['correct threads.cores in the config'],
    };
  }
  const refused = hotCores.filter((core) => !allowedCores.includes(core));
  if (refused.length > 0) {
    return {
      check,
      verdict: 'bad',
      found: `the config pins threads to ${listed(refused)}, which this process may not use`,
      why: `it may use ${listed(allowedCores)}`,
      fix: ['widen its affinity: taskset, the cpuset, or CPUAffinity= in the unit'],
    };
  }
  const spinners = config?.threads.idle === 'spin' ? hotCores.length || 1 : 0;
  if (spinners > 0 && allowedCores.length <= spinners) {
    return {
      check,
      verdict: 'bad',
      found: `${spinners} threads spin on ${allowedCores.length} cores`,
      why: 'nothing is left for the main thread and the kernel: everything stalls in turns',
      fix: ['threads.idle: backoff, or a host with more cores'],
    };
  }
  return { check, verdict: 'ok', found: `cores ${listed(allowedCores)} may be used, ${hotCores.length} are pinned to` };
};

/** A quota stops every thread of the process until the next period. */
export const quota: Check = ({ host }) => {
  const check = 'cpu-quota';
  const group = /^0::(.*)$/m.exec(host.read('proc/self/cgroup') ?? '')?.[1] ?? '/';
  const limit = host.read(`sys/fs/cgroup${group === '/' ? '' : group}/cpu.max`) ?? host.read('sys/fs/cgroup/cpu.max');
  if (limit === undefined || limit.startsWith('max'))
    return { check, verdict: 'ok', found: 'no quota on processor time' };
  const [share, period] = limit.split(' ').map(Number);
  return {
    check,
    verdict: 'bad',
    found: `the control group may use ${(share / period).toFixed(2)} cores`,
    why: 'a thread that spins uses it up, and then everything stands still for the rest of the period',
    fix: ['remove CPUQuota= from the unit, or the limit from the container'],
  };
};

/** Interrupts of devices that may land on hot cores. */
export const interrupts: Check = ({ host, hotCores }): Finding => {
  const check = 'irq-affinity';
  if (hotCores.length === 0) return { check, verdict: 'ok', found: 'no thread is pinned' };
  const landing: string[] = [];
  let seen = 0;
  for (const irq of host.list('proc/irq')) {
    if (!/^\d+$/.test(irq)) continue;
    const cores = coresIn(host, `proc/irq/${irq}/effective_affinity_list`);
    const all = cores.length > 0 ? cores : coresIn(host, `proc/irq/${irq}/smp_affinity_list`);
    if (all.length === 0) continue;
    seen++;
    if (all.some((core) => hotCores.includes(core))) landing.push(irq);
  }
  if (seen === 0) return { check, verdict: 'unknown', found: 'where interrupts go is not shown' };
  if (landing.length === 0)
    return { check, verdict: 'ok', found: `none of ${seen} interrupts goes to ${listed(hotCores)}` };
  return {
    check,
    verdict: 'advice',
    found: `${landing.length} of ${seen} interrupts go to hot cores (${landing.slice(0, 8).join(', ')}${landing.length > 8 ? '…' : ''})`,
    why: 'each one takes several µs from the thread that runs there',
    fix: [
      'systemctl disable --now irqbalance, or IRQBALANCE_BANNED_CPULIST for the hot cores',
      `echo OTHER_CORES > /proc/irq/N/smp_affinity_list, for N in ${landing.slice(0, 8).join(' ')}`,
    ],
  };
};
