import type { FeedProtocol } from '../feed/protocol.ts';
import { cmeMdp3 } from './cme/protocol.ts';
import { moldudp64 } from './nasdaq/protocol.ts';

/** The feed protocols that exist. To add one, implement {@link FeedProtocol} and list it here. */
const protocols: readonly FeedProtocol[] = [moldudp64, cmeMdp3];

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
