import type { Random } from '../../src/sim/random.ts';

/** One of the values, each as likely as its weight says. */
export function drawn<T>(random: Random, values: readonly T[], weightOf: (value: T) => number): T {
  let at = random.fraction() * values.reduce((sum, value) => sum + weightOf(value), 0);
  for (const value of values) {
    at -= weightOf(value);
    if (at < 0) return value;
  }
  return values[values.length - 1];
}
