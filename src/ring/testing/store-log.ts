/**
 * Shows the order in which a ring writes its memory. The ends of a ring make plain stores through their field `words`
 * and publish through `published`; both are replaced by recording proxies, and `Atomics` is patched to accept them
 * (where memory order is weak, publishing stores are atomic). For tests; slow.
 */

export interface Store {
  readonly cell: number;
  readonly value: number;
  /** It publishes what was stored before it. */
  readonly publishes: boolean;
}

/** Runs `action` with every int32 store of `target` recorded, and `afterEach` called after each of them. */
export function recordStores(
  target: object,
  action: () => void,
  afterEach: (store: Store) => void = () => {},
): Store[] {
  const stores: Store[] = [];
  const holder = target as { words: Int32Array; published: Int32Array };
  const { words, published } = holder;
  const recording = (publishes: boolean): Int32Array =>
    new Proxy(words, {
      get: (_, property) => Reflect.get(words, property, words) as unknown,
      set: (_, property, value: number) => {
        words[Number(property)] = value;
        const store = { cell: Number(property), value, publishes };
        stores.push(store);
        afterEach(store);
        return true;
      },
    });
  holder.words = recording(false);
  holder.published = recording(true);
  const restore = patchAtomics(holder.published, words);
  try {
    action();
  } finally {
    restore();
    holder.words = words;
    holder.published = published;
  }
  return stores;
}

/** Makes `Atomics.load` and `store` take the proxy of an array, which they refuse, for the array. */
function patchAtomics(proxy: Int32Array, array: Int32Array): () => void {
  const { load, store } = Atomics;
  Atomics.load = ((cells: Int32Array, index: number) =>
    load(cells === proxy ? array : cells, index)) as typeof Atomics.load;
  Atomics.store = ((cells: Int32Array, index: number, value: number) => {
    if (cells === proxy) proxy[index] = value;
    else store(cells, index, value);
    return value;
  }) as typeof Atomics.store;
  return () => {
    Atomics.load = load;
    Atomics.store = store;
  };
}
