import type { OrderProtocol } from '../../order/order-protocol.ts';
import { OuchConnection } from './ouch-connection.ts';
import { ouchRules } from './ouch-rules.ts';
import { OuchStandIn } from './ouch-stand-in.ts';
import { Ouch42Codec } from './ouch42-codec.ts';

/** OUCH 4.2 over SoupBinTCP. */
export const ouch42: OrderProtocol = {
  name: 'ouch42',
  rules: ouchRules('ouch42'),
  createConnection: (options, sink) => new OuchConnection(new Ouch42Codec(options), options, sink),
  createStandIn: () => new OuchStandIn('ouch42'),
};
