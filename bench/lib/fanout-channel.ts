/** Names of the one book of `api-fanout`. */
export const FANOUT_FEED = 'bench';
export const FANOUT_SYMBOL = 'WARM';
/** What the clients subscribe to. */
export const FANOUT_CHANNEL = `book:${FANOUT_FEED}/${FANOUT_SYMBOL}`;
