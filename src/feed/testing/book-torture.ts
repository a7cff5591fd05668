/** Every level of the tortured book has this many shares per unit of price, at any time. */
export const SHARES_PER_PRICE = 3;
