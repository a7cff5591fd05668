import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/host.ts';

const TUNE = join(repositoryRoot, 'deploy', 'tuning', 'tune');

describe('the host profile', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'warmline-tune-'));
    for (const [path, text] of Object.entries(HOST)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const HOST = {
    'proc/sys/net/core/rmem_max': '212992\n',
    'proc/sys/net/core/netdev_max_backlog': '1000000\n',
    'proc/sys/vm/swappiness': '60\n',
    'sys/kernel/mm/transparent_hugepage/enabled': '[always] madvise never\n',
    'sys/devices/system/cpu/online': '0-3\n',
    'sys/devices/system/cpu/cpu2/cpufreq/scaling_governor': 'powersave\n',
    'sys/devices/system/cpu/cpu2/cpuidle/state0/latency': '0\n',
    'sys/devices/system/cpu/cpu2/cpuidle/state0/disable': '0\n',
    'sys/devices/system/cpu/cpu2/cpuidle/state3/latency': '133\n',
    'sys/devices/system/cpu/cpu2/cpuidle/state3/disable': '0\n',
    'proc/irq/24/smp_affinity_list': '0-3\n',
  };
  const read = (path: string) => readFileSync(join(root, path), 'utf8').trim();
  const all = () => Object.keys(HOST).map(read);
  const tune = (mode: string, environment: Record<string, string> = {}) =>
    spawnSync(TUNE, [mode], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ROOT: root, STATE: join(root, 'state'), HOT_CORES: '2-3', ...environment },
    });

  it('shows what it would do and does nothing', () => {
    const before = all();
    const { status, stdout } = tune('show');
    expect(status).toBe(0);
    expect(stdout).toContain('/proc/sys/net/core/rmem_max: 212992 -> 67108864');
    expect(stdout).toContain('/sys/kernel/mm/transparent_hugepage/enabled: always -> madvise');
    expect(all()).toEqual(before);
    expect(existsSync(join(root, 'state'))).toBe(false);
  });

  it('changes the host, lowers no limit, and puts everything back', () => {
    expect(tune('apply').status).toBe(0);
    expect(read('proc/sys/net/core/rmem_max')).toBe('67108864');
    expect(read('proc/sys/net/core/netdev_max_backlog')).toBe('1000000');
    expect(read('sys/kernel/mm/transparent_hugepage/enabled')).toBe('madvise');
    expect(read('sys/devices/system/cpu/cpu2/cpufreq/scaling_governor')).toBe('performance');
    expect(read('sys/devices/system/cpu/cpu2/cpuidle/state0/disable')).toBe('0');
    expect(read('sys/devices/system/cpu/cpu2/cpuidle/state3/disable')).toBe('1');
    expect(read('proc/irq/24/smp_affinity_list')).toBe('0,1');
    expect(tune('undo').status).toBe(0);
    expect(read('proc/sys/net/core/rmem_max')).toBe('212992');
    expect(read('sys/kernel/mm/transparent_hugepage/enabled')).toBe('always');
    expect(read('sys/devices/system/cpu/cpu2/cpuidle/state3/disable')).toBe('0');
    expect(read('proc/irq/24/smp_affinity_list')).toBe('0-3');
  });

  it('can not be applied twice, which would forget what was there first', () => {
    expect(tune('apply').status).toBe(0);
    const again = tune('apply');
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('already applied');
    expect(tune('undo').status).toBe(0);
    expect(tune('undo').stdout).toContain('nothing to undo');
  });

  it('leaves interrupts alone where every core is hot', () => {
    const { stderr } = tune('apply', { HOT_CORES: '0-3' });
    expect(stderr).toContain('leaves no core for interrupts');
    expect(read('proc/irq/24/smp_affinity_list')).toBe('0-3');
  });

  it('explains itself', () => {
    const { status, stdout } = tune('frobnicate');
    expect(status).toBe(2);
    expect(stdout).toContain('tune undo');
  });
});
