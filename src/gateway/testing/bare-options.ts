import { DEFAULT_SESSION_OPTIONS } from '../../order/session-options.ts';
import { SOURCE_CELLS } from '../../order/source-cells.ts';
import { LostRoutePolicy } from '../../order/terms.ts';
import { orderProtocol } from '../../venues/order-registry.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { createOrderLink } from '../order-link.ts';
import { type RehearsalTake, rehearsalOptions } from '../rehearsal-options.ts';

/** How a rehearsal goes when nothing else is said. */
export const PLAIN_TAKE: RehearsalTake = { port: 0, limited: false, disguise: 0 };

/**
 * Options of a gateway with a port of each of these protocols: one strategy called in place, one on a thread of its own.
 * Enough for rehearsals to go by; a gateway of its own gets what {@link rehearsalOptions} make of them.
 */
export function bareGatewayOptions(...protocols: readonly string[]): GatewayOptions {
  const bare = {
    ioMode: 'native',
    tradingDay: { day: 20260105, startPath: undefined, closeUtcNs: 0, settleNs: 0, next: { day: 20260106, path: '' } },
    strategies: [],
    ports: protocols.map((protocol, index) => ({
      name: `P${index}`,
      protocol,
      rules: orderProtocol(protocol).rules,
      session: {
        ...DEFAULT_SESSION_OPTIONS,
        connection: { username: 'user', password: 'word', session: '', day: 20260105, firm: 'FIRM' },
      },
      port: { logonBudget: { logons: 1, perNs: 1e9 }, preferredWaitNs: 0, barrierTimeoutNs: 5e9 },
      hosts: [{ name: `P${index}`, address: '127.0.0.1', port: 1, interface: undefined, cells: new Float64Array(1) }],
      resends: false,
      sessionName: '',
    })),
    groups: [{ options: { name: 'main', policy: 'primary-backup', failback: 'manual' }, ports: [0] }],
    dropCopy: {
      address: '127.0.0.1',
      port: 1,
      interface: undefined,
      userTimeoutMs: 1000,
      options: {
        name: 'copy',
        number: 1,
        username: 'user',
        password: 'word',
        ports: [],
        day: 20260105,
        backoff: { firstNs: 1, maxNs: 1 },
        seed: 1,
        connectTimeoutNs: 1e9,
        loginTimeoutNs: 1e9,
        outputBytes: 1,
        lookEveryNs: 1,
        cells: new Float64Array(SOURCE_CELLS),
      },
    },
    userTimeoutMs: 1000,
    journal: { durability: 'process', syncWaitNs: 1e6 },
    links: [undefined, createOrderLink()],
    lostRoute: LostRoutePolicy.pause,
  };
  return bare as unknown as GatewayOptions;
}
