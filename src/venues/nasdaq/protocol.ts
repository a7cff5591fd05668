import { createBookMemory } from '../../feed/book-memory.ts';
import type { FeedProtocol } from '../../feed/protocol.ts';
import { GlimpseClient } from './glimpse.ts';
import { ItchFeedHandler } from './itch-feed.ts';
import { itchSample } from './itch-sample.ts';
import { MoldUdp64Framer, MoldUdp64Requests } from './moldudp64.ts';

/** ITCH 5.0 over MoldUDP64: retransmit by MoldUDP64 requests, snapshots by GLIMPSE. */
export const moldudp64: FeedProtocol = {
  name: 'moldudp64',
  createFramer: () => new MoldUdp64Framer(),
  createHandler: (options) => new ItchFeedHandler(options),
  createBookMemory,
  sample: itchSample,
  retransmit: new MoldUdp64Requests(),
  createSnapshotClient: (options, sink) => new GlimpseClient(options, sink),
};
