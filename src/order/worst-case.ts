import { SlotField } from './order-layout.ts';
import { OrderFlag } from './terms.ts';

/** What an open order can still do at worst, as {@link findWorst} has found it last: cells of {@link worst}. */
export const Worst = { shares: 0, price4: 1, value4: 2 } as const;
/** Doubles go through cells, since a call would box them. */
export const worst = new Float64Array(3);

// Local names: the compiler folds constants of its own module into the code, but loads imported ones each time.
const FLAGS = SlotField.flags;
const PRICE = SlotField.price4;
const LEAVES = SlotField.leaves;
const TAKEN = SlotField.taken;
const PENDING_SHARES = SlotField.pendingShares;
const PENDING_PRICE = SlotField.pendingPrice4;
const PENDING_REPLACE = OrderFlag.pendingReplace;
const SHARES = Worst.shares;
const PRICE4 = Worst.price4;
const VALUE4 = Worst.value4;

/**
 * Most shares that an open order may still trade, what they are worth at most, and the highest of its prices. Only what
 * the venue has said makes it less: requests of ours under way can make it more, never less.
 *
 * @param base index of the slot's first int32
 * @param remaining 1: replaces of its port state what is to remain; 0: the shares of the whole chain
 */
export function findWorst(int32: Int32Array, base: number, remaining: number): void {
  const leaves = int32[base + LEAVES];
  const price4 = int32[base + PRICE];
  worst[SHARES] = leaves;
  worst[PRICE4] = price4;
  worst[VALUE4] = leaves * price4;
  if ((int32[base + FLAGS] & PENDING_REPLACE) === 0) return;
  const asked = int32[base + PENDING_SHARES];
  const newPrice4 = int32[base + PENDING_PRICE];
  if (newPrice4 > price4) worst[PRICE4] = newPrice4;
  if (remaining !== 0) {
    // All that is open may trade before the replace arrives, and then what it says is to remain.
    worst[SHARES] = leaves + asked;
    worst[VALUE4] += asked * newPrice4;
    return;
  }
  const left = asked - int32[base + TAKEN];
  if (left > leaves) {
    // All of the old leg may trade at its price before the replace arrives; the rest then at the new one.
    worst[SHARES] = left;
    worst[VALUE4] += (left - leaves) * newPrice4;
  }
  if (left > 0 && left * newPrice4 > worst[VALUE4]) worst[VALUE4] = left * newPrice4;
}
