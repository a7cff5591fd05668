import { describe, expect, it } from 'vitest';
import { FuzzFailure, fuzzTarget } from './fuzz.ts';
import { Mutator } from './mutate.ts';
import { loadTargets } from './targets.ts';

/** A slice of `npm run fuzz`: fixed seed, so that the suite is the same every time. */
const SEED = 20260101;
const INPUTS = 200_000;

const targets = await loadTargets();

describe('decoders take any bytes', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s', (_name, target) => {
    fuzzTarget(target, SEED, 0, Math.ceil(INPUTS / targets.length));
  });
});

describe('the fuzzer', () => {
  it('makes the same input again from seed and number', () => {
    const seeds = [Buffer.from('one seed'), Buffer.from('another seed, a longer one')];
    const first = Array.from({ length: 500 }, (_, input) =>
      Buffer.from(new Mutator(seeds, 7).input(input)).toString('hex'),
    );
    const again = new Mutator(seeds, 7);
    expect(first.map((_, input) => Buffer.from(again.input(input)).toString('hex'))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(400);
  });

  it('finds a decoder that reads past the end, and says how to run that input again', () => {
    const target = {
      name: 'careless',
      seeds: [Buffer.from([3, 1, 2, 3])],
      run: (bytes: Uint8Array) => {
        if (bytes.length > 0 && bytes[0] >= bytes.length) throw new Error('overrun');
      },
    };
    let failure: unknown;
    try {
      fuzzTarget(target, 1, 0, 10_000);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(FuzzFailure);
    const { message } = failure as FuzzFailure;
    const input = Number(/--seed 1 --target careless --only (\d+)$/.exec(message)?.[1]);
    expect(() => fuzzTarget(target, 1, input, input + 1)).toThrow(message.split('\n')[0]);
  });
});
