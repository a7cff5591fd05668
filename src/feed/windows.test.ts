import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cell } from './arbiter-cell.ts';
import { MAX_LINES } from './arbiter-config.ts';
import { ArbiterMemory, BROUGHT_SPAN } from './arbiter-memory.ts';
import { BroughtBitmap, noteBrought } from './brought-bitmap.ts';
import { copyDouble, forgetCopies } from './copy-window.ts';
import { GapList } from './gap-list.ts';
import { HoldWindow } from './hold-window.ts';
import { hashUnit } from './unit-hash.ts';

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe('hold window', () => {
  it.each([false, true])('gives back every unit it took, byte for byte, within its bounds (sparse: %s)', (sparse) => {
    const step = fc.record({
      low: fc.integer({ min: -40, max: 40 }),
      length: fc.integer({ min: 0, max: 90 }),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (script) => {
        const window = new HoldWindow(16, 512, sparse);
        const model = new Map<number, string>();
        for (const { low, length, release } of script) {
          const slot = window.find(low);
          expect(slot >= 0).toBe(model.has(low));
          if (slot >= 0) {
            const held = window.bytes.subarray(window.offset[slot], window.offset[slot] + window.length[slot]);
            expect(Buffer.from(held).toString('hex')).toBe(model.get(low));
            if (release) {
              window.release(slot);
              model.delete(low);
            }
          } else if (!release) {
            const bytes = Uint8Array.from({ length }, (_, i) => (low * 31 + i * 7 + length) & 0xff);
            if (window.hold(low, 1, view(bytes), 0, length) >= 0) model.set(low, Buffer.from(bytes).toString('hex'));
          }
          expect(window.count).toBe(model.size);
          expect(window.usedBytes).toBeLessThanOrEqual(512);
        }
        for (const low of model.keys()) window.release(window.find(low));
        expect(window.usedBytes).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('hash of units', () => {
  it('differs when a bit, the length or the order of bytes differs, wherever the unit lies', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.nat(), fc.nat(9), (bytes, at, shift) => {
        const hash = hashUnit(view(bytes), 0, bytes.length);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        expect(hashUnit(view(moved), shift, bytes.length)).toBe(hash);
        const flipped = Uint8Array.from(bytes);
        flipped[at % bytes.length] ^= 1 << (at % 8);
        expect(hashUnit(view(flipped), 0, bytes.length)).not.toBe(hash);
        expect(hashUnit(view(bytes), 0, bytes.length - 1)).not.toBe(hash);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('sees two differences in the top bits of words eight bytes apart, which a plain product would cancel', () => {
    const a = new Uint8Array(32);
    const b = Uint8Array.from(a);
    b[3] ^= 0x80;
    b[11] ^= 0x80;
    expect(hashUnit(view(b), 0, 32)).not.toBe(hashUnit(view(a), 0, 32));
  });
});

describe('bitmap of numbers brought', () => {
  it('counts each number of the last million once per line, however far the numbers jump', () => {
    const steps = fc.array(
      fc.record({
        line: fc.nat(1),
        ahead: fc.oneof(fc.nat(3), fc.nat(3000), fc.constant(BROUGHT_SPAN), fc.constant(3 * BROUGHT_SPAN + 7)),
        back: fc.nat(2000),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2 ** 32 - 500, 2 ** 45), (script, first) => {
        const memory = new ArbiterMemory(2);
        const { doubles: at, words } = memory;
        const bitmap = new BroughtBitmap(memory, 2);
        at[Cell.id] = first;
        bitmap.restart(Cell.id);
        const seen = [new Set<number>(), new Set<number>()];
        let top = first;
        for (const { line, ahead, back } of script) {
          top += ahead;
          at[Cell.id] = top;
          bitmap.advance(Cell.id);
          const id = Math.max(first, top - back);
          if (id < at[Cell.clearedTo] - BROUGHT_SPAN) continue;
          expect(noteBrought(words, line, id | 0)).toBe(seen[line].has(id) ? 0 : 1);
          seen[line].add(id);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('memory of copies', () => {
  it('knows no number at first, not even those whose low bits are zero', () => {
    const memory = new ArbiterMemory(8);
    forgetCopies(memory);
    for (let number = 0; number < 40; number++) {
      expect(memory.doubles[copyDouble(number, memory.copyMask)]).not.toBe(number);
    }
  });

  it('has a place of its own for each number within its reach, apart from the bits of lines', () => {
    const memory = new ArbiterMemory(8);
    const places = Array.from({ length: 8 }, (_, low) => copyDouble(low - 3, memory.copyMask));
    expect(new Set(places).size).toBe(8);
    for (let line = 0; line < MAX_LINES; line++) noteBrought(memory.words, line, -1);
    for (const place of places) expect(memory.doubles.slice(place, place + 3)).toEqual(new Float64Array(3));
    expect(Math.max(...places) + 3).toBe(memory.doubles.length);
  });
});

describe('list of open gaps', () => {
  it('finds, splits and removes', () => {
    const gaps = new GapList(3);
    const cells = new Float64Array(1);
    const find = (id: number) => {
      cells[0] = id;
      return gaps.find(cells, 0);
    };
    for (const [from, to] of [
      [5, 9],
      [20, 20],
    ]) {
      const gap = gaps.append();
      gaps.from[gap] = from;
      gaps.to[gap] = to;
    }
    expect([4, 5, 9, 10, 20, 21].map(find)).toEqual([-1, 0, 0, -1, 1, -1]);
    expect(gaps.split(0)).toBe(true);
    gaps.to[0] = 6;
    gaps.from[1] = 8;
    expect([6, 7, 8, 20].map(find)).toEqual([0, -1, 1, 2]);
    expect(gaps.split(0)).toBe(false);
    expect(gaps.append()).toBe(-1);
    gaps.remove(0);
    expect([6, 8, 20].map(find)).toEqual([-1, 0, 1]);
  });
});
