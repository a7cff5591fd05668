import type { OrdersReader } from './orders-reader.ts';
import type { EventView } from './status-model.ts';
import type { StatusReader } from './status-reader.ts';

const NS_PER_MS = 1e6;

/** What a view that is made from counters alone says of events. */
export const LAST_EVENTS_NOTE =
  'events: of each feed the last switch, of each session the last trouble; all of them stand in the log and on the dashboard';

/**
 * What happened last, as far as counters tell: for who looks from another process, which no events reach.
 * @param utcOffsetNs from the monotonic clock to UTC
 */
export function lastEvents(
  reader: StatusReader,
  orders: OrdersReader | undefined,
  utcOffsetNs: number,
): readonly EventView[] {
  const event = (atNs: number, shown: Pick<EventView, 'feed' | 'what' | 'text'>): EventView => ({
    utcMs: (atNs + utcOffsetNs) / NS_PER_MS,
    tone: 'warning',
    windowNs: Number.NaN,
    tookNs: Number.NaN,
    ...shown,
  });
  return [
    ...reader
      .lastSwitches()
      .map(({ feed, atNs, line, switches }) =>
        event(atNs, { feed, what: 'switch', text: `${line} leads since then, switch ${switches} of this run` }),
      ),
    ...(orders?.lastTroubles() ?? []).map(({ session, evidence, atNs }) =>
      event(atNs, { feed: 'orders', what: 'session', text: `${session}: ${evidence}` }),
    ),
  ].sort((a, b) => a.utcMs - b.utcMs);
}
