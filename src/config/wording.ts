import type { z } from 'zod';
import type { IssueParams } from './checks.ts';

/** One thing that is wrong, before it has a place in a file. */
export interface Finding {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly at: 'key' | 'value';
}

type Issue = z.core.$ZodIssue;

const SECRET_KEY = /pass|secret|token|credential/i;
const SHOWN_LENGTH = 40;

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return (
    { object: 'a map', string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ??
    typeof value
  );
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** The value as it is quoted in a message: never that of a secret, never a whole map. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (path.some((segment) => SECRET_KEY.test(String(segment)))) return '';
  if (typeof value === 'string')
    return `, not "${value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return `, not ${value}`;
  return `, not ${kindOf(value)}`;
}

/** Edit distance with transpositions: how far apart two keys are. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let k = 1; k <= b.length; k++) {
      const cost = a[i - 1] === b[k - 1] ? 0 : 1;
      let best = Math.min(previous[k] + 1, current[k - 1] + 1, previous[k - 1] + cost);
      if (i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1]) best = Math.min(best, before[k - 2] + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length];
}

const plain = (key: string) => key.toLowerCase().replaceAll(/[-_\s]/g, '');

/** The known key that an unknown one was probably meant to be, or undefined. */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
  const wanted = plain(unknown);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const key of known) {
    const candidate = plain(key);
    const related =
      candidate.length > 3 && wanted.length > 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
    const apart = related ? 1 : distance(wanted, candidate);
    if (apart < bestDistance && apart < Math.max(wanted.length, candidate.length)) {
      best = key;
      bestDistance = apart;
    }
  }
  return best;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = root;
  for (const segment of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[segment];
  return value;
}

function boundOf(limit: number | bigint, origin: string, least: boolean): string {
  if (origin === 'string')
    return least ? `must have at least ${limit} characters` : `must have at most ${limit} characters`;
  if (origin === 'array') return least ? `needs at least ${limit} of them` : `may have at most ${limit} of them`;
  return `must be at ${least ? 'least' : 'most'} ${limit}`;
}

/**
 * Words a schema's issues for people.
 * @param root the whole input, from which the values that were found are quoted
 * @param keysAt the keys that a map at a path may have, for suggestions
 */
export function wordIssues(
  issues: readonly Issue[],
  root: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
  prefix: readonly PropertyKey[] = [],
): Finding[] {
  const findings: Finding[] = [];
  for (const issue of issues) {
    const fullPath = [...prefix, ...issue.path];
    const path = fullPath as (string | number)[];
    const value = valueAt(root, path);
    const add = (message: string, at: 'key' | 'value' = 'value') => findings.push({ path, message, at });
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) {
          const known = keysAt(path);
          const nearest = nearestKey(key, known);
          const hint = nearest === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${nearest}"?`;
          findings.push({ path: [...path, key], message: `unknown key; ${hint}`, at: 'key' });
        }
        break;
      case 'invalid_type':
        if (value === undefined) add('is required');
        else {
          const quote = issue.expected === 'string' && typeof value !== 'object' ? ': write it in quotes' : '';
          add(`must be ${EXPECTED[issue.expected] ?? issue.expected}${shown(value, path)}${quote}`);
        }
        break;
      case 'invalid_value':
        if (value === undefined) add('is required');
        else add(`must be one of ${issue.values.map(String).join(', ')}${shown(value, path)}`);
        break;
      case 'too_small':
        add(boundOf(issue.minimum, issue.origin, true) + (issue.origin === 'array' ? '' : shown(value, path)));
        break;
      case 'too_big':
        add(boundOf(issue.maximum, issue.origin, false) + (issue.origin === 'array' ? '' : shown(value, path)));
        break;
      case 'invalid_union': {
        // A branch whose kind of value fits says more than "none of the branches fits".
        const fitting = issue.errors.filter(
          (branch) => !branch.some((inner) => inner.path.length === 0 && isMismatch(inner)),
        );
        if (fitting.length === 1) findings.push(...wordIssues(fitting[0], root, keysAt, path));
        else if (value === undefined) add('is required');
        else add(issue.message + shown(value, path));
        break;
      }
      case 'custom': {
        const params = issue.params as IssueParams | undefined;
        add(issue.message, params?.at ?? 'value');
        break;
      }
      default:
        add(issue.message + shown(value, path));
    }
  }
  return findings;
}

function isMismatch(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}
