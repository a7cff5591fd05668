/**
 * Ours in `api-fanout`: the API server as `warmline run` has it (hub, channels, patches, limits, tokens), on a book in
 * shared memory. Its own timer ticks it as in the product; flat out, the drive ticks it besides.
 */
import { apiSection } from '../../src/config/api-schema.ts';
import { Hub } from '../../src/server/hub.ts';
import { MarketData } from '../../src/server/market-data.ts';
import { Tokens } from '../../src/server/security.ts';
import { ApiServer } from '../../src/server/server.ts';
import type { SocketClient } from '../../src/server/socket-client.ts';
import { FanoutBook } from '../lib/fanout-book.ts';
import { EVERY_MS, FanoutDrive } from '../lib/fanout-drive.ts';

const book = new FanoutBook();
const drive = new FanoutDrive(() => book.advance());
const market = new MarketData([book.feed], undefined);
const clients = new Set<SocketClient>();
const hub: Hub = new Hub(
  (name) => {
    const channel = market.find(name);
    return channel && { role: 'view', channel };
  },
  new Map(),
  {
    beforeTick: () => {
      market.poll();
      drive.beforeTick();
    },
    opened: (client) => void clients.add(client as SocketClient),
    closed: (client) => {
      clients.delete(client as SocketClient);
      if (clients.size === 0) book.restart();
    },
  },
);
const config = apiSection.parse({
  port: 0,
  every: `${EVERY_MS}ms`,
  // the clients of all samples come from one address
  limits: { requestsPerSecond: 1_000_000, burst: 1_000_000 },
});
const health = { alive: [], ready: [] };
const server = await ApiServer.start(
  config,
  { hub, assets: new Map(), metrics: () => '', health: () => health },
  Tokens.parse('', 'no tokens'),
);
if (typeof server === 'string') throw new Error(server);
drive.serve({
  port: server.port,
  tick: () => hub.tick(),
  buffered: () => {
    let bytes = 0;
    for (const client of clients) bytes += client.buffered;
    return bytes;
  },
});
