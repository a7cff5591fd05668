import { createBookMemory } from '../feed/book-memory.ts';
import type { FeedProtocol } from '../feed/protocol.ts';
import { Mdp3Framer } from './cme/mdp3.ts';
import { ItchFeedHandler } from './nasdaq/itch-feed.ts';
import { MoldUdp64Framer, MoldUdp64Requests } from './nasdaq/moldudp64.ts';

/** The feed protocols that exist. To add one, implement {@link FeedProtocol} and list it here. */
const protocols: readonly FeedProtocol[] = [
  {
    name: 'moldudp64',
    createFramer: () => new MoldUdp64Framer(),
    createHandler: (options) => new ItchFeedHandler(options),
    createBookMemory,
    retransmit: new MoldUdp64Requests(),
  },
  {
    name: 'cme-mdp3',
    createFramer: () => new Mdp3Framer(),
  },
];

/** The feed protocol that each venue plug-in speaks (`protocol:` of a config file). */
const protocolOfVenue: Readonly<Record<string, string>> = { nasdaq: 'moldudp64', cme: 'cme-mdp3' };

/** Names that {@link feedProtocol} takes on the command line. */
export const feedProtocolNames: readonly string[] = protocols.map((protocol) => protocol.name);

/**
 * Looks a feed protocol up by its own name or by that of a venue plug-in.
 * @throws {Error} listing the names that are known
 */
export function feedProtocol(name: string): FeedProtocol {
  const wanted = Object.hasOwn(protocolOfVenue, name) ? protocolOfVenue[name] : name;
  const found = protocols.find((protocol) => protocol.name === wanted);
  if (found === undefined) {
    throw new Error(`unknown feed protocol "${name}": use ${feedProtocolNames.join(' or ')}`);
  }
  return found;
}
