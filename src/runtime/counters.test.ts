import { describe, expect, it } from 'vitest';
import { BLOCK_ALIGNMENT_BYTES, type CounterDescription, CounterRegistry, counterCells } from './counters.ts';

describe('a counter registry', () => {
  it('gives each block cells of its own, on cache lines of its own, that every view of the memory sees', () => {
    const registry = new CounterRegistry();
    const a = registry.allocate('line', { feed: 'itch', line: 'A' }, ['packets', 'bytes']);
    const b = registry.allocate('line', { feed: 'itch', line: 'B' }, ['packets', 'bytes']);
    a.cells[1]! += 5;
    b.cells[0]! += 7;
    expect([...counterCells(registry.memory, a.handle)]).toEqual([0, 5]);
    expect([...counterCells(registry.memory, structuredClone(b.handle))]).toEqual([7, 0]);
    expect(b.cells.byteOffset - a.cells.byteOffset).toBe(BLOCK_ALIGNMENT_BYTES);
  });

  it('finds a block again by name and labels, in whichever order they are given', () => {
    const registry = new CounterRegistry();
    const first = registry.allocate('line', { feed: 'itch', line: 'A' }, ['packets']);
    const again = registry.allocate('line', { line: 'A', feed: 'itch' }, ['packets']);
    expect(again.handle).toEqual(first.handle);
    expect(registry.blocks).toHaveLength(1);
    expect(() => registry.allocate('line', { feed: 'itch', line: 'A' }, ['bytes'])).toThrow('exist with other cells');
  });

  it('can be read by a stranger from its description as JSON and the bytes of its memory', () => {
    const registry = new CounterRegistry(new SharedArrayBuffer(4096));
    registry.allocate('thread', { thread: 'hot' }, ['turns', 'work']).cells[1] = 42;
    const description = JSON.parse(JSON.stringify(registry.describe())) as CounterDescription;
    const bytes = new Uint8Array(registry.memory).slice();
    const block = description.blocks.find(({ name, labels }) => name === 'thread' && labels.thread === 'hot')!;
    const cells = counterCells(bytes.buffer, block);
    expect(cells[block.cellNames.indexOf('work')]).toBe(42);
    expect(description.byteLength).toBe(4096);
  });

  it('says what it lacks when its memory is full', () => {
    const registry = new CounterRegistry(new SharedArrayBuffer(256));
    registry.allocate('a', {}, ['x']);
    registry.allocate('b', {}, ['x']);
    expect(() => registry.allocate('c', { of: 'd' }, ['x'])).toThrow(
      /full: \["c",\[\["of","d"\]\]\] needs 8 bytes, 0 are left/,
    );
  });
});
