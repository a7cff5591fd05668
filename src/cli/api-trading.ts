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
import { OrderOwners } from '../server/order-owners.ts';

/** The API's end of the order half: a trader like a strategy on a thread of its own. */
export interface ApiTrading {
  readonly desk: OrderDesk;
  close(): void;
}

/** Executions reach a program within about this time. */
const POLL_MS = 5;
/** Events are taken in so many lots at most, so that the other work of this thread has its turn. */
const MOST_ROUNDS = 40;
/** Symbols that were not listed yet are looked for, and programs that stay away, this often. */
const POLLS_PER_LOOK = 40;
/** Entries of one start of the router. Starts are numbered for good, so no entry's number comes again. */
const ENTRIES_PER_START = 2 ** 32;
const NS_PER_MS = 1e6;

/**
 * @returns undefined where nothing is traded, or programs may not
 * @throws {Error} if the file of client ids can't be read: then nothing may be sent
 */
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
  const requests = end.queued();
  const { directory, journal } = gateway.config;
  const ids = new ClientIds(join(directory, `api-orders-${gateway.day}.ids`), journal.durability === 'disk');
  const owners = new OrderOwners(
    ids,
    {
      view: (order) => requests.reads.view(order),
      lastOrder: () => store.count,
      strategyOf: (order) => store.int32[store.base(order - 1) + SlotField.strategy],
    },
    strategy,
  );
  const { onDisconnect, reconnectWithinNs } = config.api.orders!;
  const desk = new OrderDesk({
    requests,
    reads: requests.reads,
    owners,
    symbols: options.instruments.map(({ symbol }) => symbol),
    onDisconnect,
    reconnectWithinMs: reconnectWithinNs / NS_PER_MS,
    firstEntry: gateway.options.epoch * ENTRIES_PER_START + 1,
    nowMs: () => performance.now(),
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
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const taken = end.poll();
      told += taken;
      if (taken === 0) break;
    }
    if (told > 0) desk.flush();
    if (++polls % POLLS_PER_LOOK !== 0) return;
    end.look();
    desk.sweep();
  }, POLL_MS);
  return {
    desk,
    close() {
      clearInterval(poller);
      ids.close();
    },
  };
}
