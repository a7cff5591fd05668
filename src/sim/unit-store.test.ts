import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitStore } from './unit-store.ts';

const SMALLEST_CHUNK = 65_539;

function hashOf(units: Uint8Array[]): string {
  const hash = createHash('sha256');
  const length = Buffer.alloc(4);
  for (const unit of units) {
    length.writeUInt32BE(unit.length);
    hash.update(length).update(unit);
  }
  return hash.digest('hex');
}

function read(store: UnitStore, unit: number): Buffer | undefined {
  const bytes = Buffer.alloc(0x10000);
  const length = store.copy(unit, bytes, 0);
  return length < 0 ? undefined : bytes.subarray(0, length);
}

describe('UnitStore', () => {
  it('gives back what was appended, under the number it was given, and hashes all of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (units, firstUnit) => {
          const store = new UnitStore('S', { firstUnit, chunkBytes: SMALLEST_CHUNK });
          const numbers = units.map((unit) => store.append(unit, 0, unit.length));
          expect(numbers).toEqual(units.map((_, i) => firstUnit + i));
          for (const [i, unit] of units.entries()) expect(read(store, firstUnit + i)).toEqual(Buffer.from(unit));
          expect(store.truth()).toMatchObject({
            firstUnit,
            nextUnit: firstUnit + units.length,
            units: units.length,
            sha256: hashOf(units),
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('hashes the same whenever it is asked in between', () => {
    const asked = new UnitStore('S', { chunkBytes: SMALLEST_CHUNK });
    const units = Array.from({ length: 3000 }, (_, i) => Buffer.alloc(40 + (i % 50), i));
    for (const unit of units) {
      asked.append(unit, 0, unit.length);
      if (unit[0] === 7) asked.truth();
    }
    expect(asked.truth().sha256).toBe(hashOf(units));
  });

  it('forgets the oldest units beyond its memory, says so, and still hashes them', () => {
    const store = new UnitStore('S', { maxBytes: 6 * SMALLEST_CHUNK, chunkBytes: SMALLEST_CHUNK });
    const units = Array.from({ length: 2000 }, (_, i) => Buffer.alloc(1000, i));
    for (const unit of units) store.append(unit, 0, unit.length);
    expect(store.heldBytes).toBeLessThanOrEqual(6 * SMALLEST_CHUNK);
    expect(store.forgottenUnits).toBe(store.firstKept - 1);
    expect(store.forgottenUnits).toBeGreaterThan(1000);
    expect(store.has(store.firstKept - 1)).toBe(false);
    expect(read(store, store.firstKept)).toEqual(units[store.firstKept - 1]);
    expect(read(store, 2000)).toEqual(units[1999]);
    expect(store.truth().sha256).toBe(hashOf(units));
  });

  it('knows the holes of a recorded source', () => {
    const store = new UnitStore('S', { firstUnit: 5 });
    const unit = Buffer.from('abc');
    store.append(unit, 0, 3);
    store.skipTo(10);
    store.append(unit, 0, 3);
    expect([5, 6, 9, 10, 11].map((n) => store.has(n))).toEqual([true, false, false, true, false]);
    expect(store.copy(7, new Uint8Array(10), 0)).toBe(-1);
    expect(store.truth()).toMatchObject({ nextUnit: 11, units: 2, sha256: hashOf([unit, unit]) });
  });

  it('takes empty units and the longest ones, and refuses longer', () => {
    const store = new UnitStore('S', { chunkBytes: SMALLEST_CHUNK });
    const longest = Buffer.alloc(0xffff, 1);
    store.append(longest, 0, 0);
    store.append(longest, 0, longest.length);
    expect(store.lengthOf(1)).toBe(0);
    expect(read(store, 2)).toEqual(longest);
    expect(() => store.append(Buffer.alloc(0x10000), 0, 0x10000)).toThrow(RangeError);
  });
});
