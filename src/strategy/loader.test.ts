import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Strategy, StrategyContext } from './api.ts';
import { asyncCallback, loadStrategy } from './loader.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-strategy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const context = { name: 'mine', options: {}, feeds: [] } as unknown as StrategyContext;

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test('a strategy that is missing is named, with its path', async () => {
  await expect(loadStrategy(join(folder, 'nowhere.ts'), context)).rejects.toThrow(
    /strategy mine .*nowhere\.ts.*not found/s,
  );
});

test('a module without a default export is told how to write one', async () => {
  const path = file('empty.mjs', 'export const x = 1;');
  await expect(loadStrategy(path, context)).rejects.toThrow('export default defineStrategy');
});

test('a factory that throws is reported with its message', async () => {
  const path = file('throws.mjs', "export default () => { throw new Error('no licence'); };");
  await expect(loadStrategy(path, context)).rejects.toThrow('its factory threw: no licence');
});

test('a factory may be asynchronous', async () => {
  const path = file('later.mjs', 'export default async () => ({ onTimer() {} });');
  expect(typeof (await loadStrategy(path, context)).onTimer).toBe('function');
});

test('an async callback is found, also on a class', () => {
  class Mine {
    onStart() {}
    async onTimer() {}
  }
  expect(asyncCallback(new Mine() as Strategy)).toBe('onTimer');
  expect(asyncCallback({ onStart() {} })).toBeUndefined();
});
