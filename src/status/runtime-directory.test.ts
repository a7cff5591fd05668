import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeRuntimeDirectory, runtimeDirectories, runtimeDirectory } from './runtime-directory.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-runtime-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the runtime directory', () => {
  it("is systemd's, else root's, the user's, or one in /tmp that carries the user's number", () => {
    expect(runtimeDirectory({ RUNTIME_DIRECTORY: '/run/warmline/nasdaq:/run/other' }, 0)).toBe('/run/warmline/nasdaq');
    expect(runtimeDirectory({}, 0)).toBe('/run/warmline');
    expect(runtimeDirectory({ XDG_RUNTIME_DIR: '/run/user/7' }, 7)).toBe('/run/user/7/warmline');
    expect(runtimeDirectory({}, 7)).toBe('/tmp/warmline-7');
  });

  it('is looked for where the unit, the user and root have theirs', () => {
    expect(runtimeDirectories({ XDG_RUNTIME_DIR: '/run/user/7' }, 7)).toEqual([
      '/run/user/7/warmline',
      '/run/warmline',
    ]);
    expect(runtimeDirectories({}, 0)).toEqual(['/run/warmline']);
  });

  it('is the one that WARMLINE_RUNTIME_DIRECTORY names, and then no other', () => {
    const environment = { WARMLINE_RUNTIME_DIRECTORY: '/mine', RUNTIME_DIRECTORY: '/run/warmline/nasdaq' };
    expect(runtimeDirectory(environment, 0)).toBe('/mine');
    expect(runtimeDirectories(environment, 0)).toEqual(['/mine']);
  });

  it('is made for its owner alone', () => {
    const path = join(folder, 'deep', 'warmline');
    makeRuntimeDirectory(path);
    makeRuntimeDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is refused where others may write, where it is a link, and where it is somebody else’s', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => makeRuntimeDirectory(open)).toThrow(`${open} can be written by others: chmod 0700 ${open}`);
    const link = join(folder, 'link');
    symlinkSync(folder, link);
    expect(() => makeRuntimeDirectory(link)).toThrow('is not a directory');
    expect(() => makeRuntimeDirectory(folder, (process.getuid?.() ?? 0) + 1)).toThrow('belongs to somebody else');
  });
});
