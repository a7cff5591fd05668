import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ClientIds } from './client-ids.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-ids-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${++files}.ids`);

describe('client ids', () => {
  it('keeps each id of each token, over restarts, for its owner alone to read', () => {
    const path = newPath();
    const ids = new ClientIds(path);
    expect([ids.add('ann', 'a1'), ids.add('bob', 'a1'), ids.add('ann', 'a2')]).toEqual([1, 2, 3]);
    ids.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = new ClientIds(path);
    expect([again.tag('ann', 'a1'), again.tag('bob', 'a1'), again.tag('ann', 'a2')]).toEqual([1, 2, 3]);
    expect(again.tag('bob', 'a2')).toBeUndefined();
    expect(again.owner(2)).toEqual({ by: 'bob', clientId: 'a1' });
    expect(again.owner(4)).toBeUndefined();
    expect(again.add('bob', 'new\nline "quoted" ü')).toBe(4);
    again.close();
    expect(new ClientIds(path).tag('bob', 'new\nline "quoted" ü')).toBe(4);
  });

  it('writes nothing, and needs no folder, until there is an id', () => {
    const path = join(folder, 'not', 'there', 'yet.ids');
    expect(new ClientIds(path).tag('ann', 'a1')).toBeUndefined();
    expect(() => statSync(path)).toThrow(/ENOENT/);
    new ClientIds(path).add('ann', 'a1');
    expect(readFileSync(path, 'utf8')).toBe('["ann","a1"]\n');
  });

  it('a torn last line is nobody’s, and its place is not given away (it made the API fail to start)', () => {
    const path = newPath();
    new ClientIds(path).add('ann', 'a1');
    appendFileSync(path, '["ann","a');
    const ids = new ClientIds(path);
    expect(readFileSync(path, 'utf8').endsWith('["ann","a')).toBe(true);
    expect(ids.owner(2)).toBeUndefined();
    expect(ids.add('ann', 'a2')).toBe(3);
    expect(new ClientIds(path).tag('ann', 'a2')).toBe(3);
  });

  it('an id whose line end alone is missing was never sent either: it may be used again', () => {
    const path = newPath();
    writeFileSync(path, '["ann","a1"]');
    const ids = new ClientIds(path);
    expect(ids.tag('ann', 'a1')).toBeUndefined();
    expect(ids.add('ann', 'a1')).toBe(2);
  });

  it('leaves room for tags of orders whose lines were lost with the host', () => {
    const path = newPath();
    const ids = new ClientIds(path);
    ids.add('ann', 'a1');
    ids.isUsed(4);
    ids.isUsed(2);
    expect(ids.add('ann', 'a5')).toBe(5);
    const again = new ClientIds(path);
    expect([again.tag('ann', 'a5'), again.owner(3)]).toEqual([5, undefined]);
  });

  it('what is in the way is said, and nothing is counted', () => {
    const path = newPath();
    const ids = new ClientIds(join(path, 'under-a-file'));
    writeFileSync(path, '');
    expect(() => ids.add('ann', 'a1')).toThrow(/ENOTDIR|EEXIST/);
    expect(ids.tag('ann', 'a1')).toBeUndefined();
  });

  it('cut off anywhere, it keeps every id that was returned, and gives no tag twice', () => {
    const name = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, name), { minLength: 1, maxLength: 12, selector: ([a, b]) => `${a}\0${b}` }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (used, share, garbage) => {
          const path = newPath();
          const ids = new ClientIds(path);
          const sizes = used.map(([by, clientId]) => {
            ids.add(by, clientId);
            return statSync(path).size;
          });
          ids.close();
          const cut = Math.floor(share * sizes.at(-1)!);
          truncateSync(path, cut);
          if (garbage) appendFileSync(path, 'null\n[1,2]\n{"x":');
          const after = new ClientIds(path);
          const whole = used.filter((_, i) => sizes[i] <= cut);
          whole.forEach(([by, clientId], i) => {
            expect(after.tag(by, clientId)).toBe(i + 1);
          });
          const tags = ['x', 'y'].map((clientId) => after.add('somebody new to it', clientId));
          expect(tags[0]).toBeGreaterThan(whole.length);
          expect(tags[1]).toBe(tags[0] + 1);
          after.close();
          const last = new ClientIds(path);
          expect(last.owner(tags[0])).toEqual({ by: 'somebody new to it', clientId: 'x' });
          expect(readFileSync(path, 'utf8').split('\n').length - 1).toBe(tags[1]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
