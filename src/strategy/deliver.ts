import type { FeedHandler } from '../feed/protocol.ts';
import type { StrategyHost } from './strategy-host.ts';

/**
 * One delivered unit, on the thread that builds the books: to the strategies, to the books, and what that changed to the
 * strategies again. The message goes first: it is the news, and what it is about can still be looked up as it was.
 */
export function deliverUnit(
  hosts: readonly StrategyHost[],
  feed: number,
  handler: FeedHandler | undefined,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  length: number,
): void {
  for (let i = 0; i < hosts.length; i++) hosts[i].onMessage(feed, bytes, view, offset, length);
  if (handler === undefined) return;
  handler.apply(bytes, view, offset, length);
  if (handler.changedInstrument < 0 && handler.changedStatusInstrument < 0) return;
  for (let i = 0; i < hosts.length; i++) hosts[i].onChange(feed);
}
