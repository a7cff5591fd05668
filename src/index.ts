/** Warmline as a library: arbiter, rings, capture reading and replay, and the strategy API. */
export {};
