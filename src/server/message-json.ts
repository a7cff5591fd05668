/**
 * Messages of any protocol as plain objects, read off the accessors of their flyweights: `stock`, `shares`, `price4`… Two
 * int32 halves of one 64-bit number (`refHi`, `refLo`) become one decimal text, since JSON's numbers can't hold it.
 */

interface Shape {
  readonly plain: readonly string[];
  /** Names of 64-bit numbers. */
  readonly wide: readonly string[];
}

const SHAPES = new WeakMap<object, Shape>();
/** Where the flyweight points, not what it shows. */
const OWN = new Set(['view', 'offset']);
const LOW_BITS = 32n;

function shapeOf(prototype: object): Shape {
  const known = SHAPES.get(prototype);
  if (known !== undefined) return known;
  const getters = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { get }]) => get !== undefined && !OWN.has(name))
    .map(([name]) => name);
  const halves = getters.filter((name) => name.endsWith('Hi') && getters.includes(`${name.slice(0, -2)}Lo`));
  const wide = halves.map((name) => name.slice(0, -2));
  const hidden = new Set(wide.flatMap((name) => [`${name}Hi`, `${name}Lo`]));
  const shape = {
    plain: getters.filter((name) => !hidden.has(name)),
    // one that has an accessor of its own (a timestamp) is shown by that
    wide: wide.filter((name) => !getters.some((getter) => getter === name || getter === `${name}Ns`)),
  };
  SHAPES.set(prototype, shape);
  return shape;
}

/** @param message a flyweight that points at a message */
export function messageFields(message: object): Record<string, unknown> {
  const { plain, wide } = shapeOf(Object.getPrototypeOf(message));
  const source = message as Record<string, unknown>;
  const fields: Record<string, unknown> = {};
  for (const name of plain) {
    const value = source[name];
    if (typeof value === 'bigint') fields[name] = value.toString();
    else if (typeof value !== 'object') fields[name] = value;
  }
  for (const name of wide) {
    const high = BigInt.asUintN(32, BigInt(source[`${name}Hi`] as number));
    const low = BigInt.asUintN(32, BigInt(source[`${name}Lo`] as number));
    fields[name] = ((high << LOW_BITS) | low).toString();
  }
  return fields;
}

/** Callbacks that take any message there is: what a protocol's dispatcher calls becomes the word `type`. */
export function anyMessage(take: (type: string, message: object) => void): object {
  const callbacks = new Map<string, (message: object) => void>();
  return new Proxy(
    {},
    {
      get(_, key) {
        if (typeof key !== 'string' || !key.startsWith('on')) return undefined;
        let callback = callbacks.get(key);
        if (callback === undefined) {
          const type = key.charAt(2).toLowerCase() + key.slice(3);
          callback = (message) => take(type, message);
          callbacks.set(key, callback);
        }
        return callback;
      },
    },
  );
}
