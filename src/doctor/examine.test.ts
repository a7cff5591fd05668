import { describe, expect, it } from 'vitest';
import { examineConfig } from '../config/load.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { CHECKS, examineHost, isFit } from './examine.ts';
import type { Finding } from './finding.ts';
import { type Host, thisHost } from './host.ts';

/** A made-up host: what is not given can't be read. */
function host(files: Record<string, string> = {}, programs: Record<string, string> = {}, environment = {}): Host {
  return {
    read: (path) => files[path],
    list: (path) => {
      const below = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      return [...new Set(below.map((file) => file.slice(path.length + 1).split('/')[0]))].sort();
    },
    run: (program, ...args) => programs[[program, ...args].join(' ')],
    environment,
  };
}

function config(
  threads: string,
  line = '{ name: A, group: 233.54.12.111, port: 26477, interface: eth1 }',
  more = '',
): WarmlineConfig {
  const text = `venue: test\nprotocol: nasdaq\nfeeds:\n  - name: itch\n    lines: [${line}]\nthreads: ${threads}\n${more}`;
  const { config: read, problems } = examineConfig(text, 'made-up.yaml');
  if (read === undefined) throw new Error(JSON.stringify(problems));
  return read;
}

const one = (findings: readonly Finding[], check: string) => findings.find((finding) => finding.check === check)!;
const STATUS = 'Name:\tnode\nCapEff:\t0000000000000000\nCpus_allowed_list:\t0-7\n';
const PINNED = '{ layout: fused, idle: spin, cores: { hot: 3 } }';

describe('the doctor', () => {
  it('says something of every check on a host that shows nothing', () => {
    const findings = examineHost(host());
    expect(findings).toHaveLength(CHECKS.length);
    for (const { verdict, why, fix } of findings) {
      if (verdict !== 'advice' && verdict !== 'bad') continue;
      expect(why).toBeTruthy();
      expect(fix?.length).toBeGreaterThan(0);
    }
  });

  it('looks at this very machine without falling over', () => {
    const findings = examineHost(thisHost());
    expect(one(findings, 'kernel').verdict).toBe('ok');
  });

  it('takes a tuned host for fit', () => {
    const tuned = host({
      'proc/self/status': STATUS.replace('CapEff:\t0000000000000000', 'CapEff:\t0000000000804000'),
      'proc/cmdline': 'quiet isolcpus=3 nohz_full=3 rcu_nocbs=3',
      'proc/sys/kernel/osrelease': '6.8.0-generic',
      'proc/sys/net/core/rmem_max': '67108864',
      'sys/devices/system/cpu/online': '0-7',
      'sys/devices/system/cpu/isolated': '3',
      'sys/devices/system/cpu/nohz_full': '3',
      'sys/devices/system/cpu/cpu3/topology/thread_siblings_list': '3',
      'sys/devices/system/cpu/cpu3/cpufreq/scaling_governor': 'performance',
      'proc/irq/24/smp_affinity_list': '0-2',
      'sys/class/net/eth1/operstate': 'up',
      'proc/net/igmp': 'Idx\n2\teth1 : 1 V3\n\t\t\t\t6F0C36E9     1 0:00000000\t\t0\n',
    });
    const findings = examineHost(tuned, config(PINNED));
    expect(isFit(findings)).toBe(true);
    for (const check of [
      'isolated-cores',
      'tickless-cores',
      'core-siblings',
      'irq-affinity',
      'cpu-governor',
      'memlock',
      'igmp-memberships',
    ])
      expect([check, one(findings, check).verdict]).toEqual([check, 'ok']);
  });

  const cases: readonly [
    what: string,
    check: string,
    verdict: string,
    files: Record<string, string>,
    config?: WarmlineConfig,
  ][] = [
    ['a core that is not there', 'core-map', 'bad', { 'sys/devices/system/cpu/online': '0-1' }, config(PINNED)],
    [
      'a core outside the affinity mask',
      'core-map',
      'bad',
      { 'proc/self/status': STATUS.replace('0-7', '0-1') },
      config(PINNED),
    ],
    [
      'a thread that spins on the only core',
      'core-map',
      'bad',
      { 'proc/self/status': STATUS.replace('0-7', '3') },
      config(PINNED),
    ],
    ['a quota', 'cpu-quota', 'bad', { 'proc/self/cgroup': '0::/app', 'sys/fs/cgroup/app/cpu.max': '150000 100000' }],
    [
      'two halves of one core',
      'core-siblings',
      'bad',
      { 'sys/devices/system/cpu/cpu2/topology/thread_siblings_list': '2-3' },
      config('{ cores: { router: 2, lines: [3] } }'),
    ],
    ['pinning to a core that is not isolated', 'isolated-cores', 'advice', {}, config(PINNED)],
    ['isolated cores that nobody uses', 'isolated-cores', 'advice', { 'sys/devices/system/cpu/isolated': '2-3' }],
    [
      'interrupts on a hot core',
      'irq-affinity',
      'advice',
      { 'proc/irq/30/effective_affinity_list': '3' },
      config(PINNED),
    ],
    [
      'a powersave governor',
      'cpu-governor',
      'advice',
      { 'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave' },
    ],
    [
      'deep idle states',
      'cpu-idle-states',
      'advice',
      {
        'sys/devices/system/cpu/cpu0/cpuidle/state3/latency': '133',
        'sys/devices/system/cpu/cpu0/cpuidle/state3/disable': '0',
      },
    ],
    [
      'a clock behind a system call',
      'clock-source',
      'bad',
      { 'sys/devices/system/clocksource/clocksource0/current_clocksource': 'hpet' },
    ],
    [
      'huge pages everywhere',
      'transparent-huge-pages',
      'advice',
      { 'sys/kernel/mm/transparent_hugepage/enabled': '[always] madvise never' },
    ],
    ['swap', 'swap', 'advice', { 'proc/swaps': 'Filename\n/swap file 1 0 -2' }],
    [
      'lockMemory without the limit for it',
      'memlock',
      'bad',
      {
        'proc/self/status': STATUS,
        'proc/self/limits': 'Max locked memory         8388608              8388608              bytes',
      },
      config('{ lockMemory: true }'),
    ],
    [
      'fifo without the limit for it',
      'rtprio',
      'bad',
      {
        'proc/self/status': STATUS,
        'proc/self/limits': 'Max realtime priority     0                    0                    ',
      },
      config('{ scheduling: { class: fifo, priority: 10 } }'),
    ],
    [
      'small socket buffers',
      'socket-buffers',
      'bad',
      { 'proc/self/status': STATUS, 'proc/sys/net/core/rmem_max': '212992' },
    ],
    ['an interface that is not there', 'line-interfaces', 'bad', {}, config('{}')],
    ['an interface that is down', 'line-interfaces', 'bad', { 'sys/class/net/eth1/operstate': 'down' }, config('{}')],
    [
      'a NIC far from its core',
      'line-interfaces',
      'advice',
      {
        'sys/class/net/eth1/operstate': 'up',
        'sys/class/net/eth1/device/numa_node': '1',
        'sys/devices/system/node/node1/cpulist': '4-7',
      },
      config(PINNED),
    ],
    [
      'a strict reverse-path filter',
      'reverse-path-filter',
      'advice',
      { 'proc/sys/net/ipv4/conf/all/rp_filter': '1' },
      config('{}'),
    ],
    ['an old kernel', 'kernel', 'bad', { 'proc/sys/kernel/osrelease': '3.10.0-1160.el7' }],
  ];
  it.each(cases)('%s: %s is %s', (_, check, verdict, files, read) => {
    const findings = examineHost(host(files), read);
    expect(one(findings, check).verdict).toBe(verdict);
    expect(isFit(findings)).toBe(!findings.some((finding) => finding.verdict === 'bad'));
  });

  it('reads NIC rings and coalescing from ethtool', () => {
    const programs = {
      'ethtool -g eth1': 'Pre-set maximums:\nRX:\t\t4096\nTX:\t4096\nCurrent hardware settings:\nRX:\t\t512\n',
      'ethtool -c eth1': 'Adaptive RX: on  TX: off\nrx-usecs:\t50\n',
    };
    const findings = examineHost(host({}, programs), config('{}')).filter(({ check }) => check === 'nic-settings');
    expect(findings.map(({ found }) => found)).toEqual([
      'eth1: receive ring 512 of 4096',
      'eth1: interrupts wait 50 µs, adaptive',
    ]);
  });

  it('names the lines whose groups are not joined while others are', () => {
    const two =
      '{ name: A, group: 233.54.12.111, port: 1, interface: eth1 }, { name: B, group: 233.54.12.112, port: 1, interface: eth1 }';
    const igmp = { 'proc/net/igmp': '\t\t\t\t6F0C36E9     1 0:00000000\t\t0\n' };
    expect(one(examineHost(host(igmp), config('{}', two)), 'igmp-memberships').found).toBe(
      'not joined: itch/B 233.54.12.112',
    );
  });

  it('knows a kernel-bypass library that is preloaded', () => {
    const preloaded = host({}, {}, { LD_PRELOAD: '/usr/lib/libonload.so' });
    expect(one(examineHost(preloaded), 'kernel-bypass').found).toBe('libonload.so is preloaded');
  });

  it('reads what chrony says', () => {
    const line = 'A29FC87B,162.159.200.123,3,1795660000.1,0.000021,0.0000,0.00002,1.0,0,0,0,0,0,Normal';
    expect(one(examineHost(host({}, { 'chronyc -c tracking': line })), 'time-sync')).toMatchObject({
      verdict: 'ok',
      found: 'chrony, 0.021 ms off',
    });
  });
});
