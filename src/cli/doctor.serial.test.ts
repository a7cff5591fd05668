import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'warmline-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

function doctor(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, 'doctor', ...args], { encoding: 'utf8' });
}

describe('warmline doctor', () => {
  it('measures stalls on a core, as JSON', () => {
    const { stdout } = doctor('--hiccups', '200ms', '--cores', '0', '--json');
    const { fit, findings, hiccups } = JSON.parse(stdout);
    expect(typeof fit).toBe('boolean');
    expect(findings.length).toBeGreaterThan(20);
    expect(hiccups).toHaveLength(1);
    expect(hiccups[0].measuredNs).toBeGreaterThanOrEqual(200e6);
    expect(hiccups[0].looks).toBeGreaterThan(1000);
    expect(hiccups[0].longestNs).toBeLessThanOrEqual(hiccups[0].totalNs);
  });

  it('says by its exit code that a host is not fit for a config', () => {
    const path = join(folder, 'absent.yaml');
    const line = '{ name: A, group: 233.54.12.111, port: 26477, interface: no-such-nic }';
    writeFileSync(path, `venue: test\nprotocol: nasdaq\nfeeds:\n  - { name: itch, lines: [${line}] }\n`);
    const { status, stdout } = doctor(path);
    expect(status).toBe(1);
    expect(stdout).toMatch(/BAD +line-interfaces +interface no-such-nic is not there/);
    expect(stdout).toMatch(/this host is not fit: 1 to mend/);
  });

  it('refuses a config with mistakes and an odd list of cores', () => {
    const path = join(folder, 'wrong.yaml');
    writeFileSync(path, 'venue: test\nprotokol: nasdaq\n');
    expect(doctor(path).status).toBe(1);
    expect(doctor('--hiccups', '1s', '--cores', 'all')).toMatchObject({ status: 2 });
  });
});
