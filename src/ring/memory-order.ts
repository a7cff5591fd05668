import { arch } from 'node:os';

/**
 * How one thread publishes to another.
 *
 * JavaScript has only sequentially consistent atomics, and V8 compiles them to a call (5 ns for `Atomics.load`, 9 ns for
 * `Atomics.store` with its locked exchange, measured; a plain access costs 0.5 ns). A ring needs less: a load that later
 * accesses don't overtake (acquire) and a store that overtakes no earlier access (release). On x86 *every* load and
 * store is that already, and V8 keeps typed-array accesses in program order, neither merging nor hoisting them, because
 * any array may be shared. So there plain accesses do, as they do in C compiled from `memory_order_acquire` and
 * `_release`; elsewhere the atomics stay.
 *
 * What this rests on is V8, not the language, which gives racing plain accesses no order. Hence: the runtime's version
 * is pinned, the torture test runs against it, and setting the constant to false is all it takes to return to the
 * letter of the law.
 */
const plainAccessesAreOrdered = arch() === 'x64';

/** Reads a cell; what the thread reads or writes after it is not done before it. */
export function loadAcquire(cells: Int32Array, index: number): number {
  return plainAccessesAreOrdered ? cells[index]! : Atomics.load(cells, index);
}

/** Writes a cell; what the thread read or wrote before it is done before it. */
export function storeRelease(cells: Int32Array, index: number, value: number): void {
  if (plainAccessesAreOrdered) cells[index] = value;
  else Atomics.store(cells, index, value);
}

/** Writes a cell before any store that follows. */
export function storeBeforeStores(cells: Int32Array, index: number, value: number): void {
  if (plainAccessesAreOrdered) {
    cells[index] = value;
    return;
  }
  Atomics.store(cells, index, value);
  // On ARM that store holds back what came before it, not what comes after; a load of the same kind behind it does.
  Atomics.load(cells, index);
}

const fenceCell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Reads a cell after every load that came before. */
export function loadAfterLoads(cells: Int32Array, index: number): number {
  if (plainAccessesAreOrdered) return cells[index]!;
  // An atomic load holds back what comes after it, not what came before; an atomic store in front of it does.
  Atomics.store(fenceCell, 0, 0);
  return Atomics.load(cells, index);
}
