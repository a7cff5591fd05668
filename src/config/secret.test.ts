import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSecret } from './secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-secret-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a secret', () => {
  it('is taken out of the environment at the first reading, and known from then on', () => {
    process.env.A_SECRET = 'hunter2';
    expect(readSecret({ passwordEnv: 'A_SECRET' })).toBe('hunter2');
    expect(process.env.A_SECRET).toBeUndefined();
    expect(readSecret({ passwordEnv: 'A_SECRET' })).toBe('hunter2');
  });

  it('of a file ends where the text ends', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'hunter2\n');
    expect(readSecret({ passwordFile: file })).toBe('hunter2');
  });

  it('that is not there is told by its key', () => {
    expect(() => readSecret({ passwordFile: join(folder, 'gone') })).toThrow(
      /^passwordFile .*gone can't be read: ENOENT/,
    );
    expect(() => readSecret({ passwordEnv: 'NOT_SET' })).toThrow('passwordEnv names NOT_SET, which is not set');
    expect(readSecret({})).toBe('');
  });
});
