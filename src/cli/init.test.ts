import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'warmline-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

const warmline = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8' });

describe('warmline init', () => {
  it('writes a config that check takes', () => {
    expect(warmline('init')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nasdaq.yaml and strategy.ts written'),
    });
    expect(warmline('check', '--strict', 'nasdaq.yaml').stdout).not.toContain('warning:');
    expect(warmline('init', 'mine.yaml', '--venue', 'cme').status).toBe(0);
    expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toContain('protocol: cme');
  });

  it('never writes over a file', () => {
    const before = warmline('init', 'twice.yaml').status;
    const again = warmline('init', 'twice.yaml');
    expect([before, again.status]).toEqual([0, 1]);
    expect(again.stderr).toContain('twice.yaml is there already');
  });

  it('refuses a venue that it does not know', () => {
    expect(warmline('init', '--venue', 'lse').status).toBe(2);
  });

  it('prints to a pipe', () => {
    expect(warmline('init', '--stdout').stdout).toMatch(/^# yaml-language-server/);
  });
});
