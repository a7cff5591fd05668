import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, diff, type Json, plain } from './patch.ts';

const key = fc.constantFrom('a', 'b', 'c', 'lines', '0');
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, 1, 'x', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('a patch', () => {
  it('makes the one value of the other, over the wire too', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const from = plain(before);
        const to = plain(after);
        const patch = diff(from, to);
        if (patch === undefined) expect(to).toEqual(from);
        else expect(applyPatch(from, plain(patch) as never)).toEqual(to);
      }),
      { numRuns: 2000 },
    );
  });

  it('is small where little has changed', () => {
    const before = { feeds: [{ name: 'itch', delivered: 1, lines: [{ won: 1 }, { won: 2 }] }], events: [] };
    const after = { feeds: [{ name: 'itch', delivered: 2, lines: [{ won: 1 }, { won: 3 }] }], events: [] };
    expect(diff(before, after)).toEqual({ feeds: { 0: { delivered: 2, lines: { 1: { won: 3 } } } } });
    expect(diff(before, before)).toBeUndefined();
  });

  it('leaves what it is applied to alone', () => {
    const before = Object.freeze({ a: Object.freeze([1, 2]) });
    expect(applyPatch(before, { a: { 1: 3 } })).toEqual({ a: [1, 3] });
    expect(before).toEqual({ a: [1, 2] });
  });
});
