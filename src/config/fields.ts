import { z } from 'zod';
import {
  DURATION_PATTERN,
  formatDurationNs,
  formatSizeBytes,
  parseDurationNs,
  parseSizeBytes,
  SIZE_PATTERN,
} from './units.ts';

/**
 * The kinds of value a config file holds. Each reads what people write and gives what code uses: nanoseconds, bytes,
 * checked addresses.
 */

const DAY_NS = 86_400e9;

/** Smallest and largest value a quantity may have, in base units. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A duration such as `5ms`; read into nanoseconds. */
export function duration(bounds: Bounds = {}) {
  const { min = 1, max = DAY_NS } = bounds;
  return z
    .union([z.string(), z.number()], { error: 'is not a duration: write a number and a unit, for example 5ms' })
    .transform((text, context) => {
      const ns = parseDurationNs(text);
      if (typeof ns === 'string') context.addIssue(ns);
      else if (ns < min)
        context.addIssue(min === 1 ? 'must be longer than 0' : `must be at least ${formatDurationNs(min)}`);
      else if (ns > max) context.addIssue(`must be at most ${formatDurationNs(max)}`);
      else return ns;
      return z.NEVER;
    })
    .meta({ kind: 'duration', pattern: DURATION_PATTERN });
}

/** A size such as `4MiB`; read into bytes. */
export function size(bounds: Bounds = {}) {
  const { min = 1, max = 64 * 1024 ** 3 } = bounds;
  return z
    .union([z.string(), z.number()], { error: 'is not a size: write a number and a unit, for example 4MiB' })
    .transform((text, context) => {
      const bytes = parseSizeBytes(text);
      if (typeof bytes === 'string') context.addIssue(bytes);
      else if (bytes < min) context.addIssue(`must be at least ${formatSizeBytes(min)}`);
      else if (bytes > max) context.addIssue(`must be at most ${formatSizeBytes(max)}`);
      else return bytes;
      return z.NEVER;
    })
    .meta({ kind: 'size', pattern: SIZE_PATTERN });
}

/** A whole number between `min` and `max`. */
export function count(min: number, max: number) {
  return z.int().min(min).max(max);
}

/** A power of two between `min` and `max`. */
export function powerOfTwo(min: number, max: number) {
  return count(min, max).refine((n) => Number.isInteger(Math.log2(n)), 'must be a power of two, for example 65536');
}

const PORT_MAX = 65535;

/** A UDP or TCP port. */
export function port() {
  return z.int().min(1).max(PORT_MAX);
}

/** Dotted IPv4 as four numbers, or undefined. */
export function ipv4Octets(text: unknown): number[] | undefined {
  if (typeof text !== 'string' || !/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet, i) => octet <= 255 && String(octet) === text.split('.')[i]) ? octets : undefined;
}

const MULTICAST_FIRST_OCTET = { min: 224, max: 239 } as const;

export function isMulticast(text: unknown): boolean {
  const first = ipv4Octets(text)?.[0];
  return first !== undefined && first >= MULTICAST_FIRST_OCTET.min && first <= MULTICAST_FIRST_OCTET.max;
}

/** An IPv4 address of one host, not a multicast group. */
export function hostAddress() {
  return z
    .string()
    .refine((text) => ipv4Octets(text) !== undefined, {
      error: 'is not an IPv4 address, for example 10.0.0.1',
      abort: true,
    })
    .refine((text) => !isMulticast(text), 'is a multicast group: a group goes under "group", a host under "address"');
}

/** A multicast group. */
export function groupAddress() {
  return z
    .string()
    .refine(isMulticast, 'is not an IPv4 multicast group: groups lie in 224.0.0.0/4 (224.0.0.0 to 239.255.255.255)');
}

/** What things are called in reports, on the command line and in counters. */
export function name() {
  return z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is not a name: use letters, digits, ".", "_" and "-"')
    .max(32);
}

/** The same object with some keys renamed: quantities carry their unit in their name once they are plain numbers. */
type Renamed<T, R> = { [K in keyof T as K extends keyof R ? R[K] & string : K]: T[K] };

/** Renames keys of what a schema gives, for example `timeout` to `timeoutNs`. */
export function withUnits<S extends z.ZodObject, const R extends Partial<Record<keyof z.output<S>, string>>>(
  schema: S,
  names: R,
) {
  return schema.transform((value) => {
    const renamed: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) renamed[(names as Record<string, string>)[key] ?? key] = inner;
    return renamed as Renamed<z.output<S>, R>;
  });
}
