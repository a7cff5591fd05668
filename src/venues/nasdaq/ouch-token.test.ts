import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OuchTokens } from './ouch-token.ts';

const text = (view: DataView, offset: number) => String.fromCharCode(...new Uint8Array(view.buffer, offset, 14));
const ref = fc.integer({ min: 1, max: 2 ** 31 - 1 });

describe('tokens of OUCH 4.2', () => {
  const today = new OuchTokens(20260105);
  const view = new DataView(new ArrayBuffer(32));

  it('say the day and the reference in fourteen letters and digits', () => {
    today.write(view, 3, 0x2a);
    expect(text(view, 3)).toBe(`W${(20260105).toString(36).toUpperCase()}0000002A`);
    expect(text(view, 3)).toMatch(/^[A-Z0-9]{14}$/);
  });

  it('are read back as the reference, at any place', () => {
    fc.assert(
      fc.property(ref, fc.nat({ max: 18 }), (number, offset) => {
        today.write(view, offset, number);
        expect(today.read(view, offset)).toBe(number);
        today.writeRef(view, offset, number ^ 1 || 1);
        expect(today.read(view, offset)).toBe(number ^ 1 || 1);
      }),
    );
  });

  it('of another day are not ours', () => {
    fc.assert(
      fc.property(ref, fc.integer({ min: 20200101, max: 20991231 }), (number, day) => {
        new OuchTokens(day).write(view, 0, number);
        expect(today.read(view, 0)).toBe(day === 20260105 ? number : 0);
      }),
    );
  });

  it('with any byte changed are another reference of ours or none, and never throw', () => {
    fc.assert(
      fc.property(ref, fc.nat({ max: 13 }), fc.nat({ max: 255 }), (number, at, byte) => {
        today.write(view, 0, number);
        const before = view.getUint8(at);
        view.setUint8(at, byte);
        const read = today.read(view, 0);
        const isDigit = /[0-9A-F]/.test(String.fromCharCode(byte));
        if (byte === before) expect(read).toBe(number);
        else if (at < 6 || !isDigit) expect(read).toBe(0);
        else expect(read).not.toBe(number);
        expect(read).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
