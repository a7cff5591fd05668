import { type BookView, defineStrategy, type FeedView } from 'warmline';

/**
 * A sample strategy: watches the spread of every instrument and, every ten seconds, says how many books it saw move,
 * how many stood with a spread of one tick, and how often it had to look away because a feed was not live.
 */
export default defineStrategy((context) => {
  const REPORT_TIMER = 0;
  const REPORT_MS = 10_000;
  const TICK_PRICE4 = 100; // one cent in ITCH's four implied decimals
  let booksMoved = 0;
  let oneTick = 0;
  let notLive = 0;

  return {
    onStart() {
      context.setTimer(REPORT_TIMER, REPORT_MS, REPORT_MS);
    },
    onBook(book: BookView, feed: FeedView) {
      if (!feed.live) {
        notLive++;
        return;
      }
      booksMoved++;
      if (book.bestAsk - book.bestBid === TICK_PRICE4) oneTick++;
    },
    onFeedStatus(feed: FeedView) {
      if (!feed.live) context.log(`feed ${feed.name} is not live: quoting would be on the past`);
    },
    onTimer() {
      context.log(`books moved ${booksMoved}, at one tick ${oneTick}, looked away ${notLive}`);
      booksMoved = 0;
      oneTick = 0;
      notLive = 0;
    },
  };
});
