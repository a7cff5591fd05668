/**
 * Changes from one plain JSON value to another, small enough to be sent many times a second. A browser applies them with a
 * dozen lines; `docs/api.md` shows them.
 *
 * A patch of an object is an object: a key that is there was changed, added, or (with the value `{"$gone":true}`) removed. An
 * object that is inside is a patch of what was inside, unless it is `{"$is":value}`: then the value is replaced whole.
 * An array of the same length is patched by index as if it were an object; one of another length is replaced whole.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Patch = { readonly [key: string]: Json };

const GONE = { $gone: true } as const;

const isObject = (value: unknown): value is Record<string, Json> => typeof value === 'object' && value !== null;

/** What has to change in `before` to make it `after`; undefined if nothing has. Both hold JSON only. */
export function diff(before: Json, after: Json): Patch | undefined {
  if (!comparable(before, after)) return before === after ? undefined : { $is: after };
  const patch: Record<string, Json> = {};
  let changed = false;
  for (const [key, value] of Object.entries(after as Record<string, Json>)) {
    const old = (before as Record<string, Json>)[key];
    if (old === value) continue;
    const inner = old !== undefined && comparable(old, value) ? diff(old, value) : wrapped(value);
    if (inner === undefined) continue;
    patch[key] = inner;
    changed = true;
  }
  for (const key of Object.keys(before as Record<string, Json>)) {
    if (Object.hasOwn(after as object, key)) continue;
    patch[key] = GONE;
    changed = true;
  }
  return changed ? patch : undefined;
}

/** Applies what {@link diff} made. `before` stays as it is. */
export function applyPatch(before: Json, patch: Patch): Json {
  if (Object.hasOwn(patch, '$is')) return patch.$is;
  const after = (Array.isArray(before) ? [...before] : { ...(before as object) }) as Record<string, Json>;
  for (const [key, value] of Object.entries(patch)) {
    if (!isObject(value)) after[key] = value;
    else if (value.$gone === true) delete after[key];
    else after[key] = applyPatch(after[key] ?? null, value as Patch);
  }
  return after;
}

function comparable(before: Json, after: Json): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  if (Array.isArray(before) !== Array.isArray(after)) return false;
  return !Array.isArray(before) || before.length === (after as unknown as readonly Json[]).length;
}

/** Objects would be taken for patches. */
function wrapped(value: Json): Json {
  return isObject(value) ? { $is: value } : value;
}

/** A plain value as JSON carries it: numbers that JSON has no word for become null, what is undefined is left out. */
export function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
