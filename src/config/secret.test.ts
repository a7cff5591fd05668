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
    expect(readSecret({ passwordEnv: 'A_SECRET' }, 'order port P1')).toBe('hunter2');
    expect(process.env.A_SECRET).toBeUndefined();
    expect(readSecret({ passwordEnv: 'A_SECRET' }, 'order port P1')).toBe('hunter2');
  });

  it('of a file ends where the text ends', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'hunter2\n');
    expect(readSecret({ passwordFile: file }, 'order port P1')).toBe('hunter2');
  });

  it('that is not there is told by its key', () => {
    expect(() => readSecret({ passwordFile: join(folder, 'gone') }, 'order port P1')).toThrow(
      /^order port P1: passwordFile .*gone can't be read: ENOENT/,
    );
    expect(() => readSecret({ passwordEnv: 'NOT_SET' }, 'order port P1')).toThrow(
      'order port P1: passwordEnv names the variable NOT_SET, which is not set in the environment',
    );
    expect(readSecret({}, 'order port P1')).toBe('');
  });
});
