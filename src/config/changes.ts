import type { WarmlineConfig } from './schema.ts';
import { formatDurationNs, formatSizeBytes } from './units.ts';

/**
 * What differs between the config that a router runs on and the file as it stands now, and what of it may change while the
 * router runs.
 */

/**
 * `live`: a threshold or a policy that may change at once. `limit`: a risk limit, down at once, up by an operator alone.
 * `unused`: not read by a running router. `fixed`: shape (lines, memory, threads, ports): needs a restart.
 */
export type ChangeKind = 'live' | 'limit' | 'unused' | 'fixed';

/** One key that differs. */
export interface ConfigChange {
  /** As the file has it: `['feeds', 0, 'holdOff', 'time']`. */
  readonly path: readonly (string | number)[];
  readonly kind: ChangeKind;
  /** What was and what is to be, as people write it; `-` = not there. */
  readonly before: string;
  readonly after: string;
}

/** Keys that may change, by path; `*` stands for any member. What lies below a path goes with it. */
const KINDS: readonly (readonly [path: string, kind: ChangeKind])[] = [
  ...['failback', 'minDwell', 'maxDwell', 'holdOff', 'gapDeadline', 'staleAfter', 'lag', 'holes'].map(
    (key) => [`feeds.*.${key}`, 'live'] as const,
  ),
  ...['directory', 'onIncident', 'keep', 'last'].map((key) => [`flightRecorder.${key}`, 'live'] as const),
  ...[
    'connections',
    'connectionsPerAddress',
    'requestsPerSecond',
    'burst',
    'failedLoginsPerMinute',
    'backlog',
    'slowFor',
  ].map((key) => [`api.limits.${key}`, 'live'] as const),
  ['log.level', 'live'],
  ['orders.risk.windows', 'fixed'],
  ['orders.risk', 'limit'],
  ['sim', 'unused'],
];

/** Values that are one thing, however they are written. */
const WHOLE = ['feeds.*.failback'];

/** What differs, in the order of the keys. */
export function configChanges(running: WarmlineConfig, next: WarmlineConfig): ConfigChange[] {
  const changes: ConfigChange[] = [];
  compare([], '', running, next, changes);
  return changes;
}

/** @param key the last of the path, as it is normalised: with its unit */
function compare(
  path: (string | number)[],
  key: string,
  before: unknown,
  after: unknown,
  changes: ConfigChange[],
): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const differs = () =>
    changes.push({ path, kind: kindOf(path), before: shown(key, before), after: shown(key, after) });
  if (WHOLE.some((pattern) => covers(pattern, path))) {
    differs();
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    before.forEach((member, i) => {
      compare([...path, i], key, member, after[i], changes);
    });
  } else if (isMap(before) && isMap(after)) {
    for (const member of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare([...path, writtenKey(member)], member, before[member], after[member], changes);
    }
  } else {
    differs();
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(key: string, value: unknown): string {
  if (value === undefined) return '-';
  if (typeof value === 'number' && key.endsWith('Ns')) return formatDurationNs(value);
  if (typeof value === 'number' && key.endsWith('Bytes')) return formatSizeBytes(value);
  if (isMap(value) && typeof value.afterNs === 'number') return `{ after: ${formatDurationNs(value.afterNs)} }`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Normalised keys carry their unit; the file's don't. */
function writtenKey(key: string): string {
  return key.replace(/(?<=[a-z])(Ns|Bytes|4)$/, '');
}

function kindOf(path: readonly (string | number)[]): ChangeKind {
  return KINDS.find(([pattern]) => covers(pattern, path))?.[1] ?? 'fixed';
}

/** Whether a path is the pattern's or lies below it. */
function covers(pattern: string, path: readonly (string | number)[]): boolean {
  const parts = pattern.split('.');
  return parts.length <= path.length && parts.every((part, i) => part === '*' || part === String(path[i]));
}
