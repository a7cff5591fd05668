import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Tokens } from './security.ts';
import { readTokens } from './token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a token file that is not there is written, for its owner alone, and its path is said; then it is read', () => {
  const file = join(folder, 'new', 'api-tokens');
  const said: string[] = [];
  const tokens = readTokens(file, (text) => said.push(text)) as Tokens;
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(said).toEqual([`api tokens written to ${file} (keep it to yourself)`]);
  const token = /^trade trade (\S+)$/m.exec(readFileSync(file, 'utf8'))![1];
  expect(said.join()).not.toContain(token);
  for (const read of [tokens, readTokens(file, (text) => said.push(text)) as Tokens])
    expect(read.identify(token)).toEqual({ name: 'trade', role: 'trade' });
  expect(said.length).toBe(1);
});

it('one that others may read is closed to them, and that is said', () => {
  const file = join(folder, 'open');
  writeFileSync(file, 'ann trade 0123456789abcdef\n');
  chmodSync(file, 0o644);
  const said: string[] = [];
  expect(readTokens(file, (text) => said.push(text))).toBeInstanceOf(Tokens);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(said).toEqual([expect.stringContaining('could be read by others')]);
});

it('what is wrong with one is said with its line, and never the token', () => {
  const file = join(folder, 'wrong');
  const wrong = (text: string) => {
    writeFileSync(file, text, { mode: 0o600 });
    return readTokens(file, () => {});
  };
  expect(wrong('# mine\nann boss 0123456789abcdef\n')).toBe(`${file}:2: boss is no role: view, trade or operate`);
  expect(wrong('ann trade short\n')).toBe(`${file}:1: a token has at least 16 characters`);
  expect(wrong('anonymous trade 0123456789abcdef\n')).toBe(`${file}:1: anonymous is what who has no token is called`);
  mkdirSync(join(folder, 'a-folder'));
  expect(readTokens(join(folder, 'a-folder'), () => {})).toMatch(/EISDIR/);
});
