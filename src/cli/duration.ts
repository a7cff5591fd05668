import { InvalidArgumentError } from 'commander';
import { parseDurationNs, parseSizeBytes } from '../config/units.ts';

/**
 * Option values on the command line, written as in a config file. Hand them to commander:
 * `.option('--for <time>', 'end after this long', durationNs)`.
 */

/** `30s` → nanoseconds. @throws {InvalidArgumentError} which commander shows as a usage error */
export function durationNs(text: string): number {
  const ns = parseDurationNs(text);
  if (typeof ns === 'string') throw new InvalidArgumentError(`It ${ns}.`);
  return ns;
}

/** `4MiB` → bytes. @throws {InvalidArgumentError} */
export function sizeBytes(text: string): number {
  const bytes = parseSizeBytes(text);
  if (typeof bytes === 'string') throw new InvalidArgumentError(`It ${bytes}.`);
  return bytes;
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text.trim()) || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}
