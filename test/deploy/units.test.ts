import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hostProgram, repositoryRoot } from '../support/host.ts';

const UNITS = join(repositoryRoot, 'deploy', 'systemd');
const root = mkdtempSync(join(tmpdir(), 'warmline-units-'));
afterAll(() => rmSync(root, { recursive: true }));

const unit = (name: string) => readFileSync(join(UNITS, name), 'utf8');
const value = (text: string, key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];

describe('the units', () => {
  // The programs that the units name are not installed here: stand-ins take their places.
  it.skipIf(hostProgram('systemd-analyze') === undefined)('are taken by systemd without a word', () => {
    const here = join(root, 'units');
    mkdirSync(here);
    const program = join(root, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    for (const name of ['warmline@.service', 'warmline-tuning.service']) {
      writeFileSync(join(here, name), unit(name).replace(/\/opt\/warmline\/current\/\S+(?=\s)/g, program));
    }
    cpSync(join(here, 'warmline@.service'), join(here, 'warmline@nasdaq.service'));
    const { stdout, stderr, status } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', join(here, 'warmline@nasdaq.service'), join(here, 'warmline-tuning.service')],
      { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${here}:` } },
    );
    expect(`${stdout}${stderr}`).not.toMatch(/warmline/);
    expect(status).toBe(0);
  });

  it('say ready only when warm, and end in time', () => {
    const text = unit('warmline@.service');
    expect(value(text, 'Type')).toBe('notify');
    expect(Number(value(text, 'WatchdogSec'))).toBeGreaterThan(0);
    expect(value(text, 'ExecReload')).toBe('/bin/kill -HUP $MAINPID');
    expect(value(text, 'ExecStart')).toMatch(/ run \/etc\/warmline\/%i\.yaml$/);
  });

  it('give what hot threads need and nothing that V8 can not live with', () => {
    const text = unit('warmline@.service');
    expect(value(text, 'LimitMEMLOCK')).toBe('infinity');
    expect(value(text, 'AmbientCapabilities')).toContain('CAP_SYS_NICE');
    // the clock may be asked how right it is, and not be set
    expect(value(text, 'ProtectClock')).toBeUndefined();
    expect(value(text, 'CapabilityBoundingSet')).not.toContain('CAP_SYS_TIME');
    // a compiler that writes and runs its code can not do without
    expect(value(text, 'MemoryDenyWriteExecute')).toBeUndefined();
    expect(value(text, 'CPUQuota')).toBeUndefined();
  });

  it('carry no secret', () => {
    expect(unit('warmline@.service')).not.toMatch(/^Environment=.*(PASSWORD|TOKEN|SECRET)/im);
    expect(value(unit('warmline@.service'), 'LoadCredential')).toMatch(/^warmline:/);
  });
});
