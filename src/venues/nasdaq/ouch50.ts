import type { OrderProtocol } from '../../order/order-protocol.ts';
import { OuchConnection } from './ouch-connection.ts';
import { ouchRules } from './ouch-rules.ts';
import { OuchStandIn } from './ouch-stand-in.ts';
import { Ouch50Codec } from './ouch50-codec.ts';

/** OUCH 5.0 over SoupBinTCP. */
export const ouch50: OrderProtocol = {
  name: 'ouch50',
  rules: ouchRules('ouch50'),
  createConnection: (options, sink) => new OuchConnection(new Ouch50Codec(options), options, sink),
  createStandIn: () => new OuchStandIn('ouch50'),
};
