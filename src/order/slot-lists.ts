const NONE = -1;

/**
 * Doubly linked lists of slots, each slot in one of them at most: the links stand in arrays, so that putting in and
 * taking out cost a few stores whatever the length. Newest first.
 */
export class SlotLists {
  private readonly heads: Int32Array;
  private readonly nexts: Int32Array;
  private readonly previous: Int32Array;
  /** By slot: its list, or NONE. */
  private readonly lists: Int32Array;
  /** By list: how many slots it holds. */
  readonly lengths: Int32Array;

  constructor(lists: number, slots: number) {
    this.heads = new Int32Array(lists).fill(NONE);
    this.lengths = new Int32Array(lists);
    this.nexts = new Int32Array(slots);
    this.previous = new Int32Array(slots);
    this.lists = new Int32Array(slots).fill(NONE);
  }

  /** First slot of a list, or -1. */
  first(list: number): number {
    return this.heads[list];
  }

  /** The slot behind `slot` in its list, or -1. */
  next(slot: number): number {
    return this.nexts[slot];
  }

  has(slot: number): boolean {
    return this.lists[slot] !== NONE;
  }

  add(list: number, slot: number): void {
    const head = this.heads[list];
    this.nexts[slot] = head;
    this.previous[slot] = NONE;
    if (head !== NONE) this.previous[head] = slot;
    this.heads[list] = slot;
    this.lists[slot] = list;
    this.lengths[list] += 1;
  }

  remove(slot: number): void {
    const list = this.lists[slot];
    const next = this.nexts[slot];
    const before = this.previous[slot];
    if (before === NONE) this.heads[list] = next;
    else this.nexts[before] = next;
    if (next !== NONE) this.previous[next] = before;
    this.lists[slot] = NONE;
    this.lengths[list] -= 1;
  }

  clear(): void {
    this.heads.fill(NONE);
    this.lists.fill(NONE);
    this.lengths.fill(0);
  }
}
