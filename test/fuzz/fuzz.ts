import { Mutator } from './mutate.ts';
import type { FuzzTarget } from './targets.ts';

/** An input that broke a promise. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';

  constructor(target: string, seed: number, input: number, bytes: Uint8Array, cause: unknown) {
    const again = `npm run fuzz -- --seed ${seed} --target ${target} --only ${input}`;
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`${target} failed\n${what}\ninput (base64): ${Buffer.from(bytes).toString('base64')}\nagain: ${again}`, {
      cause,
    });
  }
}

/**
 * Runs inputs `from`..`to - 1` of a target.
 * @param onInput is told the number of each input before it runs
 * @throws {FuzzFailure} with the input and how to run it again
 */
export function fuzzTarget(
  target: FuzzTarget,
  seed: number,
  from: number,
  to: number,
  onInput?: (input: number) => void,
): void {
  const mutator = new Mutator(target.seeds, seed);
  for (let input = from; input < to; input++) {
    const bytes = mutator.input(input);
    onInput?.(input);
    try {
      target.run(bytes);
    } catch (error) {
      throw new FuzzFailure(target.name, seed, input, mutator.input(input), error);
    }
  }
}
