import { join } from 'node:path';
import { apiTrades } from '../config/traders.ts';
import { attachBooks } from '../feed/book.ts';
import { RemoteOrderEnd } from '../gateway/remote-setup.ts';
import { OrderEvent } from '../order/order-events.ts';
import { SlotField } from '../order/order-layout.ts';
import type { Router } from '../router/router.ts';
import { remoteOrders } from '../router/router-setup.ts';
import { createClock } from '../runtime/clock.ts';
import { ClientIds } from '../server/client-ids.ts';
import { OrderDesk } from '../server/order-desk.ts';

/** The API's end of the order half: a trader like a strategy on a thread of its own. */
export interface ApiTrading {
  readonly desk: OrderDesk;
  close(): void;
}

/** Executions reach a program within about this time. */
const POLL_MS = 5;
/** Symbols that were not listed yet are looked for this often. */
const POLLS_PER_LOOK = 64;
/** Entries are numbered from the moment of the start, in µs: no number of an earlier run comes again. */
const ENTRIES_PER_MS = 1000;

/** @returns undefined where nothing is traded, or programs may not */
export function openApiTrading(router: Router): ApiTrading | undefined {
  const { config, gateway, feeds } = router.setup;
  if (gateway === undefined || !apiTrades(config)) return undefined;
  const strategy = config.strategies.length;
  const options = remoteOrders(gateway, strategy);
  if (options === undefined) return undefined;
  const end = new RemoteOrderEnd(
    options,
    createClock(undefined),
    config.feeds.map((_, number) => number),
    feeds.map(({ options: { books } }) => (books === undefined ? undefined : attachBooks(books.memory))),
    feeds.map(({ options: { books } }) => books?.maxInstruments ?? 0),
  );
  const { store } = gateway;
  const desk = new OrderDesk({
    orders: end.orders,
    ids: new ClientIds(join(gateway.config.directory, `api-orders-${gateway.day}.ids`)),
    symbol: (instrument) => options.instruments[instrument]?.symbol ?? '',
    lastOrder: () => store.count,
    strategy,
    strategyOf: (order) => store.int32[store.base(order - 1) + SlotField.strategy],
    onDisconnect: config.api.orders!.onDisconnect,
    firstEntry: Date.now() * ENTRIES_PER_MS,
  });
  end.attach({
    onOrderEvent(kind, order, shares, price4) {
      if (kind === OrderEvent.order) desk.onOrder(order);
      else if (kind === OrderEvent.fill) desk.onFill(order, shares, price4);
      else if (kind === OrderEvent.route) desk.onRoute();
      else desk.onLookAgain();
    },
  });
  let polls = 0;
  const poller = setInterval(() => {
    let told = 0;
    for (let taken = end.poll(); taken > 0; taken = end.poll()) told += taken;
    if (told > 0) desk.flush();
    if (++polls % POLLS_PER_LOOK === 0) end.look();
  }, POLL_MS);
  return { desk, close: () => clearInterval(poller) };
}
