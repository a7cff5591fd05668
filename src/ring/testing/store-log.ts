/**
 * Shows the order in which a ring writes its memory: plain stores through a proxy, atomic ones through a patched
 * `Atomics.store`. For tests; slow.
 */

export interface Store {
  readonly cell: number;
  readonly value: number;
  readonly atomic: boolean;
}

/**
 * Runs `action` with every int32 store of `target` (an end of a ring whose plain stores go through its field `words`)
 * recorded, and `afterEach` called after each of them.
 */
export function recordStores(
  target: object,
  action: () => void,
  afterEach: (store: Store) => void = () => {},
): Store[] {
  const stores: Store[] = [];
  const holder = target as { words: Int32Array };
  const words = holder.words;
  const note = (store: Store): void => {
    stores.push(store);
    afterEach(store);
  };
  const atomicStore = Atomics.store;
  holder.words = new Proxy(words, {
    get: (_, property) => Reflect.get(words, property, words) as unknown,
    set: (_, property, value: number) => {
      words[Number(property)] = value;
      note({ cell: Number(property), value, atomic: false });
      return true;
    },
  });
  Atomics.store = ((array: Int32Array, cell: number, value: number) => {
    const result = atomicStore(array, cell, value);
    note({ cell, value, atomic: true });
    return result;
  }) as typeof Atomics.store;
  try {
    action();
  } finally {
    Atomics.store = atomicStore;
    holder.words = words;
  }
  return stores;
}
