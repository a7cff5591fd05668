import type { OrderProtocol } from '../order/order-protocol.ts';
import { ouch42 } from './nasdaq/ouch42.ts';
import { ouch50 } from './nasdaq/ouch50.ts';

/**
 * The order protocols that exist. To add one, implement {@link OrderProtocol} and list it here; CONTRIBUTING, "A new
 * order protocol", tells how.
 */
const protocols: readonly OrderProtocol[] = [ouch50, ouch42];

/** Names that {@link orderProtocol} takes: `protocol:` of an order port in a config file. */
export const orderProtocolNames: readonly string[] = protocols.map((protocol) => protocol.name);

/**
 * Looks an order protocol up by its name.
 * @throws {Error} listing the names that are known
 */
export function orderProtocol(name: string): OrderProtocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found === undefined) throw new Error(`unknown order protocol "${name}": use ${orderProtocolNames.join(' or ')}`);
  return found;
}
