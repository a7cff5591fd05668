import type { OrderPortConfig } from '../../config/orders-schema.ts';
import type { WarmlineConfig } from '../../config/schema.ts';
import { readSecret } from '../../config/secret.ts';
import { defaultHostName } from '../../config/sim-orders-checks.ts';
import type { SimOrdersConfig, SimPortConfig } from '../../config/sim-orders-schema.ts';
import type { DropCopyOptions, VenuePortOptions } from './order-venue.ts';

/** Where a host or a drop copy listens. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The order side as a config has it: passwords read, defaults filled in. */
export interface VenueConfig {
  readonly ports: readonly VenuePortOptions[];
  readonly dropCopies: readonly DropCopyOptions[];
  /** By the name of the host. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly processes: boolean;
}

const SESSION_DIGITS = 3;

/**
 * Reads what `sim.orders` says, and the section `orders` where that leaves something out.
 * @throws {SimulatorError} if a password is not where it should be
 */
export function venueConfig(config: WarmlineConfig, orders: SimOrdersConfig): VenueConfig {
  const endpoints = new Map<string, Endpoint>();
  const stated = orders.ports ?? portsOf(config);
  const ports = stated.map((port, i): VenuePortOptions => {
    const hosts = port.hosts.map((host, k) => {
      const name = host.name ?? defaultHostName(port.name, k);
      endpoints.set(name, { address: host.address, port: host.port });
      return name;
    });
    const { name, account, protocol, username, firm } = port;
    const password = readSecret(port, `order port ${name}`);
    const session = port.session ?? sessionName('OUCH', i);
    return {
      ...defined(orders.behaviour),
      ...defined(port.behaviour),
      name,
      account,
      protocol,
      username,
      password,
      session,
      firm,
      hosts,
    };
  });
  const dropCopies = orders.dropCopies.map((copy, i): DropCopyOptions => {
    const { name, account, username, address, port } = copy;
    endpoints.set(name, { address, port });
    const password = readSecret(copy, `drop copy ${name}`);
    return { name, account, username, password, session: copy.session ?? sessionName('COPY', i) };
  });
  return { ports, dropCopies, endpoints, processes: orders.processes };
}

/** The ports that the router is configured to log in to, as the venue has them. */
function portsOf(config: WarmlineConfig): SimPortConfig[] {
  const orders = config.orders!;
  const [{ name: account }] = orders.accounts;
  return orders.groups
    .flatMap(({ ports }) => ports)
    .map((port: OrderPortConfig) => {
      const { name, username, passwordFile, passwordEnv, firm, session, rules } = port;
      const { cancelOnDisconnect, cancelOnDisconnectDelayNs, secondLogin, loginDeadlineNs } = rules;
      return {
        name,
        account,
        protocol: orders.protocol,
        username,
        passwordFile,
        passwordEnv,
        firm,
        session,
        hosts: port.hosts.map((host) => ({ address: host.address, port: host.port })),
        behaviour: { cancelOnDisconnect, cancelOnDisconnectDelayNs, secondLogin, loginDeadlineNs },
      };
    });
}

function sessionName(word: string, index: number): string {
  return `${word}${String(index + 1).padStart(SESSION_DIGITS, '0')}`;
}

/** Without the keys that say nothing, so that they hide nothing beneath. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
