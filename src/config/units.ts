/**
 * Quantities with units, as people write them in a config file: `5ms`, `100us`, `1s`, `4MiB`.
 */

const NS_PER = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 } as const;
const BYTES_PER = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** What a duration looks like, for editors (JSON Schema). */
export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?\\s*(ns|us|µs|ms|s|min|h)$';
/** What a size looks like, for editors (JSON Schema). */
export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)?\\s*(B|KiB|MiB|GiB|kB|MB|GB)$';

/** @returns the quantity in base units, rounded to whole ones, or a sentence that says what is wrong with it */
function parseQuantity(
  text: string | number,
  units: Readonly<Record<string, number>>,
  what: string,
  example: string,
): number | string {
  if (text === 0) return 0;
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([A-Za-zµ]*)$/.exec(String(text).trim());
  if (match === null) return `is not ${what}: write a number and a unit, for example ${example}`;
  const [, digits = '', unit = ''] = match;
  if (unit === '') return Number(digits) === 0 ? 0 : `needs a unit, for example ${example}`;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return `has an unknown unit "${unit}": use ${Object.keys(units).join(', ')}`;
  const value = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(value) ? value : 'is too large';
}

/** Reads `5ms`, `100us`, `1.5s` or 0. @returns nanoseconds, or a sentence that says what is wrong */
export function parseDurationNs(text: string | number): number | string {
  return parseQuantity(text, NS_PER, 'a duration', '5ms');
}

/** Reads `64KiB`, `4MiB` or 0. @returns bytes, or a sentence that says what is wrong */
export function parseSizeBytes(text: string | number): number | string {
  return parseQuantity(text, BYTES_PER, 'a size', '4MiB');
}

function format(value: number, units: ReadonlyArray<readonly [string, number]>): string {
  if (value === 0) return '0';
  for (const [unit, factor] of units) if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  return String(value);
}

/** Nanoseconds in the largest unit that holds them exactly: 5_000_000 → `5ms`. */
export function formatDurationNs(ns: number): string {
  return format(ns, [
    ['h', NS_PER.h],
    ['min', NS_PER.min],
    ['s', NS_PER.s],
    ['ms', NS_PER.ms],
    ['us', NS_PER.us],
    ['ns', 1],
  ]);
}

/** Bytes in the largest binary unit that holds them exactly: 4194304 → `4MiB`. */
export function formatSizeBytes(bytes: number): string {
  return format(bytes, [
    ['GiB', BYTES_PER.GiB],
    ['MiB', BYTES_PER.MiB],
    ['KiB', BYTES_PER.KiB],
    ['B', 1],
  ]);
}
