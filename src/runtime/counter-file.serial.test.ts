import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { type CounterMirror, mirrorCounters, readCounterFile } from './counter-file.ts';
import { CounterRegistry, counterCells } from './counters.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-counters-'));
const path = join(folder, 'test.counters');
const native = loadNative();
afterAll(() => rmSync(folder, { recursive: true }));

const mirrors: CounterMirror[] = [];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const mirror of mirrors.splice(0)) mirror.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function mirrored(registry: CounterRegistry, about: unknown = {}): CounterMirror {
  const mirror = mirrorCounters(native!, path, registry, about, 1_795_600_000_000);
  if (typeof mirror === 'number') throw new Error(`errno ${mirror}`);
  mirrors.push(mirror);
  return mirror;
}

/** Reads until `wanted` holds; the mirror writes at its own pace. */
async function readUntil(wanted: (rounds: number, cells: Float64Array) => boolean) {
  for (;;) {
    const file = readCounterFile<{ venue: string }>(path);
    const cells = counterCells(file.memory, file.description.blocks[0]);
    if (wanted(file.rounds, cells)) return { file, cells };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.skipIf(native === undefined)('a counter file', () => {
  it('shows counters, what they mean and whose they are', async () => {
    const registry = new CounterRegistry();
    const { cells } = registry.allocate('line', { feed: 'itch', line: 'A' }, ['packets', 'lastNs']);
    mirrored(registry, { venue: 'nasdaq' });
    cells[0] = 42;
    cells[1] = 2 ** 52 + 1;
    const { file } = await readUntil((rounds, seen) => rounds > 0 && seen[1] === 2 ** 52 + 1);
    expect(file).toMatchObject({ pid: process.pid, alive: true, about: { venue: 'nasdaq' } });
    expect(file.description.blocks[0]).toMatchObject({ name: 'line', labels: { feed: 'itch', line: 'A' } });
    expect([...counterCells(file.memory, file.description.blocks[0])]).toEqual([42, 2 ** 52 + 1]);
    expect(file.atNs).toBeGreaterThan(0);
  });

  it('shows other memory too, word by word as it changes', async () => {
    const registry = new CounterRegistry();
    registry.allocate('line', {}, ['packets']);
    const odd = new BigUint64Array(new SharedArrayBuffer(24));
    const other = new BigUint64Array(new SharedArrayBuffer(64), 8, 2);
    const regions = [
      { name: 'odd', words: odd },
      { name: 'other', words: other },
    ];
    const mirror = mirrorCounters(native!, path, registry, {}, 0, regions);
    if (typeof mirror === 'number') throw new Error(`errno ${mirror}`);
    mirrors.push(mirror);
    odd[2] = 7n;
    other.set([1n, 2n ** 63n]);
    const begun = readCounterFile(path).rounds;
    const { file } = await readUntil((rounds) => rounds > begun + 1);
    expect([...new BigUint64Array(file.regions.get('odd')!)]).toEqual([0n, 0n, 7n]);
    expect([...new BigUint64Array(file.regions.get('other')!)]).toEqual([1n, 2n ** 63n]);
  });

  it('goes on while every JavaScript thread of its process hangs', async () => {
    // The child counts in a worker, blocks its main thread for good, and its worker goes on in a loop that never ends.
    const source = `
      import { Worker } from 'node:worker_threads';
      import { loadNative } from ${JSON.stringify(new URL('../io/native.ts', import.meta.url).href)};
      import { mirrorCounters } from ${JSON.stringify(new URL('./counter-file.ts', import.meta.url).href)};
      import { CounterRegistry } from ${JSON.stringify(new URL('./counters.ts', import.meta.url).href)};
      const registry = new CounterRegistry();
      const { cells } = registry.allocate('thread', {}, ['turns']);
      mirrorCounters(loadNative(), ${JSON.stringify(path)}, registry, {}, 0);
      new Worker('const { workerData } = require("node:worker_threads"); for (;;) workerData[0]++;', { eval: true, workerData: cells });
      process.stdout.write('hanging', () => { for (;;); });`;
    const program = join(folder, 'hanging.mjs');
    writeFileSync(program, source);
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout!, 'data');
    const first = await readUntil((_, seen) => seen[0] > 0);
    const then = await readUntil((rounds, seen) => rounds > first.file.rounds && seen[0] > first.cells[0]);
    expect(then.file.pid).toBe(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readCounterFile(path).alive).toBe(false);
  });

  it('is gone when its owner stops, and a reader that holds the old one keeps it', () => {
    const registry = new CounterRegistry();
    registry.allocate('line', {}, ['packets']);
    const mirror = mirrored(registry);
    mirror.stop();
    mirror.stop();
    expect(existsSync(path)).toBe(false);
    mirrored(registry);
    expect(existsSync(path)).toBe(true);
  });

  it('is refused where it is something else, or cut', () => {
    writeFileSync(path, 'something else altogether, and long enough to have a header, one would think');
    expect(() => readCounterFile(path)).toThrow(/not a counter file/);
    mirrored(new CounterRegistry());
    const whole = readFileSync(path);
    const copy = join(folder, 'copy.counters');
    for (const bytes of [10, 63, 100, whole.length - 1]) {
      writeFileSync(copy, whole.subarray(0, bytes));
      expect(() => readCounterFile(copy)).toThrow(/not a counter file|cut short/);
    }
  });

  it('that can not be made is told by errno', () => {
    expect(mirrorCounters(native!, join(folder, 'no', 'such'), new CounterRegistry(), {}, 0)).toBe(-2);
  });
});

describe('a counter file without the addon', () => {
  it('is written from the main thread, and gone in the end', async () => {
    const registry = new CounterRegistry();
    const { cells } = registry.allocate('line', {}, ['packets']);
    const region = new BigUint64Array(3);
    const mirror = mirrorCounters(undefined, path, registry, { venue: 'x' }, 5, [{ name: 'more', words: region }]);
    if (typeof mirror === 'number') throw new Error(`errno ${mirror}`);
    mirrors.push(mirror);
    cells[0] = 42;
    region[2] = 9n;
    const { file } = await readUntil((rounds, seen) => rounds > 0 && seen[0] === 42);
    expect(file).toMatchObject({ pid: process.pid, alive: true, startedUtcMs: 5, about: { venue: 'x' } });
    expect([...new BigUint64Array(file.regions.get('more')!)]).toEqual([0n, 0n, 9n]);
    expect(file.atNs).toBeGreaterThan(0);
    mirror.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('that can not be made is told by errno', () => {
    expect(mirrorCounters(undefined, join(folder, 'no', 'such'), new CounterRegistry(), {}, 0)).toBe(-2);
  });
});
