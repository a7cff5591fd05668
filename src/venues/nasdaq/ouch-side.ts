import { Marking, Side } from '../../order/terms.ts';

const BUY = 0x42; // B
const SELL = 0x53; // S
const SELL_SHORT = 0x54; // T
const SELL_SHORT_EXEMPT = 0x45; // E

/** The character code that OUCH has for a side and its marking. */
export function sideCode(side: number, marking: number): number {
  if (side === Side.buy) return BUY;
  if (marking === Marking.long) return SELL;
  return marking === Marking.short ? SELL_SHORT : SELL_SHORT_EXEMPT;
}

/** @returns the side, or -1 where there is no such code */
export function sideOfCode(code: number): number {
  switch (code) {
    case BUY:
      return Side.buy;
    case SELL:
    case SELL_SHORT:
    case SELL_SHORT_EXEMPT:
      return Side.sell;
    default:
      return -1;
  }
}
