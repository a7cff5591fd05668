import { SLOT_SHIFT, SlotField } from './order-layout.ts';

const SHIFT = SLOT_SHIFT;

/**
 * Doubly linked lists through the slots, oldest first: the open orders of a port, a strategy, an instrument. A list is
 * three words (first, last, count), links are slot + 1, 0 = none. Which list of a slot is meant says the index of its
 * `previous` field; `next` stands behind it.
 */

/** Puts a slot at the end of the list whose first word is `list`, by the links at `link`. */
export function appendOpen(int32: Int32Array, slots: number, list: number, link: number, slot: number): void {
  const last = int32[list + 1];
  const base = slots + (slot << SHIFT);
  int32[base + link] = last;
  int32[base + link + 1] = 0;
  if (last === 0) int32[list] = slot + 1;
  else int32[slots + ((last - 1) << SHIFT) + link + 1] = slot + 1;
  int32[list + 1] = slot + 1;
  int32[list + 2]++;
}

/** Takes a slot out. It must be in the list. */
export function removeOpen(int32: Int32Array, slots: number, list: number, link: number, slot: number): void {
  const base = slots + (slot << SHIFT);
  const previous = int32[base + link];
  const next = int32[base + link + 1];
  if (previous === 0) int32[list] = next;
  else int32[slots + ((previous - 1) << SHIFT) + link + 1] = next;
  if (next === 0) int32[list + 1] = previous;
  else int32[slots + ((next - 1) << SHIFT) + link] = previous;
  int32[base + link] = 0;
  int32[base + link + 1] = 0;
  int32[list + 2]--;
}

/** The links of a slot, by list. */
export const OpenLink = {
  port: SlotField.portPrevious,
  strategy: SlotField.strategyPrevious,
  instrument: SlotField.instrumentPrevious,
} as const;
